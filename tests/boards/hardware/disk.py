"""NOR flash as a block device for littlefs: a byte is programmed once after its erasure (MicroPython)."""

import os

import vfs

BLOCK, BLOCKS = 4096, 64
ERASED = b"\xff" * BLOCK


class PowerCut(Exception):
    """Power is gone: nothing changes any more."""


class Disk:
    """In memory. `budget` is how many halves of programmings and erasures power lasts for; None: for ever."""

    def __init__(self, data=None):
        self.data = data or bytearray(ERASED * BLOCKS)
        self.budget = None
        self.halves = 0  # begun
        self.dead = False  # a file that is closed or collected later does nothing any more

    def readblocks(self, block, buf, at=0):
        if self.dead:
            return 0
        at += block * BLOCK
        buf[:] = self.data[at : at + len(buf)]
        return 0

    def writeblocks(self, block, buf, at=None):
        if self.dead:
            return 0
        if at is None:
            at = 0
            for one in range(block, block + len(buf) // BLOCK):
                self.ioctl(6, one)
        at += block * BLOCK
        assert self.data[at : at + len(buf)] == ERASED[: len(buf)]
        self._change(at, bytes(buf))
        return 0

    def ioctl(self, what, value):
        if self.dead:
            return 0
        if what == 4:
            return BLOCKS
        if what == 5:
            return BLOCK
        if what == 6:
            self._change(value * BLOCK, ERASED)
        return 0

    def _change(self, at, data):
        half = len(data) // 2
        for start, end in ((0, half), (half, len(data))):
            if self.budget is not None and self.halves >= self.budget:
                self.dead = True
                raise PowerCut
            self.halves += 1
            self.put(at + start, data[start:end])

    def put(self, at, data):
        self.data[at : at + len(data)] = data


class FileDisk(Disk):
    """In a file of the host, by its descriptor."""

    def __init__(self, number):
        self._file = open(number, "r+b", 0)
        fresh = not self._file.seek(0, 2)
        self._file.seek(0)
        super().__init__(None if fresh else bytearray(self._file.read()))
        if fresh:
            self._file.write(self.data)

    def put(self, at, data):
        super().put(at, data)
        self._file.seek(at)
        self._file.write(data)


def mount(disk):
    """Make a disk the board's file system, formatted where it is none: as the official boards' start does."""
    try:
        system = vfs.VfsLfs2(disk, progsize=256)
    except OSError:
        vfs.VfsLfs2.mkfs(disk, progsize=256)
        system = vfs.VfsLfs2(disk, progsize=256)
    vfs.mount(system, "/flash")
    os.chdir("/flash")
