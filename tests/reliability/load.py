"""Load on the server: senders and listeners, each a process of its own, so that neither slows the other's clock.

A message's text begins with the time at which it was sent (nanoseconds of the monotonic clock, which all processes share) and
is never used twice.
"""

import base64
import collections
import heapq
import multiprocessing
import os
import select
import socket
import time
import traceback

from support import Failure

FORK = multiprocessing.get_context("fork")
PER_ADDRESS = 10_000  # connections from one source address, which has 28,000 ports
IP_BIND_ADDRESS_NO_PORT = 24
NANOSECONDS = 1e-9


class Worker:
    """A child process that answers commands in order; the context manager ends it."""

    def __init__(self, run, *arguments):
        self.pipe, theirs = FORK.Pipe()
        self.process = FORK.Process(target=self._run, args=(run, theirs, self.pipe, arguments), daemon=True)
        self.process.start()
        theirs.close()

    @staticmethod
    def _run(run, pipe, other, arguments):
        other.close()
        try:
            run(pipe, *arguments)
        except (EOFError, BrokenPipeError):
            pass
        except BaseException:  # the parent must see it
            pipe.send(Failure(traceback.format_exc()))

    def tell(self, *command):
        self.pipe.send(command)

    def answer(self, limit=120):
        if not self.pipe.poll(limit):
            raise Failure(f"a load process gave no answer within {limit} s")
        result = self.pipe.recv()
        if isinstance(result, Failure):
            raise result
        return result

    def ask(self, *command, limit=120):
        self.tell(*command)
        return self.answer(limit)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def connect(address, number, options=()):
    """A connection that is being made. Several source addresses, because one has too few ports. options: of setsockopt."""
    made = socket.socket()
    made.setblocking(False)
    for option in options:
        made.setsockopt(*option)
    made.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.bind((f"127.0.0.{2 + number // PER_ADDRESS}", 0))
    made.connect_ex(address)
    return made


# ---- senders

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


# ---- listeners

class Listeners(Worker):
    """One stream per token of the list, all in one process.

    watched: how many of them, from the first, are read frame by frame; of the others only the bytes are counted.
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
        self.key = base64.b64encode(os.urandom(16)).decode()
        self.space = bytearray(1 << 20)
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
            elif listener.number < self.watched:
                self.read(listener, listener.socket.recv(1 << 20))
            else:
                self.count(listener)
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
        listener.socket.sendall((f"GET /stream?token={listener.token} HTTP/1.1\r\nHost: push\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                 f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {self.key}\r\n\r\n").encode())
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

    def count(self, listener):
        size = listener.socket.recv_into(self.space)
        if size == 0:
            self.ended(listener, "closed")
            return
        self.bytes += size
        if self.space[size - 2] == 0x89 and self.space[size - 1] == 0:
            self.pong(listener)

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
            if data[at] == 0x81:
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
