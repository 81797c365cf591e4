"""Start of a reader on an official MicroPython: its link is the USB console, its slots are the pins of
`board.toml`. Never yet run on hardware."""

import select
import sys

import board
import micropython
from contacts import ContactSlot

from reader.core import Core
from reader.sha256 import Sha256
from sesam.port import ticks_ms


class Console:
    """The USB serial port, byte for byte."""

    def __init__(self) -> None:
        micropython.kbd_intr(-1)  # 03 is a byte like any other
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._byte = bytearray(1)

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read within `timeout_ms`; 0: none came."""
        n = 0
        while n < len(buf) and self._poll.poll(0 if n else timeout_ms):
            self._in.readinto(self._byte)
            buf[n] = self._byte[0]
            n += 1
        return n

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes written now."""
        return self._out.write(memoryview(buf)[start : start + n]) or 0


def run() -> None:
    """Serve the link."""
    slots = (ContactSlot(board.PINS[0], board.CLOCK_KHZ), ContactSlot(board.PINS[1], board.CLOCK_KHZ))
    core = Core(
        Console(),
        slots,
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        window=board.WINDOW,
    )
    core.run()


run()
