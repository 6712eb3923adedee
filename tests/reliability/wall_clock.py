"""A wall clock that somebody sets, under the real program: clock_offset.c."""

import mmap
import os
import struct
import tempfile

from support import preloaded


class WallClock:
    """Of one server that has not been started yet."""

    def __init__(self, server):
        self.temporary = tempfile.TemporaryDirectory(prefix="reliability-clock-")
        path = os.path.join(self.temporary.name, "control")
        with open(path, "w+b") as file:
            file.truncate(mmap.PAGESIZE)
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        server.settings.update(LD_PRELOAD=preloaded("clock_offset"), CLOCK_CONTROL=path)

    def set(self, seconds):
        """From here on so many seconds before (negative) or behind this machine's clock."""
        struct.pack_into("=q", self.memory, 0, int(seconds * 1e9))
