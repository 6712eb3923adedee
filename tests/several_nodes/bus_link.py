"""A link that reads the protocol of NATS, and drops, repeats and reorders whole messages of it."""

import threading
import time

from link import Link

HOLD = 0.03  # seconds at most that a message is held for the one behind it
MESSAGES = (b"PUB", b"HPUB", b"MSG", b"HMSG")


class BusLink(Link):
    def copy(self, source, target, direction):
        reader = source.makefile("rb", buffering=1 << 16)
        behind = Behind(self, target, direction)
        while line := reader.readline():
            words = line.split()
            if not words or words[0].upper() not in MESSAGES:
                behind.send([line])
                continue
            payload = reader.read(int(words[-1]) + 2)
            if payload.endswith(b"\r\n"):
                self.message(behind, line + payload)

    def message(self, behind, whole):
        self.counts["messages"] += 1
        draw = self.chance.random
        if self.drop and draw() < self.drop:
            self.counts["dropped"] += 1
            return
        times = 1
        if self.repeat and draw() < self.repeat:
            self.counts["repeated"] += 1
            times = 2
        if self.reorder and draw() < self.reorder and behind.hold(whole):
            self.counts["reordered"] += 1
            whole = whole if times == 2 else None
            times = 1
        if whole:
            behind.send([whole] * times)


class Behind:
    """At most one message that waits for the next one, which it then follows."""

    def __init__(self, link, target, direction):
        self.link, self.target, self.direction = link, target, direction
        self.lock = threading.Lock()
        self.held = None

    def hold(self, whole):
        with self.lock:
            if self.held:
                return False
            self.held = whole
        threading.Thread(target=self.give_up, args=(whole,), daemon=True).start()
        return True

    def give_up(self, whole):
        time.sleep(HOLD)
        with self.lock:
            if self.held is not whole:
                return
            self.held = None
            self.write(whole)

    def send(self, pieces):
        with self.lock:
            held, self.held = self.held, None
            self.write(b"".join(pieces) + (held or b""))

    def write(self, data):
        try:
            self.link.pass_on(self.target, data, self.direction)
        except OSError:
            pass  # copy() sees the end by itself
