"""Apprise's command line, and its library as a program uses it."""

import os
import subprocess

import apprise

from lib.server import Fixture
from lib.steps import step
from lib.wire import Stream, expect

fixture = Fixture()
stream = Stream(fixture.url, "/stream", [f"X-Gotify-Key: {fixture.client_token}"])


def command(token, *arguments):
    environment = {**os.environ, "HOME": fixture.folder}
    done = subprocess.run([os.path.join(fixture.build, "venv", "bin", "apprise"), "--storage-mode=memory", *arguments,
                           f"gotify://{fixture.host}/{token}"], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def arrived(title, message, priority, content_type):
    seen = stream.next()
    wanted = {"title": title, "message": message, "priority": priority, "appid": fixture.app_id,
              "extras": {"client::display": {"contentType": content_type}} if content_type else None}
    expect({**{"extras": None}, **{key: seen[key] for key in wanted if key in seen}}, wanted, "message in the stream")
    expect(fixture.api.messages()[0], seen, "newest message of the list")


def library(query, **options):
    notifier = apprise.Apprise()
    expect(notifier.add(f"gotify://{fixture.host}/{fixture.app_token}{query}"), True, "add()")
    expect(bool(notifier.notify(**options)), True, "notify()")


with step("push"):
    expect(command(fixture.app_token, "-t", "Backup", "-b", "the disk is full <&>")[0], 0, "exit code of apprise")
    arrived("Backup", "the disk is full <&>", 5, None)
with step("push without a title"):
    expect(command(fixture.app_token, "-b", "no title")[0], 0, "exit code of apprise")
    arrived("backups", "no title", 5, None)
with step("priority"):
    library("?priority=high", title="hot", body="70 °C")
    arrived("hot", "70 °C", 8, None)
with step("markdown"):
    library("?format=markdown", title="md", body="**bold**", body_format=apprise.NotifyFormat.MARKDOWN)
    arrived("md", "**bold**", 5, "text/markdown")
with step("a wrong token is refused"):
    code, said = command("Awrongwrongwron", "-b", "x")
    expect(code, 1, f"exit code of apprise with a wrong token ({said})")
    expect(len(fixture.api.messages()), 4, "messages stored")
