"""The four transports of GET /stream, each a thread that notes what arrives and when."""

import contextlib
import http.client
import json
import socket
import threading
import time

from lib.wire import TIMEOUT, Stream

SILENCE = 100  # seconds without any byte after which a listener gives up: two signs of life are missing


class Listener(threading.Thread):
    """One subscriber. arrived: [(time.monotonic(), message)]; signs: pings, comments, empty lines and empty answers; wrong: why it
    ended before stop(), or None."""

    def __init__(self, url, token):
        super().__init__(daemon=True)
        self.host, self.token = url.removeprefix("http://"), token
        self.arrived, self.signs, self.wrong = [], 0, None
        self.socket, self.stopping = None, False

    def run(self):
        try:
            self.listen()
            self.wrong = "the stream ended"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what went wrong
            self.wrong = f"{type(error).__name__}: {error}"

    def stop(self):
        self.stopping = True
        if self.socket:
            with contextlib.suppress(OSError):  # a poll's may have ended
                self.socket.shutdown(socket.SHUT_RDWR)
        self.join(TIMEOUT)

    def note(self, message):
        self.arrived.append((time.monotonic(), message))

    def get(self, target, connection=None, **headers):
        """The answer to a plain request, whose body is read as it comes."""
        connection = connection or http.client.HTTPConnection(self.host, timeout=SILENCE)
        connection.request("GET", target, headers={"X-Gotify-Key": self.token, **headers})
        self.socket = connection.sock
        return connection.getresponse()

    def opened(self, answer, content_type):
        if answer.status != 200 or answer.headers["Content-Type"] != content_type:
            raise OSError(f"HTTP {answer.status}, {answer.headers['Content-Type']}: {answer.read()}")
        return answer


class WebSocket(Listener):
    def listen(self):
        stream = Stream("http://" + self.host, "/stream", [f"X-Gotify-Key: {self.token}"])
        self.socket = stream.connection.socket
        self.socket.settimeout(SILENCE)
        while True:
            first, payload = stream.frame()
            if first == 0x89:
                self.signs += 1
                stream.send(0x8A, payload)
            else:
                self.note(json.loads(payload))


class EventStream(Listener):
    def listen(self):
        last = None
        for line in self.opened(self.get("/stream", Accept="text/event-stream"), "text/event-stream"):
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "id":
                last = int(value)
            elif field == "data":
                message = json.loads(value)
                if message["id"] != last:
                    raise ValueError(f"id: {last} before message {message['id']}")
                self.note(message)
            elif field == ":":
                self.signs += 1


class Lines(Listener):
    def listen(self):
        for line in self.opened(self.get("/stream?transport=ndjson"), "application/x-ndjson"):
            if line == b"\n":
                self.signs += 1
            else:
                self.note(json.loads(line))


class LongPoll(Listener):
    """Asks again and again, over one connection as far as the proxy keeps it."""

    def listen(self):
        connection, cursor = http.client.HTTPConnection(self.host, timeout=SILENCE), "latest"
        while not self.stopping:
            answer = self.get(f"/stream?transport=poll&since_id={cursor}", connection)
            body = answer.read()
            if answer.status == 204:
                self.signs += 1
                continue
            if answer.status != 200:
                raise OSError(f"HTTP {answer.status}: {body}")
            page = json.loads(body)
            if not page["complete"]:
                raise ValueError(f"not complete behind {cursor}")
            cursor = page["cursor"]
            for message in page["messages"]:
                self.note(message)


TRANSPORTS = {"WebSocket": WebSocket, "SSE": EventStream, "NDJSON": Lines, "poll": LongPoll}
