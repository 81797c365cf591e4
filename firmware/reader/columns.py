"""Fields of records in place: found by name at boot, read and compared without allocating.

A column is one small integer, `start << 8 | length`, start from zero.
"""

from sesam.layout import digits, locate


def column(kind: str, name: str) -> int:
    """Return the column of a field, at boot; KeyError when the table has none."""
    start, length = locate(kind, name)
    return start << 8 | length


def number(buf: bytearray, at: int, field: int) -> int:
    """Return the decimal number in a column of the record at `at`, -1 when it is none."""
    return digits(buf, at + (field >> 8), field & 255)


def same(buf: bytearray, at: int, other: bytearray, other_at: int, n: int) -> bool:
    """Whether `n` bytes of `buf` at `at` are those of `other` at `other_at`."""
    for i in range(n):
        if buf[at + i] != other[other_at + i]:
            return False
    return True
