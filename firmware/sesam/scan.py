"""The plain fields of a record, judged by its table (`sesam.record_table`): all that a look at their own
columns settles. What has a key, a date or a relation to other fields is left to `sesam.layout`. A board may
have this in C or in machine code.
"""

from .octets import digits, filled_with, number_at, piece_of, same
from .port import const

LENGTH_AT = const(4)  # in a line, which ends with a line feed
NEED_AT = const(8)
CLASS_AT = const(9)
CONSTRAINT_AT = const(10)
CONSTRAINT_MAX = const(10)  # characters of the longest constraint

_SPACE = const(32)
_ZERO = const(48)
_NINE = const(57)
_LAST_TEXT = const(95)  # '_': from the space to here is upper-case unaccented ASCII
_OPTIONAL = const(63)  # '?'
_POSITIVE = const(62)  # '>', of the constraint >0


def scan(
    buf: bytes | bytearray | memoryview, record: int, table: bytes, line: int, first: int, last: int
) -> int:
    """Return the place of the first line of `table`, of those that begin at `line` or after, that is for
    `sesam.layout` to judge or whose field, in columns `first` to `last` of the record at `record`, is wrong;
    the table's length when there is none."""
    if line:
        line = table.find(b"\n", line - 1) + 1
    while line < len(table):
        column = number_at(table, line)
        if first <= column <= last and not _plain(buf, record + column - 1, table, line):
            return line
        line = table.find(b"\n", line) + 1
    return line


def _plain(buf: bytes | bytearray | memoryview, at: int, table: bytes, line: int) -> bool:
    kind = table[line + CLASS_AT]
    length = number_at(table, line + LENGTH_AT)
    optional = table[line + NEED_AT] == _OPTIONAL
    if kind == 95:  # _
        return filled_with(buf, at, length, _SPACE)
    if kind == 84:  # T
        return _text_ok(buf, at, length, optional)
    if kind == 69:  # E
        return piece_of(buf, at, length, table, line + CONSTRAINT_AT, CONSTRAINT_MAX)
    if optional and filled_with(buf, at, length, _ZERO):
        return True
    if kind == 73 or kind == 68:  # I, D
        return _number_ok(buf, at, length, table, line + CONSTRAINT_AT)
    if kind == 75:  # K
        return same(buf, at, table, line + CONSTRAINT_AT, length)
    return kind == _ZERO and filled_with(buf, at, length, _ZERO)


def _text_ok(buf: bytes | bytearray | memoryview, at: int, length: int, optional: bool) -> bool:
    if buf[at] == _SPACE:
        return optional and filled_with(buf, at, length, _SPACE)
    for offset in range(at, at + length):
        if buf[offset] < _SPACE or buf[offset] > _LAST_TEXT:
            return False
    return True


def _number_ok(buf: bytes | bytearray | memoryview, at: int, length: int, table: bytes, bounds: int) -> bool:
    for offset in range(at, at + length):
        if buf[offset] < _ZERO or buf[offset] > _NINE:
            return False
    if table[bounds] == _SPACE:
        return True
    if table[bounds] == _POSITIVE:
        return not filled_with(buf, at, length, _ZERO)
    value = digits(buf, at, length)
    return number_at(table, bounds) <= value <= number_at(table, bounds + 4)
