"""The reader's side of the 128-byte records: tell their kind, check them in place, find a column.

Nothing is allocated but by `locate`, at boot. A device imports this module alone; the host's
`formats.records` offers the same names, encode and decode. Kinds are numbered by their place in
`record_table.KINDS`.
"""

from .keys import billing_ok, nir_ok, nir_remainder, rpps_ok
from .octets import digits, filled_with, number_at, piece_of
from .port import const
from .record_table import KINDS, PATIENT, TABLES
from .scan import CLASS_AT, CONSTRAINT_AT, LENGTH_AT, scan

RECORD_LENGTH = const(128)

_SPACE = const(32)
_ZERO = const(48)

_PLAIN = b"_TKE0DI"  # classes that `scan` judges alone
_KIND_2 = KINDS.index("2")
_KIND_2R = KINDS.index("2R")
_KIND_2A = KINDS.index("2A")
_KIND_4 = KINDS.index("4")
_KIND_4E = KINDS.index("4E")
_PS_TYPES = (
    b"IFMKOOOYPELBPHFRER"  # types whose number is a billing number; CP, CS and CT are also insurers' types
)


def kind_of(buf: bytes | bytearray | memoryview, at: int) -> int:
    """Which of KINDS the 128 bytes at `at` are by their first bytes; -1 when none."""
    first = buf[at]
    if first == 50:
        letter = buf[at + 38]
        return _KIND_2A if letter == 65 else _KIND_2R if letter == 82 else _KIND_2
    if first == 52:
        return _KIND_4E if buf[at + 35] == 69 else _KIND_4
    for kind in range(len(TABLES)):
        if TABLES[kind][CONSTRAINT_AT] == first:
            return kind
    return -1


def check(buf: bytes | bytearray | memoryview, at: int, kind: int) -> int:
    """0 when the 128 bytes at `at` are a record of that kind, else the first bad field's column, from 1."""
    return check_lines(buf, at, TABLES[kind], PATIENT, 1, RECORD_LENGTH)


def check_lines(
    buf: bytes | bytearray | memoryview, at: int, table: bytes, shared: bytes, first: int, last: int
) -> int:
    """Check the fields of `table` that start in columns `first` to `last` of the record at `at`."""
    line = scan(buf, at, table, 0, first, last)
    while line < len(table):
        column = number_at(table, line)
        if table[line + CLASS_AT] == 38:  # '&'
            fault = check_lines(
                buf, at, shared, shared, column, column + number_at(table, line + LENGTH_AT) - 1
            )
            if fault:
                return fault
        elif not _field_ok(buf, at, table, line):
            return column
        line = scan(buf, at, table, line + 1, first, last)
    return 0


def class_at(kind: int, column: int) -> int:
    """Class letter (its code) of the field that starts at this column, 0 when none does.

    After `check`, it tells a wrong key (B, C, R) from the rest.
    """
    return _class_in(TABLES[kind], column)


def locate(kind: str, field: str) -> "tuple[int, int]":
    """Zero-based start and length of a field, for use at boot; KeyError when that kind has no such field."""
    line = _line_in(TABLES[KINDS.index(kind)], field.encode(), 1, RECORD_LENGTH)
    if not line:
        raise KeyError(field)
    return number_at(line, 0) - 1, number_at(line, LENGTH_AT)


def _class_in(table: bytes, column: int) -> int:
    line = 0
    while line < len(table):
        start = number_at(table, line)
        if table[line + CLASS_AT] != 38:
            if start == column:
                return table[line + CLASS_AT]
        elif start <= column < start + number_at(table, line + LENGTH_AT):
            return _class_in(PATIENT, column)
        line = table.find(b"\n", line) + 1
    return 0


