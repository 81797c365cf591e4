"""Finding a field of a data zone in place: the reader's way, without allocating (domain 1.2).

zone = group*      group = id, 2 bytes big-endian, then length, then body
body = field*      field = length, then value
length             00..7F as is · 81 nn from 128 · 82 nn nn from 256, always the shortest form
"""

from .port import const

ID_LENGTH = const(2)
SHORT_MAX = const(0x7F)  # longest length written in one byte
LONG_1 = const(0x81)  # one length byte follows
LONG_2 = const(0x82)  # two length bytes follow
LENGTH_MAX = const(0xFFFF)

_PACKED_MAX = const(0xFF)  # longest field whose place find() can tell


def read_length(buf: bytes | bytearray | memoryview, at: int, end: int) -> int:
    """Length written at `at`, packed as `length << 2 | bytes it takes`; -1 when cut or not minimal."""
    if at >= end:
        return -1
    first = buf[at]
    if first <= SHORT_MAX:
        return first << 2 | 1
    if first == LONG_1:
        if at + 1 >= end or buf[at + 1] <= SHORT_MAX:
            return -1
        return buf[at + 1] << 2 | 2
    if first != LONG_2 or at + 2 >= end or buf[at + 1] == 0:
        return -1
    return (buf[at + 1] << 8 | buf[at + 2]) << 2 | 3


def find(
    buf: bytes | bytearray | memoryview, start: int, end: int, group_id: int, occurrence: int, field: int
) -> int:
    """Place of a field in the zone `buf[start:end]`, packed as `offset << 8 | length`.

    Groups and fields are numbered as the domain does: the first occurrence is 1, the first field is 1. -1
    when the group, the occurrence or the field is not there, when the zone is damaged before it, or when the
    field is over 255 bytes.
    """
    at = start
    while at + ID_LENGTH < end:
        packed = read_length(buf, at + ID_LENGTH, end)
        body = at + ID_LENGTH + (packed & 3)
        if packed < 0 or body + (packed >> 2) > end:
            return -1
        if buf[at] << 8 | buf[at + 1] == group_id:
            occurrence -= 1
            if occurrence == 0:
                return _find_field(buf, body, body + (packed >> 2), field)
        at = body + (packed >> 2)
    return -1


def _find_field(buf: bytes | bytearray | memoryview, at: int, end: int, field: int) -> int:
    while at < end:
        packed = read_length(buf, at, end)
        value = at + (packed & 3)
        if packed < 0 or value + (packed >> 2) > end:
            return -1
        field -= 1
        if field == 0:
            return value << 8 | packed >> 2 if packed >> 2 <= _PACKED_MAX else -1
        at = value + (packed >> 2)
    return -1
