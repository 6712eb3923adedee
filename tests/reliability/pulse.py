"""When the pings of one stream arrive."""

import threading
import time

from support import Stream


class Pulse:
    """Reads a stream in a thread and answers its pings."""

    def __init__(self, server, token):
        self.stream = Stream(server.url, f"/stream?token={token}")
        self.stream.connection.socket.settimeout(None)
        self.begin = time.monotonic()
        self.times = []  # time.monotonic() of each ping
        self.ended = False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            while True:
                first, payload = self.stream.frame()
                if first == 0x89:
                    self.times.append(time.monotonic())
                    self.stream.send(0x8A, payload)
        except (EOFError, OSError):
            self.ended = True

    def gaps(self, since=0.0):
        """Seconds between pings that arrived after `since`, and from the last one until now."""
        times = [at for at in self.times if at >= since] + [time.monotonic()]
        return [later - earlier for earlier, later in zip(times, times[1:])]
