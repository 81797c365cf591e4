"""One field of a table, as the host writes and reads it: value to bytes, bytes to value, or a reason why not.

The host judges by re-encoding: bytes are a field's when its value makes those bytes again. The reader judges
in the buffer (`sesam.layout`); both go by the same tables and their tests hold them together.
"""

from tournee.firmware.sesam.keys import luhn_ok, nir_key
from tournee.firmware.sesam.octets import number_at
from tournee.firmware.sesam.scan import CLASS_AT, CONSTRAINT_AT, LENGTH_AT, NEED_AT
from tournee.formats.errors import SesamError

QUANTITIES = "IiSW"  # classes whose values are int; all others are str
TEXTS = "TAG"  # classes that are spaces when empty; all others are zeros

_DIGITS = "0123456789"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_EXPECTED = {
    "K": "the constant {}",
    "0": "zeros",
    "_": "spaces",
    "D": "{} digits",
    "I": "a whole number on {} digits",
    "d": "{} digits or blanks",
    "i": "a whole number on {} digits, or blanks",
    "E": "one of {}",
    "T": "upper-case unaccented ASCII, left-justified, at most {} characters",
    "A": "printable ASCII, left-justified, at most {} characters",
    "G": "P, N or a blank",
    "L": "{} capital letters",
    "J": "a date AAMMJJ",
    "j": "a date AAMMJJ or spaces",
    "B": "a billing number, 9 digits with their key",
    "R": "an RPPS number, 11 digits with their key",
    "N": "a NIR of 13 characters",
    "C": "the key of the NIR before it",
    "P": "a number of {} digits, for a PS 00000 and the billing number with its key",
    "H": "{} hexadecimal digits, upper case",
    "6": "Base64, padded, at most {} characters",
    "S": "the number at column {}",
    "W": "the number of slots filled, the first ones first",
}


class Field:
    """A line of a table: `start` is the 1-based column, `cls` the class letter; a filler has no name."""

    __slots__ = ("cls", "constraint", "length", "name", "optional", "start", "title")

    def __init__(
        self, name: str, start: int, length: int, cls: str, optional: bool, constraint: str, title: str = ""
    ) -> None:
        self.name = name
        self.start = start
        self.length = length
        self.cls = cls
        self.optional = optional
        self.constraint = constraint
        self.title = title

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.start}, {self.length}, {self.cls!r}, {self.optional})"

    def slice(self, record: bytes) -> bytes:
        """This field's bytes in a record."""
        return record[self.start - 1 : self.start - 1 + self.length]

    def bounds(self) -> "tuple[int, int]":
        """Least and greatest number that a D or I field may hold."""
        if self.constraint == ">0":
            return 1, 10**self.length - 1
        if len(self.constraint) == 7:
            return int(self.constraint[:3]), int(self.constraint[4:])
        return 0, 10**self.length - 1

    def choices(self) -> "tuple[str, ...]":
        """What an E field's constraint lets one choose."""
        return tuple(
            self.constraint[at : at + self.length] for at in range(0, len(self.constraint), self.length)
        )

    def expected(self) -> str:
        """What the field takes, in words."""
        if self.cls in "DI" and self.constraint:
            return "a number from {} to {}, on {} digits".format(*self.bounds(), self.length)
        detail: object = self.length
        if self.cls == "K":
            detail = self.constraint
        elif self.cls == "E":
            detail = ", ".join(self.choices())
        elif self.cls == "S":
            detail = int(self.constraint[:3])
        return _EXPECTED[self.cls].format(detail)

    def empty(self) -> "bytes | None":
        """What encoding writes when no value is given; None when a value is needed."""
        if self.cls == "K":
            return self.constraint.encode()
        if self.cls in "_j":
            return b" " * self.length
        if self.cls == "0":
            return b"0" * self.length
        if not self.optional:
            return None
        if self.cls in TEXTS:
            return _padded(self.constraint, self.length)
        return self.choices()[0].encode() if self.cls == "E" else b"0" * self.length


def parse_table(table: bytes, shared: bytes = b"") -> "tuple[Field, ...]":
    """The fields of a table, those of the shared table put where its `&` line stands."""
    fields: list[Field] = []
    for line in table.splitlines():
        start, length = number_at(line, 0), number_at(line, LENGTH_AT)
        cls = chr(line[CLASS_AT])
        if cls == "&":
            fields.extend(one for one in parse_table(shared) if start <= one.start < start + length)
            continue
        constraint, _, name = line[CONSTRAINT_AT:].decode().partition(" ")
        fields.append(Field(name, start, length, cls, line[NEED_AT] == ord("?"), constraint))
    return tuple(fields)


