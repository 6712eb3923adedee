"""Several nodes on one PostgreSQL, with a NATS server or without: real programs on free ports of 127.0.0.1.

With `links` each node reaches its database and its bus through a proxy of its own ("n1-database", "n1-bus"; see links.py).
"""

import collections
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "reliability"))
sys.dont_write_bytecode = True

from clusters import Cluster, on_postgres  # noqa: E402
from load import Senders  # noqa: E402
from support import PROGRAM, TOP, Failure, Server, basic, dies_with_its_parent, free_port, raw  # noqa: E402

from links import Links, Way  # noqa: E402
from subscribers import TRANSPORTS, Subscribers  # noqa: E402

PING_PERIOD = 5  # seconds
CONNECTIONS = 8  # of the senders to one node
Person = collections.namedtuple("Person", "id name application client")  # tokens


def install():
    subprocess.run([os.path.join(TOP, "scripts", "install-deps"), "build", "cluster"], stdout=sys.stderr, check=True)
    if "PUSH_PROGRAM" not in os.environ:
        subprocess.run([os.path.join(TOP, "scripts", "build"), "release", "sharded-gotify"], stdout=sys.stderr, check=True)


class NatsServer:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="push-nats-")
        self.port, self.process = free_port(), None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        if self.process.poll() is None:
            self.kill()
        self.folder.cleanup()

    def start(self):
        with open(os.path.join(self.folder.name, "log"), "ab") as log:
            self.process = subprocess.Popen(["nats-server", "-a", "127.0.0.1", "-p", str(self.port)], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, preexec_fn=dies_with_its_parent())

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Node(Server):
    """`several`: whose it is. A node keeps its name, its folder and its port over restarts."""

    def __init__(self, several, name, settings):
        bus = {"GOTIFY_CLUSTER_BUS": several.bus, "GOTIFY_CLUSTER_NODE": name, "GOTIFY_CLUSTER_NATS_URL": several.nats_of(name)}
        super().__init__({"GOTIFY_SERVER_STREAM_PINGPERIODSECONDS": str(PING_PERIOD), "GOTIFY_SERVER_STREAM_CHANNELBUFFERSIZE": "4000",
                          "GOTIFY_SERVER_STREAM_RESUMELIMIT": "5000",
                          **on_postgres(several.database_of(name)), **bus, **settings}, started=False)
        self.name = name
        self.frozen = False

    def ready(self):
        try:
            return raw(self.url, "GET", "/readyz").status == 200
        except OSError:
            return False

    def wait_until_ready(self, limit=30):
        end = time.monotonic() + limit
        while not self.ready():
            if time.monotonic() > end or not self.running():
                raise Failure(f"{self.name} is not ready after {limit} s: {self.log_text()[-2000:]}")
            time.sleep(0.02)

    def freeze(self):
        self.signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self):
        self.signal(signal.SIGCONT)
        self.frozen = False

    def sum_of(self, name, label=""):
        """Of a metric, over all its labels or those with this one; 0 if there is none."""
        page = raw(f"http://127.0.0.1:{self.metrics_port}", "GET", "/metrics").body.decode()
        lines = [line for line in page.splitlines() if line.startswith((name + " ", name + "{")) and label in line]
        return sum(float(line.split()[-1]) for line in lines)

    def api_of(self, name, password):
        api = self.api()
        api.headers = [basic(name, password)]
        return api


class Posting(Senders):
    """Senders to one node, of that name."""

    def __init__(self, node, tokens, connections, rate):
        self.name = node.name
        super().__init__(node.address, tokens, connections=connections, rate=rate, reconnect=True, name=node.name)


