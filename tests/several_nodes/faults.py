"""The faults of the nemesis: each begins, lasts, and is healed; which of them, on whom and for how long is drawn from a seed."""

import collections
import signal
import time

from lane import Lane
from link import IN, OUT

SHORT = {"end sessions of PostgreSQL": 0.3, "reset at the write lock, PostgreSQL": 1.5}  # seconds at most

# at: seconds from the begin of the run. targets: numbers of nodes, from 0.
Fault = collections.namedtuple("Fault", "at seconds kind targets")


class Faults:
    """begin(kind, nodes) and heal(kind, nodes) of a several.Several with links. From the main thread."""

    def __init__(self, several):
        self.several = several
        self.begins = {"kill a node": self.kill_nodes, "stop a node": self.freeze_nodes, "end a node": self.end_nodes,
                       "kill NATS": lambda _: several.nats.kill(), "stop NATS": lambda _: several.nats.signal(signal.SIGSTOP),
                       "kill PostgreSQL": lambda _: several.postgres.kill(), "stop PostgreSQL": lambda _: several.postgres.signal(signal.SIGSTOP),
                       "end sessions of PostgreSQL": self.end_sessions}
        self.heals = {"kill a node": self.start_nodes, "stop a node": self.thaw_nodes, "end a node": self.start_nodes,
                      "kill NATS": lambda _: several.nats.start(), "stop NATS": lambda _: several.nats.signal(signal.SIGCONT),
                      "kill PostgreSQL": lambda _: several.postgres.start(), "stop PostgreSQL": lambda _: several.postgres.signal(signal.SIGCONT),
                      "end sessions of PostgreSQL": lambda _: None}
        for what in ("database", "bus", "database and bus"):
            services = what.split(" and ")
            self.on_links(f"cut from the {what}", services, lambda links, names: links.cut(*names))
            self.on_links(f"heard by no {what}", services, lambda links, names: links.cut(*names, passes=(IN,)))
            self.on_links(f"deaf to the {what}", services, lambda links, names: links.cut(*names, passes=(OUT,)))
            self.on_links(f"refused by the {what}", services, lambda links, names: links.refuse(*names))
        self.on_links("slow database", ["database"], lambda links, names: links.delay(0.02, *names))
        self.on_links("slow bus", ["bus"], lambda links, names: links.delay(0.1, *names))
        self.on_links("bad bus", ["bus"], lambda links, names: links.spoil(*names, drop=0.2, repeat=0.05, reorder=0.1))
        self.lane = Lane(several.postgres, several.database_name())
        self.begins["reset at the write lock, PostgreSQL"] = self.reset_at_lock
        self.heals["reset at the write lock, PostgreSQL"] = lambda _: self.lane.release()
        if several.nats is None:
            for kind in [kind for kind in self.begins if "NATS" in kind or " bus" in kind]:
                del self.begins[kind], self.heals[kind]

    def on_links(self, kind, services, begin):
        links = self.several.links

        def names(nodes):
            return [f"{node.name}-{service}" for node in nodes for service in services]

        self.begins[kind] = lambda nodes: begin(links, names(nodes))
        self.heals[kind] = lambda nodes: links.heal(*names(nodes))

    def plan(self, chance, seconds, longest, only=None):
        """Faults until then. only: names, or parts of names. At most two at a time, never two of one kind, never two on what one of them has stopped."""
        plan, at = [], 1.0
        kinds = [kind for kind in sorted(self.begins) if not only or any(part in kind for part in only)]
        while True:
            at += chance.uniform(0.2, 2.5)
            running = [fault for fault in plan if fault.at + fault.seconds > at]
            if len(running) > 1:
                at = min(fault.at + fault.seconds for fault in running)
                continue
            kind = chance.choice(kinds)
            lasts = chance.uniform(0.2, SHORT.get(kind, longest))
            if at + lasts > seconds:
                return plan
            if any(subject(fault.kind) == subject(kind) for fault in running):
                continue
            count = len(self.several.nodes)
            targets = tuple(chance.sample(range(count), chance.choice((1, 1, 1, count - 1)))) if about_nodes(kind) else ()
            plan.append(Fault(at, lasts, kind, targets))

    def nodes(self, fault):
        return [self.several.nodes[number] for number in fault.targets]

    def begin(self, fault):
        self.begins[fault.kind](self.nodes(fault))

    def heal(self, fault):
        self.heals[fault.kind](self.nodes(fault))

    def revive(self, under_way):
        """Starts the nodes that have ended by themselves, as a supervisor would. under_way: the faults that are not healed."""
        down = {number for fault in under_way if fault.kind in ("kill a node", "end a node") for number in fault.targets}
        for number, node in enumerate(self.several.nodes):
            if number not in down and not node.running():
                node.launch()

    @staticmethod
    def kill_nodes(nodes):
        for node in nodes:
            node.kill()

    @staticmethod
    def end_nodes(nodes):
        """By SIGTERM, whose end is not waited for."""
        for node in nodes:
            node.signal(signal.SIGTERM)

    @staticmethod
    def start_nodes(nodes):
        """What cannot start, because the database is away, is started again by revive()."""
        for node in nodes:
            if node.running():
                node.process.kill()
                node.process.wait()
            node.launch()

    @staticmethod
    def freeze_nodes(nodes):
        for node in nodes:
            node.freeze()

    @staticmethod
    def thaw_nodes(nodes):
        for node in nodes:
            node.thaw()

    def reset_at_lock(self, _):
        """The statements of all nodes wait for the lock when their connections end."""
        self.lane.hold()
        time.sleep(0.2)
        self.several.links.reset(*(f"{node.name}-database" for node in self.several.nodes))

    def end_sessions(self, _):
        self.several.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sharded-gotify%'")


def about_nodes(kind):
    return "NATS" not in kind and "PostgreSQL" not in kind


def subject(kind):
    """Two faults of one subject do not overlap."""
    for service in ("PostgreSQL", "NATS"):
        if service in kind:
            return service
    return "process" if kind.endswith("a node") else "links"
