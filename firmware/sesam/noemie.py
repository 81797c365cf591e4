"""NOEMIE: the entities in which payments and rejections come back, encoded and read by table (domain 2.4).

Values are as in `sesam.records`; a numeric field that was left blank is `""`. For the host alone: the reader
never meets NOEMIE.
"""

import re
from collections.abc import Iterator

from sesam.errors import NoemieError, SesamError
from sesam.fields import Field, write
from sesam.noemie_table import LABELS, TABLE

END = b"@"
FIXED = ("000", "999")  # no end mark
TYPE_LENGTH = 3

_GAP = b" \r\n"
_PIECES = {"D": r"(\d{%d})", "I": r"(\d{%d})", "A": r"([ -~]{%d})", "G": r"([PN ]{%d})", "_": r" {%d}"}


class Entity:
    """One entity of a stream.

    `type` is its three characters, `fields` its values by name (empty when it is unknown or damaged),
    `offset` its place in the stream, `raw` its bytes, `error` what is wrong with it, None when nothing is.
    """

    __slots__ = ("error", "fields", "offset", "raw", "type")

    def __init__(
        self,
        kind: str,
        fields: "dict[str, str | int]",
        offset: int,
        raw: bytes,
        error: "NoemieError | None" = None,
    ) -> None:
        self.type = kind
        self.fields = fields
        self.offset = offset
        self.raw = raw
        self.error = error

    def __repr__(self) -> str:
        return (
            f"Entity({self.type!r}, offset {self.offset}, {len(self.raw)} bytes)"  # contents are a patient's
        )


class _Form:
    """An entity's table: title, length, fields, and the pattern that its bytes match as a whole."""

    def __init__(self, kind: str, length: int, title: str) -> None:
        self.kind = kind
        self.length = length
        self.title = title
        self.fields: list[Field] = []
        self.values: list[tuple[str, str]] = []  # name and class, one for each part that the pattern catches
        self.pattern = re.compile(b"")

    def close(self) -> None:
        parts = [self.kind]
        for field in self.fields:
            if field.cls == "K":
                parts.append(f"({field.constraint})" if field.name else field.constraint)
            elif field.cls in "di":
                parts.append(rf"(\d{{{field.length}}}| {{{field.length}}})")
            else:
                parts.append(_PIECES[field.cls] % field.length)
            if field.name:
                self.values.append((field.name, field.cls))
        if self.kind not in FIXED:
            parts.append("@")
        self.pattern = re.compile("".join(parts).encode(), re.DOTALL)

    def read(self, raw: bytes) -> "dict[str, str | int] | None":
        """The values of the entity's bytes; None when they are not one."""
        match = self.pattern.fullmatch(raw)
        if match is None:
            return None
        values: dict[str, str | int] = {}
        for (name, cls), part in zip(self.values, match.groups(), strict=True):
            text = part.decode("ascii")
            if cls in "Ii":
                values[name] = int(text) if text[0] != " " else ""
            else:
                values[name] = text if cls in "DK" else text.rstrip(" ")
        return values


def _parse(table: str) -> "dict[str, _Form]":
    forms: dict[str, _Form] = {}
    form = _Form("", 0, "")
    for line in table.splitlines():
        if line[:TYPE_LENGTH].isdigit() and line[8:9] not in "!?":
            form = forms[line[:3]] = _Form(line[:3], int(line[4:7]), line[8:])
            continue
        form.fields.append(
            Field(
                line[11:34].strip(),
                int(line[:3]),
                int(line[4:7]),
                line[9],
                line[8] == "?",
                line[35:39].strip(),
                line[40:],
            )
        )
    for form in forms.values():
        form.close()
    return forms


_FORMS = _parse(TABLE)

#: The types of all entities known, in order.
TYPES = tuple(_FORMS)


def title(kind: str) -> str:
    """French title of a type of entity; empty when it is unknown."""
    return _FORMS[kind].title if kind in _FORMS else ""


def length(kind: str) -> int:
    """Bytes of a type of entity, its end mark included; 0 when it is unknown."""
    return _FORMS[kind].length if kind in _FORMS else 0


def fields(kind: str) -> "tuple[Field, ...]":
    """Fields of a type of entity in order, each with its French title; empty when it is unknown."""
    return tuple(_FORMS[kind].fields) if kind in _FORMS else ()


def label(kind: str, name: str, value: "str | int") -> str:
    """What a coded value stands for, in French; the value itself when nothing is known of it."""
    return LABELS.get((kind, name), {}).get(str(value), str(value))


