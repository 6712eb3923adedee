"""Senders: POST /message on many connections. A message's text begins with the time at which it was sent (nanoseconds of the monotonic
clock, which all processes share) and is never used twice."""

import collections
import heapq
import os
import select
import time

from support import Failure
from worker import FORK, Worker, connect

# One POST that was answered: when, its status, seconds since it was sent, whether it had a Retry-After.
Post = collections.namedtuple("Post", "time status latency retry_after")


class Sent:
    """What a Senders was told: see Ledger. lost: connections that ended."""

    def __init__(self):
        self.acknowledged, self.refused, self.unknown, self.posts = [], [], [], []
        self.lost = 0

    def statuses(self):
        return collections.Counter(post.status for post in self.posts)

    def latencies(self, since=0.0, until=float("inf")):
        return [post.latency for post in self.posts if since <= post.time < until]


class Senders(Worker):
    """POST /message on `connections` connections, each with one of the tokens in turn.

    rate: messages per second together; None: each sends the next one when the last one was answered.
    reconnect: a connection that ended is made again after 10 ms; else it stays away.
    acknowledged: the number of 200s so far, from any process.
    """

    def __init__(self, address, tokens, connections=16, rate=None, size=0, reconnect=False, name="m"):
        self._acknowledged = FORK.Value("q", 0, lock=False)
        super().__init__(run_senders, self._acknowledged, address, tokens, connections, rate, size, reconnect, name)

    @property
    def acknowledged(self):
        return self._acknowledged.value

    def wait_for(self, count, limit=60):
        deadline = time.monotonic() + limit
        while self.acknowledged < count:
            if time.monotonic() > deadline or not self.process.is_alive():
                raise Failure(f"{self.acknowledged} messages were acknowledged, not {count}, within {limit} s")
            time.sleep(0.002)

    def stop(self):
        """Sends nothing else, waits up to 10 s for answers; a Sent."""
        return self.ask("stop")


class Sender:
    def __init__(self, number, token):
        self.number, self.token = number, token
        self.socket = None
        self.buffer = b""
        self.text = None  # the message that waits for its answer
        self.begin = 0.0
        self.count = 0


class SenderLoop:
    def __init__(self, pipe, acknowledged, address, tokens, connections, rate, size, reconnect, name):
        self.pipe, self.acknowledged, self.address = pipe, acknowledged, address
        self.rate, self.size, self.reconnect = rate, size, reconnect
        self.name = f"{name}/{os.getpid()}"
        self.sent = Sent()
        self.poller = select.epoll()
        self.poller.register(pipe.fileno(), select.EPOLLIN)
        self.by_descriptor = {}
        self.idle = collections.deque()
        self.late = collections.deque()  # due, but every connection was busy
        self.again = []  # (time, number, sender) to connect
        self.due = None  # when the next message is to be sent, once a connection is there
        self.stopping = None
        self.senders = [Sender(number, tokens[number % len(tokens)]) for number in range(connections)]
        for sender in self.senders:
            self.open(sender)

    def open(self, sender):
        sender.socket = connect(self.address, sender.number)
        sender.buffer, sender.text = b"", None
        self.by_descriptor[sender.socket.fileno()] = sender
        self.poller.register(sender.socket.fileno(), select.EPOLLOUT)

    def close(self, sender):
        descriptor = sender.socket.fileno()
        self.poller.unregister(descriptor)
        del self.by_descriptor[descriptor]
        sender.socket.close()
        sender.socket = None
        self.sent.lost += 1
        if sender.text is not None:
            self.sent.unknown.append(sender.text)
            sender.text = None
        elif sender in self.idle:
            self.idle.remove(sender)
        if self.reconnect and self.stopping is None:
            heapq.heappush(self.again, (time.monotonic() + 0.01, sender.number, sender))

    def is_idle(self, sender):
        if self.stopping is not None:
            return
        if self.rate is None:
            self.post(sender, time.monotonic())
        elif self.late:
            self.post(sender, self.late.popleft())
        else:
            self.idle.append(sender)
            self.due = self.due or time.monotonic()

    def post(self, sender, begin):
        sender.count += 1
        sender.begin = begin
        sender.text = f"{time.monotonic_ns()} {self.name}/{sender.number}/{sender.count} {'x' * self.size}"
        body = '{"message":"' + sender.text + '"}'
        try:
            sender.socket.sendall((f"POST /message HTTP/1.1\r\nHost: push\r\nContent-Type: application/json\r\nX-Gotify-Key: {sender.token}\r\n"
                                   f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        except OSError:
            self.close(sender)

    def readable(self, sender):
        try:
            data = sender.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close(sender)
            return
        sender.buffer += data
        head, mark, body = sender.buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        fields = head.lower()
        at = fields.find(b"content-length:")
        length = int(fields[at + 15:].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self.answered(sender, int(head[9:12]), body, b"\r\nretry-after:" in fields)
        sender.buffer = b""
        if b"\r\nconnection: close" in fields:
            self.close(sender)
        else:
            self.is_idle(sender)

    def answered(self, sender, status, body, retry_after):
        now = time.monotonic()
        text, sender.text = sender.text, None
        if text is None:  # e.g. a 408
            return
        self.sent.posts.append(Post(now, status, now - sender.begin, retry_after))
        if status == 200:
            self.sent.acknowledged.append((int(body[6:body.index(b",")]), text))
            self.acknowledged.value += 1
        elif status == 500:  # it is not known
            self.sent.unknown.append(text)
        else:
            self.sent.refused.append(text)

    def handle(self, descriptor, event):
        sender = self.by_descriptor.get(descriptor)
        if sender is None:
            return
        if event & (select.EPOLLERR | select.EPOLLHUP) and not event & select.EPOLLIN:
            self.close(sender)
        elif event & select.EPOLLOUT:
            self.poller.modify(descriptor, select.EPOLLIN)
            self.is_idle(sender)
        else:
            self.readable(sender)

    def run(self):
        while True:
            now = time.monotonic()
            while self.due is not None and self.due <= now and self.stopping is None:
                if self.idle:
                    self.post(self.idle.popleft(), now)
                else:
                    self.late.append(self.due)
                self.due += 1 / self.rate
            while self.again and self.again[0][0] <= now:
                self.open(heapq.heappop(self.again)[2])
            if self.stopping is not None:
                waiting = [sender for sender in self.senders if sender.text is not None]
                if not waiting or now > self.stopping:
                    self.sent.unknown += [sender.text for sender in waiting]
                    return self.sent
            wake = min([now + 0.1] + ([self.due] if self.due else []) + [entry[0] for entry in self.again[:1]])
            for descriptor, event in self.poller.poll(max(0.0, wake - now)):
                if descriptor == self.pipe.fileno():
                    self.pipe.recv()
                    self.stopping = time.monotonic() + 10
                else:
                    self.handle(descriptor, event)


def run_senders(pipe, *arguments):
    pipe.send(SenderLoop(pipe, *arguments).run())
