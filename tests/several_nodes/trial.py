"""What the rows share: a cluster under load with subscribers, and faults in between."""

import argparse
import contextlib
import sys
import time

from nodes import Several, install  # noqa: F401  (first: it finds the modules of tests/reliability)
from books import Books, statuses  # noqa: F401
from link import IN, OUT  # noqa: F401
from support import Failure, Verdict, experiment, percentile  # noqa: F401

RATE = 500  # messages per second, all nodes together


class Trial:
    """The cluster, its people, subscribers over all transports, and senders to the first `posted` nodes, or all.

    close() ends the load and checks the ledger.
    """

    def __init__(self, verdict, several, people=3, rate=RATE, timed=False, stay=False, posted=None):
        self.verdict, self.several, self.random = verdict, several, verdict.random
        self.people = several.people(people)
        self.subscribers = several.stack.enter_context(several.subscribe(self.people, seed=verdict.options.seed, timed=timed, stay=stay))
        self.rate, self.posted = rate, posted
        self.send()

    def send(self):
        """Senders, and an empty ledger."""
        self.books = Books()
        self.senders = self.several.send(self.people, self.rate, self.nodes[:self.posted])
        for senders in self.senders:
            self.several.stack.enter_context(senders)
        self.wait_for(50)

    @property
    def nodes(self):
        return self.several.nodes

    def acknowledged(self):
        return sum(senders.acknowledged for senders in self.senders)

    def wait_for(self, more, limit=60):
        """Until so many more messages were acknowledged."""
        goal, end = self.acknowledged() + more, time.monotonic() + limit
        while self.acknowledged() < goal:
            if time.monotonic() > end:
                raise Failure(f"within {limit} s only {self.acknowledged() - goal + more} of {more} messages were acknowledged")
            time.sleep(0.01)

    def close(self, limit=60, eras=1):
        """The posts of all senders."""
        return self.books.close(self.verdict, self.several, self.senders, self.subscribers, limit, eras)

    def sum_of(self, metric, label=""):
        """Over the nodes that run."""
        return sum(node.sum_of(metric, label) for node in self.nodes if node.running())


@contextlib.contextmanager
def trial(verdict, people=3, rate=RATE, timed=False, stay=False, posted=None, **options):
    options.setdefault("bus", verdict.options.bus)
    options.setdefault("seed", verdict.options.seed)
    with Several(**options) as several:
        yield Trial(verdict, several, people, rate, timed, stay, posted)


def row(measure, add_options=None):
    """The main program of a row: measure(verdict)."""

    def options(parser):
        parser.add_argument("--bus", choices=("nats", "postgres"), default="nats", help="how the nodes tell each other")
        if add_options:
            add_options(parser)

    def run(verdict):
        install()
        measure(verdict)

    experiment(run, options)
