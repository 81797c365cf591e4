"""COBS out of a buffer and into one (Cheshire and Baker, IEEE/ACM ToN 7-2, 1999), the frame's sum beside it;
which a board may have in C or in machine code.

Between 00 and 00 there are blocks: a length byte, then up to 254 bytes that are not zero. A block of fewer
stands for its bytes and a zero, but for the last one. The sum is CRC-16/IBM-3740 (polynomial 1021, initial
FFFF, no reflection).
"""

from array import array

from .port import const

CRC_INIT = const(0xFFFF)
_POLYNOMIAL = const(0x1021)

RUN = const(254)  # a block carries at most this many bytes
LENGTH_CAP = const(0x100000)  # a longer frame is counted no further

# A decoder's state: an array of so many unsigned words; OVER is 1 before its first byte.
TO = const(0)  # bytes decoded so far
LEFT = const(1)  # bytes to come in the running block
ENDS = const(2)  # 1: the running block carries a zero at its end
SUM = const(3)  # CRC of the bytes decoded so far
TAIL = const(4)  # the two bytes decoded last: in the end, the CRC as received
OVER = const(5)  # 1: a frame has ended, the next byte begins another
STATE = const(6)


def _make_table() -> "array[int]":
    table = array("H", bytearray(512))
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
        table[byte] = crc
    return table


_TABLE = _make_table()


def crc16(buf: bytes | bytearray, start: int, end: int, crc: int = CRC_INIT) -> int:
    """CRC of buf[start:end]; over data and its own CRC it is 0. `crc` is that of what came before."""
    table = _TABLE
    for i in range(start, end):
        crc = (crc << 8 & 0xFFFF) ^ table[crc >> 8 ^ buf[i]]
    return crc


def stuff(buf: bytearray, at: int, end: int) -> int:
    """Encode buf[at:end] between two 00 into buf[0:]; its length. Before `at` there is room for what is
    added."""
    buf[0] = 0
    mark = 1  # where the running block's length byte goes
    to = 2
    for i in range(at, end):
        byte = buf[i]
        if byte:
            buf[to] = byte
            to += 1
            if to - mark <= RUN:
                continue
        buf[mark] = to - mark
        mark = to
        to += 1
        # A block filled to the brim carries no zero of its own; one that ends on a zero does.
    buf[mark] = to - mark
    buf[to] = 0
    return to + 1


def unstuff(
    state: "array[int]", source: bytes | bytearray, at: int, end: int, buf: bytearray, size: int
) -> int:
    """Decode source[at:end], up to the 00 that ends a frame of at least one byte, into the first `size` bytes
    of `buf`; return where the next byte to take stands. What does not fit is summed and counted."""
    if state[OVER]:
        for i in range(STATE):
            state[i] = 0
        state[SUM] = CRC_INIT
    to = state[TO]
    summed = min(to, size)  # bytes that the running CRC holds
    left = state[LEFT]
    ends = state[ENDS]
    crc = state[SUM]
    tail = state[TAIL]
    over = 0
    while at < end and not over:
        byte = source[at]
        at += 1
        if byte == 0:
            if to or left:
                over = 1
            ends = 0
            continue
        if left:
            left -= 1
        else:
            left = byte - 1
            zero = ends
            ends = 1 if left < RUN else 0
            if not zero:
                continue
            byte = 0
        if to < size:
            buf[to] = byte
        else:  # too long: what does not fit passes through the last place
            if summed < size:
                crc = crc16(buf, summed, size, crc)
                summed = size
            buf[size - 1] = byte
            crc = crc16(buf, size - 1, size, crc)
        if to < LENGTH_CAP:
            to += 1
        tail = (tail & 0xFF) << 8 | byte
    if summed < to <= size:
        crc = crc16(buf, summed, to, crc)
    state[TO] = to
    state[LEFT] = left
    state[ENDS] = ends
    state[SUM] = crc
    state[TAIL] = tail
    state[OVER] = over
    return at
