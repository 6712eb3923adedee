"""A disk that fails, is slow, or loses its power, under the real program: disk_faults.c, built with gcc when it is needed."""

import errno
import mmap
import os
import shutil
import struct
import tempfile

from support import preloaded

READ, WRITE, SYNC, TRUNCATE, OPEN, NAME = 1, 2, 4, 8, 16, 32  # NAME: unlink and rename
EVERYTHING = READ | WRITE | SYNC | TRUNCATE | OPEN | NAME
FIELDS = ("operations", "first", "last", "error", "half", "kill", "calls", "failed", "sync_delay")
SECTOR = 512


class Disk:
    """Of one server that has not been started yet. The server's log does not count as the disk.

    power_cuts: keeps what would survive one (each file as its last sync left it), for cut_power().
    """

    def __init__(self, server, power_cuts=False):
        self.server = server
        self.temporary = tempfile.TemporaryDirectory(prefix="reliability-disk-")
        self.shadow = os.path.join(self.temporary.name, "shadow")
        os.mkdir(self.shadow)
        path = os.path.join(self.temporary.name, "control")
        with open(path, "wb") as file:
            file.write(bytes(4096))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)
        server.settings.update(LD_PRELOAD=preloaded("disk_faults"), DISK_CONTROL=path, DISK_FOLDER=server.folder)
        if power_cuts:
            server.settings["DISK_SHADOW"] = self.shadow

    def _set(self, **fields):
        for name, value in fields.items():
            struct.pack_into("i", self.memory, 4 * FIELDS.index(name), value)

    def _get(self, name):
        return struct.unpack_from("i", self.memory, 4 * FIELDS.index(name))[0]

    def arm(self, operations=EVERYTHING, first=1, last=0, error=errno.EIO, half=False, kill=False):
        """The calls of these kinds are counted from here on; those from the first to the last fail (last 0: from the first on).

        half: a failing write stores half of its bytes. kill: the call kills the program instead.
        """
        self._set(operations=0)
        self._set(first=first, last=last, error=error, half=int(half), kill=int(kill), calls=0, failed=0)
        self._set(operations=operations)

    def count(self, operations=EVERYTHING):
        """Only counts."""
        self.arm(operations, first=1 << 30)

    def disarm(self):
        self._set(operations=0)

    @property
    def calls(self):
        return self._get("calls")

    @property
    def failed(self):
        return self._get("failed")

    def slow_syncs(self, seconds):
        self._set(sync_delay=int(seconds * 1e6))

    def cut_power(self, random):
        """After the program has ended: undoes writes that no sync covered, by sectors, all of them or a random part."""
        survives = random.choice((0.0, 0.5, 0.95))
        for folder, _, names in os.walk(self.server.folder):
            for name in names:
                path = os.path.join(folder, name)
                relative = os.path.relpath(path, self.server.folder)
                if relative == "server.log" or relative.endswith("-lock"):
                    continue
                if relative.endswith("-shm"):
                    os.remove(path)
                    continue
                kept = os.path.join(self.shadow, relative.replace("/", "!"))
                if os.path.exists(kept):
                    mix(path, kept, survives, random)
                elif random.random() >= survives:
                    os.remove(path)
        for name in os.listdir(self.shadow):  # renamed or removed, and no sync of the folder covers it
            path = os.path.join(self.server.folder, name.replace("!", "/"))
            if not name.endswith(".part") and not os.path.exists(path) and random.random() >= survives:
                shutil.copyfile(os.path.join(self.shadow, name), path)
        self.keep_everything()

    def keep_everything(self):
        """What is there now is what the next power cut finds."""
        shutil.rmtree(self.shadow)
        os.mkdir(self.shadow)
        for folder, _, names in os.walk(self.server.folder):
            for name in names:
                relative = os.path.relpath(os.path.join(folder, name), self.server.folder)
                if relative != "server.log" and not relative.endswith("-lock"):
                    shutil.copyfile(os.path.join(folder, name), os.path.join(self.shadow, relative.replace("/", "!")))


def mix(path, kept, survives, random):
    """Of the sectors in which the file differs from what was kept, the share `survives` stays, at random."""
    with open(path, "rb") as file:
        now = file.read()
    with open(kept, "rb") as file:
        then = file.read()
    if now == then:
        return
    size = len(now) if random.random() < survives else len(then)
    result = bytearray(then[:size].ljust(size, b"\0"))
    for at in range(0, size, SECTOR):
        if now[at:at + SECTOR] != then[at:at + SECTOR] and random.random() < survives:
            sector = now[at:at + SECTOR][:size - at]
            result[at:at + len(sector)] = sector
    with open(path, "wb") as file:
        file.write(result)
