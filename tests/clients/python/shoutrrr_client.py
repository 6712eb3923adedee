"""shoutrrr's command line, the original and the fork. Argument: the program's name in build/clients/bin."""

import os
import subprocess
import sys
from urllib.parse import quote

from lib.server import Fixture
from lib.steps import step
from lib.wire import Stream, expect

fixture = Fixture()
name = sys.argv[1]
stream = Stream(fixture.url, f"/stream?token={fixture.client_token}")


def send(token, query, *arguments):
    url = f"gotify://{fixture.host}/{token}?disabletls=yes{query}"
    done = subprocess.run([os.path.join(fixture.build, "bin", name), "send", "--url", url, *arguments], capture_output=True,
                          text=True, env={**os.environ, "HOME": fixture.folder}, check=False)
    return done.returncode, done.stdout + done.stderr


def arrived(title, message, priority, extras=None):
    seen = stream.next()
    expect((seen["title"], seen["message"], seen["priority"], seen["appid"], seen.get("extras")),
           (title, message, priority, fixture.app_id, extras), "message in the stream")
    expect(fixture.api.messages()[0], seen, "newest message of the list")


def passes(query, *arguments):
    code, said = send(fixture.app_token, query, *arguments)
    expect(code, 0, f"exit code of {name} ({said})")


with step("push"):
    passes("", "--message", "containers updated: 3")
    arrived("Shoutrrr notification", "containers updated: 3", 0)
with step("title and priority"):
    passes("&priority=7&title=" + quote("Great News"), "--message", "line 1\nline 2")
    arrived("Great News", "line 1\nline 2", 7)
if name == "shoutrrr-fork":
    with step("token in the header"):
        passes("&useheader=yes", "--message", "by header")
        arrived("Shoutrrr notification", "by header", 0)
    with step("extras"):
        passes("&extras=" + quote('{"client::display":{"contentType":"text/markdown"}}'), "--message", "*x*")
        arrived("Shoutrrr notification", "*x*", 0, {"client::display": {"contentType": "text/markdown"}})
    with step("date"):
        passes("&date=" + quote("2001-01-01T00:00:00Z"), "--message", "dated")
        arrived("Shoutrrr notification", "dated", 0)
        expect(fixture.api.messages()[0]["date"].startswith("2001"), False, "the sender's date is taken")
with step("the server's refusal is read"):
    code, said = send("Awrongwrongwron", "", "--message", "x")
    expect(code != 0, True, f"exit code of {name} with a wrong token is not 0 ({said})")
    expect("valid access token" in said or "401" in said or "Unauthorized" in said, True, f"the reason is in what it says: {said}")