def _line_in(table: bytes, name: bytes, first: int, last: int) -> bytes:
    at = 0
    while at < len(table):
        end = table.find(b"\n", at)
        start = number_at(table, at)
        if first <= start <= last:
            line = table[at:end]
            if line[CLASS_AT] == 38:
                line = _line_in(PATIENT, name, start, start + number_at(line, LENGTH_AT) - 1)
                if line:
                    return line
            elif line.endswith(b" " + name):
                return line
        at = end + 1
    return b""


def _field_ok(buf: bytes | bytearray | memoryview, record: int, table: bytes, line: int) -> bool:
    kind = table[line + CLASS_AT]
    at = record + number_at(table, line) - 1
    length = number_at(table, line + LENGTH_AT)
    if kind in _PLAIN:
        return False  # a plain field that is right is passed over
    if kind == 66:  # B
        return billing_ok(buf, at) and not filled_with(buf, at, length, _ZERO)
    if kind == 78:  # N
        return nir_remainder(buf, at) >= 0
    if kind == 67:  # C
        return nir_ok(buf, at - 13)
    if kind == 74:  # J
        return _date_ok(buf, at)
    if kind == 106:  # j
        return filled_with(buf, at, length, _SPACE) or _date_ok(buf, at)
    if kind == 82:  # R
        return rpps_ok(buf, at) and not filled_with(buf, at, length, _ZERO)
    return _rare_ok(buf, record, at, length, table, line)


def _rare_ok(
    buf: bytes | bytearray | memoryview, record: int, at: int, length: int, table: bytes, line: int
) -> bool:
    kind = table[line + CLASS_AT]
    other = record + number_at(table, line + CONSTRAINT_AT) - 1
    if kind == 83:  # S
        value = digits(buf, at, length)
        return value >= 0 and value == digits(buf, other, number_at(table, line + CONSTRAINT_AT + 4))
    if kind == 76:  # L
        for offset in range(at, at + length):
            if buf[offset] < 65 or buf[offset] > 90:
                return False
        return True
    if kind == 80:  # P
        if piece_of(buf, at - 2, 2, _PS_TYPES, 0, len(_PS_TYPES)):
            return digits(buf, at, 5) == 0 and billing_ok(buf, at + 5) and digits(buf, at + 5, 9) > 0
        return digits(buf, at, 7) >= 0 and digits(buf, at + 7, 7) >= 0
    if kind == 72:  # H
        for offset in range(at, at + length):
            if not (_ZERO <= buf[offset] <= 57 or 65 <= buf[offset] <= 70):
                return False
        return True
    if kind == 54:  # 6
        return _base64_ok(buf, at, length)
    return _slots_ok(buf, digits(buf, at, length), other, table, line + CONSTRAINT_AT + 4)


def _date_ok(buf: bytes | bytearray | memoryview, at: int) -> bool:
    year = digits(buf, at, 2)
    month = digits(buf, at + 2, 2)
    day = digits(buf, at + 4, 2)
    if year < 0 or month < 1 or month > 12 or day < 1:
        return False
    if month == 2:
        return day <= (28 if year % 4 else 29)  # years 2000 to 2099
    return day <= (30 if month in (4, 6, 9, 11) else 31)


def _base64_ok(buf: bytes | bytearray | memoryview, at: int, length: int) -> bool:
    end = at + length
    while end > at and buf[end - 1] == _SPACE:
        end -= 1
    padding = 0
    while padding < 2 and end > at and buf[end - 1] == 61:
        end -= 1
        padding += 1
    if end == at or (end - at + padding) % 4:
        return False
    for offset in range(at, end):
        char = buf[offset]
        if not (97 <= char <= 122 or 65 <= char <= 90 or _ZERO <= char <= 57 or char == 43 or char == 47):
            return False
    return True


def _slots_ok(buf: bytes | bytearray | memoryview, filled: int, at: int, table: bytes, width_at: int) -> bool:
    width = number_at(table, width_at)
    slots = digits(table, width_at + 4, 2)
    if filled < 1 or filled > slots:
        return False
    for slot in range(slots):
        if (buf[at + slot * width] != _SPACE) != (slot < filled):
            return False
    return True
