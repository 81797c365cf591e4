"""Start a board's sources with a fake `machine` and a fake `bluetooth`, as its own start does: MicroPython
(its file system a real littlefs on a file of the host) or CPython (a folder).

power_on.py SOURCES DESCRIPTORS PAIRS HELD MAIN FLASH LINK PS VITALE

The sources, the folder of the unix board's `descriptors`, 1 where its Bluetooth can pair (2: as BTstack
does), 1 while the service button is held, the module that is started as main.py, four descriptors. Standard
input and output are the USB console, where Ctrl-C is armed as main.py starts, and the REPL is when it has
ended.
"""

import os
import sys
import time

sources, unix, pairs, button, main, flash, link, ps, vitale = sys.argv[1:10]
sys.path[1:1] = [sources, unix]
PYTHON = sys.implementation.name == "cpython"
if PYTHON:
    import signal
    import traceback
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

    sys.modules["cryptolib"] = types.ModuleType("cryptolib")
    sys.modules["cryptolib"].aes = Block
    sys.print_exception = lambda error, file: traceback.print_exception(error, file=file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    time.ticks_ms = lambda: time.monotonic_ns() // 1000000
    time.ticks_diff = lambda later, earlier: later - earlier
    time.sleep_ms = lambda n: Event().wait(n / 1000)
    time.ticks_us = lambda: time.monotonic_ns() // 1000
    sys.stdin = Raw(0)
    folder = os.readlink("/proc/self/fd/" + flash) + ".files"
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
else:
    from disk import FileDisk, mount

    mount(FileDisk(int(flash)))

import machine
import repl
from descriptors import Descriptor

import bluetooth
from sesam.port import ticks_ms

machine.contacts = tuple(machine.Contacts(Descriptor(int(one))) for one in (ps, vitale))
machine.held = button == "1"
bluetooth.radio = bluetooth.Radio(
    Descriptor(int(link)), ticks_ms, {"0": False, "2": "btstack"}.get(pairs, True)
)


class Time:
    """The module; a radio's interrupts come while somebody waits."""

    def __init__(self, real):
        self._real = real

    def __getattr__(self, name):
        return getattr(self._real, name)

    def sleep_ms(self, n):
        bluetooth.radio.turn()
        self._real.sleep_ms(n)


class Micropython:
    """The module. On a board Ctrl-C is armed just before the first statement of main.py; here it is by that
    statement, as it looks for `kbd_intr`."""

    def __init__(self):
        number = os.getenv("USB_CONTROL")
        self._usb = open(int(number), "r+b", 0) if number else None

    @staticmethod
    def const(value):
        return value

    def __getattr__(self, name):
        if name == "kbd_intr":
            self.kbd_intr = self._arm
            self.kbd_intr(3)
        return self.__dict__[name]

    def _arm(self, byte):
        if self._usb:
            self._usb.write(bytes((byte & 255,)))
            while self._usb.read(1)[0] != byte & 255:
                pass  # from its answer on it holds


sys.modules["micropython"] = micropython = Micropython()
sys.modules["time"] = Time(time)
try:
    __import__(main)
except SystemExit as left:
    if PYTHON and left.code == machine.RESET:
        os.execv(sys.executable, sys.orig_argv)
    raise
except (Exception, KeyboardInterrupt) as error:
    sys.print_exception(error, sys.stdout)
micropython.kbd_intr(-1)
repl.serve(micropython.kbd_intr)
