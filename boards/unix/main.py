"""The unix board: its last arguments are `flash=` with a descriptor and the bank that runs, or nothing, then
link, PS's card, Vitale."""

import os
import sys

import board
from descriptors import Descriptor
from flash import Flash
from slots import EmulatedSlot

from reader.core import Core
from reader.crypto.aes import Aes
from reader.crypto.sha256 import Sha256
from reader.link.protection import Protection
from sesam.port import const, ticks_ms

try:
    import cryptolib
except ImportError:
    cryptolib = None

_ECB = const(1)  # of cryptolib
_ANOTHER_START = const(75)  # the status that has `launch.py` start again


def key_of(secret: bytes) -> object:
    """A key of AES that encrypts single blocks: MicroPython's own, or the firmware's on CPython."""
    return cryptolib.aes(secret, _ECB) if cryptolib else Aes(secret)


def fill(buf: bytearray) -> None:
    """Fill with unguessable bytes."""
    buf[:] = os.urandom(len(buf))


def run() -> None:
    """Serve the link."""
    kept, link, ps, vitale = sys.argv[-4:]
    number, _, running = kept[6:].partition(":")
    core = Core(
        Descriptor(int(link)),
        (EmulatedSlot(Descriptor(int(ps))), EmulatedSlot(Descriptor(int(vitale)))),
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        flash=Flash(int(number), int(running or 0), board.PAGE, board.BANKS) if number else None,
        opposition=board.OPPOSITION,
        window=board.WINDOW,
        early=board.EARLY,
        protection=Protection(Sha256, key_of, fill, ticks_ms),
    )
    core.run()
    if core.service.restarts:
        sys.exit(_ANOTHER_START)


if __name__ == "__main__":  # CPython
    run()
