"""NOEMIE: the entities in which payments and rejections come back, encoded and read by table (domain 2.4).

Values are as in `formats.records`; a numeric field that was left blank is `""`. A reader never meets it.
"""

from collections.abc import Iterator, Sequence
from typing import overload

from tournee.formats.errors import NoemieError, SesamError
from tournee.formats.fields import Field, write
from tournee.formats.noemie.batch import judge
from tournee.formats.noemie.forms import END, FIXED, FORMS, TYPE_LENGTH, Entity
from tournee.formats.noemie.strict import GAP, past_gap, read_one
from tournee.formats.noemie.table import LABELS

#: The types of all entities known, in order.
TYPES = tuple(FORMS)


class Entities(Sequence[Entity]):
    """The entities of a stream in order.

    Where each stands and whether it is as its table says is known; each is made when it is asked for.
    """

    def __init__(self, stream: bytes, positions: "list[int]", odd: "dict[int, Entity]") -> None:
        self._stream = stream
        self._positions = positions  # offsets less their rank, of a gap before the entity if there is one
        self._odd = odd

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, rank: int) -> Entity: ...
    @overload
    def __getitem__(self, rank: slice) -> "list[Entity]": ...
    def __getitem__(self, rank: "int | slice") -> "Entity | list[Entity]":
        if isinstance(rank, slice):
            return [self._entity(one) for one in range(len(self))[rank]]
        return self._entity(range(len(self))[rank])

    def __iter__(self) -> "Iterator[Entity]":
        return map(self._entity, range(len(self)))

    @property
    def damaged(self) -> "tuple[Entity, ...]":
        """The entities that are unknown or damaged, in order."""
        return tuple(one for one in self._odd.values() if one.error is not None)

    @property
    def lettered(self) -> "tuple[Entity, ...]":
        """The entities that were read in spite of letters beyond ASCII in their free text, in order."""
        return tuple(one for one in self._odd.values() if one.lettered)

    def _entity(self, rank: int) -> Entity:
        odd = self._odd.get(rank)
        if odd is not None:
            return odd
        offset = past_gap(self._stream, self._positions[rank] + rank)
        kind = self._stream[offset : offset + TYPE_LENGTH].decode("ascii")
        return Entity(kind, offset, self._stream[offset : offset + FORMS[kind].length])


def title(kind: str) -> str:
    """French title of a type of entity; empty when it is unknown."""
    return FORMS[kind].title if kind in FORMS else ""


def length(kind: str) -> int:
    """Bytes of a type of entity, its end mark included; 0 when it is unknown."""
    return FORMS[kind].length if kind in FORMS else 0


def fields(kind: str) -> "tuple[Field, ...]":
    """Fields of a type of entity in order, each with its French title; empty when it is unknown."""
    return tuple(FORMS[kind].fields) if kind in FORMS else ()


def label(kind: str, name: str, value: "str | int") -> str:
    """What a coded value stands for, in French; the value itself when nothing is known of it."""
    return LABELS.get((kind, name), {}).get(str(value), str(value))


def encode(kind: str, values: "dict[str, str | int]") -> bytes:
    """The bytes of an entity, end mark included.

    NoemieError for an unknown type or field, a missing value, a wrong type, length, character or range.
    """
    if kind not in FORMS:
        raise NoemieError("no such entity", record=kind)
    form = FORMS[kind]
    unknown = sorted(set(values) - set(form.names))
    if unknown:
        raise NoemieError("no such field", record=kind, field=unknown[0])
    out = bytearray(kind.encode())
    for field in form.fields:
        try:
            part = write(field, values[field.name]) if field.name in values else field.empty()
        except SesamError as error:
            raise _located(error, kind) from None
        if part is None:
            raise NoemieError(
                "missing", record=kind, field=field.name, column=field.start, expected=field.expected()
            )
        out += part
    if kind not in FIXED:
        out += END
    return bytes(out)


def read(stream: bytes, entities_max: int = 0, damaged_max: int = 0) -> Entities:
    """The entities of a stream, all judged, in one pass.

    Spaces and ends of line between entities are passed over. An entity of an unknown type reaches to its
    `@`; a damaged one to the next `@`, or to where the next one plainly starts. Both are there with their
    bytes and an error, and never hide the next one. NoemieError beyond `entities_max` entities or
    `damaged_max` damaged ones (0: any number).
    """
    positions: list[int] = []
    odd: dict[int, Entity] = {}
    at, size = 0, len(stream.rstrip(GAP))
    while at < size:
        end = judge(stream, at, positions)
        if end == at:
            at = past_gap(stream, at)
            entity, end = read_one(stream, at)
            if entity.error is not None or entity.lettered:
                odd[len(positions)] = entity
            positions.append(at - len(positions))
        if 0 < entities_max < len(positions) or 0 < damaged_max < len(odd):
            raise NoemieError("too many entities, or too many damaged ones", offset=at)
        at = end
    return Entities(stream, positions, odd)


def read_one_by_one(stream: bytes) -> "Iterator[Entity]":
    """The entities of a stream as `read` gives them, each judged by itself: what `read` is held against."""
    at = past_gap(stream, 0)
    while at < len(stream):
        entity, end = read_one(stream, at)
        yield entity
        at = past_gap(stream, end)


def reference(header: "bytes | Entity") -> str:
    """Reference of the exchange in a 000 (62+4): `576`, be it written `0576`, ` 576` or `576 `."""
    text = header.raw if isinstance(header, Entity) else header
    field = next(one for one in FORMS["000"].fields if one.name == "reference")
    return field.slice(text).decode("latin-1").strip().lstrip("0")


def _located(error: SesamError, kind: str) -> NoemieError:
    return NoemieError(
        error.reason,
        record=kind,
        field=error.field,
        column=error.column,
        value=error.value,
        expected=error.expected,
    )
