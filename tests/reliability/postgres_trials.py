"""Trials of the store on PostgreSQL, by a test program of its own (tests/reliability/postgres)."""

import os
import subprocess

from support import TOP, Failure, dies_with_its_parent

PROGRAM = os.path.join(TOP, "build", "release", "push_postgres_trials")


def build():
    subprocess.run([os.path.join(TOP, "scripts", "install-deps"), "postgres"], check=True)
    subprocess.run([os.path.join(TOP, "scripts", "build"), "release", "push_postgres_trials"], cwd=TOP, check=True)


def run(verdict, *words):
    """One trial: its lines of figures, [{name: number}]. What was wrong is in the verdict."""
    process = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, preexec_fn=dies_with_its_parent(), cwd=TOP)
    lines = process.stdout.splitlines()
    for line in lines:
        verdict.check(not line.startswith("fault: "), f"{' '.join(map(str, words))}: {line}")
    if process.returncode not in (0, 1):
        raise Failure(f"{words} ended with {process.returncode}: {process.stderr}")
    figures = [line for line in lines if "=" in line and not line.startswith("fault: ")]
    if not figures:
        raise Failure(f"{words}: no figures: {lines} {process.stderr}")
    return [dict((name, float(number)) for name, number in (word.split("=") for word in line.split() if "=" in word)) for line in figures]
