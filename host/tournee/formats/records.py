"""The 128-byte records, encoded and decoded by table (domain 2.2, profile open-1 "Records", "Return files").

Values: quantities and amounts (cents, coefficients in hundredths) are int; identifiers made of digits
(numbers, dates AAMMJJ, régime, caisse) are str of exact width; text is str in upper-case unaccented ASCII
(`text.upper_ascii`). A field that may be empty can be left out; constants and fillers come from the
table.

The names of `sesam.layout`, which is all that a device loads, are offered here too, over every kind.
"""

from tournee.firmware.sesam import layout, record_table
from tournee.firmware.sesam.layout import RECORD_LENGTH
from tournee.firmware.sesam.octets import digits, number_at
from tournee.firmware.sesam.scan import CONSTRAINT_AT
from tournee.formats import file_table
from tournee.formats.errors import RecordError, SesamError
from tournee.formats.fields import Field, cross_check, parse_table, read, write
from tournee.formats.record_pattern import RecordPattern

__all__ = [
    "KINDS",
    "RECORD_LENGTH",
    "Field",
    "check",
    "decode",
    "decode_as",
    "decode_by_fields",
    "digits",
    "encode",
    "fields",
    "kind_of",
    "locate",
    "names",
    "shape_of",
]

#: Kinds of record; a kind's index is its rank here, the first ones as on the device.
KINDS = record_table.KINDS + file_table.KINDS

_FIELDS = {
    kind: parse_table(table, record_table.PATIENT)
    for kind, table in zip(record_table.KINDS, record_table.TABLES, strict=True)
}
_FIELDS.update(
    {
        kind: parse_table(table, file_table.ENDS)
        for kind, table in zip(file_table.KINDS, file_table.TABLES, strict=True)
    }
)


_PATTERNS = {kind: RecordPattern(known) for kind, known in _FIELDS.items()}

_LETTERS = {kind: kind[0] for kind in KINDS} | {"2R": "r", "2A": "a", "4E": "e"}  # what shape_of calls them
_FIRSTS = [known[0].constraint for known in _FIELDS.values()]
_ALONE = {ord(first): first for first in _FIRSTS if _FIRSTS.count(first) == len(first)}


def fields(kind: str) -> "tuple[Field, ...]":
    """All fields of a kind in the order of their columns, fillers included. RecordError: unknown kind."""
    if kind not in _FIELDS:
        raise RecordError("no such record", record=kind, expected="one of " + ", ".join(KINDS))
    return _FIELDS[kind]


def names(kind: str) -> "tuple[str, ...]":
    """Names of the fields of a kind that values are given for."""
    return tuple(field.name for field in fields(kind) if field.name)


def encode(kind: str, values: "dict[str, str | int]") -> bytes:
    """The 128 bytes of a record.

    RecordError for a name that the kind does not have, a missing value, a wrong type, length, character,
    range or key.
    """
    known = fields(kind)
    unknown = sorted(set(values) - set(names(kind)))
    if unknown:
        raise RecordError("no such field", record=kind, field=unknown[0], value=values[unknown[0]])
    record = bytearray(RECORD_LENGTH)
    try:
        for field in known:
            record[field.start - 1 : field.start - 1 + field.length] = _bytes_of(field, known, values)
        for field in known:
            cross_check(field, bytes(record))
    except SesamError as error:
        raise _located(error, kind, -1) from None
    return bytes(record)


def decode(record: bytes, position: int = 0) -> "tuple[str, dict[str, str | int]]":
    """Kind and values of a record; what is accepted encodes to the same bytes.

    `position` is the record's byte offset in its file, for errors alone. RecordError names the first field
    at fault.
    """
    if len(record) != RECORD_LENGTH:
        raise RecordError("not 128 bytes", offset=position, value=len(record), expected="128")
    index = kind_of(record, 0)
    if index < 0:
        raise RecordError(
            "no such record",
            column=1,
            offset=position,
            value=record[:3].decode("latin-1"),
            expected=", ".join(KINDS),
        )
    return KINDS[index], decode_as(KINDS[index], record, position)


def decode_as(kind: str, record: bytes, position: int = 0) -> "dict[str, str | int]":
    """The values of 128 bytes that `kind_of` or `shape_of` took for this kind; RecordError as `decode`."""
    values = _PATTERNS[kind].read(record)
    return decode_by_fields(kind, record, position) if values is None else values


def decode_by_fields(kind: str, record: bytes, position: int = 0) -> "dict[str, str | int]":
    """What `decode_as` gives, field by field: it says which one is wrong."""
    values: dict[str, str | int] = {}
    try:
        for field in _FIELDS[kind]:
            raw = field.slice(record)
            if field.name:
                values[field.name] = read(field, raw)
                cross_check(field, record)
            elif raw != field.empty():
                raise SesamError(
                    "wrong filler", column=field.start, value=raw.decode("latin-1"), expected=field.expected()
                )
    except SesamError as error:
        raise _located(error, kind, position) from None
    return values


def kind_of(buf: "bytes | bytearray | memoryview", at: int) -> int:
    """Index in KINDS of the record at `at` by its first bytes; -1 when it is none."""
    kind = layout.kind_of(buf, at)
    if kind >= 0:
        return kind
    for index, table in enumerate(file_table.TABLES):
        start = table[CONSTRAINT_AT : CONSTRAINT_AT + number_at(table, 4)]
        if bytes(buf[at : at + len(start)]) == start:
            return len(record_table.KINDS) + index
    return -1


def shape_of(data: bytes) -> str:
    """The kinds of these whole records, one after the other, a letter each: the kind's first, but `r` for 2R,
    `a` for 2A and `e` for 4E; `?` for what is no record.
    """
    firsts = enumerate(data[::RECORD_LENGTH])
    return "".join([_ALONE.get(first) or _letter(data, rank * RECORD_LENGTH) for rank, first in firsts])


def _letter(data: bytes, at: int) -> str:
    index = kind_of(data, at)
    return "?" if index < 0 else _LETTERS[KINDS[index]]


def check(buf: "bytes | bytearray | memoryview", at: int, kind: int) -> int:
    """0 when the 128 bytes at `at` are a record of that kind, else the first bad field's column, from 1."""
    if kind < len(record_table.KINDS):
        return layout.check(buf, at, kind)
    table = file_table.TABLES[kind - len(record_table.KINDS)]
    return layout.check_lines(buf, at, table, file_table.ENDS, 1, RECORD_LENGTH)


def locate(kind: str, field: str) -> "tuple[int, int]":
    """Zero-based start and length of a field; KeyError when that kind has no such field."""
    for one in fields(kind):
        if one.name == field:
            return one.start - 1, one.length
    raise KeyError(field)


def _bytes_of(field: Field, known: "tuple[Field, ...]", values: "dict[str, str | int]") -> bytes:
    if field.name in values:
        return write(field, values[field.name])
    if field.cls == "S":
        origin = next(one for one in known if one.start == int(field.constraint[:3]))
        return write(field, values.get(origin.name, 0))
    empty = field.empty()
    if empty is None:
        raise SesamError("missing", field=field.name, column=field.start, expected=field.expected())
    return empty


def _located(error: SesamError, kind: str, position: int) -> RecordError:
    return RecordError(
        error.reason,
        record=kind,
        field=error.field,
        column=error.column,
        offset=position + error.column - 1 if position >= 0 else -1,
        value=error.value,
        expected=error.expected,
    )
