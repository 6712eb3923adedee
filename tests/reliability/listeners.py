"""Listeners: streams in numbers. How long a message took is known from its text, see senders.py."""

import collections
import os
import select
import socket
import time

from support import stream_request
from worker import Worker, connect

NANOSECONDS = 1e-9


class Listeners(Worker):
    """One stream per token of the list, all in one process.

    watched: of how many of them, from the first, messages are looked at; of the others the bytes are counted and pings answered.
    keep_ids: the ids that each watched listener received are kept, too.
    """

    def __init__(self, address, tokens, watched=None, keep_ids=False):
        super().__init__(run_listeners, address, tokens, len(tokens) if watched is None else watched, keep_ids)

    def open(self, limit=60, retry=False):
        """Opens all that are not open, at once. Until all have an answer, or `limit` seconds; retry: until all are open.

        {'open': how many are open now, 'seconds': until the last one was, 'refused': {status or error: times}}
        """
        return self.ask("open", limit, retry, limit=limit + 30)

    def report(self, reset=False):
        """{'open', 'closed' (by the server), 'messages', 'bytes', 'out_of_order' (an id not above the last one),
        'latencies' (seconds from sending to receiving), 'totals' (of each watched one: messages, sum of ids),
        'ids' (of each watched one, if they are kept)}; reset: counts from here on."""
        return self.ask("report", reset)

    def wait_for(self, messages_each, limit=60):
        """Until each watched listener that is open has received as many; a report."""
        deadline = time.monotonic() + limit
        while True:
            report = self.report()
            if all(count >= messages_each for count, _ in report["totals"]) or time.monotonic() > deadline:
                return report
            time.sleep(0.1)

    def freeze(self, first, last):
        """These, by index, stop reading."""
        self.ask("freeze", first, last)

    def thaw(self):
        self.ask("thaw")

    def close(self):
        """All of them, without a closing handshake."""
        self.ask("close")


class Listener:
    __slots__ = ("number", "token", "socket", "state", "buffer", "frozen", "last", "count", "total", "ids")

    def __init__(self, number, token):
        self.number, self.token = number, token
        self.socket, self.state, self.buffer, self.frozen = None, "closed", b"", False
        self.forget()

    def forget(self):
        self.last = self.count = self.total = 0
        self.ids = []


