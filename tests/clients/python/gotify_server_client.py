"""To Gotify and back, with Gotify itself: each program on the folder that the other one filled. What one has written, the other
must show, object for object and page for page; starting on it must change no row; and what it adds, the first must show."""

import datetime
import os
import sys

from lib.content import content, on_postgres
from lib.fill import fill, upload
from lib.server import BUILD, PROGRAM, Api, Server
from lib.steps import step
from lib.wire import Stream, basic, expect, raw
from replays.checks import iso_date

# gotify-server, or gotify-server-2.6, which sorts applications by id: keys that it does not know are replaced.
NAME = sys.argv[1]
POSTGRES = sys.argv[2:] == ["postgres"]
BY_ID = NAME == "gotify-server-2.6"
GOTIFY = os.path.join(BUILD, "bin", NAME)
NAMES = {PROGRAM: "this server", GOTIFY: "Gotify"}  # PUSH_PROGRAM may be Gotify, too: this script against itself
LOGINS = [("admin", "admin"), ("second", "zweite")]
TIMES = ("date", "lastUsed")
NEWER = ("createdAt", "expiresAt", "expiresAfterInactivitySeconds", "elevatedUntil",  # Gotify 3 has these; 2.9 does not
         *["sortKey"] * BY_ID)


def ours(server):
    return server.program != GOTIFY


def comparable(value, url):
    """Times as instants, links without host and port, and no member that Gotify 2 does not have."""
    if isinstance(value, list):
        return [comparable(each, url) for each in value]
    if not isinstance(value, dict):
        return value.replace(url, "") if isinstance(value, str) else value
    return {member: iso_date(inner).astimezone(datetime.timezone.utc) if member in TIMES and inner else comparable(inner, url)
            for member, inner in value.items() if member not in NEWER}


def pages(api, target):
    """A list of messages page by page, with what each page says of itself."""
    since, found = 0, []
    while True:
        found.append(api.call("GET", f"{target}?limit=7&since={since}"))
        since = found[-1]["paging"]["since"]
        if not since:
            return found


def by_id(rows):
    """Gotify asks the database for no order, and PostgreSQL moves rows that are changed."""
    return sorted(rows, key=lambda each: each["id"])


def seen(server):
    """All that each user is shown. By name and password, since the use of a token is noted in its row."""
    every = {}
    for login in LOGINS:
        api = Api(server.url)
        api.headers = [basic(*login)]
        applications = api.call("GET", "/application")
        if BY_ID:
            applications = by_id(applications)
        every[login] = comparable({
            "user": api.call("GET", "/current/user"), "users": by_id(api.call("GET", "/user")),
            "clients": by_id(api.call("GET", "/client")),
            "applications": applications, "messages": pages(api, "/message"),
            "by application": [pages(api, f"/application/{each['id']}/message") for each in applications]}, server.url)
        every[login]["pictures"] = [raw(server.url, "GET", f"/{each['image']}").body for each in applications
                                    if each["image"].startswith("image/")]
    return every


def expect_same(shown, written):
    for login, parts in written.items():
        for part, value in parts.items():
            expect(shown[login][part], value, f"{part} of {login[0]}")


def add(server, shown):
    """Uses tokens that the other program made, and adds, changes and deletes something."""
    client, application = shown[LOGINS[0]]["clients"][0], shown[LOGINS[0]]["applications"][0]
    stream = Stream(server.url, f"/stream?token={client['token']}")
    sent = Api(server.url, application["token"]).call("POST", "/message", {"message": "after", "extras": {"n": [1, 1.5, None]}})
    expect(stream.next(), sent, "message in the stream")
    stream.close()
    newest = max(message["id"] for parts in shown.values() for page in parts["messages"] for message in page["messages"])
    expect(sent["id"] > newest, True, f"id {sent['id']} is after {newest}")
    api = Api(server.url, client["token"])
    made = api.application("added", description="ü", defaultPriority=3)
    if ours(server) or not BY_ID:  # Gotify 2.6 asks for no order
        expect(api.call("GET", "/application")[-1]["id"], made["id"], "the new application is the last one")
    upload(server.url, made["id"])
    api.client("added")
    Api(server.url, made["token"]).call("POST", "/message", {"message": "by the new one\n<&> 🔴"})
    api.call("DELETE", f"/message/{shown[LOGINS[0]]['messages'][0]['messages'][0]['id']}")
    if ours(server):  # with the deletion, rows in every table that Gotify does not know
        api.call("POST", "/message/read", {"upTo": newest})
        api.call("POST", "/message/read", {"ids": [sent["id"]]})
    api.call("PUT", f"/application/{application['id']}", {"name": "renamed", "description": "é", "defaultPriority": 9})
    third = {"name": f"user after message {newest}", "pass": "drei", "admin": False}
    api.call("POST", "/user", third)
    expect(raw(server.url, "GET", "/current/user", [basic(third["name"], "drei")]).status, 200, "status for the new user")


def take_over(successor, written, same_schema):
    """Starts a program on what the other one left: it shows the same, and changes nothing by that."""
    without = ["sort_key"] * BY_ID
    before = content(successor.database, without=without)
    with successor:
        expect(raw(successor.url, "GET", "/version").json()["commit"] != "tests/clients", ours(successor), "this server answers")
        expect_same(seen(successor), written)
    after = content(successor.database, before, without)
    before.expect_schema(after, same_schema, ids=BY_ID)
    before.expect_in(after, by_us=ours(successor))


def added(server, shown):
    """What is shown after a restart, with what it added."""
    with server:
        add(server, shown)
    with server:
        return seen(server)


def there_and_back(folder, first, second):
    origin = Server(folder, {"TZ": "Asia/Kathmandu"}).with_program(first)
    if POSTGRES:
        on_postgres(origin, folder)
    successor = origin.with_program(second)
    with step(f"filled by {NAMES[first]}"):
        with origin:
            fill(origin)
        with origin:
            written = seen(origin)
    with step(f"{NAMES[second]} shows the same, and changes nothing by starting"):
        take_over(successor, written, same_schema=second == GOTIFY)
    with step(f"{NAMES[first]} shows what {NAMES[second]} adds"):
        more = added(successor, written)
        take_over(origin, more, same_schema=True)
    with step(f"and {NAMES[second]} what {NAMES[first]} adds then"):
        take_over(successor, added(origin, more), same_schema=True)


there_and_back(f"{NAME}-ours", PROGRAM, GOTIFY)
there_and_back(f"{NAME}-theirs", GOTIFY, PROGRAM)
