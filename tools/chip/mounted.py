"""A board's files as its flash holds them, read by a real littlefs: MicroPython's own, on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

STORAGE = 1408 << 10  # bytes at the flash's end that an RPI_PICO image gives its file system

_READ = """
import hashlib, os, sys, vfs
class Disk:
    def __init__(self, name, size):
        self._file = open(name, "rb")
        self._start, self._blocks = self._file.seek(0, 2) - size, size // 4096
    def readblocks(self, block, buf, at=0):
        self._file.seek(self._start + block * 4096 + at)
        self._file.readinto(buf)
        return 0
    def writeblocks(self, block, buf, at=0):
        return -30
    def ioctl(self, what, value):
        return self._blocks if what == 4 else 4096 if what == 5 else -30 if what == 6 else 0
for name in sys.argv[2:]:
    digest = hashlib.sha256()
    try:
        vfs.mount(vfs.VfsLfs2(Disk(name, int(sys.argv[1]))), "/flash")
        for one in FILES:
            digest.update(open("/flash/" + one, "rb").read())
        vfs.umount("/flash")
        print(digest.digest().hex())
    except OSError as error:
        print("OSError", error.errno)
"""
_RUN = "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))"


def files_of(images: Sequence[Path], names: Sequence[str], script: Path) -> list[str]:
    """For each image of a flash the SHA-256 of these files together, or why its file system does not mount.

    `script` is where the program for MicroPython goes. RuntimeError when that does not run.
    """
    script.write_text(_READ.replace("FILES", repr(list(names))))
    command = [
        sys.executable,
        "-I",
        "-c",
        _RUN,
        "micropython",
        "-X",
        "heapsize=16m",
        str(script),
        str(STORAGE),
    ]
    done = subprocess.run([*command, *map(str, images)], capture_output=True, text=True, check=False)
    told = done.stdout.split("\n")[:-1]
    if done.returncode or len(told) != len(images):
        raise RuntimeError(f"MicroPython: {done.stdout[-400:]}{done.stderr[-400:]}")
    return told
