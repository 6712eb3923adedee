"""PostgreSQL clusters of the experiments' own: in a temporary folder, on a Unix socket only, as the user postgres if they run as root."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from support import TOP, Failure, postgres_rows

PROGRAMS = os.environ.get("PUSH_POSTGRES_BIN", "/usr/lib/postgresql/15/bin")
START_LIMIT = 60  # seconds


def install():
    subprocess.run([os.path.join(TOP, "scripts", "install-deps"), "postgres"], check=True)


def is_gone(process):
    """Or a zombie, which holds nothing."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Cluster:
    """settings: of postgresql.conf. primary: makes it a standby of that one. As a context manager it starts, and is gone at the end."""

    def __init__(self, settings=None, primary=None):
        self.settings = {"listen_addresses": "", "max_connections": "100", "recovery_init_sync_method": "syncfs",
                         "dynamic_shared_memory_type": "mmap", **(settings or {})}
        self.folder = tempfile.mkdtemp(prefix="push-cluster-")  # a short path: a socket's may have 107 bytes
        self.settings["unix_socket_directories"] = self.folder
        self.process, self.databases = None, 0
        self.owner = []
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.owner = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        if primary:
            self.run("pg_basebackup", "-D", "data", "-h", primary.folder, "-U", "postgres", "-R", "-c", "fast")
        else:
            self.run("initdb", "-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")

    def command(self, program, *words):
        return ["setpriv", "--pdeathsig", "QUIT", *self.owner, os.path.join(PROGRAMS, program), *words]

    def run(self, program, *words):
        done = subprocess.run(self.command(program, *words), cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"{program}: {done.stderr}")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.send_signal(signal.SIGCONT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Until it takes connections. From the main thread."""
        words = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(self.command("postgres", "-D", "data", *words), cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        end = time.monotonic() + START_LIMIT
        while subprocess.run([os.path.join(PROGRAMS, "pg_isready"), "-q", "-h", self.folder], check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure(f"PostgreSQL did not start: {self.log()[-2000:]}")
            time.sleep(0.01)

    def log(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as log:
            return log.read()

    def children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            return [int(word) for word in file.read().split()]

    def signal(self, number):
        """To each of its processes."""
        children = self.children()
        for process in [self.process.pid, *children]:
            with contextlib.suppress(ProcessLookupError):  # a session may end meanwhile
                os.kill(process, number)

    def kill(self):
        """kill -9 of each of its processes, at once."""
        self.process.send_signal(signal.SIGSTOP)  # it starts no more children
        children = self.children()
        for process in [*children, self.process.pid]:
            os.kill(process, signal.SIGKILL)
        self.process.wait()
        while not all(map(is_gone, children)):
            time.sleep(0.001)

    def superuser(self, database="postgres"):
        return f"host={self.folder} user=postgres dbname={database} options='-c default_transaction_read_only=off'"

    def psql(self, sql, database="postgres"):
        return postgres_rows(self.superuser(database), sql)

    def new_database(self):
        """An empty database of an ordinary user: a value of database.connection."""
        if self.databases == 0:
            self.psql("CREATE ROLE gotify LOGIN")
        self.databases += 1
        name = f"gotify{self.databases}"
        self.psql(f"CREATE DATABASE {name} OWNER gotify")
        return f"host={self.folder} user=gotify dbname={name}"


def on_postgres(connection):
    """The settings of a Server."""
    return {"GOTIFY_DATABASE_DIALECT": "postgres", "GOTIFY_DATABASE_CONNECTION": connection}
