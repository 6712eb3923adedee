"""A browser's own EventSource and WebSocket, while messages are posted and deleted and the server is killed: everything once, in
order. Headless Chromium, driven over its DevTools protocol."""

import json
import os
import subprocess
import tempfile
import threading
import urllib.request

from websockets.sync.client import connect

from lib.server import Server
from lib.steps import step
from lib.wire import Failure, eventually, expect

PATIENCE = 30  # seconds; EventSource comes back after 3
KILLS = 4

# What a page would have in its script. An EventSource needs none to come back.
SCRIPT = """
window.got = {sse: [], events: [], socket: [], incomplete: 0};
const note = (list, frame) => {
  if (frame.event === "open" && !frame.complete) got.incomplete++;
  if (frame.event === "message") got[list].push(frame.message.id);
  if (frame.event === "delete") got[list].push(...frame.ids.map((id) => -id));
};
new EventSource("/stream?transport=sse&token=TOKEN&since_id=0").onmessage = (e) => got.sse.push(JSON.parse(e.data).id);
new EventSource("/stream?transport=sse&events=1&token=TOKEN&since_id=0&since_event=0").onmessage =
  (e) => note("events", JSON.parse(e.data));
let message = 0, event = 0;
const open = () => {
  const socket = new WebSocket(`ws://${location.host}/stream?events=1&token=TOKEN&since_id=${message}&since_event=${event}`);
  socket.onmessage = (e) => {
    const frame = JSON.parse(e.data);
    note("socket", frame);
    if (frame.event === "message") message = frame.message.id;
    if (frame.event_id) event = frame.event_id;
  };
  socket.onclose = () => setTimeout(open, 200);
};
open();
"""


class Page:
    """A page of the server in a browser of its own."""

    def __init__(self, url):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # its last processes may still write there
        self.browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.profile.name}", f"{url}/version"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = os.path.join(self.profile.name, "DevToolsActivePort")
        eventually(lambda: os.path.exists(port) and os.path.getsize(port) > 0, "the browser's port", PATIENCE)
        with open(port, encoding="utf-8") as file:
            devtools = f"http://127.0.0.1:{file.readline().strip()}/json/list"
        pages = []

        def listed():
            with urllib.request.urlopen(devtools) as answer:
                pages[:] = [each for each in json.load(answer) if each["url"].startswith(url)]
            return pages
        eventually(listed, "the page", PATIENCE)
        self.socket = connect(pages[0]["webSocketDebuggerUrl"], max_size=None)
        self.calls = 0
        here = f"location.href.startsWith('{url}') && document.readyState"
        eventually(lambda: self.run(here) == "complete", "the page to be loaded", PATIENCE)

    def run(self, script):
        self.calls += 1
        self.socket.send(json.dumps({"id": self.calls, "method": "Runtime.evaluate",
                                     "params": {"expression": script, "returnByValue": True}}))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE))
            if answer.get("id") == self.calls:
                break
        if "exceptionDetails" in answer["result"]:
            raise Failure(f"the page says: {answer['result']['exceptionDetails']}")
        return answer["result"]["result"].get("value")

    def end(self):
        self.socket.close()
        self.browser.kill()
        self.browser.wait()
        self.profile.cleanup()


class Run:
    def __init__(self, server):
        self.server = server
        admin = server.api()
        self.sender = server.api(admin.application("page")["token"])
        self.token = admin.client("page")["token"]
        self.reader = server.api(self.token)
        self.deleted = []
        self.page = Page(server.url)
        self.page.run(SCRIPT.replace("TOKEN", self.token))

    def post(self):
        return self.sender.call("POST", "/message", {"message": "m"})["id"]

    def delete(self, message):
        self.reader.call("DELETE", f"/message/{message}")
        self.deleted.append(-message)

    def all_came(self):
        last = self.post()
        eventually(lambda: all(last in each for each in self.lists().values()), f"message {last} on every stream", PATIENCE)

    def lists(self):
        got = self.page.run("got")
        return {name: got[name] for name in ("sse", "events", "socket")}

    def kill_while_posting(self):
        """kill -9 at a moment at which nobody waits for it; one more is deleted while the page is away."""
        victim = self.post()
        self.all_came()
        killer = threading.Timer(0.3, self.server.process.kill)
        killer.start()
        try:
            while True:
                self.post()
        except (OSError, Failure):  # what was being posted may be stored: it is in the list then
            pass
        killer.join()
        self.server.kill_and_restart()
        self.delete(victim)
        self.all_came()

    def stored(self):
        found, since = [], 0
        while True:
            page = self.reader.call("GET", f"/message?limit=200&since={since}")
            found += [each["id"] for each in page["messages"]]
            since = page["paging"]["since"]
            if since == 0:
                return found[::-1]

    def audit(self):
        stored = sorted(self.stored() + [-each for each in self.deleted])
        for name, got in self.lists().items():
            messages = [each for each in got if each > 0]
            expect(messages, stored, f"messages at {name}")
            expect([each for each in got if each < 0], [] if name == "sse" else self.deleted, f"deletions at {name}")
        expect(self.page.run("got.incomplete"), 0, "streams that were told that something is gone")


with Server("browser-server") as server:
    run = Run(server)
    try:
        with step("EventSource and WebSocket"):
            run.all_came()
        with step(f"kill -9 while messages are posted, {KILLS} times"):
            for _ in range(KILLS):
                run.kill_while_posting()
        with step("every message and every deletion once, in order"):
            run.audit()
    finally:
        run.page.end()
