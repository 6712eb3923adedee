"""The tests of the whole program, run by an experiment under conditions of its own."""

import os
import subprocess

from support import PROGRAM, TOP, Failure, dies_with_its_parent

SHARDS = 2
TESTS = ("system_test", "conformance_test")


def run(environment, log, filters=None):
    """system_test and conformance_test from the folder of the program under test. How many ran, and the names that failed.

    filters: as of googletest.
    """
    folder = os.path.dirname(PROGRAM)
    if "PUSH_PROGRAM" not in os.environ:
        subprocess.run(["scripts/build", "release", *TESTS], cwd=TOP, check=True)
    running = []
    for name, shards in zip(TESTS, (SHARDS, 1)):
        path = os.path.join(folder, name)
        if not os.access(path, os.X_OK):
            raise Failure(f"{path} is missing: scripts/build release {name}")
        for shard in range(shards):
            output = open(f"{log}.{name}.{shard}", "w+")
            command = [path, "--gtest_brief=0"] + ([f"--gtest_filter={filters}"] if filters else [])
            running.append((output, subprocess.Popen(command, cwd=TOP, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                                     preexec_fn=dies_with_its_parent(), env={
                **os.environ, "PUSH_PROGRAM": PROGRAM, **environment, "GTEST_TOTAL_SHARDS": str(shards), "GTEST_SHARD_INDEX": str(shard)})))
    passed, failed = 0, []
    for output, process in running:
        code = process.wait()
        output.seek(0)
        lines = output.read().splitlines()
        output.close()
        passed += sum(line.startswith("[       OK ]") for line in lines)
        names = [line.split()[3].rstrip(",") for line in lines if line.startswith("[  FAILED  ]") and line.endswith("ms)")]
        failed += names
        if code != 0 and not names:
            raise Failure(f"{process.args[0]} ended with {code}: {lines[-5:]}")
    return passed, failed
