"""The firmware's hot loops in machine code (MicroPython's viper), under the names of our port's C module
`native`.

mpy-cross compiles it for the core that `[core] mpy` of board.toml names; integers are the core's words, 32 or
64 bits, and what is written here holds for both. The code is no part of the heap. What it does is what the
modules say that it stands in for; the same vectors judge both. CPython never runs it.
"""

from native_sha256 import Sha256  # noqa: F401  (it is had from here)

from sesam.cobs import CRC_INIT, ENDS, LEFT, LENGTH_CAP, OVER, RUN, STATE, SUM, TAIL, TO
from sesam.port import const
from sesam.scan import CLASS_AT, CONSTRAINT_AT, CONSTRAINT_MAX, LENGTH_AT, NEED_AT

_LINE_FEED = const(10)
_SPACE = const(32)
_ZERO = const(48)
_OPTIONAL = const(63)
_POSITIVE = const(62)


def crc16(buf: bytes | bytearray, start: int, end: int, crc: int = CRC_INIT) -> int:
    """`sesam.cobs.crc16`."""
    return _crc16(buf, start, end, crc)


@micropython.viper
def _crc16(buf: ptr8, at: int, end: int, crc: int) -> int:
    while at < end:
        x = crc >> 8 ^ buf[at]
        x ^= x >> 4
        crc = (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xFFFF
        at += 1
    return crc


@micropython.viper
def stuff(buf: ptr8, at: int, end: int) -> int:
    """`sesam.cobs.stuff`."""
    buf[0] = 0
    mark = 1
    to = 2
    while at < end:
        byte = buf[at]
        at += 1
        if byte:
            buf[to] = byte
            to += 1
            if to - mark <= RUN:
                continue
        buf[mark] = to - mark
        mark = to
        to += 1
    buf[mark] = to - mark
    buf[to] = 0
    return to + 1


@micropython.viper
def unstuff(state: ptr32, source: ptr8, at: int, end: int, buf: ptr8, size: int) -> int:
    """`sesam.cobs.unstuff`."""
    if state[OVER]:
        for i in range(STATE):
            state[i] = 0
        state[SUM] = CRC_INIT
    to = state[TO]
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
            zero = ends
            left = byte - 1
            ends = 1 if left < RUN else 0
            if not zero:
                continue
            byte = 0
        buf[to if to < size else size - 1] = byte
        if to < LENGTH_CAP:
            to += 1
        x = crc >> 8 ^ byte
        x ^= x >> 4
        crc = (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xFFFF
        tail = (tail & 0xFF) << 8 | byte
    state[TO] = to
    state[LEFT] = left
    state[ENDS] = ends
    state[SUM] = crc
    state[TAIL] = tail
    state[OVER] = over
    return at


@micropython.viper
def same(buf: ptr8, at: int, other: ptr8, other_at: int, n: int) -> bool:
    """`sesam.octets.same`; of there is what follows, too."""
    for i in range(n):
        if buf[at + i] != other[other_at + i]:
            return False
    return True


@micropython.viper
def copy(buf: ptr8, at: int, other: ptr8, other_at: int, n: int):
    for i in range(n):
        buf[at + i] = other[other_at + i]


@micropython.viper
def mix(buf: ptr8, at: int, other: ptr8, other_at: int, n: int):
    for i in range(n):
        buf[at + i] = buf[at + i] ^ other[other_at + i]


@micropython.viper
def wipe(buf: ptr8, at: int, n: int):
    for i in range(at, at + n):
        buf[i] = 0


@micropython.viper
def filled_with(buf: ptr8, at: int, n: int, filler: int) -> bool:
    for i in range(at, at + n):
        if buf[i] != filler:
            return False
    return True


@micropython.viper
def digits(buf: ptr8, at: int, n: int) -> int:
    value = 0
    for i in range(at, at + n):
        digit = buf[i] - _ZERO
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@micropython.viper
def number_at(table: ptr8, at: int) -> int:
    return (table[at] & 15) * 100 + (table[at + 1] & 15) * 10 + (table[at + 2] & 15)


@micropython.viper
def piece_of(buf: ptr8, at: int, length: int, pieces: ptr8, start: int, width: int) -> bool:
    end = start + width
    while start + length <= end and pieces[start] != _SPACE:
        i = 0
        while i < length and buf[at + i] == pieces[start + i]:
            i += 1
        if i == length:
            return True
        start += length
    return False


@micropython.viper
def scan(buf, record: int, table, line: int, first: int, last: int) -> int:
    """`sesam.scan.scan`."""
    lines = ptr8(table)
    data = ptr8(buf)
    end = int(len(table))
    while line < end:
        if line and lines[line - 1] != _LINE_FEED:
            line += 1
            continue
        column = (lines[line] & 15) * 100 + (lines[line + 1] & 15) * 10 + (lines[line + 2] & 15)
        if column < first or column > last:
            line += CONSTRAINT_AT
            continue
        at = record + column - 1
        stop = at
        i = line + LENGTH_AT
        stop += (lines[i] & 15) * 100 + (lines[i + 1] & 15) * 10 + (lines[i + 2] & 15)
        constraint = line + CONSTRAINT_AT
        kind = lines[line + CLASS_AT]
        optional = lines[line + NEED_AT] == _OPTIONAL
        i = at
        if kind == 95 or kind == 84:  # _, T
            high = 95 if kind == 84 and data[at] != _SPACE else _SPACE
            if kind == 84 and high == _SPACE and not optional:
                return line
            while i < stop and data[i] >= _SPACE and data[i] <= high:
                i += 1
            if i < stop:
                return line
        elif kind == 69:  # E
            if not bool(piece_of(buf, at, stop - at, table, constraint, CONSTRAINT_MAX)):
                return line
        else:
            while i < stop and data[i] == _ZERO:
                i += 1
            if i < stop or not optional:
                if kind == 73 or kind == 68:  # I, D
                    limit = lines[constraint]
                    if limit == _POSITIVE and i == stop:
                        return line
                    value = 0
                    while i < stop and data[i] >= _ZERO and data[i] <= 57:
                        value = value * 10 + data[i] - _ZERO
                        i += 1
                    if i < stop:
                        return line
                    if limit != _SPACE and limit != _POSITIVE:
                        if value < int(number_at(table, constraint)):
                            return line
                        if value > int(number_at(table, constraint + 4)):
                            return line
                elif kind == 75:  # K
                    i = at
                    while i < stop and data[i] == lines[constraint + i - at]:
                        i += 1
                    if i < stop:
                        return line
                elif kind != _ZERO or i < stop:
                    return line
        line = constraint
    return line
