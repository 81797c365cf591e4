"""Start of a board of our own port: three UARTs, then the core for ever."""

import board
from crypto import Sha256
from machine import UART
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
core.run()