class Several:
    """count: of nodes, n1, n2 and so on. settings: of all of them. postgres, nats: servers that are there already.
    prepare: called with each node before it is started for the first time.
    """

    def __init__(self, count=3, bus="nats", links=False, settings=None, started=True, postgres=None, nats=None, seed=0, prepare=None):
        self.count, self.bus, self.linked, self.settings, self.started = count, bus, links, settings or {}, started
        self.given_postgres, self.given_nats, self.seed, self.prepare = postgres, nats, seed, prepare
        self.nats = self.links = None
        self.nodes = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.postgres = self.given_postgres or stack.enter_context(Cluster({"max_connections": "200"}))
            self.database = self.postgres.new_database()
            if self.bus == "nats":
                self.nats = self.given_nats or stack.enter_context(NatsServer())
            if self.linked:
                self.links = stack.enter_context(Links(self.ways(), self.seed))
            self.stack = stack.pop_all()
            try:
                for _ in range(self.count):
                    self.add()
                if self.started:
                    self.start()
            except BaseException:
                self.stack.close()
                raise
        return self

    def __exit__(self, *failure):
        self.stack.close()

    def names(self):
        return [f"n{number + 1}" for number in range(self.count)]

    def ways(self):
        self.ports = {}
        ways = []
        for name in self.names():
            ways.append(Way(f"{name}-database", free_port(), os.path.join(self.postgres.folder, ".s.PGSQL.5432")))
            if self.nats:
                ways.append(Way(f"{name}-bus", free_port(), ("127.0.0.1", self.nats.port)))
        self.ports = {way.name: way.port for way in ways}
        return ways

    def database_of(self, name):
        if not self.links:
            return self.database
        words = dict(word.split("=", 1) for word in self.database.split())
        return f"host=127.0.0.1 port={self.ports[f'{name}-database']} sslmode=disable user={words['user']} dbname={words['dbname']}"

    def nats_of(self, name):
        if not self.nats:
            return "nats://127.0.0.1:4222"
        return f"nats://127.0.0.1:{self.ports[f'{name}-bus'] if self.links else self.nats.port}"

    def add(self, **settings):
        """One more node, which is not started. It has a folder of its own, which outlives it."""
        node = Node(self, f"n{len(self.nodes) + 1}", {**self.settings, **settings})
        self.nodes.append(self.stack.enter_context(node))
        if self.prepare:
            self.prepare(node)
        return node

    def start(self):
        for node in self.nodes:
            if not node.running():
                node.start()
        for node in self.nodes:
            node.wait_until_ready()

    def people(self, count=3):
        """Users of their own, each with an application and a client."""
        first, admin, people = self.nodes[0], self.nodes[0].api(), []
        for number in range(1, count + 1):
            name = f"user{number}"
            user = admin.call("POST", "/user", {"name": name, "pass": "secret", "admin": False})
            own = first.api_of(name, "secret")
            people.append(Person(user["id"], name, own.application("a")["token"], own.client("c")["token"]))
        return people

    def subscribe(self, people, transports=TRANSPORTS, seed=0, **options):
        """One subscriber per person and transport; they begin on different nodes, and go to another one when they lose theirs."""
        plans = [(person.id, person.client, transport) for person in people for transport in transports]
        return Subscribers([(node.name, node.address) for node in self.nodes], plans, seed, **options)

    def send(self, people, rate=500, nodes=None, connections=CONNECTIONS):
        """Senders to each node, who share the rate."""
        nodes = nodes or self.nodes
        tokens = [person.application for person in people]
        return [Posting(node, tokens, connections, rate / len(nodes)) for node in nodes]

    def database_name(self):
        return self.database.rpartition("dbname=")[2].split()[0]

    def rows(self):
        """What is stored: (id, user, text) by id."""
        sql = "SELECT m.id, a.user_id, m.message FROM messages m JOIN applications a ON a.id = m.application_id ORDER BY m.id"
        return [(int(number), int(user), text) for number, user, text in self.postgres.psql(sql, self.database_name())]

    def program(self, *words):
        """What a command of the program prints, as n1."""
        node = self.nodes[0]
        return subprocess.run([PROGRAM, *words], cwd=node.folder, env={"PATH": os.environ["PATH"], "NOCOLOR": "1", **node.settings},
                              capture_output=True, text=True, check=False)
