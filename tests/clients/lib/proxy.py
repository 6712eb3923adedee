"""nginx and HAProxy in front of the server, configured as docs/operations.md says, word for word except for the two addresses."""

import os
import re
import shutil
import subprocess
import tempfile

from lib.server import TOP, answers, free_port
from lib.wire import TIMEOUT, Failure

SERVER = "127.0.0.1:8080"  # where docs/operations.md expects the server

# What the documented part needs around it to run in a folder of its own, as whoever runs the tests.
NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/documented;
}}
"""
HAPROXY = """global
    maxconn 1000
"""

# name: (what it listens on in the documentation, what the tests put there, the rest of its configuration, command)
PROXIES = {
    "nginx": ("listen 80;", "listen 127.0.0.1:{port};", NGINX, ["nginx", "-e", "{folder}/error.log", "-c", "{folder}/rest"]),
    "haproxy": ("bind :80\n", "bind 127.0.0.1:{port}\n", HAPROXY, ["haproxy", "-db", "-f", "{folder}/rest", "-f", "{folder}/documented"]),
}


def documented(name):
    """The configuration of this proxy in the documentation."""
    with open(os.path.join(TOP, "docs", "operations.md")) as file:
        blocks = re.findall(rf"^```{name}\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    if len(blocks) != 1:
        raise Failure(f"docs/operations.md has {len(blocks)} blocks of {name}, not 1")
    return blocks[0]


class Proxy:
    """One proxy in front of a server that runs. changes: {a piece of the documented configuration: what is there instead}, for each
    of which it has a folder of its own in the server's."""

    def __init__(self, name, server, changes=None):
        self.name, self.server, self.changes = name, server, changes or {}
        os.makedirs(server.folder, exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix=name + "-", dir=server.folder)

    def configure(self, port):
        text = documented(self.name)
        listen, own, rest, _ = PROXIES[self.name]
        for old, new in ((listen, own.format(port=port)), (SERVER, self.server.url.removeprefix("http://")), *self.changes.items()):
            if text.count(old) != 1:
                raise Failure(f"the {self.name} block of docs/operations.md has {old.strip()!r} {text.count(old)} times, not once")
            text = text.replace(old, new)
        for file, content in (("documented", text), ("rest", rest.format(folder=self.folder))):
            with open(os.path.join(self.folder, file), "w") as out:
                out.write(content)

    def __enter__(self):
        program, *arguments = [part.format(folder=self.folder) for part in PROXIES[self.name][3]]
        path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")
        if path is None:
            raise Failure(f"there is no {program}: scripts/install-deps clients")
        log = os.path.join(self.folder, "output.log")
        for _ in range(5):  # another process may take the port first
            port = free_port()
            self.url = f"http://127.0.0.1:{port}"
            self.configure(port)
            with open(log, "ab") as output:
                self.process = subprocess.Popen([path, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            if answers(self.url, self.process):
                return self
            self.process.kill()
            self.process.wait()
        raise Failure(f"{self.name} did not start; its logs are in {self.folder}")

    def __exit__(self, *failure):
        self.process.terminate()
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
