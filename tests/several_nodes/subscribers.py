"""Subscribers that resume, as docs/streams.md says a client should, over all four transports; a process of their own.

Each remembers the id of the last message that it has, goes to another node when it loses its own, and reads the list of messages
when it is told that not everything can be sent again (complete: false).
"""

import array
import collections
import random
import threading
import time
import zlib

from stream_reader import TRANSPORTS, Refused, open_stream, read_list  # noqa: F401
from worker import Worker

NANOSECONDS = 1e-9


class Subscribers(Worker):
    """nodes: (name, address). plans: (user, token, transport) of each. timed: how long each message took is kept."""

    def __init__(self, nodes, plans, seed, timed=False, stay=False):
        self.plans = plans
        super().__init__(run_subscribers, nodes, plans, seed, timed, stay)
        self.ask("ready")

    def progress(self):
        """The newest id of each."""
        return self.ask("progress")

    def wait_for(self, newest, limit=60):
        """Until each has the newest id of its user, {user: id}. Those who have not: (index, id)."""
        end = time.monotonic() + limit
        while True:
            late = [(index, last) for index, last in enumerate(self.progress()) if last < newest.get(self.plans[index][0], 0)]
            if not late or time.monotonic() > end:
                return late
            time.sleep(0.1)

    def times(self):
        """Those since the last call: (when received, seconds since it was sent, name of the node that it was sent to,
        name of the node that it came from)."""
        return self.ask("times")

    def report(self):
        """A list of Report."""
        return self.ask("report", limit=300)


# eras: (ids, crcs of texts) for each time that the database went back, the last one included. wrong: what must not happen, in words.
# incomplete: how often it was told complete: false. breaks: why streams ended, and how often.
Report = collections.namedtuple("Report", "user transport eras wrong incomplete streams breaks")


class Subscriber(threading.Thread):
    def __init__(self, owner, number, user, token, transport):
        super().__init__(daemon=True)
        self.owner, self.number = owner, number
        self.user, self.token, self.transport = user, token, transport
        self.random = random.Random(f"{owner.seed} {number}")
        self.node = number % len(owner.nodes)
        self.last, self.epoch = 0, ""
        self.eras = []
        self.incomplete = self.streams = 0
        self.wrong, self.breaks = [], collections.Counter()
        self.begin_era()

    def begin_era(self):
        self.ids, self.crcs = array.array("q"), array.array("I")
        self.eras.append((self.ids, self.crcs))
        self.last = 0

    def run(self):
        while True:
            name, address = self.owner.nodes[self.node]
            try:
                self.listen(name, address)
            except Refused as refused:
                self.breaks[str(refused.status)] += 1
                if refused.status in (400, 401, 403, 404):
                    self.wrong.append(f"{name} answered {refused}")
            except (OSError, EOFError, ValueError) as error:
                self.breaks[type(error).__name__] += 1
            if not self.owner.stay:
                self.node = self.random.randrange(len(self.owner.nodes))
            time.sleep(self.random.uniform(0.05, 0.3))

    def listen(self, name, address):
        with open_stream(address, self.transport, self.token, self.last, self.epoch) as stream:
            self.streams += 1
            back = stream.head < self.last or bool(self.epoch) and stream.epoch != self.epoch  # the database has gone back
            self.epoch = stream.epoch or self.epoch
            seen = 0 if stream.complete else self.read_again(address, back)
            for message in stream.messages():
                if message["id"] > seen:
                    self.take(message, name)
            self.breaks["ended"] += self.transport != "poll"

    def read_again(self, address, back):
        """The list of messages. Its newest id: what is not above it may come once more."""
        self.incomplete += 1
        if back:
            self.begin_era()
        for message in read_list(address, self.token, self.last):
            self.take(message, None)
        return self.last

    def take(self, message, name):
        number, text = message["id"], message["message"]
        if number <= self.last:
            self.wrong.append(f"{number} came after {self.last} from {name}")
            return
        self.last = number
        self.ids.append(number)
        self.crcs.append(zlib.crc32(text.encode()))
        if self.owner.timed and name:
            sent, _, rest = text.partition(" ")
            now = time.monotonic_ns()
            self.owner.times_taken.append((now * NANOSECONDS, (now - int(sent)) * NANOSECONDS, rest.partition("/")[0], name))

    def report(self):
        return Report(self.user, self.transport, self.eras, self.wrong[:20], self.incomplete, self.streams, dict(self.breaks))


class SubscriberLoop:
    def __init__(self, pipe, nodes, plans, seed, timed, stay):
        self.pipe, self.nodes, self.seed, self.timed, self.stay = pipe, nodes, seed, timed, stay
        self.times_taken = collections.deque()
        self.all = [Subscriber(self, number, *plan) for number, plan in enumerate(plans)]
        for subscriber in self.all:
            subscriber.start()

    def ready(self):
        end = time.monotonic() + 20
        while time.monotonic() < end and not all(subscriber.streams for subscriber in self.all):
            time.sleep(0.01)

    def progress(self):
        return [subscriber.last for subscriber in self.all]

    def times(self):
        return [self.times_taken.popleft() for _ in range(len(self.times_taken))]

    def report(self):
        return [subscriber.report() for subscriber in self.all]

    def run(self):
        while True:
            command, *arguments = self.pipe.recv()
            self.pipe.send(getattr(self, command)(*arguments))


def run_subscribers(pipe, *arguments):
    SubscriberLoop(pipe, *arguments).run()
