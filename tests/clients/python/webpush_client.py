"""Web Push against a push service of its own: what arrives, and what happens when the service refuses, hangs or is gone, and when the
server is killed with signal 9."""

import os
import sys
import time

from lib.content import on_postgres
from lib.push_service import Browser, PushService, to_bytes
from lib.server import Api, Server
from lib.steps import step
from lib.wire import Failure, eventually, expect, raw

SECONDS = 40  # for what a back-off may delay


class World:
    """A server that trusts the push service, with an application and a client for each browser."""

    def __init__(self, service, server):
        self.service, self.server = service, server
        self.admin = server.api()
        self.application = self.admin.application("sender")
        self.sender = Api(server.url, self.application["token"])

    def browser(self, name, **filters):
        browser = Browser(self.service, name)
        browser.client = self.admin.client(name)
        browser.api = Api(self.server.url, browser.client["token"])
        browser.subscribe(browser.api, **filters)
        return browser

    def post(self, text, **members):
        return self.sender.call("POST", "/message", {"message": text, **members})

    def arrives(self, browser, count):
        def there():
            if self.service.wrong:
                raise Failure("; ".join(self.service.wrong))
            return len(browser.messages) >= count
        eventually(there, f"{count} pushes at {browser.name}, which has {len(browser.messages)}", SECONDS)
        return browser.messages

    def texts(self, browser, count):
        return [message["message"] for message in self.arrives(browser, count)]


def delivery(world):
    with step("a message arrives as the JSON that clients read"):
        world.service.key = world.admin.call("GET", "/webpush/key")["key"]
        expect(len(to_bytes(world.service.key)), 65, "bytes of the key")
        phone = world.browser("phone")
        sent = world.post("hello ü 🔴", title="title", priority=8, extras={"a": {"b": [1]}})
        expect(world.arrives(phone, 1), [sent], "what arrived")
        expect(phone.headers["Urgency"], "high", "Urgency")
    with step("the subscription is shown to its client only"):
        shown = phone.api.call("GET", "/webpush/subscription")
        expect(shown, phone.subscription(minPriority=0, apps=[], mutedUntil=None), "the subscription")
        expect(raw(world.server.url, "GET", "/webpush/subscription", world.admin.headers).status, 400, "status with a password")
        world.admin.call("PUT", "/webpush/subscription", phone.subscription(), 400)
    with step("a long message is cut to what fits"):
        world.post("ü" * 100_000, extras={"a": "x" * 5000})
        cut = world.arrives(phone, 2)[1]
        expect(cut["truncated"], True, "truncated")
        expect(cut["message"], "ü" * len(cut["message"]), "the beginning of the message")
        expect("extras" in cut, False, "extras")
    with step("the order of messages is kept"):
        for number in range(100):
            world.post(f"row {number}")
        expect(world.texts(phone, 102)[2:], [f"row {number}" for number in range(100)], "texts")
    return phone


def filters(world):
    with step("priority, applications and mute are filters"):
        other = world.admin.application("other")
        urgent = world.browser("urgent", minPriority=5)
        chosen = world.browser("chosen", apps=[other["id"]])
        silent = world.browser("silent", mutedUntil="2100-01-01T00:00:00Z")
        awake = world.browser("awake", mutedUntil="2000-01-01T00:00:00Z")
        world.post("low", priority=4)
        world.post("high", priority=5)
        Api(world.server.url, other["token"]).call("POST", "/message", {"message": "of the other"})
        expect(world.texts(awake, 3), ["low", "high", "of the other"], "texts after a mute that is over")
        expect(world.texts(urgent, 1), ["high"], "texts from priority 5 on")
        expect(world.texts(chosen, 1), ["of the other"], "texts of one application")
        expect(silent.tries, [], "pushes to a muted device")
    with step("a test says what the push service answers"):
        expect(awake.api.call("POST", "/webpush/test"), {"state": "accepted"}, "answer")
        expect(world.arrives(awake, 4)[3]["test"], True, "the test push")
        awake.answers = [(403, {})]
        answer = awake.api.call("POST", "/webpush/test")
        expect((answer["state"], answer["why"]), ("refused", "127.0.0.1 answered 403"), "answer")
        awake.api.call("POST", "/webpush/test")
        awake.api.call("POST", "/webpush/test", None, 429)
    with step("only allowed services"):
        for endpoint in ("https://127.0.0.1:1/push", "https://example.org/x", "http://127.0.0.1/x", "https://169.254.169.254/x", "file:///x",
                         world.service.origin.replace("127.0.0.1", "u@127.0.0.1")):
            awake.api.call("PUT", "/webpush/subscription", {**awake.subscription(), "endpoint": endpoint}, 400)
    with step("a client that goes takes its subscription along"):
        world.admin.call("DELETE", f"/client/{urgent.client['id']}")
        world.post("for those who stay", priority=9)
        world.arrives(awake, 6)
        expect(len(urgent.messages), 1, "pushes to a client that is gone")
    with step("an endpoint moves to the client that subscribes it"):
        world.browser("chosen")
        chosen.api.call("GET", "/webpush/subscription", None, 404)
    with step("unsubscribed"):
        silent.api.call("DELETE", "/webpush/subscription")
        silent.api.call("GET", "/webpush/subscription", None, 404)
        silent.api.call("POST", "/webpush/test", None, 404)


