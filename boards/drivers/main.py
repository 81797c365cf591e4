"""Start of a board of our own port: three UARTs, then the core until it asks for another start."""

import board
from crypto import Sha256
from machine import UART, reset
from slots import EmulatedSlot

from reader.core import Core
from sesam.port import ticks_ms

flash = None
try:
    from flash import Flash

    flash = Flash()
except ImportError:  # a board that keeps nothing without power
    pass
slots = (EmulatedSlot(UART(1)), EmulatedSlot(UART(2)))
core = Core(
    UART(0),
    slots,
    ticks_ms,
    Sha256,
    board.NAME,
    board.MESSAGE,
    board.CLOCK_KHZ,
    flash=flash,
    opposition=board.OPPOSITION,
)
print("ready")
core.run()  # until it is to start anew: the link of a board is never closed
reset()
