"""The host's codec of link messages: cbor2 under the rules of `sesam.messages`.

The same language as the device's codec (`sesam.cbor`), the same bytes, and the same refusals in the same
order: MALFORMED, UNKNOWN_MESSAGE, FIELD, TYPE, RANGE. cbor2's decoder takes more than that language (tags,
long forms, any order), so whatever it has read must encode to the very bytes it was read from. From its
version 6 on it can be told to take no nesting; an older one, which has a form in plain Python, is given
nothing but what `_is_flat`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cbor2

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes, messages

_TYPES = {"u": int, "t": str, "b": bytes, "r": bytes, "s": bytes}
_BIGGEST = 2**64 - 1  # what a CBOR head can carry
_UINT, _BYTES, _TEXT, _MAP = 0, 2, 3, 5  # CBOR's major types in our language


class CodecError(ReaderError):
    """A message is not in the language of the link; `status` is the code that the reader gives too."""

    def __init__(self, status: int) -> None:
        name = next(name for name, value in vars(codes).items() if value == status and name.isupper())
        super().__init__(
            f"Message de liaison irrecevable ({name}).",
            cause="le lecteur et le logiciel ne parlent pas la même version du protocole",
            next_step="mettez à jour le lecteur et le logiciel",
        )
        self.status = status


@dataclass(frozen=True)
class FieldRow:
    """One field of a message: its name, class letter, and bounds of its value or length."""

    name: str
    letter: str
    low: int
    high: int

    def fits(self, value: int | str | bytes) -> bool:
        """Tell whether a value of the right type is within the bounds."""
        size = value if isinstance(value, int) else len(value)
        whole = self.letter != "r" or size % messages.RECORD == 0
        return self.low <= size <= self.high and whole


@dataclass(frozen=True)
class MessageFormat:
    """One message: its number, name, direction (`>` to the reader, `<` to the host), fields by key."""

    number: int
    name: str
    direction: str
    fields: tuple[FieldRow, ...] = ()


@dataclass(frozen=True)
class Message:
    """One decoded message; `values` by field name."""

    row: MessageFormat
    values: Mapping[str, int | str | bytes] = field(repr=False)

    @property
    def number(self) -> int:
        """The message's number."""
        return self.row.number

    def uint(self, name: str) -> int:
        """Value of an unsigned field."""
        value = self.values[name]
        assert isinstance(value, int)
        return value

    def text(self, name: str) -> str:
        """Value of a text field."""
        value = self.values[name]
        assert isinstance(value, str)
        return value

    def data(self, name: str) -> bytes:
        """Value of a byte-string field."""
        value = self.values[name]
        assert isinstance(value, bytes)
        return value


def _rows() -> dict[int, MessageFormat]:
    """Read the table, as its own heading describes it."""
    rows: dict[int, MessageFormat] = {}
    for line in messages.TABLE.decode().splitlines():
        name, number, key, letter, low, high = line.split()
        if key == "0":
            rows[int(number)] = MessageFormat(int(number), name, letter)
        else:
            row = rows[int(number)]
            one = FieldRow(name, letter, int(low), int(high))
            rows[int(number)] = MessageFormat(row.number, row.name, row.direction, (*row.fields, one))
    return rows


#: Every message of the link, by number.
ROWS: Mapping[int, MessageFormat] = _rows()


def number_of(name: str) -> int:
    """Number of the message of this name. StopIteration when there is none."""
    return next(number for number, row in ROWS.items() if row.name == name)


