"""A board of our own port: three UARTs, then the core until it asks for another start."""

import board
from machine import UART, reset
from slots import EmulatedSlot

from reader.core import Core
from reader.crypto.sha256 import Sha256
from sesam.port import ticks_ms

try:
    from flash import Flash
except ImportError:  # a board that keeps nothing without power
    Flash = None

try:
    from guard import Guard
except ImportError:  # a board that serves no protected channel
    Guard = None


def run() -> None:
    """Serve the link."""
    guard = Guard() if Guard else None
    core = Core(
        UART(0),
        (EmulatedSlot(UART(1)), EmulatedSlot(UART(2))),
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        flash=Flash() if Flash else None,
        protection=guard.protection if guard else None,
        opposition=board.OPPOSITION,
        window=board.WINDOW,
        early=board.EARLY,
    )
    if guard:
        guard.keep(core.service.journal)
    print("ready")
    core.run()  # until it is to start anew: the link of a board is never closed
    reset()
