"""Start of the unix board: `flash=` and a descriptor (or none), three descriptors, then the core until the
link is closed."""

import sys

import board
from descriptors import Descriptor
from slots import EmulatedSlot

from reader.core import Core
from reader.sha256 import Sha256
from sesam.port import ticks_ms

kept, link, ps, vitale = sys.argv[-4:]
flash = None
if kept != "flash=":
    from flash import Flash

    flash = Flash(int(kept[6:]), board.JOURNAL_PAGE)
slots = (EmulatedSlot(Descriptor(int(ps))), EmulatedSlot(Descriptor(int(vitale))))
core = Core(
    Descriptor(int(link)),
    slots,
    ticks_ms,
    Sha256,
    board.NAME,
    board.MESSAGE,
    board.CLOCK_KHZ,
    flash=flash,
    opposition=board.OPPOSITION,
)
core.run()
