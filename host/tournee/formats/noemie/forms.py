"""The forms of NOEMIE's entities: each type's table read once, its pattern, its values (domain 2.4).

Values are as in `tournee.formats.records`; a numeric field that was left blank is `""`.
"""

import re
from functools import cached_property

from tournee.formats.errors import NoemieError
from tournee.formats.fields import Field
from tournee.formats.noemie.table import TABLE
from tournee.printable import printable, read_text

END = b"@"
FIXED = ("000", "999")  # no end mark
TYPE_LENGTH = 3

_FREE = 15  # columns of a text from which on it is free: a name, a label; shorter ones are codes
_CLASSES = {"D": r"\d{%d}", "I": r"\d{%d}", "A": r"[ -~]{%d}", "G": r"[PN ]{%d}", "_": r" {%d}"}


class Form:
    """An entity's table: title, length, fields, and the pattern that its bytes match as a whole."""

    def __init__(self, kind: str, length: int, title: str) -> None:
        self.kind = kind
        self.length = length
        self.title = title
        self.fields: list[Field] = []
        self._columns: list[tuple[str, str, int, int]] = []  # name, class, where it starts and ends

    def close(self) -> None:
        """End the form once it has its fields."""
        for field in self.fields:
            if field.name:
                start = field.start - 1
                self._columns.append((field.name, field.cls, start, start + field.length))

    @cached_property
    def pattern(self) -> "re.Pattern[bytes]":
        """What an entity's bytes match as a whole; made when one is read."""
        parts = [self.kind]
        for field in self.fields:
            if field.cls == "K":
                parts.append(field.constraint)
            elif field.cls in "di":
                parts.append(rf"(?:\d{{{field.length}}}| {{{field.length}}})")
            else:
                parts.append(_CLASSES[field.cls] % field.length)
        if self.kind not in FIXED:
            parts.append("@")
        return re.compile("".join(parts).encode(), re.DOTALL)

    @property
    def names(self) -> "tuple[str, ...]":
        """The names of the fields that have values."""
        return tuple(name for name, _, _, _ in self._columns)

    def values(self, raw: bytes) -> "dict[str, str | int]":
        """The values in an entity's bytes, which match its pattern, be it but for letters in free text."""
        text = raw.decode("ascii", "replace") if len(raw) == self.length else raw.decode("utf-8")
        by_bytes = len(raw) == self.length and not raw.isascii()
        values: dict[str, str | int] = {}
        for name, cls, start, end in self._columns:
            part = text[start:end]
            if cls in "Ii":
                values[name] = int(part) if part[0] != " " else ""
            else:
                if by_bytes and not part.isascii():
                    part = read_text(raw[start:end])
                values[name] = part if cls in "DK" else _shown(part.rstrip(" "))
        return values

    def lettered(self, raw: bytes) -> bool:
        """Whether an entity is as its table says but for letters beyond ASCII in its free text."""
        if raw.isascii():
            return False
        cells = raw.decode("latin-1")
        if len(raw) != self.length:
            try:
                cells = raw.decode("utf-8")
            except UnicodeDecodeError:
                return False
        if self.pattern.fullmatch(cells.encode("ascii", "replace")) is None:
            return False
        free = [
            range(start, end) for _, cls, start, end in self._columns if cls == "A" and end - start >= _FREE
        ]
        return all(cell.isascii() or any(at in one for one in free) for at, cell in enumerate(cells))


def _shown(text: str) -> str:
    return text if text.isascii() else printable(text)


class Entity:
    """One entity of a stream.

    `type` is its three characters, `fields` its values by name (empty when it is unknown or damaged), made
    when they are first asked for, `offset` its position in the stream, `raw` its bytes, `error` what is wrong
    with it, None when nothing is. `lettered` says that it was read in spite of letters beyond ASCII.
    """

    __slots__ = ("_fields", "error", "lettered", "offset", "raw", "type")

    def __init__(
        self,
        kind: str,
        offset: int,
        raw: bytes,
        error: "NoemieError | None" = None,
        *,
        lettered: bool = False,
    ) -> None:
        self.type = kind
        self.offset = offset
        self.raw = raw
        self.error = error
        self.lettered = lettered
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
