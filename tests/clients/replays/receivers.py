"""What receivers ask when they start, while they listen and when they come back, in their order and with their demands on
types. Each has a client of its own."""

import datetime
import json

from lib.server import Fixture
from lib.steps import step
from lib.wire import Connection, Failure, Stream, basic, expect, raw
from replays.checks import iso_date, rest, strict

fixture = Fixture()


def post(message, **members):
    headers = [f"X-Gotify-Key: {fixture.app_token}", "Content-Type: application/json"]
    answer = raw(fixture.url, "POST", "/message", headers, json.dumps({"message": message, **members}))
    expect(answer.status, 200, f"status of POST /message ({answer.body[:200]!r})")
    return answer.json()


def revoke(name):
    """Deletes the clients of that name, as a person does in another place."""
    for client in fixture.admin.call("GET", "/client"):
        if client["name"] == name:
            fixture.admin.call("DELETE", f"/client/{client['id']}")


OKHTTP = ["Accept-Encoding: gzip", "User-Agent: okhttp/4.12.0", "Connection: Keep-Alive"]


def android():
    with step("Android: login"):
        login = [*OKHTTP, basic("admin", "admin")]
        version = rest(fixture.url, "GET", "/version", OKHTTP)
        expect([type(version[key]) for key in ("version", "commit", "buildDate")], [str] * 3, "version")
        expect(raw(fixture.url, "GET", "/current/user", [*OKHTTP, basic("admin", "wrong")]).status, 401, "status for a wrong password")
        expect(rest(fixture.url, "GET", "/current/user", login)["name"], "admin", "user")
        client = rest(fixture.url, "POST", "/client", [*login, "Content-Type: application/json; charset=UTF-8"], '{"name":"Pixel"}')
        key = [*OKHTTP, f"X-Gotify-Key: {client['token']}"]
    with step("Android: start"):
        expect(rest(fixture.url, "GET", "/current/user", key)["admin"], True, "admin")
        newest = rest(fixture.url, "GET", "/message?limit=1&since=0", key)["messages"]
        last = newest[0]["id"] if newest else 0
        applications = strict("application", rest(fixture.url, "GET", "/application", key))
        image = raw(fixture.url, "GET", "/" + applications[0]["image"], OKHTTP)
        expect((image.status, image.header("Content-Type")), (200, "image/png"), f"image {applications[0]['image']}")
        stream = Stream(fixture.url, f"/stream?token={client['token']}", [*OKHTTP[1:2], "Sec-WebSocket-Extensions: permessage-deflate"])
        if "extensions" in stream.head.lower():
            raise Failure(f"an extension was agreed on: {stream.head}")
    with step("Android: live and ping"):
        sent = post("live", priority=10)
        expect(strict("message", [stream.next()])[0], sent, "message in the stream")
        stream.send(0x89, b"okhttp")
        expect(stream.frame(), (0x8A, b"okhttp"), "pong")
        last = sent["id"]
        stream.close()
    with step("Android: missed messages"):
        missed = [post(f"missed {number}") for number in range(25)]
        fetched, since = [], ""
        while True:
            page = rest(fixture.url, "GET", "/message?limit=10" + since, key)
            fetched += [message for message in page["messages"] if message["id"] > last]
            if not page["paging"].get("next") or page["messages"][-1]["id"] <= last:
                break
            since = f"&since={page['paging']['since']}"
        expect(fetched, missed[::-1], "missed messages")
        for message in fetched:
            iso_date(message["date"])
    with step("Android: lists, delete"):
        listed = rest(fixture.url, "GET", f"/application/{fixture.app_id}/message?limit=100&since={missed[9]['id']}", key)["messages"]
        expect(listed[:9], missed[8::-1], "older messages of the application")
        rest(fixture.url, "DELETE", f"/message/{missed[0]['id']}", key)
        rest(fixture.url, "DELETE", f"/application/{fixture.app_id}/message", key)
        rest(fixture.url, "DELETE", "/message", key)
        expect(rest(fixture.url, "GET", "/message?limit=100&since=0", key)["messages"], [], "messages after deleting all")
    with step("Android: share"):
        rest(fixture.url, "POST", "/message", [*OKHTTP, f"X-Gotify-Key: {applications[0]['token']}", "Content-Type: application/json; charset=UTF-8"],
             '{"message":"shared","priority":3,"title":"from the phone"}')
    with step("Android: logged out elsewhere"):
        stream = Stream(fixture.url, f"/stream?token={client['token']}")
        revoke("Pixel")
        expect(stream.end(), "abrupt", "end of the stream of a deleted client")
        expect(raw(fixture.url, "GET", "/current/user", key).status, 401, "status for the deleted client")


