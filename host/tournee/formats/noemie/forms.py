"""The forms of NOEMIE's entities: each type's table read once, its pattern, its values (domain 2.4).

Values are as in `tournee.formats.records`; a numeric field that was left blank is `""`.
"""

import re

from tournee.formats.errors import NoemieError
from tournee.formats.fields import Field
from tournee.formats.noemie.table import TABLE

END = b"@"
FIXED = ("000", "999")  # no end mark
TYPE_LENGTH = 3

_CLASSES = {"D": r"\d{%d}", "I": r"\d{%d}", "A": r"[ -~]{%d}", "G": r"[PN ]{%d}", "_": r" {%d}"}


class Form:
    """An entity's table: title, length, fields, and the pattern that its bytes match as a whole."""

    def __init__(self, kind: str, length: int, title: str) -> None:
        self.kind = kind
        self.length = length
        self.title = title
        self.fields: list[Field] = []
        self.pattern = re.compile(b"")
        self._columns: list[tuple[str, str, int, int]] = []  # name, class, where it starts and ends

    def close(self) -> None:
        """End the form once it has its fields."""
        parts = [self.kind]
        for field in self.fields:
            if field.cls == "K":
                parts.append(field.constraint)
            elif field.cls in "di":
                parts.append(rf"(?:\d{{{field.length}}}| {{{field.length}}})")
            else:
                parts.append(_CLASSES[field.cls] % field.length)
            if field.name:
                start = field.start - 1
                self._columns.append((field.name, field.cls, start, start + field.length))
        if self.kind not in FIXED:
            parts.append("@")
        self.pattern = re.compile("".join(parts).encode(), re.DOTALL)

    @property
    def names(self) -> "tuple[str, ...]":
        """The names of the fields that have values."""
        return tuple(name for name, _, _, _ in self._columns)

    def values(self, raw: bytes) -> "dict[str, str | int]":
        """The values in an entity's bytes, which match its pattern."""
        text = raw.decode("ascii")
        values: dict[str, str | int] = {}
        for name, cls, start, end in self._columns:
            part = text[start:end]
            if cls in "Ii":
                values[name] = int(part) if part[0] != " " else ""
            else:
                values[name] = part if cls in "DK" else part.rstrip(" ")
        return values


class Entity:
    """One entity of a stream.

    `type` is its three characters, `fields` its values by name (empty when it is unknown or damaged), made
    when they are first asked for, `offset` its position in the stream, `raw` its bytes, `error` what is wrong
    with it, None when nothing is.
    """

    __slots__ = ("_fields", "error", "offset", "raw", "type")

    def __init__(self, kind: str, offset: int, raw: bytes, error: "NoemieError | None" = None) -> None:
        self.type = kind
        self.offset = offset
        self.raw = raw
        self.error = error
        self._fields: dict[str, str | int] | None = None

    @property
    def fields(self) -> "dict[str, str | int]":
        """The values by name."""
        if self._fields is None:
            self._fields = FORMS[self.type].values(self.raw) if self.error is None else {}
        return self._fields

    def __repr__(self) -> str:
        return (
            f"Entity({self.type!r}, offset {self.offset}, {len(self.raw)} bytes)"  # contents are a patient's
        )


def _parse(table: str) -> "dict[str, Form]":
    forms: dict[str, Form] = {}
    form = Form("", 0, "")
    for line in table.splitlines():
        if line[:TYPE_LENGTH].isdigit() and line[8:9] not in "!?":
            form = forms[line[:3]] = Form(line[:3], int(line[4:7]), line[8:])
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


FORMS = _parse(TABLE)
