"""python-gotify: both of its classes, every call that a server without plugins answers."""

import asyncio
import os

import gotify
import httpx

from lib.server import Fixture
from lib.steps import step
from lib.wire import expect

fixture = Fixture()
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
                    "a5f645400000000049454e44ae426082")


def refused(call, status, text):
    try:
        call()
    except gotify.GotifyError as error:
        answer = error.response.json()
        expect((answer["errorCode"], answer["errorDescription"]), (status, text), "refusal")
    else:
        raise AssertionError(f"{status} expected")


def synchronous():
    one = gotify.Gotify(base_url=fixture.url, app_token=fixture.app_token, client_token=fixture.client_token)
    with step("health and version"):
        expect(one.get_health(), {"health": "green", "database": "green"}, "health")
        expect(set(one.get_version()), {"version", "commit", "buildDate"}, "keys of the version")
    with step("current user"):
        user = one.get_current_user()
        expect((user["id"], user["name"], user["admin"]), (1, "admin", True), "current user")
    with step("send"):
        sent = [one.create_message(f"message {number}", title="python", priority=number,
                                   extras={"client::display": {"contentType": "text/plain"}}) for number in range(5)]
        expect([message["priority"] for message in sent], [0, 1, 2, 3, 4], "priorities")
        expect(one.create_message("defaults")["title"], "backups", "title of a message without one")
    with step("paging"):
        page = one.get_messages(limit=2, since=sent[3]["id"])
        expect(page["messages"], [sent[2], sent[1]], "page below the fourth")
        expect(page["paging"]["since"], sent[1]["id"], "since")
        expect(one.get_messages(app_id=fixture.app_id, limit=1)["messages"][0]["message"], "defaults", "newest of the application")
    with step("delete messages"):
        expect(one.delete_message(sent[0]["id"]), None, "answer of a delete")
        refused(lambda: one.delete_message(sent[0]["id"]), 404, "message does not exist")
        one.delete_messages(app_id=fixture.app_id)
        expect(one.get_messages()["messages"], [], "messages after deleting those of the application")
        one.create_message("last")
        one.delete_messages()
        expect(one.get_messages()["messages"], [], "messages after deleting all")
    applications(one)
    clients(one)
    users(one)
    with step("plugins"):
        expect(one.get_plugins(), [], "plugins")
        refused(lambda: one.enable_plugin(1), 404, "unknown plugin")


def applications(one):
    with step("applications"):
        made = one.create_application("python", description="by python-gotify", default_priority=3)
        expect(made in one.get_applications(), True, f"{made} is in the list")
        changed = one.update_application(made["id"], "python 2", description="changed", default_priority=4)
        expect((changed["name"], changed["description"], changed["defaultPriority"]), ("python 2", "changed", 4), "changed application")
        expect(one.update_application(made["id"], "python 3")["description"], "", "description after a change without one")
    with step("image"):
        path = os.path.join(fixture.folder, "icon.png")
        with open(path, "wb") as file:
            file.write(PNG)
        with open(path, "rb") as file:
            image = one.upload_application_image(made["id"], file)["image"]
        expect((image.startswith("image/"), image.endswith(".png")), (True, True), f"image {image}")
        got = httpx.get(f"{fixture.url}/{image}")
        expect((got.status_code, got.headers["content-type"], got.content), (200, "image/png", PNG), "uploaded image")
    with step("delete application"):
        one.delete_application(made["id"])
        refused(lambda: one.delete_application(made["id"]), 404, f"app with id {made['id']} doesn't exists")


def clients(one):
    with step("clients"):
        made = one.create_client("phone")
        expect([client["name"] for client in one.get_clients()], ["tests/clients", "phone"], "clients")
        expect(one.update_client(made["id"], "tablet")["name"], "tablet", "renamed client")
        phone = gotify.Gotify(base_url=fixture.url, client_token=made["token"])
        expect(phone.get_current_user()["name"], "admin", "user of the new client")
        one.delete_client(made["id"])
        refused(phone.get_current_user, 401,
                "you need to provide a valid access token or user credentials to access this api")


def users(one):
    with step("users"):
        made = one.create_user("alice", "secret", admin=False)
        expect((made["name"], made["admin"]), ("alice", False), "created user")
        refused(lambda: one.create_user("alice", "x"), 400, "username already exists")
        expect(one.get_user(made["id"]), made, "user by id")
        expect(one.update_user(made["id"], "alicia", passwd="new", admin=False)["name"], "alicia", "renamed user")
        expect([user["name"] for user in one.get_users()], ["admin", "alicia"], "users")
        one.delete_user(made["id"])
        refused(lambda: one.get_user(made["id"]), 404, "user does not exist")
    with step("password"):
        expect(one.set_password("changed"), None, "answer of a changed password")
        one.set_password("admin")


async def asynchronous():
    async with gotify.AsyncGotify(base_url=fixture.url + "/", app_token=fixture.app_token,
                                  client_token=fixture.client_token) as one:
        with step("async stream"):
            seen = []

            async def listen():
                async for message in one.stream():
                    seen.append(message)
                    if message["title"] == "end":
                        return

            listener = asyncio.create_task(listen())
            # The library does not say when its stream is open: what was sent before is only in the list.
            async with asyncio.timeout(10):
                while not seen and not listener.done():
                    await one.create_message("are you there?", title="probe")
                    await asyncio.sleep(0.05)
            sent = [await one.create_message(f"live {number}", title="live") for number in range(20)]
            sent.append(await one.create_message("x" * 100_000, title="end"))
            await asyncio.wait_for(listener, 20)
            expect([message for message in seen if message["title"] != "probe"], sent, "messages in the stream")
        with step("async send, list, delete"):
            newest = (await one.get_messages(limit=1))["messages"]
            expect(newest, sent[-1:], "newest message")
            await one.delete_messages()
            expect((await one.get_messages())["messages"], [], "messages after deleting all")
        with step("async stream ends with its client"):
            made = await one.create_client("short")
            short = gotify.AsyncGotify(base_url=fixture.url, client_token=made["token"])
            first = asyncio.create_task(anext(short.stream()))
            async with asyncio.timeout(10):  # the server notes the use of a token when it admits its stream
                while (await one.get_clients())[-1]["lastUsed"] is None:
                    await asyncio.sleep(0.02)
            await one.delete_client(made["id"])
            done, _ = await asyncio.wait([first], timeout=10)
            expect(len(done), 1, "the stream of a deleted client ended")
            expect(first.exception() is not None, True, "it ended by an error")


synchronous()
asyncio.run(asynchronous())