def encode(kind: str, values: "dict[str, str | int]") -> bytes:
    """The bytes of an entity, end mark included.

    NoemieError for an unknown type or field, a missing value, a wrong type, length, character or range.
    """
    if kind not in _FORMS:
        raise NoemieError("no such entity", record=kind)
    form = _FORMS[kind]
    unknown = sorted(set(values) - {name for name, _ in form.values})
    if unknown:
        raise NoemieError("no such field", record=kind, field=unknown[0])
    out = bytearray(kind.encode())
    for field in form.fields:
        try:
            part = write(field, values[field.name]) if field.name in values else field.empty()
        except SesamError as error:
            raise _placed(error, kind) from None
        if part is None:
            raise NoemieError(
                "missing", record=kind, field=field.name, column=field.start, expected=field.expected()
            )
        out += part
    if kind not in FIXED:
        out += END
    return bytes(out)


def read(stream: bytes) -> "Iterator[Entity]":
    """The entities of a stream, one after the other, in one pass.

    Spaces and ends of line between entities are passed over. An entity of an unknown type reaches to its
    `@`; a damaged one to the next `@`, or to where the next one plainly starts. Both are given with their
    bytes and an error, and never hide the next one.
    """
    at = 0
    size = len(stream)
    while at < size:
        if stream[at] in _GAP:
            at = _past_gap(stream, at)
            continue
        kind = stream[at : at + TYPE_LENGTH].decode("latin-1")
        form = _FORMS.get(kind)
        if form is None:
            end = _end_of_damaged(stream, at, 0)
            error = NoemieError(
                "unknown entity", record=kind, offset=at, expected="one of " + ", ".join(TYPES)
            )
            yield Entity(kind, {}, at, stream[at:end], error)
        else:
            raw = stream[at : at + form.length]
            values = form.read(raw)
            if values is None or _hides_another(raw, form):
                end = _end_of_damaged(stream, at, form.length)
                raw = stream[at:end]
                yield Entity(kind, {}, at, raw, _fault(form, raw, at))
            else:
                end = at + form.length
                yield Entity(kind, values, at, raw)
        at = end


def reference(header: "bytes | Entity") -> str:
    """Reference of the exchange in a 000 (62+4): `576`, be it written `0576`, ` 576` or `576 `."""
    text = header.raw if isinstance(header, Entity) else header
    field = next(one for one in _FORMS["000"].fields if one.name == "reference")
    return field.slice(text).decode("latin-1").strip().lstrip("0")


def _after_mark(stream: bytes, at: int) -> int:
    mark = stream.find(END, at)
    return len(stream) if mark < 0 else mark + 1


def _past_gap(stream: bytes, at: int) -> int:
    while at < len(stream) and stream[at] in _GAP:
        at += 1
    return at


def _starts_entity(stream: bytes, at: int) -> bool:
    """Whether a known type stands at `at`, and after it two digits of rupture, or a participant's type."""
    kind = stream[at : at + TYPE_LENGTH].decode("latin-1")
    following = stream[at + TYPE_LENGTH : at + TYPE_LENGTH + 2]
    return kind in _FORMS and (following.isalpha() if kind in FIXED else following.isdigit())


def _hides_another(raw: bytes, form: _Form) -> bool:
    """Whether an entity cut short was read on into the next: `@` in its midst, another entity right after."""
    if form.kind in FIXED:
        return False
    mark = raw.find(END)
    while mark < form.length - 1:
        after = _past_gap(raw, mark + 1)
        if _starts_entity(raw, after):
            return True
        mark = raw.find(END, after)
    return False


def _end_of_damaged(stream: bytes, at: int, length: int) -> int:
    """Where an entity that cannot be read ends: its `@`, or before it where another one plainly starts."""
    end = _after_mark(stream, at)
    for place in (at + length - 1, at + length):  # its own end mark lost, or overwritten
        if length and place < end and _starts_entity(stream, _past_gap(stream, place)):
            return place
    line = stream.find(b"\n", at, end)
    return line if line > at and _starts_entity(stream, _past_gap(stream, line)) else end


def _fault(form: _Form, raw: bytes, offset: int) -> NoemieError:
    """Where a damaged entity departs from its table."""
    if len(raw) != form.length:
        return NoemieError(
            "wrong length", record=form.kind, offset=offset, value=len(raw), expected=str(form.length)
        )
    at = TYPE_LENGTH
    for field in form.fields:
        part = raw[at : at + field.length]
        at += field.length
        if not _part_ok(field, part):
            return NoemieError(
                "not as its table says",
                record=form.kind,
                field=field.name,
                column=field.start,
                offset=offset + field.start - 1,
                value=part.decode("latin-1"),
                expected=field.expected(),
            )
    return NoemieError("runs into another entity", record=form.kind, offset=offset)


def _part_ok(field: Field, part: bytes) -> bool:
    if field.cls in "di" and part.isspace():
        return part == b" " * field.length
    if field.cls in "DIdi":
        return part.isdigit()
    if field.cls in "K_":
        return part == field.empty()
    return all(32 <= char <= 126 for char in part) and (field.cls != "G" or part in (b"P", b"N", b" "))


def _placed(error: SesamError, kind: str) -> NoemieError:
    return NoemieError(
        error.reason,
        record=kind,
        field=error.field,
        column=error.column,
        value=error.value,
        expected=error.expected,
    )
