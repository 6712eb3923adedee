"""What the experiments share: the release binary in a folder of its own, what /proc says of it, the ledger, and the verdict.

Senders and listeners are in load.py, a disk that fails in disk.py. HTTP on plain sockets comes from tests/clients/lib.
"""

import argparse
import collections
import ctypes
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(TOP, "build", "reliability")
PROGRAM = os.path.abspath(os.environ.get("PUSH_PROGRAM", os.path.join(TOP, "build", "release", "sharded-gotify")))
sys.path.insert(0, os.path.join(TOP, "tests", "clients"))
sys.dont_write_bytecode = True

from lib.server import Api, free_port  # noqa: E402
from lib.wire import Answer, Connection, Failure, Stream, basic, expect, raw  # noqa: E402, F401

START_LIMIT = 60  # seconds until the server must answer
STOP_LIMIT = 30  # seconds from SIGTERM until it must have ended
MEBIBYTE = 1024 * 1024

# As many descriptors as this process may have; children inherit it.
_, most_descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most_descriptors, most_descriptors))


def dies_with_its_parent():
    """A preexec_fn: the child is killed when this process ends, even by kill -9."""
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def prepare():
        prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return prepare


class Server:
    """The program, on a free port of 127.0.0.1 that stays the same over restarts, and in a temporary folder.

    settings: environment variables of the program. descriptors: its limit of them.
    As a context manager it starts the program (started) and kills what still runs at the end.
    """

    def __init__(self, settings=None, descriptors=None, folder=None, log=None, started=True):
        self.temporary = None if folder else tempfile.TemporaryDirectory(prefix="reliability-")
        self.folder = folder or self.temporary.name
        self.settings = dict(settings or {})
        self.descriptors = descriptors
        self.database = self.settings.get("GOTIFY_DATABASE_CONNECTION", os.path.join(self.folder, "gotify.db"))
        self.images = os.path.join(self.folder, "images")
        self.log = log or os.path.join(self.folder, "server.log")
        self.port, self.metrics_port = free_port(), free_port()
        self.process = None
        self.started = started

    def __enter__(self):
        if self.started:
            self.start()
        return self

    def __exit__(self, *failure):
        if self.running():
            self.process.kill()
            self.process.wait()
        if self.temporary:
            self.temporary.cleanup()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self):
        return "127.0.0.1", self.port

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def launch(self):
        """Starts the program and does not wait for it. From the main thread: it is killed when the thread that started it ends."""
        environment = {"PATH": os.environ["PATH"], "NOCOLOR": "1", "GOTIFY_PASSSTRENGTH": "4",
                       "GOTIFY_SERVER_LISTENADDR": "127.0.0.1", "GOTIFY_SERVER_PORT": str(self.port),
                       "GOTIFY_SERVER_METRICS_PORT": str(self.metrics_port), "GOTIFY_DATABASE_CONNECTION": self.database,
                       "GOTIFY_UPLOADEDIMAGESDIR": self.images, **self.settings}
        limit, ends_with_us = self.descriptors, dies_with_its_parent()

        def prepare():
            ends_with_us()
            if limit:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, preexec_fn=prepare)

    def start(self):
        """Seconds from the start of the program to the first 200 of /health."""
        if not os.access(PROGRAM, os.X_OK):
            raise Failure(f"{PROGRAM} is missing: scripts/build release sharded-gotify")
        begin = time.monotonic()
        self.launch()
        while time.monotonic() < begin + START_LIMIT:
            if not self.running():
                raise Failure(f"the server did not start, exit code {self.process.returncode}: {self.log_text()[-2000:]}")
            if self.healthy():
                return time.monotonic() - begin
            time.sleep(0.005)
        raise Failure(f"the server did not answer within {START_LIMIT} s: {self.log_text()[-2000:]}")

    def healthy(self):
        try:
            return raw(self.url, "GET", "/health").status == 200
        except OSError:
            return False

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9. It is a failure if the program ended before."""
        self.process.kill()
        expect(self.process.wait(), -signal.SIGKILL, "how the server ended")

    def stop(self):
        """SIGTERM; the exit code and the seconds until the end."""
        begin = time.monotonic()
        self.process.terminate()
        return self.wait(), time.monotonic() - begin

    def wait(self, limit=STOP_LIMIT):
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"the server did not end within {limit} s: {self.log_text()[-2000:]}") from None

    def log_text(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def api(self, credential=None):
        """The API by a token, or by the name and password of the first administrator."""
        return Api(self.url, credential)

    def connect(self):
        return Connection(self.url)

    def metric(self, name):
        page = raw(f"http://127.0.0.1:{self.metrics_port}", "GET", "/metrics").body.decode()
        for line in page.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        raise Failure(f"no metric {name}")

    # What /proc says of it.

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    def peak_memory(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))

    def forget_peak_memory(self):
        """From here on peak_memory() is that of the time since."""
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")

    def cpu(self):
        """Seconds of all its threads so far, to the nanosecond."""
        return time.clock_gettime(~self.pid << 3 | 2)  # CPUCLOCK_SCHED of another process, clock_getcpuclockid(3)

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]


def stream_request(token):
    """What opens a stream, for sockets that must not wait for the answer as Stream does."""
    return "\r\n".join(["GET /stream HTTP/1.1", "Host: push", *UPGRADE, f"X-Gotify-Key: {token}", "\r\n"]).encode()


def upload(connection, application, picture):
    """The answer to the first administrator's upload of a picture for the application."""
    return connection.raw("POST", f"/application/{application}/image",
                          [basic("admin", "admin"), "Content-Type: multipart/form-data; boundary=b"],
                          b'--b\r\nContent-Disposition: form-data; name="file"; filename="p.gif"\r\nContent-Type: image/gif\r\n\r\n' +
                          picture + b"\r\n--b--\r\n")


