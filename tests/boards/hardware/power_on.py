"""Start a board's sources with a fake `machine` and a fake `bluetooth`, as its own start does: MicroPython
(its file system a real littlefs on a file of the host) or CPython (a folder).

power_on.py SOURCES DESCRIPTORS MAIN FLASH LINK PS VITALE

The sources, the folder of the unix board's `descriptors`, the module to start, four descriptors. Standard
input and output are the USB console.
"""

import os
import sys

sources, unix, main, flash, link, ps, vitale = sys.argv[1:8]
sys.path[1:1] = [sources, unix]
PYTHON = sys.implementation.name == "cpython"
BLOCK, BLOCKS = 4096, 128


class Disk:
    """NOR flash in a file, as a block device: what is programmed was erased (FF) before."""

    def __init__(self, number):
        self._file = open(number, "r+b", 0)  # noqa: SIM115
        if not self._file.seek(0, 2):
            for block in range(BLOCKS):
                self.ioctl(6, block)

    def readblocks(self, block, buf, at=0):
        self._file.seek(block * BLOCK + at)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, at=None):
        if at is None:
            at = 0
            for one in range(block, block + len(buf) // BLOCK):
                self.ioctl(6, one)
        there = bytearray(len(buf))
        self.readblocks(block, there, at)
        assert there == b"\xff" * len(buf)
        self._file.seek(block * BLOCK + at)
        self._file.write(buf)

    def ioctl(self, what, value):
        if what == 4:
            return BLOCKS
        if what == 5:
            return BLOCK
        if what == 6:
            self._file.seek(value * BLOCK)
            self._file.write(b"\xff" * BLOCK)
        return 0


if PYTHON:
    import time
    import types
    from threading import Event

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    class Block:
        """`cryptolib.aes`, in its mode 1."""

        def __init__(self, key, mode):
            assert mode == 1
            self._block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()

        def encrypt(self, data, into):
            into[:] = self._block.update(bytes(data))

    class Raw:
        """Standard input without a buffer of its own."""

        def __init__(self, number):
            self.buffer = open(number, "rb", 0)  # noqa: SIM115
            self.fileno = self.buffer.fileno

    for name, values in (("micropython", {"kbd_intr": int}), ("cryptolib", {"aes": Block})):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(values)
    time.ticks_ms = lambda: time.monotonic_ns() // 1000000
    time.ticks_diff = lambda later, earlier: later - earlier
    time.sleep_ms = lambda n: Event().wait(n / 1000)
    time.sleep_us = lambda n: Event().wait(n / 1000000)
    sys.stdin = Raw(0)
    folder = os.readlink("/proc/self/fd/" + flash) + ".files"
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
else:
    import vfs

    disk = Disk(int(flash))
    try:
        mounted = vfs.VfsLfs2(disk, progsize=256)
    except OSError:
        vfs.VfsLfs2.mkfs(disk, progsize=256)
        mounted = vfs.VfsLfs2(disk, progsize=256)
    vfs.mount(mounted, "/flash")
    os.chdir("/flash")

import machine  # noqa: E402
from descriptors import Descriptor  # noqa: E402

import bluetooth  # noqa: E402
from sesam.port import ticks_ms  # noqa: E402

machine.contacts = tuple(machine.Contacts(Descriptor(int(one))) for one in (ps, vitale))
bluetooth.radio = bluetooth.Radio(Descriptor(int(link)), ticks_ms)
try:
    __import__(main)
except SystemExit as left:
    if PYTHON and left.code == machine.RESET:
        os.execv(sys.executable, sys.orig_argv)
    raise
