"""The real program in a folder of its own, and what each test needs to exist."""

import copy
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from lib.wire import TIMEOUT, Failure, basic, expect, raw

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.path.join(TOP, "build", "clients")
PROGRAM = os.environ.get("PUSH_PROGRAM", os.path.join(TOP, "build", "release", "sharded-gotify"))
USER, PASSWORD = "admin", "admin"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url, process):
    """Waits until the server there is well; false if the process ended, or was not ready in time."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if raw(url, "GET", "/health").status == 200:
                return True
        except OSError:
            pass
        time.sleep(0.02)
    return False


class Server:
    """Settings are environment variables of the program. The folder outlives it; fresh() empties it."""

    def __init__(self, name, settings=None):
        self.folder = os.path.join(BUILD, "run", name)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.settings = settings or {}
        self.program = PROGRAM
        self.database = os.path.join(self.folder, "gotify.db")
        self.log = os.path.join(self.folder, "server.log")
        self.process = None

    def with_program(self, program):
        """Another program, on the same folder with the same settings. Only one of them may run."""
        other = copy.copy(self)
        other.program = program
        return other

    def start(self):
        if not os.access(self.program, os.X_OK):
            raise Failure(f"{self.program} is missing: scripts/build release sharded-gotify, tests/clients/install go")
        for _ in range(5):  # another process may take the port first
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            if self.launch():
                return self
        raise Failure(f"the server did not start; its log is {self.log}")

    def launch(self):
        """On its port; true once it answers."""
        environment = {"PATH": os.environ["PATH"], "NOCOLOR": "1", "GOTIFY_PASSSTRENGTH": "4",
                       "GOTIFY_SERVER_LISTENADDR": "127.0.0.1", "GOTIFY_SERVER_PORT": str(self.port),
                       "GOTIFY_DATABASE_CONNECTION": self.database,
                       "GOTIFY_UPLOADEDIMAGESDIR": os.path.join(self.folder, "images"), **self.settings}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        return answers(self.url, self.process)

    def kill_and_restart(self):
        """kill -9, and the same port, at which its clients come back."""
        self.process.kill()
        self.process.wait()
        if not self.launch():
            raise Failure(f"the server did not start again; its log is {self.log}")

    def stop(self):
        """Ends the program; it must end well. Nothing if it does not run."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"the server did not stop within {TIMEOUT} s of SIGTERM") from None
        expect(code, 0, "exit code of the server after SIGTERM")

    def __enter__(self):
        return self.start()

    def __exit__(self, *failure):
        self.stop()

    def api(self, credential=None):
        return Api(self.url, credential)


class Api:
    """The REST API as a test uses it to prepare and to check. The credential is a token, or Basic of the first user."""

    def __init__(self, url, credential=None):
        self.url = url
        self.headers = [f"X-Gotify-Key: {credential}"] if credential else [basic(USER, PASSWORD)]

    def call(self, method, target, body=None, status=200):
        headers, data = list(self.headers), b""
        if body is not None:
            headers.append("Content-Type: application/json")
            data = json.dumps(body)
        answer = raw(self.url, method, target, headers, data)
        expect(answer.status, status, f"status of {method} {target} ({answer.body[:200]!r})")
        return answer.json() if answer.body else None

    def application(self, name, **members):
        return self.call("POST", "/application", {"name": name, **members})

    def client(self, name):
        return self.call("POST", "/client", {"name": name})

    def messages(self):
        return self.call("GET", "/message?limit=200")["messages"]


class Fixture:
    """What a client is started with: one application, one client, and its own view of them from the environment."""

    @staticmethod
    def create(server):
        api = server.api()
        application = api.application("backups", description="made by tests/clients", defaultPriority=5)
        client = api.client("tests/clients")
        return {"GOTIFY_URL": server.url, "GOTIFY_APP_ID": str(application["id"]), "GOTIFY_APP_TOKEN": application["token"],
                "GOTIFY_CLIENT_TOKEN": client["token"], "GOTIFY_USER": USER, "GOTIFY_PASSWORD": PASSWORD,
                "GOTIFY_FOLDER": server.folder, "CLIENTS_BUILD": BUILD}

    def __init__(self):
        read = os.environ
        self.url, self.folder, self.build = read["GOTIFY_URL"], read["GOTIFY_FOLDER"], read["CLIENTS_BUILD"]
        self.app_id, self.app_token = int(read["GOTIFY_APP_ID"]), read["GOTIFY_APP_TOKEN"]
        self.client_token = read["GOTIFY_CLIENT_TOKEN"]
        self.host = self.url.removeprefix("http://")
        self.api = Api(self.url, self.client_token)
        self.admin = Api(self.url)