def tray():
    with step("gotify-tray: start"):
        token = fixture.admin.client("tray")["token"]
        strict("application", rest(fixture.url, "GET", "/application", [f"X-Gotify-Key: {token}"]))
        sent = post("for the tray", priority=4)
        page = rest(fixture.url, "GET", "/message?limit=100", [f"X-Gotify-Key: {token}"])
        expect(page["messages"][0], sent, "newest message")
    with step("gotify-tray: stream and dates of old versions"):
        stream = Stream(fixture.url, f"/stream?token={token}", ["User-Agent: gotify-tray"])
        sent = post("live")
        seen = stream.next()
        expect(seen, sent, "message in the stream")
        if "." not in seen["date"]:
            raise Failure(f"no fraction in {seen['date']}")
        shown = datetime.datetime.strptime(seen["date"].split(".")[0] + ".000000+00:00", "%Y-%m-%dT%H:%M:%S.%f%z")
        expect(shown, iso_date(seen["date"]).replace(microsecond=0), "date as the old program reads it")
    with step("gotify-tray-cpp: 32-bit ids"):
        expect([type(seen[key]) for key in ("id", "appid", "priority")], [int] * 3, "types")
        expect(max(seen["id"], seen["appid"]) < 2**31, True, "ids fit into 32 bits")


def desktop():
    key = [f"X-Gotify-Key: {fixture.admin.client('desktop')['token']}"]
    with step("gotify-desktop: application list"):
        strict("application", rest(fixture.url, "GET", "/application", key))
    with step("gotify-desktop: stream by header, only text frames"):
        stream = Stream(fixture.url, "/stream", key)
        sent = [post(f"desktop {number}", extras={"client::notification": {"click": {"url": "https://example.org"}}}) for number in range(5)]
        expect(strict("message", [stream.next() for _ in sent]), sent, "messages in the stream")
        stream.close()
    with step("gotify-desktop: reconnect"):
        missed = [post(f"while away {number}") for number in range(7)]
        stream = Stream(fixture.url, "/stream", key)
        page = rest(fixture.url, "GET", "/message?limit=200", key)
        expect([message for message in page["messages"] if message["id"] > sent[-1]["id"]], missed[::-1], "missed messages")
        revoke("desktop")
        expect(stream.end(), "abrupt", "end of the stream: any Close frame would end the program")


def igotify():
    client = fixture.admin.client("iGotify")
    with step("iGotify: stream and its textual replace"):
        stream = Stream(fixture.url, f"/stream?token={client['token']}")
        extras = {"client::display": {"contentType": "text/markdown"}, "client::notification": {"click": {"url": "https://example.org"}},
                  "android::action": {"onReceive": {"intentUrl": "https://example.org"}}}
        post("**bold**", priority=9, extras=extras)
        stream.next()
        text = stream.frames[-1]
        for name in extras:
            expect(text.count(f'"{name}"'), 1, f"{name} in the frame")
            text = text.replace(name, name.replace("::", ""))
        seen = json.loads(text)
        expect(seen["extras"]["clientdisplay"], extras["client::display"], "extras after the replace")
        expect(-2**31 <= seen["priority"] < 2**31 and 0 < seen["id"] < 2**31, True, "32-bit id and priority")
    with step("iGotify: abrupt loss, then 401"):
        revoke("iGotify")
        expect(stream.end(), "abrupt", "end of the stream: a Close frame would make it give up")
        try:
            Stream(fixture.url, f"/stream?token={client['token']}")
        except Failure as refused:
            expect("401 Unauthorized" in str(refused), True, f"401 is in the handshake's error: {refused}")
        else:
            raise Failure("a deleted client may open a stream")


