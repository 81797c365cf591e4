"""A board of our own port: three UARTs, then the core until it asks for another start."""

import board
from machine import UART, reset
from slots import EmulatedSlot

from reader.core import Core
from reader.sha256 import Sha256
from sesam.port import ticks_ms

try:
    from flash import Flash
except ImportError:  # a board that keeps nothing without power
    Flash = None


def run() -> None:
    """Serve the link."""
    core = Core(
        UART(0),
        (EmulatedSlot(UART(1)), EmulatedSlot(UART(2))),
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        flash=Flash() if Flash else None,
        opposition=board.OPPOSITION,
    )
    print("ready")
    core.run()  # until it is to start anew: the link of a board is never closed
    reset()
