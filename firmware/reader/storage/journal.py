"""What the reader remembers without power: records in two pages of flash, taken in turn.

A board hands in a `storage`: `size` bytes in `page`s, `read(at, buf)`, `write(at, buf)` which turns ones into
zeros only, `erase(page)` which turns a page's bytes into FF. Every write is of whole 8-byte words, in their
places, each written once between two erasures. Power may fail at any byte of any of them: what is found
afterwards is what was there before, or what was to be there.

    page      "TJ", 0, number (3 bytes), CRC-16; then records; FF where nothing is written
    record    kind, 0, payload's length (2 bytes), FF FF, CRC-16 of these six; payload; its CRC-16 and 6 zeros

Numbers are big-endian, payloads whole words. The page of the higher number counts, and in it the last record
of each kind. When it is full, or ends in a record that was cut, the records that count are copied to the
other page, whose head is written last.
"""

from sesam.cobs import CRC_INIT, crc16
from sesam.port import const

IDENTITY = const(1)  # serial number and secret
SIGNED = const(2)  # the last certification: what was signed, and the signatures
INTENT = const(3)  # a card is asked for its signature; ends with SIGNED
STARTS = const(4)  # how often a board without randomness has started to shake hands
_KINDS = const(5)

_WORD = const(8)
_AROUND = const(16)  # a record's head and end
_BLANK = b"\xff\xff\xff\xff\xff\xff\xff\xff"


class Journal:
    """`find` and `load` give what counts; `begin`, `add`, `end` write a record. Nothing secret of a card goes
    in."""

    def __init__(self, storage: object) -> None:
        self._storage = storage
        self._word = bytearray(_WORD)
        self._at = [0] * _KINDS  # payload of the record that counts, by kind; 0: none
        self._base = storage.page  # of the page that counts
        self._number = 0  # that page's; 0: none is written
        self._free = 0  # where the next record goes
        self._crc = 0
        self._length = 0
        for base in (0, storage.page):
            self._read(base)
            word = self._word
            if word[0] == 84 and word[1] == 74 and not crc16(word, 0, _WORD):
                number = word[3] << 16 | word[4] << 8 | word[5]
                if number > self._number:
                    self._number = number
                    self._base = base
        self._free = self._base + storage.page
        if self._number:
            self._scan()

    def find(self, kind: int) -> int:
        """Where the payload of the kind's last record lies, 0 when there is none."""
        return self._at[kind]

    def load(self, at: int, buf: bytearray) -> int:
        """Fill `buf` with what lies at `at`; return where the rest lies."""
        self._storage.read(at, buf)
        return at + len(buf)

    def holds(self, at: int, buf: bytearray) -> bool:
        """Whether what lies at `at` is `buf`, whole words."""
        word = self._word
        for i in range(len(buf)):
            if not i % _WORD:
                self._read(at + i)
            if word[i % _WORD] != buf[i]:
                return False
        return True

    def begin(self, kind: int, n: int) -> bool:
        """Begin a record of `n` bytes; False when there is no room for it, erasing included."""
        if self._free + n + _AROUND > self._base + self._storage.page:
            self._turn()
            if self._free + n + _AROUND > self._base + self._storage.page:
                return False
        self._length = n
        self._crc = CRC_INIT
        self._head(self._free, kind, 0, n >> 8, n & 255, 255, 255)
        self._free += _WORD
        return True

    def add(self, buf: bytearray) -> None:
        """Write a part of the record that was begun."""
        self._storage.write(self._free, buf)
        self._crc = crc16(buf, 0, len(buf), self._crc)
        self._free += len(buf)

    def end(self) -> bool:
        """End the record; whether the storage holds it."""
        word = self._word
        word[0] = self._crc >> 8
        word[1] = self._crc & 255
        for i in range(2, _WORD):
            word[i] = 0
        self._storage.write(self._free, word)
        at = self._free - self._length - _WORD
        end = self._take(at)
        self._free = end or self._base + self._storage.page
        return end > 0

    def _read(self, at: int) -> None:
        self._storage.read(at, self._word)

    def _head(self, at: int, a: int, b: int, c: int, d: int, e: int, f: int) -> None:
        """Write six bytes and their CRC."""
        word = self._word
        word[0] = a
        word[1] = b
        word[2] = c
        word[3] = d
        word[4] = e
        word[5] = f
        crc = crc16(word, 0, 6)
        word[6] = crc >> 8
        word[7] = crc & 255
        self._storage.write(at, word)

    def _scan(self) -> None:
        """Go through the page's records; what does not end as it must leaves no room behind it."""
        end = self._base + self._storage.page
        at = self._base + _WORD
        while at and at + _AROUND <= end:
            self._read(at)
            if self._word == _BLANK:
                self._free = at
                return
            at = self._take(at)

    def _take(self, at: int) -> int:
        """Take note of the record at `at`; return where the next one begins, 0 when this one is not whole."""
        self._read(at)
        word = self._word
        kind = word[0]
        n = word[2] << 8 | word[3]
        end = at + _WORD + n
        if crc16(word, 0, _WORD) or not 0 < kind < _KINDS or end + _WORD > self._base + self._storage.page:
            return 0
        crc = CRC_INIT
        for part in range(at + _WORD, end, _WORD):
            self._read(part)
            crc = crc16(word, 0, _WORD, crc)
        self._read(end)
        if word[0] << 8 | word[1] != crc or word[2] or word[7]:
            return 0
        self._at[kind] = at + _WORD
        if kind == SIGNED:
            self._at[INTENT] = 0
        return end + _WORD

    def _turn(self) -> None:
        """Copy what counts to the other page, which counts from then on."""
        storage = self._storage
        word = self._word
        base = storage.page - self._base
        storage.erase(base // storage.page)
        to = base + _WORD
        for kind in range(1, _KINDS):
            at = self._at[kind]
            if at:
                at -= _WORD
                self._at[kind] = to + _WORD
                self._read(at)
                n = (word[2] << 8 | word[3]) + _AROUND
                for part in range(0, n, _WORD):
                    self._read(at + part)
                    storage.write(to + part, word)
                to += n
        self._number += 1
        number = self._number
        self._head(base, 84, 74, 0, number >> 16, number >> 8 & 255, number & 255)
        self._base = base
        self._free = to