def gotify_rs():
    with step("gotify-rs: mandatory keys"):
        key = ["accept: application/json", f"x-gotify-key: {fixture.client_token}"]
        strict("application", rest(fixture.url, "GET", "/application", key))
        strict("client", rest(fixture.url, "GET", "/client", key))
        post("in range", priority=255)
        page = rest(fixture.url, "GET", "/message?limit=100", key)
        for message in strict("message", page["messages"]):
            expect(0 <= message["priority"] <= 255, True, f"priority {message['priority']} is a u8")
            iso_date(message["date"])


def extension():
    origin = "Origin: chrome-extension://abcdefghijklmnopabcdefghijklmnop"
    token = fixture.admin.client("browser extension")["token"]
    with step("browser extension: REST across origins"):
        sent = post("for the browser")
        answer = raw(fixture.url, "GET", f"/message?token={token}&since=9007199254740991", [origin, "Sec-Fetch-Site: cross-site"])
        expect(answer.status, 200, "status of GET /message")
        expect(answer.json()["messages"][0], sent, "newest message below 2^53 - 1")
        expect(answer.header("Access-Control-Allow-Origin"), origin.split()[1], "Access-Control-Allow-Origin")
        preflight = raw(fixture.url, "OPTIONS", f"/message/{sent['id']}?token={token}",
                        [origin, "Access-Control-Request-Method: DELETE", "Sec-Fetch-Mode: cors"])
        expect(preflight.status, 204, "status of the preflight")
        expect("DELETE" in preflight.header("Access-Control-Allow-Methods"), True, "DELETE is allowed")
        expect(raw(fixture.url, "DELETE", f"/message/{sent['id']}?token={token}", [origin]).status, 200, "status of DELETE")
    with step("browser extension: stream"):
        stream = Stream(fixture.url, f"/stream?token={token}", [origin, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"])
        sent = post("live")
        expect(stream.next(), sent, "message in the stream")
    with step("browser extension: another origin is refused"):
        foreign = "Origin: https://evil.example.org"
        expect(raw(fixture.url, "GET", f"/message?token={token}", [foreign]).status, 403, "status of GET /message")
        try:
            Stream(fixture.url, f"/stream?token={token}", [foreign])
        except Failure as refused:
            expect(" 403 " in str(refused), True, f"403: {refused}")
        else:
            raise Failure("a foreign origin may open a stream")


def dunst():
    with step("dunst script"):
        stream = Stream(fixture.url, f"/stream?token={fixture.client_token}", ["User-Agent: websocat"])
        post('quotes " and \\ and\nlines', title="<b>&amp;</b>", priority=8)
        seen = stream.next()
        expect((seen["title"], seen["message"]), ("<b>&amp;</b>", 'quotes " and \\ and\nlines'), "title and message")


def terraform():
    with step("terraform: a token is read back from the list"):
        made = fixture.admin.application("terraform", description="managed")
        listed = [each for each in fixture.admin.call("GET", "/application") if each["id"] == made["id"]]
        expect([each["token"] for each in listed], [made["token"]], "token in the list")
        kept = Connection(fixture.url)
        for name in ("a", "b"):
            answer = kept.raw("PUT", f"/application/{made['id']}", [basic("admin", "admin"), "Content-Type: application/json"], f'{{"name":"{name}"}}')
            expect((answer.status, answer.json().get("name")), (200, name), "changed application")
        fixture.admin.call("DELETE", f"/application/{made['id']}")


android()
tray()
desktop()
igotify()
gotify_rs()
extension()
dunst()
terraform()
