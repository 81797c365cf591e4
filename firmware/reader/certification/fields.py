"""Fields of records in place: found by name at boot, read without allocating.

A column is one small integer, `start << 8 | length`, start from zero. A record's columns are a list, so that
their names cost a board no memory: each module numbers the ones that it uses.
"""

from sesam.layout import locate
from sesam.octets import digits


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
