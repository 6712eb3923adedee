"""The four transports of GET /stream behind nginx and HAProxy, as docs/operations.md configures them, with buffering on and off.

--idle SECONDS: also leaves all of them idle for so long, behind these and behind proxies with the timeouts that they have by
themselves, and none may be cut.
"""

import argparse
import contextlib
import statistics
import time

from lib import messages
from lib.proxy import Proxy
from lib.server import Fixture
from lib.steps import step
from lib.transports import TRANSPORTS
from lib.wire import Failure, eventually

ROUNDS = 30  # messages that are timed
BURST = 250  # messages as fast as they are accepted; the last of them has 70 KB
# Seconds, for the median of ROUNDS. A proxy that collects a buffer keeps such a message until more or the end comes; 100 ms are
# promised, but not to a test on a busy machine.
PROMPT = 2.0
PING_PERIOD = 45  # server.stream.pingperiodseconds
POLL_TIMEOUT = 30  # seconds that a long poll waits by itself

NGINX, HAPROXY = "proxy_http_version 1.1;", "mode http\n"
# name: (proxy, changes of its documented configuration)
BUFFERING = {
    "directly": (None, {}),
    "nginx, proxy_buffering on": ("nginx", {NGINX: NGINX + " proxy_buffering on;"}),
    "nginx, proxy_buffering off": ("nginx", {NGINX: NGINX + " proxy_buffering off;"}),
    "HAProxy": ("haproxy", {}),
    "HAProxy, http-no-delay": ("haproxy", {HAPROXY: HAPROXY + "    option http-no-delay\n"}),
}
# nginx without a timeout has 60 s; HAProxy has none, and Debian's haproxy.cfg says 50 s.
OWN_TIMEOUTS = {
    "nginx, its own timeout": ("nginx", {"proxy_read_timeout 2m;": ""}),
    "HAProxy, Debian's timeouts": ("haproxy", {"timeout client 1m": "timeout client 50s", "timeout server 1m": "timeout server 50s",
                                               "timeout tunnel 2m": ""}),
}


class Listeners:
    """One of each transport, directly and behind each proxy."""

    def __init__(self, fixture, proxies, running):
        self.fixture = fixture
        self.all = {}
        for name, (proxy, changes) in proxies.items():
            url = running.enter_context(Proxy(proxy, fixture, changes)).url if proxy else fixture.url
            for transport, listener in TRANSPORTS.items():
                self.all[name, transport] = listener(url, fixture.client_token)
        for listener in self.all.values():
            listener.start()

    def check(self):
        for name, listener in self.all.items():
            if listener.wrong:
                raise Failure(f"{' by '.join(reversed(name))}: {listener.wrong}")

    def are_open(self):
        self.check()
        return self.fixture.api.call("GET", "/client?presence=1")[0]["streams"] == len(self.all)

    def have(self, count):
        self.check()
        return all(len(listener.arrived) >= count for listener in self.all.values())

    def expect_arrived(self, sent):
        for name, listener in self.all.items():
            try:
                messages.compare([message for _, message in listener.arrived], sent)
            except Failure as wrong:
                raise Failure(f"{' by '.join(reversed(name))}: {wrong}") from None

    def stop(self):
        for listener in self.all.values():
            listener.stop()


def timed(fixture, listeners, sent, rounds=ROUNDS):
    """Sends messages one by one to listeners who wait. {listener: [seconds from the begin of the POST to the message]}"""
    seconds = {name: [] for name in listeners.all}
    for _ in range(rounds):
        eventually(listeners.are_open, "all streams are open")
        begin = time.monotonic()
        sent += messages.send(fixture, 1)
        eventually(lambda: listeners.have(len(sent)), "every listener has the message")
        for name, listener in listeners.all.items():
            seconds[name].append(listener.arrived[len(sent) - 1][0] - begin)
    return seconds


def note_times(seconds, measured):
    for name in dict.fromkeys(name for name, _ in seconds):
        medians = {transport: statistics.median(seconds[name, transport]) for transport in TRANSPORTS}
        longest = max(max(seconds[name, transport]) for transport in TRANSPORTS)
        measured.append(f"{name}: {', '.join(f'{transport} {median * 1e3:.1f}' for transport, median in medians.items())}, "
                        f"longest {longest * 1e3:.1f}")
        for transport, median in medians.items():
            if median > PROMPT:
                raise Failure(f"{transport} by {name}: {median:.1f} s until a message came")


def wait_idle(listeners, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        listeners.check()
        time.sleep(0.5)
    for (name, transport), listener in listeners.all.items():
        wanted = int(seconds) // (POLL_TIMEOUT + 1 if transport == "poll" else PING_PERIOD + 1)
        if listener.signs < wanted:
            raise Failure(f"{transport} by {name}: {listener.signs} signs of life in {seconds} s, at least {wanted} expected")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle", type=float, default=0, metavar="SECONDS")
    idle = parser.parse_args().idle
    fixture = Fixture()
    proxies = {**BUFFERING, **OWN_TIMEOUTS} if idle else BUFFERING
    sent = []
    with contextlib.ExitStack() as running:
        with step(f"{len(TRANSPORTS)} transports in {len(proxies)} ways are open"):
            listeners = Listeners(fixture, proxies, running)
            running.callback(listeners.stop)
            eventually(listeners.are_open, "all streams are open")
        with step("each message at once") as measured:
            measured.append("medians in ms")
            note_times(timed(fixture, listeners, sent), measured)
        with step(f"{BURST} messages in a row, all, once, in order"):
            sent += messages.send(fixture, BURST)
            eventually(lambda: listeners.have(len(sent)), "every listener has all messages")
            listeners.expect_arrived(sent)
        if idle:
            with step(f"idle for {idle:.0f} s, none is cut"):
                wait_idle(listeners, idle)
            with step("and the next message at once") as measured:
                note_times(timed(fixture, listeners, sent, rounds=1), measured)
                listeners.expect_arrived(sent)
        with step("streams end with their clients"):
            listeners.stop()
            eventually(lambda: fixture.api.call("GET", "/client?presence=1")[0]["streams"] == 0, "no stream is open")


main()
