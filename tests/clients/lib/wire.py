"""HTTP and WebSocket on plain sockets, standard library only: requests go out byte for byte as a test writes them."""

import base64
import hashlib
import http.client
import json
import os
import socket
import struct
import time
from urllib.parse import urlsplit

TIMEOUT = 10  # seconds until an answer or a message must be there


class Failure(Exception):
    """What a client saw and should not have seen."""


def expect(seen, wanted, what):
    if seen != wanted:
        raise Failure(f"{what}: expected {wanted!r}, got {seen!r}")


def eventually(true, what, seconds=TIMEOUT):
    """Waits until true() is; for what another process or thread does at its own pace."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise Failure(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Failure(f"not JSON: {self.body[:200]!r}") from None

    def header(self, name):
        return self.headers.get(name)


class Connection:
    """One connection to the server. Keep-alive is the caller's choice."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port), TIMEOUT)

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, method):
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        return Answer(response.status, response.headers, response.read())

    def raw(self, method, target, headers=(), body=b""):
        """Headers are lines as they go out. Host and, for a body not sent in chunks, Content-Length are added."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}", *headers]
        if isinstance(body, str):
            body = body.encode()
        names = {line.split(":")[0].lower() for line in headers}
        if "transfer-encoding" in names:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif "content-length" not in names and (body or method in ("POST", "PUT")):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        if "expect" in names:
            self.send(head)
            interim = self.line()
            expect(interim, b"HTTP/1.1 100 Continue\r\n", "answer to Expect: 100-continue")
            expect(self.line(), b"\r\n", "end of the 100")
            self.send(body)
        else:
            self.send(head + body)
        return self.answer(method)

    def line(self):
        line = b""
        while not line.endswith(b"\n"):
            byte = self.socket.recv(1)
            if not byte:
                raise Failure(f"the connection ended after {line!r}")
            line += byte
        return line

    def close(self):
        self.socket.close()


def raw(url, method, target, headers=(), body=b""):
    connection = Connection(url)
    try:
        return connection.raw(method, target, headers, body)
    finally:
        connection.close()


def basic(name, password):
    return "Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


class Stream:
    """A subscriber. next() is the next message; frames keeps each text as it came."""

    def __init__(self, url, target, headers=()):
        self.connection = Connection(url)
        self.buffer = b""
        self.frames = []
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {target} HTTP/1.1", f"Host: {self.connection.host}", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", *headers]
        self.connection.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.connection.line()
        self.status = int(head.split()[1])
        self.head = head.decode()
        if self.status != 101:
            self.connection.close()
            raise Failure(f"the stream was refused: {self.head}")
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        accept = f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n".lower()
        if accept not in self.head.lower():
            raise Failure(f"wrong Sec-WebSocket-Accept: {self.head}")

    def take(self, size):
        while len(self.buffer) < size:
            data = self.connection.socket.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def frame(self):
        """The next frame as (first byte, payload)."""
        first, size = self.take(2)
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        return first, self.take(size)

    def next(self):
        while True:
            try:
                first, payload = self.frame()
            except TimeoutError:
                raise Failure(f"no message within {TIMEOUT} s") from None
            except EOFError:
                raise Failure("the server closed the stream") from None
            if first == 0x89:
                self.send(0x8A, payload)
                continue
            expect(first, 0x81, "first byte of a frame (a whole text)")
            text = payload.decode()
            self.frames.append(text)
            if not text.endswith("}\n"):
                raise Failure(f"a message is JSON and a line feed: {text!r}")
            return json.loads(text)

    def send(self, first, payload):
        self.connection.send(bytes([first, 0x80 | len(payload)]) + bytes(4) + payload)

    def end(self):
        """How the server ends the stream: 'abrupt', or the frame that it sent first."""
        try:
            first, payload = self.frame()
            return first, payload
        except (EOFError, ConnectionResetError):
            return "abrupt"
        except TimeoutError:
            return "open"

    def close(self):
        self.connection.close()