def faults(world, phone):
    with step("410 deletes the subscription"):
        gone = world.browser("gone")
        gone.answers = [(410, {})]
        world.post("nobody reads this")
        eventually(lambda: raw(world.server.url, "GET", "/webpush/subscription", gone.api.headers).status == 404, "the subscription is gone")
        expect(len(gone.tries), 1, "pushes")
    with step("429 is tried again after Retry-After, in order"):
        busy = world.browser("busy")
        busy.answers = [(429, {"Retry-After": "7"})]
        world.post("first")
        world.post("second")
        expect(world.texts(busy, 2), ["first", "second"], "texts")
        waited = busy.tries[1][0] - busy.tries[0][0]
        if waited < 7:
            raise Failure(f"tried again after {waited} s")
        world.post("third")
        expect(world.texts(busy, 3)[2], "third", "text after the delay")
    with step("503 is tried again"):
        broken = world.browser("broken")
        broken.answers = [(503, {}), (500, {})]
        world.post("in the end")
        expect(world.texts(broken, 1), ["in the end"], "texts")
        expect([status for _, status in broken.tries], [503, 500, 201], "answers")
    with step("a redirect is not followed"):
        moved = world.browser("moved")
        moved.answers = [(307, {"Location": phone.endpoint})]
        before = len(phone.messages)
        world.post("redirected")
        world.arrives(phone, before + 1)
        eventually(lambda: moved.tries, "the push that is redirected")
        expect(len(phone.messages), before + 1, "pushes at the target of the redirect")
    with step("a service that hangs holds nobody else up"):
        hanging = world.browser("hanging")
        hanging.answers = [None]
        before = len(phone.messages)
        world.post("to all")
        eventually(lambda: hanging.tries, "the push that hangs")
        for number in range(20):
            world.post(f"beside {number}")
        expect(world.texts(phone, before + 21)[before:], ["to all", *(f"beside {number}" for number in range(20))], "texts")
        expect(world.texts(hanging, 21), ["to all", *(f"beside {number}" for number in range(20))], "texts after the timeout")


def killed(world, phone):
    with step("kill -9: nothing that was acknowledged is left out") as measured:
        late = world.browser("late")
        late.answers = [(503, {"Retry-After": "3"})]
        sent, before = [], len(phone.messages)
        for turn in range(4):
            for number in range(25):
                sent.append(world.post(f"turn {turn}, {number}")["message"])
            world.server.kill_and_restart()
        for browser, skip in ((phone, before), (late, 0)):
            eventually(lambda: set(sent) <= {one["message"] for one in browser.messages[skip:]}, f"all messages at {browser.name}", SECONDS)
        measured.append(f"{len(phone.messages) - before - len(sent)} of {len(sent)} twice")
    with step("the key pair stays"):
        expect(world.admin.call("GET", "/webpush/key")["key"], world.service.key, "key after the restarts")
    with step("the log holds no secrets"):
        with open(world.server.log) as log:
            text = log.read()
        for secret in ("/push/", "vapid", world.service.key):
            if secret in text:
                raise Failure(f"the log holds {secret!r}")


def distrusted(world, phone):
    with step("a certificate that is not trusted is refused"):
        world.server.stop()
        world.server.settings = {**world.server.settings, "GOTIFY_WEBPUSH_CAFILE": ""}
        if not world.server.launch():
            raise Failure("the server did not start again")
        answer = phone.api.call("POST", "/webpush/test")
        expect(answer["state"], "refused", "answer")
        if "certificate" not in answer["why"]:
            raise Failure(f"why: {answer['why']}")


def several_nodes(service, settings):
    """Two nodes on one database: each push goes out once, and goes on when the node that sends is killed."""
    with step("of two nodes one sends"):
        first = on_postgres(Server("webpush-n1", {**settings, "GOTIFY_CLUSTER_BUS": "postgres", "GOTIFY_CLUSTER_NODE": "n1"}), "webpush_nodes")
        with first:
            second = Server("webpush-n2", {**first.settings, "GOTIFY_CLUSTER_NODE": "n2"})
            with second:
                world = World(service, first)
                service.key = world.admin.call("GET", "/webpush/key")["key"]
                expect(second.api().call("GET", "/webpush/key")["key"], service.key, "key of the second node")
                phone = world.browser("shared")
                other = Api(second.url, world.application["token"])
                sent = []
                for number in range(50):
                    sent.append(world.post(f"first {number}")["message"])
                    sent.append(other.call("POST", "/message", {"message": f"second {number}"})["message"])
                expect(world.texts(phone, 100), sent, "texts, each once and in order")
                first.process.kill()
                first.process.wait()
                first.process = None
                sent = [other.call("POST", "/message", {"message": f"after {number}"})["message"] for number in range(10)]
                eventually(lambda: set(sent) <= {one["message"] for one in phone.messages}, "what was sent after the kill", SECONDS)


def main(dialect):
    folder = os.getcwd()
    with PushService(folder) as service:
        settings = {"GOTIFY_WEBPUSH_ENDPOINTS": service.origin, "GOTIFY_WEBPUSH_CAFILE": service.ca}
        own = Server("webpush-own", settings)
        with on_postgres(own, "webpush") if dialect == "postgres" else own as server:
            world = World(service, server)
            phone = delivery(world)
            filters(world)
            faults(world, phone)
            killed(world, phone)
            distrusted(world, phone)
        if dialect == "postgres":
            several_nodes(service, settings)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite3")
