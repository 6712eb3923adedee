"""GET /stream and GET /message on plain sockets: the four transports, each as messages with the answer's headers."""

import base64
import json
import os
import socket

TRANSPORTS = ("websocket", "sse", "ndjson", "poll")
SILENCE = 12  # seconds without a sign of life: longer than twice the period of pings
POLL = 5  # seconds that a long poll waits


class Refused(Exception):
    def __init__(self, status, body=""):
        super().__init__(f"{status} {body}")
        self.status = status


class Answer:
    """The header of an answer, and the bytes behind it."""

    def __init__(self, address, target, headers):
        self.socket = socket.create_connection(address, 5)
        self.socket.settimeout(SILENCE)
        self.buffer = b""
        try:
            lines = [f"GET {target} HTTP/1.1", "Host: push", *headers]
            self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
            while b"\r\n\r\n" not in self.buffer:
                self.more()
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            first, *rest = head.decode().split("\r\n")
            self.status = int(first.split()[1])
            self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        except BaseException:
            self.socket.close()
            raise

    def more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError
        self.buffer += data

    def take(self, size):
        while len(self.buffer) < size:
            self.more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def body(self):
        """Of an answer with a Content-Length or in chunks."""
        if "content-length" in self.headers:
            return self.take(int(self.headers["content-length"]))
        body = b""
        while size := int(self.line(), 16):
            body += self.take(size)
            self.take(2)
        return body

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.close()


class Stream(Answer):
    """complete, head, epoch: as the headers say."""

    def __init__(self, address, target, headers, wanted=200):
        super().__init__(address, target, headers)
        if self.status != wanted:
            try:
                body = self.body().decode(errors="replace")
            except (OSError, EOFError, ValueError):
                body = ""
            self.socket.close()
            raise Refused(self.status, body)
        self.note(self)

    def note(self, answer):
        self.complete = answer.headers.get("gotify-stream-complete") != "false"
        self.head = int(answer.headers.get("gotify-stream-head", 0))
        self.epoch = answer.headers.get("gotify-stream-epoch", "")


class WebSocket(Stream):
    def __init__(self, address, target, headers):
        key = base64.b64encode(os.urandom(16)).decode()
        super().__init__(address, target, [*headers, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                           f"Sec-WebSocket-Key: {key}"], 101)

    def messages(self):
        while True:
            first, size = self.take(2)
            if size >= 126:
                size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
            payload = self.take(size)
            if first == 0x81:
                yield json.loads(payload)
            elif first == 0x89:
                self.socket.sendall(bytes([0x8A, 0x80 | size]) + bytes(4) + payload)
            elif first == 0x88:
                return


class Lines(Stream):
    def messages(self):
        while True:
            line = self.line()
            if line.strip():
                yield json.loads(line)


class ServerSentEvents(Stream):
    def messages(self):
        while True:
            line = self.line()
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


class LongPoll(Stream):
    """One poll: it is answered at once, with the next message, or after POLL seconds with nothing. Its body says what headers say of others."""

    def __init__(self, address, target, headers):
        Answer.__init__(self, address, f"{target}&timeout={POLL}", headers)
        if self.status not in (200, 204):
            self.socket.close()
            raise Refused(self.status)
        self.note(self)
        self.found, self.head = [], 1 << 62
        if self.status == 200:
            answer = json.loads(self.body())
            self.found, self.complete, self.head = answer["messages"], answer["complete"], answer["cursor"]

    def messages(self):
        return self.found


KINDS = {"websocket": WebSocket, "sse": ServerSentEvents, "ndjson": Lines, "poll": LongPoll}


def open_stream(address, transport, token, last, epoch):
    target = f"/stream?since_id={last}" + (f"&transport={transport}" if transport != "websocket" else "")
    return KINDS[transport](address, target + (f"&epoch={epoch}" if epoch else ""), [f"X-Gotify-Key: {token}"])


def read_list(address, token, last):
    """GET /message: everything above `last`, the oldest first."""
    found, since = [], 0
    while True:
        with Answer(address, f"/message?limit=200&since={since}", [f"X-Gotify-Key: {token}", "Connection: close"]) as answer:
            body = answer.body()
            if answer.status != 200:
                raise Refused(answer.status, body.decode(errors="replace"))
        page = json.loads(body)
        found += [message for message in page["messages"] if message["id"] > last]
        since = page["paging"]["since"]
        if since <= last:
            return found[::-1]
