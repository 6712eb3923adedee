"""The clients of docs/streams.md as they stand on that page, while messages are posted and the server is killed: every message
once, in order."""

import json
import os
import re
import signal
import subprocess
import sys
import threading

from lib.server import TOP, Server
from lib.steps import step
from lib.wire import Failure, eventually, expect

PAGE = os.path.join(TOP, "docs", "streams.md")
RESUME_LIMIT = 210  # a client that missed more is told to read the list, which has pages of 200
PAGE_BYTES = 256 * 1024  # of missed messages, sent by the server itself
PATIENCE = 30  # seconds; the clients wait longer after each failure

# language: (file, how it is run, what is added to print each message)
PROGRAMS = {
    "python": ("client.py", [sys.executable], """
import sys
for message in Messages(sys.argv[1], sys.argv[2], connect=http.client.HTTPConnection):
    print(json.dumps(message), flush=True)
"""),
    "javascript": ("client.mjs", ["node"], """
for await (const message of messages("http://" + process.argv[2], process.argv[3])) console.log(JSON.stringify(message));
"""),
}


def on_the_page(language):
    """The client: the language's first block."""
    with open(PAGE, encoding="utf-8") as page:
        block = re.search(rf"^```{language}\n(.*?)^```$", page.read(), re.MULTILINE | re.DOTALL)
    if block is None:
        raise Failure(f"no {language} in {PAGE}")
    return block.group(1)


class Client:
    """The page's client in a process of its own, and what it has printed."""

    def __init__(self, language, server, token):
        name, command, use = PROGRAMS[language]
        path = os.path.join(server.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(on_the_page(language) + use)
        self.process = subprocess.Popen([*command, path, f"127.0.0.1:{server.port}", token], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.received = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.received.append(json.loads(line))

    def has(self, message_id):
        if self.process.poll() is not None:
            raise Failure(f"the client ended with code {self.process.returncode}")
        return any(message["id"] == message_id for message in reversed(self.received))

    def stopped(self):
        self.process.send_signal(signal.SIGSTOP)

    def goes_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


class Run:
    def __init__(self, server, language):
        self.server = server
        admin = server.api()
        self.sender = server.api(admin.application("page")["token"])
        self.token = admin.client("page")["token"]
        self.client = Client(language, server, self.token)
        self.acknowledged = set()

    def post(self, size=10):
        message = self.sender.call("POST", "/message", {"message": "ü" * size})
        self.acknowledged.add(message["id"])
        return message["id"]

    def begin(self):
        """Without a first id it begins with the next message: the first one that it has is the first of all."""
        def one_came():
            self.post()
            return self.client.received
        eventually(one_came, "a first message", PATIENCE)
        self.all_came()
        first = self.client.received[0]["id"]
        self.acknowledged = {each for each in self.acknowledged if each >= first}

    def all_came(self):
        last = self.post()
        eventually(lambda: self.client.has(last), f"message {last} at the client", PATIENCE)

    def kill_while_posting(self):
        """kill -9 at a moment at which nobody waits for it."""
        killer = threading.Timer(0.2, self.server.process.kill)
        killer.start()
        try:
            while True:
                self.post()
        except (OSError, Failure):  # what was being posted may be stored: it is in the list then
            pass
        killer.join()
        self.server.kill_and_restart()

    def miss(self, count, size):
        """The client is not there while these are posted."""
        self.client.stopped()
        self.server.kill_and_restart()
        for _ in range(count):
            self.post(size)
        self.client.goes_on()

    def stored(self):
        """All messages since the first that the client has, in order."""
        found, since = [], 0
        while True:
            page = self.server.api(self.token).call("GET", f"/message?limit=200&since={since}")
            found += page["messages"]
            since = page["paging"]["since"]
            if since == 0:
                return [each for each in reversed(found) if each["id"] >= self.client.received[0]["id"]]

    def audit(self):
        stored = self.stored()
        expect([each["id"] for each in self.client.received], [each["id"] for each in stored], "ids at the client")
        expect(self.client.received, stored, "messages at the client")
        expect(sorted(self.acknowledged - {each["id"] for each in stored}), [], "answered with 200 and not stored")


language = sys.argv[1]
with Server(f"documented-{language}-server", {"GOTIFY_SERVER_STREAM_RESUMELIMIT": str(RESUME_LIMIT)}) as server:
    run = Run(server, language)
    try:
        with step("from now on"):
            run.begin()
        with step("kill -9 while messages are posted, 3 times"):
            for _ in range(3):
                run.kill_while_posting()
                run.all_came()
        with step("several pages that the server sends"):
            run.miss(count=80, size=PAGE_BYTES // 80)
            run.all_came()
        with step("several pages that the client reads from the list"):
            run.miss(count=2 * RESUME_LIMIT, size=10)
            run.all_came()
        with step("every message once, in order"):
            run.audit()
    finally:
        run.client.end()
