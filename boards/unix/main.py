"""Start of the unix board: three descriptors, then the core until the link is closed."""

import sys

import board
from descriptors import Descriptor
from slots import EmulatedSlot

from reader.core import Core
from reader.sha256 import Sha256
from sesam.port import ticks_ms

link, ps, vitale = sys.argv[-3:]
slots = (EmulatedSlot(Descriptor(int(ps))), EmulatedSlot(Descriptor(int(vitale))))
Core(Descriptor(int(link)), slots, ticks_ms, Sha256, board.NAME, board.MESSAGE, board.CLOCK_KHZ).run()
