"""The stream through `wsproto`, which is the protocol only: here on a plain socket, elsewhere below Hypercorn and Trio."""

import concurrent.futures
import json
import socket

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Pong, RejectConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

from lib import messages
from lib.server import Fixture
from lib.steps import step
from lib.wire import TIMEOUT, expect

fixture = Fixture()


class Stream:
    def __init__(self, token):
        host, port = fixture.host.split(":")
        self.socket = socket.create_connection((host, int(port)), TIMEOUT)
        self.protocol = WSConnection(ConnectionType.CLIENT)
        self.send(Request(host=fixture.host, target="/stream", extra_headers=[(b"X-Gotify-Key", token.encode())],
                          extensions=[PerMessageDeflate()]))
        self.events = self.receive()

    def send(self, event):
        self.socket.sendall(self.protocol.send(event))

    def receive(self):
        """Events as they come, until the server ends the connection."""
        while True:
            data = self.socket.recv(65536)
            self.protocol.receive_data(data or None)
            for event in self.protocol.events():
                if isinstance(event, Ping):
                    self.send(event.response())
                else:
                    yield event
            if not data:
                return

    def next(self, kind):
        event = next(self.events)
        expect(type(event), kind, f"event {str(event)[:200]}")
        return event

    def message(self):
        whole, finished = "", False
        while not finished:
            part = self.next(TextMessage)
            whole += part.data
            finished = part.message_finished
        return json.loads(whole)


stream = Stream(fixture.client_token)
with step("handshake"):
    expect(stream.next(AcceptConnection).extensions, [], "extensions (compression was offered)")
with step("1,000 messages in order"), concurrent.futures.ThreadPoolExecutor() as pool:
    sending = pool.submit(messages.send, fixture)
    seen = [stream.message() for _ in range(messages.COUNT)]
    messages.compare(seen, sending.result())
with step("ping and close are answered"):
    stream.send(Ping(b"are you there?"))
    expect(bytes(stream.next(Pong).payload), b"are you there?", "pong")
    stream.send(CloseConnection(1000))
    expect(stream.next(CloseConnection).code, 1000, "close code")
with step("a refused stream"):
    expect(Stream("Cwrong").next(RejectConnection).status_code, 401, "status")