def write(field: Field, value: "str | int") -> bytes:
    """The bytes of a value; SesamError (reason and expectation alone) when it does not fit the field."""
    if field.cls in "dij" and value == "":
        return b" " * field.length
    if field.cls in QUANTITIES:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _refusal(field, "not a whole number", value)
        low, high = field.bounds() if field.cls in "Ii" else (0, 10**field.length - 1)
        if not low <= value <= high and not (field.optional and value == 0):
            raise _refusal(field, "out of range", value)
        text = str(value)
        return ("0" * (field.length - len(text)) + text).encode()
    if not isinstance(value, str):
        raise _refusal(field, "not a text", value)
    reason = _reason(field, value)
    if reason:
        raise _refusal(field, reason, value)
    return _padded(value.rstrip(" "), field.length) if field.cls in TEXTS + "6" else value.encode()


def read(field: Field, raw: bytes) -> "str | int":
    """The value of a field's bytes; SesamError when they are not what a value of it makes."""
    text = raw.decode("latin-1")
    value: str | int = text
    if field.cls in TEXTS + "6j":
        value = text.rstrip(" ")
    elif field.cls in QUANTITIES:
        if not _is_digits(text):
            raise _refusal(field, "not digits", text)
        value = int(text)
    try:
        if write(field, value) == raw:
            return value
        reason = "not as it would be written"
    except SesamError as error:
        reason = error.reason
    raise _refusal(field, reason, text)


def cross_check(field: Field, record: bytes) -> None:
    """Check a field against the others of its record; SesamError when they disagree."""
    raw = field.slice(record)
    at = field.start - 1
    if field.cls == "C":
        if int(raw) != nir_key(record[at - 13 : at]):
            raise _refusal(field, "wrong key", raw.decode())
    elif field.cls == "P":
        billing = record[at - 2 : at].decode("latin-1") in BILLING_TYPES
        if billing and not (raw[:5] == b"00000" and int(raw) and luhn_ok(raw, 5, 9)):
            raise _refusal(field, "not a PS’s number", raw.decode())
    elif field.cls == "S":
        start, length = int(field.constraint[:3]), int(field.constraint[4:7])
        origin = record[start - 1 : start - 1 + length]
        if not _is_digits(origin.decode("latin-1")) or int(raw) != int(origin):
            raise _refusal(field, "does not repeat it", raw.decode())
    elif field.cls == "W":
        start, width, slots = int(field.constraint[:3]), int(field.constraint[4:7]), int(field.constraint[8:])
        filled = [record[start - 1 + width * slot] != 32 for slot in range(slots)]
        if int(raw) < 1 or filled != [slot < int(raw) for slot in range(slots)]:
            raise _refusal(field, "not the slots filled", raw.decode())


#: Types of participant whose number is a billing number: domain 4.2 less CP, CS, CT, which insurers bear too.
BILLING_TYPES = ("IF", "MK", "OO", "OY", "PE", "LB", "PH", "FR", "ER")


def _refusal(field: Field, reason: str, value: object) -> SesamError:
    return SesamError(reason, field=field.name, column=field.start, value=value, expected=field.expected())


def _padded(text: str, length: int) -> bytes:
    return (text + " " * (length - len(text))).encode()


def _is_digits(text: str) -> bool:
    return text != "" and not text.strip(_DIGITS)


def _reason(field: Field, text: str) -> str:
    """Why a text is no value of the field; empty when it is one."""
    cls = field.cls
    if cls in TEXTS:
        return _text_reason(field, text)
    if cls == "6":
        body = text.rstrip(" ")
        core = body[:-2] if body.endswith("==") else body[:-1] if body.endswith("=") else body
        good = core and len(body) % 4 == 0 and len(body) <= field.length and not core.strip(_BASE64)
        return "" if good else "not Base64"
    if len(text) != field.length:
        return "wrong length"
    if cls == "K":
        return "" if text == field.constraint else "not the constant"
    if cls == "E":
        return "" if text in field.choices() else "not one of the choices"
    if cls == "L":
        return "" if all("A" <= char <= "Z" for char in text) else "not capital letters"
    if cls == "H":
        return "" if not text.strip(_DIGITS + "ABCDEF") else "not hexadecimal"
    if cls == "N":
        return "" if all(char < "\x80" for char in text) and nir_key(text) > 0 else "not a NIR"
    if not _is_digits(text):
        return "not digits"
    if field.optional and int(text) == 0:
        return ""
    if cls in "Jj":
        return _date_reason(int(text[:2]), int(text[2:4]), int(text[4:]))
    if cls in "BR":
        return "" if int(text) and luhn_ok(text.encode(), 0, field.length) else "wrong key"
    low, high = field.bounds() if cls == "D" else (0, 10**field.length)
    return "" if low <= int(text) <= high else "out of range"


def _text_reason(field: Field, text: str) -> str:
    body = text.rstrip(" ")
    if not body:
        return "" if field.optional or field.cls in "AG" else "missing"
    if len(body) > field.length:
        return "too long"
    if body[0] == " " and field.cls != "A":
        return "not left-justified"
    last = "~" if field.cls == "A" else "_"
    if field.cls == "G":
        return "" if body in ("P", "N") else "not a sign"
    return "" if all(" " <= char <= last for char in body) else "a character that may not stand here"


def _date_reason(year: int, month: int, day: int) -> str:
    days = (31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return "" if 1 <= month <= 12 and 1 <= day <= days[month - 1] else "no such day"
