"""Frames of the link: zero-delimited COBS around a type, a number, a payload and a CRC-16.

    00  COBS( type number payload crc_high crc_low )  00

COBS (Cheshire and Baker, IEEE/ACM ToN 7-2, 1999) leaves no zero inside, so that a receiver is in step again
at the next 00 whatever it has seen. The CRC is CRC-16/IBM-3740 (polynomial 1021, initial FFFF, no
reflection) over type, number and payload. Nothing here allocates after boot; a frame of any length passes
through fixed memory.
"""

from sesam.crc import CRC_INIT, crc16
from sesam.port import const

HELLO = const(1)  # frame types
WELCOME = const(2)
REQUEST = const(3)
ANSWER = const(4)
ACK = const(5)
NAK = const(6)
PROTECTED = const(7)  # a record of the protected channel, with a frame inside
FETCH = const(8)  # a part of the kept answer's frame is wanted again
PART = const(9)

NOTHING = const(0)  # what a receiver has in hand
WHOLE = const(1)
DAMAGED = const(2)
TOO_LONG = const(3)

HEADER = const(2)  # type and number
CRC = const(2)
CONTROL_MESSAGE = const(48)  # WELCOME, PROTECTING, FAILURE and a PART fit into this

FETCHED = const(3)  # payload of a FETCH: offset, 2 bytes high first, and length
PART_HEAD = const(4)  # of a PART, before its bytes: length of the whole frame, offset
PART_MAX = const(40)  # most bytes of the kept answer's frame in a PART

BEFORE = const(5)  # of a protected frame, before the one it carries: type, number, counter
BEHIND = const(8)  # and behind it: the tag

_RUN = const(254)  # a COBS block carries at most this many bytes
_LENGTH_CAP = const(0x100000)  # a longer frame is counted no further


def overhead(length: int) -> int:
    """Most bytes that COBS adds to `length` bytes."""
    return length // _RUN + 1


def body_at(message_max: int) -> int:
    """Where the type of an outgoing frame stands, in a buffer of `encoded_max(message_max)` bytes; there is
    room before it for what protects it."""
    return 1 + overhead(BEFORE + HEADER + message_max + BEHIND + CRC) + BEFORE


def encoded_max(message_max: int) -> int:
    """Most bytes on the wire of a protected frame, delimiters included, around `message_max` bytes."""
    return body_at(message_max) + HEADER + message_max + BEHIND + CRC + 1


def close(buf: bytearray, at: int, end: int, frame_type: int, number: int) -> int:
    """Make a whole frame, from buf[0], of the payload at buf[at + HEADER:end]; return the frame's length.

    `at` is `body_at` of the buffer's largest message, or `BEFORE` it for a protected frame; the bytes before
    it take up what COBS adds, so that the encoding runs in place.
    """
    buf[at] = frame_type
    buf[at + 1] = number
    crc = crc16(buf, at, end)
    buf[end] = crc >> 8
    buf[end + 1] = crc & 0xFF
    return _stuff(buf, at, end + CRC)


def _stuff(buf: bytearray, at: int, end: int) -> int:
    buf[0] = 0
    mark = 1  # where the running block's length byte goes
    to = 2
    for i in range(at, end):
        byte = buf[i]
        if byte:
            buf[to] = byte
            to += 1
            if to - mark <= _RUN:
                continue
        buf[mark] = to - mark
        mark = to
        to += 1
        # A block filled to the brim carries no zero of its own; one that ends on a zero does.
    buf[mark] = to - mark
    buf[to] = 0
    return to + 1


class Receiver:
    """Takes a byte stream apart into frames, each decoded as it comes into a buffer made at boot, of `size`
    bytes at least.

    `feed` returns as soon as one frame is over; then `state` tells what came: `WHOLE` (type, number and
    payload of `length` bytes are in the buffer, CRC right), `DAMAGED`, or `TOO_LONG` (CRC right, but more
    than `size` bytes in all: type and number are there, the rest is lost). `crc` is the CRC received with a
    whole or too long frame.
    """

    def __init__(self, buf: bytearray, size: int) -> None:
        self.buf = buf
        self._size = size
        self.state = NOTHING
        self.length = 0
        self.crc = 0
        self._to = 0  # decoded bytes so far
        self._left = 0  # bytes to come in this COBS block
        self._full = True  # this block carries no zero at its end
        self._running = CRC_INIT
        self._tail = 0  # the two bytes taken last: in the end, the CRC as received

    def feed(self, source: bytes | bytearray, start: int, end: int) -> int:
        """Take source[start:end] up to the end of one frame; return where the next byte to take stands."""
        self.state = NOTHING
        buf = self.buf
        size = self._size
        to = self._to
        summed = min(to, size)  # bytes that the running CRC holds
        left = self._left
        full = self._full
        crc = self._running
        tail = self._tail
        at = start
        while at < end:
            byte = source[at]
            at += 1
            if byte == 0:
                self._tail = tail
                if summed < to <= size:
                    crc = crc16(buf, summed, to, crc)
                self._over(to, left, crc)
                if self.state:
                    return at
                to = 0
                summed = 0
                left = 0
                full = True
                crc = CRC_INIT
                tail = 0
                continue
            if left:
                left -= 1
            else:
                left = byte - 1
                if full:
                    full = byte > _RUN
                    continue
                full = byte > _RUN
                byte = 0
            if to < size:
                buf[to] = byte
            else:  # too long: what does not fit passes through the last place
                if summed < size:
                    crc = crc16(buf, summed, size, crc)
                    summed = size
                buf[size - 1] = byte
                crc = crc16(buf, size - 1, size, crc)
            if to < _LENGTH_CAP:
                to += 1
            tail = (tail & 0xFF) << 8 | byte
        if summed < to <= size:
            crc = crc16(buf, summed, to, crc)
        self._to = to
        self._left = left
        self._full = full
        self._running = crc
        self._tail = tail
        return at

    def _over(self, to: int, left: int, crc: int) -> None:
        """Judge the frame that a delimiter has ended, and make ready for the next one."""
        self._to = 0
        self._left = 0
        self._full = True
        self._running = CRC_INIT
        self.crc = self._tail
        self._tail = 0
        if to == 0 and left == 0:
            return  # two delimiters in a row: nothing between them
        self.length = to - HEADER - CRC
        if left or crc or self.length < 0:
            self.state = DAMAGED
        elif to > self._size:
            self.state = TOO_LONG
        else:
            self.state = WHOLE
