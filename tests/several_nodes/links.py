"""The links of all nodes, in a process of their own."""

import collections
import random

from bus_link import BusLink
from link import IN, OUT, Link, Way  # noqa: F401
from worker import Worker


class Links(Worker):
    """One proxy per Way, all in one process. `seed`: of what is dropped, repeated and reordered on a bus."""

    def __init__(self, ways, seed=0):
        super().__init__(run_links, ways, seed)
        self.ask("ready")

    def cut(self, *names, passes=()):
        """passes: the directions that still work, of OUT and IN."""
        self.ask("cut", names, tuple(passes))

    def heal(self, *names):
        """Also what delay(), refuse() and spoil() did."""
        self.ask("heal", names)

    def delay(self, seconds, *names):
        """Each piece of data, in both directions."""
        self.ask("delay", seconds, names)

    def refuse(self, *names):
        """Ends all connections by a reset, and each new one, until heal()."""
        self.ask("refuse", names)

    def reset(self, *names):
        """Ends all connections by a reset."""
        self.ask("reset", names)

    def spoil(self, *names, drop=0.0, repeat=0.0, reorder=0.0):
        """Shares of the messages of NATS, in each direction; see bus_link.py."""
        self.ask("spoil", names, drop, repeat, reorder)

    def counts(self):
        """{'messages', 'dropped', 'repeated', 'reordered'} of NATS, all links together."""
        return self.ask("counts")


class LinkLoop:
    def __init__(self, pipe, ways, seed):
        self.pipe = pipe
        chance = random.Random(seed)
        self.links = {way.name: (BusLink if way.name.endswith("-bus") else Link)(way, random.Random(chance.random())) for way in ways}

    def ready(self):
        pass

    def cut(self, names, passes):
        for name in names:
            self.links[name].cut(passes)

    def heal(self, names):
        for name in names:
            self.links[name].heal()

    def delay(self, seconds, names):
        for name in names:
            self.links[name].pause = seconds

    def refuse(self, names):
        for name in names:
            self.links[name].refusing = True
            self.links[name].reset()

    def reset(self, names):
        for name in names:
            self.links[name].reset()

    def spoil(self, names, drop, repeat, reorder):
        for name in names:
            link = self.links[name]
            link.drop, link.repeat, link.reorder = drop, repeat, reorder

    def counts(self):
        return dict(sum((link.counts for link in self.links.values()), collections.Counter()))

    def run(self):
        while True:
            command, *arguments = self.pipe.recv()
            self.pipe.send(getattr(self, command)(*arguments))


def run_links(pipe, *arguments):
    LinkLoop(pipe, *arguments).run()