def encode(number: int, values: Mapping[str, int | str | bytes | bytearray]) -> bytearray:
    """Make a message's bytes. CodecError when the table does not allow it.

    A secret value never passes through cbor2, which would leave a copy behind: it is written straight into
    the bytearray that is returned, whose owner overwrites it after use.
    """
    row = ROWS.get(number)
    if row is None:
        raise CodecError(codes.UNKNOWN_MESSAGE)
    if set(values) != {one.name for one in row.fields}:
        raise CodecError(codes.FIELD)
    plain: dict[int, int | str | bytes] = {0: number}
    secrets: list[bytes | bytearray] = []
    for key, one in enumerate(row.fields, start=1):
        value = values[one.name]
        if one.letter == "s" and isinstance(value, bytearray | bytes):
            secrets.append(value)
            plain[key] = bytes(len(value))
        else:
            plain[key] = bytes(value) if isinstance(value, bytearray) else value
    if not all(_is_text(value) for value in plain.values() if isinstance(value, str)):
        raise CodecError(codes.MALFORMED)
    _judge(row, plain)
    made = bytearray(cbor2.dumps(plain, canonical=True))
    for secret in secrets:  # the last field of its message: it ends where the message ends
        made[len(made) - len(secret) :] = secret
    return made


def decode(data: bytes) -> Message:
    """Read one whole message. CodecError carries the refusal."""
    plain = _read(data)
    number = plain.get(0)
    row = ROWS.get(number) if isinstance(number, int) else None
    if row is None:
        raise CodecError(codes.UNKNOWN_MESSAGE)
    if list(plain) != list(range(len(row.fields) + 1)):
        raise CodecError(codes.FIELD)
    _judge(row, plain)
    return Message(row, {one.name: plain[key] for key, one in enumerate(row.fields, start=1)})


def _read(data: bytes) -> dict[int, int | str | bytes]:
    """Read the flat deterministic map, or refuse it as MALFORMED."""
    try:
        plain = _loads()(data)
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError):
        raise CodecError(codes.MALFORMED) from None
    if type(plain) is not dict or not all(
        _is_uint(key) and (_is_uint(value) or type(value) is bytes or _is_text(value))
        for key, value in plain.items()
    ):
        raise CodecError(codes.MALFORMED)
    if cbor2.dumps(plain, canonical=True) != data:
        raise CodecError(codes.MALFORMED)
    return plain


def _flat_loads(data: bytes) -> Any:
    """Read what is flat with a cbor2 that does not know how to be told. CBORDecodeError, ValueError."""
    if not _is_flat(data):
        raise ValueError
    return cbor2.loads(data)


def _is_flat(data: bytes) -> bool:
    """Tell whether the bytes are the heads of one flat map of numbers, bytes and text and what they announce,
    no more and no less; not whether all is in order within.
    """
    at, left = 0, -1  # left: items, the map itself before its first
    while at < len(data) and left:
        major, short = data[at] >> 5, data[at] & 31
        width = 0 if short < 24 else 1 << short - 24
        value = int.from_bytes(data[at + 1 : at + 1 + width]) if width else short
        at += 1 + width
        if short > 27 or (major == _MAP) is not (left < 0) or major not in (_UINT, _BYTES, _TEXT, _MAP):
            return False
        left = 2 * value if left < 0 else left - 1
        at += value if major in (_BYTES, _TEXT) else 0
    return at == len(data) and not left


def _told_loads(data: bytes) -> Any:
    """Read a flat map of definite length and different keys. CBORDecodeError, ValueError, TypeError."""
    return cbor2.loads(data, allow_indefinite=False, allow_duplicate_keys=False, max_depth=1)


@cache
def _loads() -> Callable[[bytes], Any]:
    """How the cbor2 that is here reads; asked when there is something to read."""
    try:
        _told_loads(b"\xa0")
    except TypeError:  # an older one knows none of these
        return _flat_loads
    return _told_loads


def _is_uint(value: object) -> bool:
    return type(value) is int and 0 <= value <= _BIGGEST


def _is_text(value: object) -> bool:
    return type(value) is str and value.isascii() and (value.isprintable() or not value)


def _judge(row: MessageFormat, plain: Mapping[int, int | str | bytes]) -> None:
    pairs = [(one, plain[key]) for key, one in enumerate(row.fields, start=1)]
    if any(type(value) is not _TYPES[one.letter] for one, value in pairs):
        raise CodecError(codes.TYPE)
    if not all(one.fits(value) for one, value in pairs):
        raise CodecError(codes.RANGE)
