"""Runs on a board of our port as its `main.py`: the reader itself, its heap locked before the first frame.

Whatever allocates ends it with a MemoryError. The bytes `END` between two delimiters, which no frame can be,
unlock it: on the link, in however many reads they come and whatever comes with them.
"""

import gc

import board
from machine import UART
from micropython import heap_lock, heap_unlock
from slots import EmulatedSlot

from reader.core import Core
from reader.crypto.sha256 import Sha256
from sesam.port import ticks_ms

_END = b"\0END\0"


class Ended:
    """The link, closed by `END`."""

    def __init__(self, stream: object) -> None:
        self._stream = stream
        self._seen = 0  # bytes of _END that were the last to come
        self.write = stream.write

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read, -1 once `END` is among them."""
        n = self._stream.read(buf, timeout_ms)
        at = 0
        while at < n:
            if buf[at] != _END[self._seen]:
                self._seen = 0
            if buf[at] == _END[self._seen]:
                self._seen += 1
                if self._seen == len(_END):
                    return -1
            at += 1
        return n


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
