"""A compact form of the opposition list: a filter that never misses a card on it, and now and then suspects
one that is not (a Bloom filter; Bloom, CACM 13-7, 1970). The host, which holds the list, clears such a card.

The host makes the bits; this is how both number them. Two remainders are taken over the serial's 10 columns,
gone over twice: h = (h * m + column) % p, from h = 1. The first bit asked for is the first remainder; each
next one lies the second remainder, made odd, and the rank of the bit before further on, modulo the filter.
"""

from sesam import codes, messages
from sesam.frame import crc16
from sesam.messages import ANSWER
from sesam.octets import copy, same
from sesam.port import const

_COLUMNS = const(10)  # of a serial number, spaces after it

_P1 = const(1048573)  # primes below 2**20: products stay small integers
_M1 = const(911)
_P2 = const(1048571)
_M2 = const(773)
_SPACE = const(32)

_OFFSET = const(1)  # LOAD_OPPOSITION
_DATA = const(2)
_NUMBER = const(1)  # USE_OPPOSITION
_HASHES = const(2)
_CHECK = const(3)
_SERIAL = const(1)  # CLEAR_OPPOSITION


class Opposition:
    """The filter, of a size that the board gives; it is in force once it is whole, and not while it is
    loaded. `held` is the serial of the card read last, `cleared` the one that the host answers for."""

    def __init__(self, arena: object, channel: object) -> None:
        self.next = 0  # byte of the filter awaited
        self._bits = arena.opposition
        self._held = arena.serial
        self._cleared = arena.cleared
        self._channel = channel
        self._number = 0  # of the list in force; 0: none is
        self._hashes = 0

    def hold(self, buf: bytearray, at: int, n: int) -> None:
        """Remember the serial of the card that is being read; one longer than any is remembered as none."""
        held = self._held
        for i in range(_COLUMNS):
            held[i] = buf[at + i] if i < n <= _COLUMNS else _SPACE

    def suspects(self) -> bool:
        """Whether the card being read may be on the list, and the host has not cleared it."""
        held = self._held
        if not self._number or same(held, 0, self._cleared, 0, _COLUMNS):
            return False
        first = second = 1
        for i in range(2 * _COLUMNS):
            column = held[i % _COLUMNS]
            first = (first * _M1 + column) % _P1
            second = (second * _M2 + column) % _P2
        bits = self._bits
        size = 8 * len(bits)
        second |= 1
        for rank in range(self._hashes):
            at = first % size
            if not bits[at >> 3] >> (at & 7) & 1:
                return False
            first += second + rank
        return True

    def answer(self, number: int, message: object, writer: object) -> int:
        """Do what a message asks of the filter; return 0 or a status."""
        status = 0
        if number == messages.LOAD_OPPOSITION:
            status = self._load(message)
        elif number == messages.USE_OPPOSITION:
            status = self._commit(message)
        else:
            return self._clear(message, writer)
        if status:
            return status
        writer.begin(number + ANSWER)
        writer.put_uint(1, len(self._bits))
        writer.put_uint(2, self.next)
        writer.put_uint(3, self._number)
        return 0

    def _load(self, message: object) -> int:
        """Take a piece; the first one puts the list out of force, one without bytes only asks, one that is
        refused changes nothing."""
        n = message.length(_DATA)
        offset = message.uint(_OFFSET)
        if not n:
            return 0
        if (offset and offset != self.next) or offset + n > len(self._bits):
            return codes.OPPOSITION_PIECE
        if not offset:
            self._number = 0
        copy(self._bits, offset, message.buf, message.offset(_DATA), n)
        self.next = offset + n
        return 0

    def _commit(self, message: object) -> int:
        """Put a whole filter in force; a card that was read before is read again against it."""
        bits = self._bits
        if self.next != len(bits) or crc16(bits, 0, len(bits)) != message.uint(_CHECK):
            return codes.OPPOSITION_PIECE
        self._hashes = message.uint(_HASHES)
        self._number = message.uint(_NUMBER)
        self._cleared[0] = 0
        self._channel.deactivate()
        return 0

    def _clear(self, message: object, writer: object) -> int:
        """Tell the serial held; clear it when the host names it."""
        held = self._held
        n = message.length(_SERIAL)
        at = message.offset(_SERIAL)
        if n:
            for i in range(_COLUMNS):
                if held[i] != (message.buf[at + i] if i < n else _SPACE):
                    return codes.INCOHERENT
            copy(self._cleared, 0, held, 0, _COLUMNS)
        n = _COLUMNS
        while n and held[n - 1] <= _SPACE:
            n -= 1
        writer.begin(messages.CLEAR_OPPOSITION + ANSWER)
        writer.put_text(1, held, 0, n)
        return 0
