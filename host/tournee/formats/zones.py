"""Data zones of the cards and of the billing functions: groups of positional fields (domain 1.2, 1.3).

A device loads `sesam.zone_walk` alone, whose `find` is offered here too.
"""

from tournee.firmware.sesam.zone_walk import (
    ID_LENGTH,
    LENGTH_MAX,
    LONG_1,
    LONG_2,
    SHORT_MAX,
    find,
    read_length,
)
from tournee.formats.errors import ZoneError
from tournee.formats.zone_table import field_names, is_binary, minimum, name, rank

__all__ = ["Group", "decode", "encode", "field_names", "find", "make", "name"]

_ID_MAX = 0xFFFF
_TEXT = "latin-1"  # of accents nothing is published; all that was seen is ASCII (domain 1.2)


class Group:
    """A group: its number and its fields' bytes in order, trailing empty ones included.

    An unknown group whose body is not made of fields has none and keeps its body in `raw`.
    """

    __slots__ = ("fields", "id", "raw")

    def __init__(self, group_id: int, fields: "tuple[bytes, ...]", raw: bytes = b"") -> None:
        self.id = group_id
        self.fields = tuple(fields)
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Group) and (self.id, self.fields, self.raw) == (
            other.id,
            other.fields,
            other.raw,
        )

    def __hash__(self) -> int:
        return hash((self.id, self.fields, self.raw))

    def __repr__(self) -> str:
        return f"Group({self.id}, {len(self.fields)} fields)"  # contents are a patient's

    @property
    def name(self) -> str:
        """The group's name; empty when the table does not know it."""
        return name(self.id)

    def field(self, which: "int | str") -> str:
        """A field by rank (from 1) or by name, as text; empty when the group stops before it.

        A binary field is given as its number in decimal (group 2 field 1). ZoneError for a name that the
        group lacks.
        """
        position = rank(self.id, which)
        if position < 1 or position > len(self.fields):
            return ""
        value = self.fields[position - 1]
        return str(value[0]) if is_binary(self.id, position) else value.decode(_TEXT)


def make(group_id: int, *values: "str | bytes | int") -> Group:
    """A group of these values in order: text, bytes as they are, or a number for a binary field.

    ZoneError for a number elsewhere, or beyond a byte.
    """
    fields = []
    for position, value in enumerate(values, 1):
        if isinstance(value, str):
            fields.append(value.encode(_TEXT))
        elif isinstance(value, int):
            if not is_binary(group_id, position) or not 0 <= value <= 0xFF:
                raise ZoneError("not a binary field", record=str(group_id), column=position, value=value)
            fields.append(bytes((value,)))
        else:
            fields.append(bytes(value))
    return Group(group_id, tuple(fields))


def encode(groups: "list[Group] | tuple[Group, ...]") -> bytes:
    """The zone's bytes. ZoneError when a group has too few fields for its table, or is too long."""
    out = bytearray()
    for group in groups:
        if not 0 <= group.id <= _ID_MAX:
            raise ZoneError("group number out of range", record=str(group.id))
        body = bytearray(group.raw)
        for position, value in enumerate(group.fields, 1):
            if is_binary(group.id, position) and len(value) != 1:
                raise ZoneError(
                    "not one byte", record=str(group.id), field=_field_name(group.id, position), value=value
                )
            body += _length(len(value), group.id) + value
        if len(group.fields) < minimum(group.id):
            raise _too_few(group.id, len(group.fields), -1)
        out += bytes((group.id >> 8, group.id & 0xFF)) + _length(len(body), group.id) + body
    return bytes(out)


def decode(zone: bytes) -> "list[Group]":
    """The zone's groups in order; what is accepted encodes to the same bytes.

    ZoneError with the offset of the byte at fault: a length cut, too long or not in its shortest form, a
    group cut or with too few fields, a binary field that is not one byte.
    """
    groups = []
    at = 0
    while at < len(zone):
        if at + ID_LENGTH > len(zone):
            raise ZoneError("group cut", offset=at)
        group_id = zone[at] << 8 | zone[at + 1]
        start, end = _extent(zone, at + ID_LENGTH, len(zone), group_id)
        try:
            groups.append(Group(group_id, _fields(zone, start, end, group_id)))
        except ZoneError:
            if minimum(group_id):
                raise
            groups.append(Group(group_id, (), bytes(zone[start:end])))
        at = end
    return groups


def _fields(zone: bytes, at: int, end: int, group_id: int) -> "tuple[bytes, ...]":
    fields: list[bytes] = []
    start = at
    while at < end:
        value, after = _extent(zone, at, end, group_id)
        position = len(fields) + 1
        if is_binary(group_id, position) and after - value != 1:
            raise ZoneError(
                "not one byte", record=str(group_id), field=_field_name(group_id, position), offset=at
            )
        fields.append(bytes(zone[value:after]))
        at = after
    if len(fields) < minimum(group_id):
        raise _too_few(group_id, len(fields), start)
    return tuple(fields)


def _extent(zone: bytes, at: int, end: int, group_id: int) -> "tuple[int, int]":
    """Start and end of what the length at `at` announces."""
    packed = read_length(zone, at, end)
    if packed < 0:
        raise ZoneError("length cut, unknown or not in its shortest form", record=str(group_id), offset=at)
    start = at + (packed & 3)
    if start + (packed >> 2) > end:
        raise ZoneError(
            "cut",
            record=str(group_id),
            offset=at,
            value=packed >> 2,
            expected=f"at most {end - start} bytes",
        )
    return start, start + (packed >> 2)


def _length(length: int, group_id: int) -> bytes:
    if length <= SHORT_MAX:
        return bytes((length,))
    if length <= 0xFF:
        return bytes((LONG_1, length))
    if length > LENGTH_MAX:
        raise ZoneError(
            "too long", record=str(group_id), value=length, expected=f"at most {LENGTH_MAX} bytes"
        )
    return bytes((LONG_2, length >> 8, length & 0xFF))


def _field_name(group_id: int, position: int) -> str:
    names = field_names(group_id)
    return names[position - 1] if position <= len(names) else str(position)


def _too_few(group_id: int, count: int, offset: int) -> ZoneError:
    return ZoneError(
        "too few fields",
        record=str(group_id),
        offset=offset,
        value=count,
        expected=f"at least {minimum(group_id)}",
    )
