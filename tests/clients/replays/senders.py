"""Sends each request of requests.py and looks at the answer, the stream and the list."""

import re
import time

from lib.server import Fixture
from lib.steps import step
from lib.wire import Connection, Stream, expect
from replays.requests import REFUSED, SENDERS

fixture = Fixture()
streams = [Stream(fixture.url, f"/stream?token={fixture.client_token}"),
           Stream(fixture.url, "/stream", [f"Authorization: Bearer {fixture.client_token}"])]
kept = Connection(fixture.url)  # programs that keep their connection share one


def send(row):
    def fill(text):
        return text.replace("{token}", fixture.app_token).replace("{host}", fixture.host)

    once = any(line.lower() == "connection: close" for line in row.headers)
    connection = Connection(fixture.url) if once else kept
    answer = connection.raw("POST", fill(row.target), [fill(line) for line in row.headers], row.body)
    if once:
        expect(connection.socket.recv(1), b"", "the connection ends after Connection: close")
        connection.close()
    expect(answer.header("Content-Type"), "application/json", "Content-Type")
    return answer


last = 0
for row in SENDERS:
    with step(row.who):
        answer = send(row)
        expect(answer.status, 200, f"status ({answer.body[:200]!r})")
        stored = answer.json()
        wanted = ["id", "appid", "message", "title", "priority"] + (["extras"] if row.extras else []) + ["date"]
        expect(list(stored), wanted, "keys of the answer, in order")
        expect((stored["message"], stored["title"], stored["priority"], stored.get("extras")),
               (row.message, row.title, row.priority, row.extras), "the stored message")
        expect((stored["id"], stored["appid"]), (last + 1, fixture.app_id), "id and appid")
        last = stored["id"]
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(Z|[+-]\d\d:\d\d)", stored["date"]):
            raise SystemExit(f"{row.who}: date {stored['date']}")
        expect(stored["date"][:4], time.strftime("%Y", time.gmtime()), "year of the date")
        for stream in streams:
            expect(stream.next(), stored, "message in the stream")
            expect(stream.frames[-1].encode(), answer.body + b"\n", "bytes in the stream")
for row, status, text in REFUSED:
    with step(row.who):
        answer = send(row)
        expect(answer.status, status, "status")
        error = {400: "Bad Request", 401: "Unauthorized"}[status]
        expect(answer.json(), {"error": error, "errorCode": status, "errorDescription": text}, "error")
with step("the list has them all"):
    messages = fixture.api.messages()
    expect([message["id"] for message in messages], list(range(last, 0, -1)), "ids in the list")
    expect([message["message"] for message in messages], [row.message for row in reversed(SENDERS)], "messages in the list")