def tcp_memory():
    """Bytes that all TCP sockets of this machine hold in the kernel."""
    with open("/proc/net/sockstat") as file:
        line = next(line for line in file if line.startswith("TCP:"))
    return int(line.split()[-1]) * resource.getpagesize()


def preloaded(name):
    """The library of <name>.c for LD_PRELOAD, built with gcc when it is needed."""
    source, built = os.path.join(HERE, f"{name}.c"), os.path.join(BUILD, f"{name}.so")
    if not os.path.exists(built) or os.path.getmtime(built) < os.path.getmtime(source):
        os.makedirs(BUILD, exist_ok=True)
        fresh = f"{built}.{os.getpid()}"
        if subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-o", fresh, source], check=False).returncode != 0:
            raise Failure(f"{name}.c does not compile")
        os.rename(fresh, built)
    return built


def postgres_rows(database, sql):
    """The rows of a statement on PostgreSQL, by psql: lists of text without tabs and line breaks."""
    psql = subprocess.run(["psql", "--no-psqlrc", "-AtX", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
                          capture_output=True, text=True, check=False)
    if psql.returncode != 0:
        raise Failure(f"{sql}: {psql.stderr}")
    return [line.split("\t") for line in psql.stdout.splitlines()]


Account = collections.namedtuple("Account", "user client application")  # user: the id; client, application: their tokens


def seed_accounts(database, count):
    """Adds users without a password, each with one client and one application. The server must not run, or be idle."""
    accounts = []
    now = time.strftime("%Y-%m-%d %H:%M:%S+00:00", time.gmtime())
    connection = sqlite3.connect(database, isolation_level=None, timeout=30)
    connection.execute("BEGIN IMMEDIATE")
    for number in range(count):
        user = connection.execute("INSERT INTO users (name, admin, created_at) VALUES (?, 0, ?)", (f"seeded{number}", now)).lastrowid
        account = Account(user, f"C{user:014d}", f"A{user:014d}")
        connection.execute("INSERT INTO clients (token, user_id, name, created_at, expires_after_inactivity_seconds) "
                           "VALUES (?, ?, 'c', ?, 0)", (account.client, user, now))
        connection.execute("INSERT INTO applications (token, user_id, name, description, internal, image, default_priority, "
                           "created_at, sort_key) VALUES (?, ?, 'a', '', 0, '', 0, ?, 'a0')", (account.application, user, now))
        accounts.append(account)
    connection.execute("COMMIT")
    connection.close()
    return accounts


class Ledger:
    """What senders were told. Texts are never used twice."""

    def __init__(self):
        self.acknowledged = {}  # id: text
        self.twice = []  # ids that two messages got
        self.refused = set()  # texts that were answered, but not with 200
        self.unknown = set()  # texts that were sent and not answered
        self.gone = set()  # ids whose deletion was acknowledged, or sent and not answered
        self.lost, self.found = set(), set()  # by check(): acknowledged and not stored; refused and stored

    def add(self, result):
        """The result of a Senders, or another one with these members."""
        for number, text in result.acknowledged:
            if self.acknowledged.setdefault(number, text) != text:
                self.twice.append(number)
        self.refused.update(result.refused)
        self.unknown.update(result.unknown)

    def __str__(self):
        return f"{len(self.lost)} lost, {len(self.twice)} ids twice, {len(self.found)} refused and stored"

    def check(self, verdict, database):
        """Compares with the database: nothing lost, changed or given twice, nothing there that was refused; of SQLite, integrity_check."""
        if database.startswith("host="):
            stored = {int(number): text for number, text in postgres_rows(database, "SELECT id, message FROM messages")}
        else:
            connection = sqlite3.connect(database, timeout=30)
            try:
                integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
                stored = dict(connection.execute("SELECT id, message FROM messages"))
            finally:
                connection.close()
            verdict.check(integrity == "ok", f"integrity_check: {integrity}")
        lost = [number for number in self.acknowledged if number not in stored and number not in self.gone]
        self.lost.update(lost)
        changed = [number for number, text in self.acknowledged.items() if stored.get(number, text) != text]
        found = self.refused.intersection(stored.values())
        self.found.update(found)
        verdict.check(not lost, f"{len(lost)} acknowledged messages are lost: {lost[:5]}")
        verdict.check(not changed, f"{len(changed)} acknowledged messages have another text: {changed[:5]}")
        verdict.check(not self.twice, f"ids were given twice: {self.twice[:5]}")
        verdict.check(not found, f"{len(found)} refused messages are stored: {sorted(found)[:5]}")
        return stored


class Verdict:
    """Collects what was missed."""

    def __init__(self, options):
        self.options = options
        self.quick = options.quick
        self.random = random.Random(options.seed)
        self.missed = []

    def check(self, holds, text):
        if not holds:
            self.missed.append(text)
        return holds

    def reached(self, text):
        print(f"reached: {text}", flush=True)


def experiment(measure, add_options=None):
    """The main program of an experiment: measure(verdict), then exit code 1 if a figure was missed.

    Prints `seed: N`, `reached: ...` and one line `missed: ...` per figure. add_options(parser): for verdict.options.
    """
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds or a shorter time: seconds instead of minutes")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("PUSH_SEED", random.SystemRandom().randrange(1 << 32))))
    if add_options:
        add_options(parser)
    options = parser.parse_args()
    print(f"seed: {options.seed} (repeat with --seed or PUSH_SEED)", flush=True)
    verdict = Verdict(options)
    try:
        measure(verdict)
    except Failure as failure:
        verdict.missed.append(str(failure))
    for text in verdict.missed[:20]:
        print(f"missed: {text}", flush=True)
    sys.exit(1 if verdict.missed else 0)


def percentile(values, share):
    """Of a list that need not be sorted; 0 of an empty one."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