class ListenerLoop:
    def __init__(self, pipe, address, tokens, watched, keep_ids):
        self.pipe, self.address, self.watched, self.keep_ids = pipe, address, watched, keep_ids
        self.listeners = [Listener(number, token) for number, token in enumerate(tokens)]
        self.poller = select.epoll()
        self.poller.register(pipe.fileno(), select.EPOLLIN)
        self.by_descriptor = {}
        self.refused = collections.Counter()
        self.opening = 0
        self.open_count = 0
        self.again = collections.deque()
        self.forget()

    def forget(self):
        self.closed = self.messages = self.bytes = self.out_of_order = 0
        self.latencies = []

    def begin(self, listener):
        listener.socket = connect(self.address, listener.number)
        listener.state, listener.buffer, listener.frozen = "connecting", b"", False
        self.by_descriptor[listener.socket.fileno()] = listener
        self.poller.register(listener.socket.fileno(), select.EPOLLOUT)
        self.opening += 1

    def drop(self, listener):
        descriptor = listener.socket.fileno()
        if not listener.frozen:
            self.poller.unregister(descriptor)
        del self.by_descriptor[descriptor]
        listener.socket.close()
        if listener.state == "open":
            self.open_count -= 1
        else:
            self.opening -= 1
        listener.state = "closed"

    def refuse(self, listener, why):
        self.refused[why] += 1
        self.drop(listener)
        self.again.append((time.monotonic() + 0.1, listener))

    def handle(self, descriptor, event):
        listener = self.by_descriptor.get(descriptor)
        if listener is None:
            return
        try:
            if listener.state == "connecting":
                self.connected(listener)
            elif listener.state == "asked":
                self.shaken(listener, listener.socket.recv(65536))
            else:
                self.read(listener, listener.socket.recv(65536))
        except BlockingIOError:
            pass
        except OSError as error:
            self.ended(listener, type(error).__name__)

    def ended(self, listener, why):
        if listener.state == "open":
            self.closed += 1
            self.drop(listener)
        else:
            self.refuse(listener, why)

    def connected(self, listener):
        error = listener.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        listener.socket.sendall(stream_request(listener.token))
        listener.state = "asked"
        self.poller.modify(listener.socket.fileno(), select.EPOLLIN)

    def shaken(self, listener, data):
        if not data:
            self.refuse(listener, "closed")
            return
        head, mark, rest = (listener.buffer + data).partition(b"\r\n\r\n")
        if not mark:
            listener.buffer = head
            return
        if head[9:12] != b"101":
            self.refuse(listener, int(head[9:12]))
            return
        listener.state, listener.buffer = "open", b""
        self.opening -= 1
        self.open_count += 1
        self.last_open = time.monotonic()
        if rest:
            self.read(listener, rest)

    def read(self, listener, data):
        if not data:
            self.ended(listener, "closed")
            return
        self.bytes += len(data)
        if listener.buffer:
            data = listener.buffer + data
        at = 0
        while len(data) - at >= 2:
            length, start = data[at + 1], at + 2
            if length >= 126:
                size = 2 if length == 126 else 8
                if len(data) - start < size:
                    break
                length, start = int.from_bytes(data[start:start + size], "big"), start + size
            if len(data) - start < length:
                break
            if data[at] == 0x81 and listener.number < self.watched:
                self.message(listener, data[start:start + length])
            elif data[at] == 0x89:
                self.pong(listener)
            at = start + length
        listener.buffer = data[at:]

    def pong(self, listener):
        listener.socket.sendall(b"\x8a\x80\0\0\0\0")

    def message(self, listener, payload):
        number = int(payload[6:payload.index(b",")])
        self.messages += 1
        self.out_of_order += number <= listener.last
        listener.last = number
        listener.count += 1
        listener.total += number
        if self.keep_ids:
            listener.ids.append(number)
        begin = payload.index(b'"message":"') + 11
        sent = payload[begin:begin + 24].split(b" ", 1)[0]
        if sent.isdigit():
            self.latencies.append((time.monotonic_ns() - int(sent)) * NANOSECONDS)

    def turn(self, seconds):
        """One round of events; True if the parent said something."""
        spoken = False
        for descriptor, event in self.poller.poll(seconds, 4096):
            if descriptor == self.pipe.fileno():
                spoken = True
            else:
                self.handle(descriptor, event)
        return spoken

    def open(self, limit, retry):
        self.refused.clear()
        self.again.clear()
        begin = self.last_open = time.monotonic()
        for listener in self.listeners:
            if listener.state == "closed":
                self.begin(listener)
                if self.opening % 256 == 0:  # who has connected must not wait for the others: the server waits 10 s for a header
                    self.turn(0)
        while self.opening or (retry and self.again):
            now = time.monotonic()
            if now > begin + limit:
                break
            while retry and self.again and self.again[0][0] <= now:
                self.begin(self.again.popleft()[1])
            self.turn(0.05)
        return {"open": self.open_count, "seconds": self.last_open - begin, "refused": dict(self.refused)}

    def report(self, reset):
        for _ in range(100):  # what has arrived already
            if not self.poller.poll(0, 1) or self.turn(0):
                break
        watched = self.listeners[:self.watched]
        result = {"open": self.open_count, "closed": self.closed, "messages": self.messages, "bytes": self.bytes,
                  "out_of_order": self.out_of_order, "latencies": self.latencies,
                  "totals": [(listener.count, listener.total) for listener in watched],
                  "ids": [listener.ids for listener in watched] if self.keep_ids else None}
        if reset:
            self.forget()
            for listener in self.listeners:
                listener.forget()
        return result

    def freeze(self, first, last):
        for listener in self.listeners[first:last]:
            if listener.state == "open" and not listener.frozen:
                self.poller.unregister(listener.socket.fileno())
                listener.frozen = True

    def thaw(self):
        for listener in self.listeners:
            if listener.state == "open" and listener.frozen:
                self.poller.register(listener.socket.fileno(), select.EPOLLIN)
                listener.frozen = False

    def close(self):
        for listener in self.listeners:
            if listener.state != "closed":
                self.drop(listener)

    def run(self):
        while True:
            if self.turn(1):
                command, *arguments = self.pipe.recv()
                self.pipe.send(getattr(self, command)(*arguments))


def run_listeners(pipe, *arguments):
    ListenerLoop(pipe, *arguments).run()
