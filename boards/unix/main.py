"""The unix board: its last arguments are `flash=` with a descriptor or none, then link, PS's card, Vitale."""

import sys

import board
from descriptors import Descriptor
from flash import Flash
from slots import EmulatedSlot

from reader.core import Core
from reader.sha256 import Sha256
from sesam.port import ticks_ms


def run() -> None:
    """Serve the link."""
    kept, link, ps, vitale = sys.argv[-4:]
    Core(
        Descriptor(int(link)),
        (EmulatedSlot(Descriptor(int(ps))), EmulatedSlot(Descriptor(int(vitale)))),
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        flash=Flash(int(kept[6:]), board.JOURNAL_PAGE) if kept != "flash=" else None,
        opposition=board.OPPOSITION,
    ).run()


if __name__ == "__main__":  # CPython
    run()
