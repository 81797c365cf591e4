"""Start a board's sources with a fake `machine` and a fake `bluetooth`, as its own start does: MicroPython
(its file system a real littlefs on a file of the host) or CPython (a folder).

power_on.py SOURCES DESCRIPTORS PAIRS MAIN FLASH LINK PS VITALE

The sources, the folder of the unix board's `descriptors`, 1 where its Bluetooth can pair, the module that is
started, four descriptors. Standard input and output are the USB console.
"""

import os
import sys

sources, unix, pairs, main, flash, link, ps, vitale = sys.argv[1:9]
sys.path[1:1] = [sources, unix]
PYTHON = sys.implementation.name == "cpython"
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
            self.buffer = open(number, "rb", 0)
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
    from disk import FileDisk, mount

    mount(FileDisk(int(flash)))

import machine
from descriptors import Descriptor

import bluetooth
from sesam.port import ticks_ms

machine.contacts = tuple(machine.Contacts(Descriptor(int(one))) for one in (ps, vitale))
bluetooth.radio = bluetooth.Radio(Descriptor(int(link)), ticks_ms, pairs == "1")
try:
    __import__(main)
except SystemExit as left:
    if PYTHON and left.code == machine.RESET:
        os.execv(sys.executable, sys.orig_argv)
    raise
