"""Fields of records in place: found by name at boot, read without allocating.

A column is one small integer, `start << 8 | length`, start from zero. A record's columns are a list, so that
their names cost a board no memory: each module numbers the ones that it uses.
"""

from sesam.layout import locate
from sesam.octets import digits
from sesam.port import const

STATE = const(32)  # bytes of an intermediate state of SHA-256
COUNT = const(8)  # bytes of its bit count


def columns(kind: str, names: str) -> list:
    """Return the columns of the fields of a kind, at boot; KeyError when the table lacks one."""
    found = []
    for name in names.split():
        start, length = locate(kind, name)
        found.append(start << 8 | length)
    return found


def number(buf: bytearray, at: int, column: int) -> int:
    """Return the decimal number in a column of the record at `at`, -1 when it is none."""
    return digits(buf, at + (column >> 8), column & 255)


def bits_into(length: int, out: bytearray, at: int) -> None:
    """Write the number of bits of `length` bytes (below 2**26, for small integers everywhere), big-endian on
    COUNT bytes."""
    bits = length * 8
    for i in range(COUNT - 1, -1, -1):
        out[at + i] = bits & 255
        bits >>= 8
