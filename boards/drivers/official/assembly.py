"""The reader put together on an official MicroPython: slots on pins, journal in files, protected channel.
Never yet run on hardware."""

import os
from time import sleep_ms

import board
from contacts import ContactSlot
from cryptolib import aes
from journal_files import JournalFiles
from machine import reset
from release import COUNTER, KEY, PRODUCTION

from reader.core import Core
from reader.link.protection import Protection
from reader.storage.journal import IDENTITY, Journal
from sesam.port import const, ticks_ms

try:  # machine code, for plain Python's takes heap, and long, where integers have 31 bits
    from native_sha256 import Sha256
except ImportError:
    from reader.crypto.sha256 import Sha256

_ECB = const(1)  # of cryptolib
_LAST_WORDS_MS = const(300)  # the last answer is with the USB or radio stack: it goes out before the reset
_JOURNAL = "journal"  # files of the board's own file system


class Flash:
    """What the board keeps without power: a journal, and no second bank."""

    banks = ()

    def __init__(self) -> None:
        self.key = KEY
        self.production = PRODUCTION
        self.counter = COUNTER
        self.journal = JournalFiles(_JOURNAL, board.PAGE)

    def provisioned(self) -> bool:
        """Whether the maker has given this reader its secret."""
        return Journal(self.journal).find(IDENTITY) > 0


def key_of(secret: bytes) -> object:
    """A key of AES that encrypts single blocks."""
    return aes(secret, _ECB)


def fill(buf: bytearray) -> None:
    """Fill with unguessable bytes."""
    buf[:] = os.urandom(len(buf))


def serve(stream: object, flash: Flash, window: int) -> None:
    """Serve the link, where `window` frames may wait, until the board is to start anew; the cards are put off
    by then, for a reset takes all their contacts at once (ISO 7816-3 6.4)."""
    slots = (ContactSlot(board.PINS[0], board.CLOCK_KHZ), ContactSlot(board.PINS[1], board.CLOCK_KHZ))
    try:
        Core(
            stream,
            slots,
            ticks_ms,
            Sha256,
            board.NAME,
            board.MESSAGE,
            board.CLOCK_KHZ,
            flash=flash,
            window=window,
            early=board.EARLY,
            opposition=board.OPPOSITION,
            protection=Protection(Sha256, key_of, fill, ticks_ms),
        ).run()
    finally:
        for slot in slots:
            slot.deactivate()
    sleep_ms(_LAST_WORDS_MS)
    reset()
