"""A TCP proxy between a node and its database or its bus, which can be cut in either direction, delayed or broken.

A cut passes nothing on and closes nothing, as a network that drops packets: what was sent waits, and arrives when it is healed.
"""

import collections
import socket
import struct
import threading
import time

OUT, IN = "out", "in"  # what the node sends, what it receives
Way = collections.namedtuple("Way", "name port target")  # target: a (host, port), or the path of a Unix socket


class Link:
    """Two threads per connection, one for each direction."""

    def __init__(self, way, chance):
        self.way, self.chance = way, chance
        self.lock = threading.Lock()
        self.pairs = set()
        self.gates = {direction: threading.Event() for direction in (OUT, IN)}
        self.refusing, self.pause = False, 0.0
        self.drop = self.repeat = self.reorder = 0.0
        self.counts = collections.Counter()
        self.listener = socket.create_server(("127.0.0.1", way.port), backlog=128)
        self.heal()
        threading.Thread(target=self.accept, daemon=True).start()

    def heal(self):
        self.refusing, self.pause = False, 0.0
        self.drop = self.repeat = self.reorder = 0.0
        for gate in self.gates.values():
            gate.set()

    def cut(self, passes):
        for direction, gate in self.gates.items():
            gate.set() if direction in passes else gate.clear()

    def reset(self):
        with self.lock:
            pairs = list(self.pairs)
        for pair in pairs:
            for end in pair:
                hang_up(end)

    def accept(self):
        while True:
            node, _ = self.listener.accept()
            threading.Thread(target=self.connect, args=(node,), daemon=True).start()

    def connect(self, node):
        if self.refusing:
            hang_up(node)
            node.close()
            return
        for gate in self.gates.values():
            gate.wait()
        try:
            if isinstance(self.way.target, str):
                service = socket.socket(socket.AF_UNIX)
                service.connect(self.way.target)
            else:
                service = socket.create_connection(self.way.target)
                service.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # nobody is there
            hang_up(node)
            node.close()
            return
        node.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = (node, service)
        with self.lock:
            self.pairs.add(pair)
        back = threading.Thread(target=self.run, args=(service, node, IN), daemon=True)
        back.start()
        self.run(node, service, OUT)
        back.join()
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            end.close()

    def run(self, source, target, direction):
        """Until one of them ends; the other one hears of it when the direction is open."""
        try:
            self.copy(source, target, direction)
        except OSError:
            pass
        self.gates[direction].wait()
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def copy(self, source, target, direction):
        while data := source.recv(65536):
            self.pass_on(target, data, direction)

    def pass_on(self, target, data, direction):
        if self.pause:
            time.sleep(self.pause)
        self.gates[direction].wait()
        target.sendall(data)


def hang_up(end):
    """A reset, once it is closed or nobody reads it any more."""
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
