"""One pattern a kind of record, made of its table: a record is judged and read by one match.

What a pattern does not say (dates, keys, bounds) is judged by `fields`, and remembered: the dates, NIR and
numbers of a day are few. It accepts what the reading field by field accepts (tests hold the two together);
what it does not accept is for that reading to refuse, for it says why.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

from tournee.formats.errors import SesamError
from tournee.formats.fields import QUANTITIES, Field, cross_check, read

JUDGEMENTS_KEPT = 4096

_PATTERNS = {
    "0": "0{{{}}}",
    "_": " {{{}}}",
    "L": "[A-Z]{{{}}}",
    "H": "[0-9A-F]{{{}}}",
    "N": "[0-9AB]{{{}}}",
    "j": "(?:[0-9]{{{0}}}| {{{0}}})",
} | dict.fromkeys("DIJBRCPSW", "[0-9]{{{}}}")
# Without its padding. A record has one such field at most, so that the record's length gives this one's.
_BASE64 = "(?! )((?:{0}{{4}})*(?:{0}{{3}}=|{0}{{2}}==)?) *".format("[A-Za-z0-9+/]")


class RecordPattern:
    """How records of one kind are read; its pattern is compiled when the first one comes."""

    def __init__(self, fields: Sequence[Field]) -> None:
        named = [field for field in fields if field.name]
        ranks = list(enumerate(named))
        self._fields = fields
        self._names = tuple(field.name for field in named)
        self._judged = tuple((rank, field) for rank, field in ranks if _is_judged(field))
        self._keys = tuple((rank, field) for rank, field in ranks if field.cls == "C")
        self._texts = tuple(rank for rank, field in ranks if field.cls in "Tj")
        self._numbers = tuple(rank for rank, field in ranks if field.cls in QUANTITIES)
        self._crossed = tuple(field for field in named if field.cls in "PSW")

    def read(self, record: bytes) -> dict[str, str | int] | None:
        """The values of a record, 128 bytes; None when it is none of this kind."""
        found = self._match(record.decode("latin-1"))
        if found is None:
            return None
        values: list[str | int] = list(found.groups())
        for rank, field in self._judged:
            if not _is_value(field, values[rank]):
                return None
        for rank, field in self._keys:
            if not _is_key(field, values[rank - 1], values[rank]):
                return None
        for rank in self._texts:
            values[rank] = values[rank].rstrip(" ")  # type: ignore[union-attr]
        for rank in self._numbers:
            values[rank] = int(values[rank])
        for field in self._crossed:
            if not _agrees(field, record):
                return None
        return dict(zip(self._names, values, strict=True))

    @cached_property
    def _match(self) -> Callable[[str], re.Match[str] | None]:
        return re.compile("".join(map(_group, self._fields))).fullmatch


def _group(field: Field) -> str:
    """The pattern of one field: a group when it has a name."""
    if field.cls == "6":
        return _BASE64
    return f"({_pattern(field)})" if field.name else _pattern(field)


def _pattern(field: Field) -> str:
    if field.cls == "K":
        return re.escape(field.constraint)
    if field.cls == "E":
        return f"(?:{'|'.join(map(re.escape, field.choices()))})"
    if field.cls == "T":
        text = f"[!-_][ -_]{{{field.length - 1}}}"
        return f"(?:{text}| {{{field.length}}})" if field.optional else text
    positive = _PATTERNS["0"].format(field.length) if _is_positive(field) else ""
    return (f"(?!{positive})" if positive else "") + _PATTERNS[field.cls].format(field.length)


def _is_positive(field: Field) -> bool:
    """Whether a number may be anything but zero."""
    return field.cls in "DI" and not field.optional and field.bounds() == (1, 10**field.length - 1)


def _is_judged(field: Field) -> bool:
    """Whether the pattern says less of a field than its own text does."""
    bounded = field.cls in "DI" and field.bounds() != (0, 10**field.length - 1)
    return field.cls in "JjBRN" or (bounded and not _is_positive(field))


@lru_cache(JUDGEMENTS_KEPT)
def _is_value(field: Field, text: str) -> bool:
    try:
        read(field, text.encode())
    except SesamError:
        return False
    return True


@lru_cache(JUDGEMENTS_KEPT)
def _is_key(field: Field, nir: str, key: str) -> bool:
    """Whether `key` is that of the NIR in the field before."""
    return _agrees(field, f"{nir}{key}".encode().rjust(field.start - 1 + field.length))


def _agrees(field: Field, record: bytes) -> bool:
    try:
        cross_check(field, record)
    except SesamError:
        return False
    return True
