"""Runs on a board of our port as its `main.py`: the reader itself, its heap locked before the first frame.

Whatever allocates ends it with a MemoryError. Three bytes `END` on the link unlock it.
"""

import gc

import board
from machine import UART
from micropython import heap_lock, heap_unlock
from slots import EmulatedSlot

from reader.core import Core
from reader.sha256 import Sha256
from sesam.port import ticks_ms


class Ended:
    """The link, closed by `END`."""

    def __init__(self, stream: object) -> None:
        self._stream = stream
        self.write = stream.write

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read, -1 once they are `END`."""
        n = self._stream.read(buf, timeout_ms)
        return -1 if n == 3 and buf[0] == 69 and buf[1] == 78 and buf[2] == 68 else n


def run() -> None:
    """Serve the link without a byte of heap."""
    slots = EmulatedSlot(UART(1)), EmulatedSlot(UART(2))
    core = Core(
        Ended(UART(0)),
        slots,
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        opposition=board.OPPOSITION,
        window=board.WINDOW,
        early=board.EARLY,
    )
    gc.collect()
    before = gc.mem_alloc()
    heap_lock()
    try:
        bytearray(1)
        print("not locked")
    except MemoryError:
        print("ready")
    while core.step(50):
        pass
    heap_unlock()
    print("allocated", gc.mem_alloc() - before)
