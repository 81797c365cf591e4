"""Frames of the link: zero-delimited COBS around a type, a number, a payload and a CRC-16.

    00  COBS( type number payload crc_high crc_low )  00

COBS (`sesam.cobs`) leaves no zero inside, so that a receiver is in step again
at the next 00 whatever it has seen. The CRC is CRC-16/IBM-3740 (polynomial 1021, initial FFFF, no
reflection) over type, number and payload. Nothing here allocates after boot; a frame of any length passes
through fixed memory.
"""

from array import array

from .cobs import LEFT, OVER, RUN, STATE, SUM, TAIL, TO, crc16, stuff, unstuff
from .port import const

HELLO = const(1)  # frame types
WELCOME = const(2)
REQUEST = const(3)
ANSWER = const(4)
ACK = const(5)
NAK = const(6)
PROTECTED = const(7)  # a record of the protected channel, with a frame inside
FETCH = const(8)  # a part of the kept answer's frame is wanted again
PART = const(9)
PIECE = const(10)  # a part of the next request's frame, which is too long to pass whole
PIECES = const(11)  # which of them are there

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

PIECE_DATA = const(28)  # bytes of the frame in each PIECE but the last, behind a head like a PART's

NUMBERS = const(255)  # requests are numbered 1 to 255, then from 1 again; 0 stands for none yet
FARTHEST = const(16)  # how far behind one that is missing a request may be kept: as many bits say which

BEFORE = const(5)  # of a protected frame, before the one it carries: type, number, counter
BEHIND = const(8)  # and behind it: the tag


def overhead(length: int) -> int:
    """Most bytes that COBS adds to `length` bytes."""
    return length // RUN + 1


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
    return stuff(buf, at, end + CRC)


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
        self._decoder = array("I", bytearray(4 * STATE))
        self._decoder[OVER] = 1
        self.state = NOTHING
        self.length = 0
        self.crc = 0

    def feed(self, source: bytes | bytearray, start: int, end: int) -> int:
        """Take source[start:end] up to the end of one frame; return where the next byte to take stands."""
        at = unstuff(self._decoder, source, start, end, self.buf, self._size)
        self.state = self._judge() if self._decoder[OVER] else NOTHING
        return at

    def _judge(self) -> int:
        """Judge the frame that a delimiter has ended."""
        decoder = self._decoder
        size = decoder[TO]
        self.crc = decoder[TAIL]
        self.length = size - HEADER - CRC
        if decoder[LEFT] or decoder[SUM] or self.length < 0:
            return DAMAGED
        return TOO_LONG if size > self._size else WHOLE
