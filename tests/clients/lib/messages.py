"""A row of messages for a stream: every length around the bound between two forms of a frame's header, and a few of the third."""

import http.client
import json

from lib.wire import TIMEOUT, Failure, expect

COUNT = 1000


def text(number):
    return f"{number} " + "ü" * (35_000 if number % 250 == 249 else number % 100)


def send(fixture, count=COUNT):
    """Sends them one after the other over one connection, and gives back the server's answers."""
    connection = http.client.HTTPConnection(fixture.host, timeout=TIMEOUT)
    headers = {"X-Gotify-Key": fixture.app_token, "Content-Type": "application/json"}
    sent = []
    for number in range(count):
        connection.request("POST", "/message", json.dumps({"message": text(number), "title": "many"}), headers)
        response = connection.getresponse()
        body = response.read()
        expect(response.status, 200, f"status of message {number} ({body[:200]!r})")
        sent.append(json.loads(body))
    connection.close()
    return sent


def compare(seen, sent):
    """All of them, each once, in order."""
    for number, (one, other) in enumerate(zip(seen, sent)):
        if one != other:
            raise Failure(f"message {number} of the stream: expected {str(other)[:200]}, got {str(one)[:200]}")
    expect(len(seen), len(sent), "messages in the stream")
