"""A reader's secret as its label carries it: a code to type, and the same in a QR code.

The 32 bytes are written in base 32 (Crockford: no I, L, O, U), 52 characters in four lines of 13; a check
character ends each line. It catches any one wrong character and any two that changed places, and says in
which line. The QR code holds `TOURNEE1:SERIAL:CODE`, the code without spaces.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tournee.errors import ReaderError
from tournee.reader.link.secure_channel import SECRET_LENGTH

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110", " -\t\r\n")
_LINES = 4
_DATA = 13  # characters of a line before its check character
_GROUP = 4
_SPARE = _LINES * _DATA * 5 - SECRET_LENGTH * 8  # bits behind the secret, zero
_MARK = "TOURNEE1"
_FIELD = 0x25  # x^5 + x^2 + 1: the 32 values of a character as a field


class LabelError(ReaderError):
    """What was typed or scanned is not the code of a label."""


@dataclass(frozen=True)
class Label:
    """What a label says; `serial` is empty when only the code was typed."""

    secret: bytes = field(repr=False)
    serial: str = ""


def printed_code(secret: bytes) -> str:
    """The code to print: 14 groups of four characters."""
    number = int.from_bytes(secret, "big") << _SPARE
    count = _LINES * _DATA
    values = [number >> 5 * (count - 1 - rank) & 31 for rank in range(count)]
    code = ""
    for line in range(_LINES):
        own = values[line * _DATA : (line + 1) * _DATA]
        code += "".join(_ALPHABET[value] for value in (*own, _check(line, own)))
    return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def scanned_text(label: Label) -> str:
    """The content of the QR code."""
    return f"{_MARK}:{label.serial}:{printed_code(label.secret).replace(' ', '')}"


def read_label(text: str) -> Label:
    """Read a code as typed, or the content of the QR code. LabelError with the line that is wrong."""
    mark, colon, rest = text.strip().partition(":")
    if not colon:
        return Label(_secret(text))
    serial, colon, code = rest.rpartition(":")
    if mark.upper() != _MARK or not colon:
        raise LabelError(
            "Ce n’est pas le code de l’étiquette d’un lecteur.",
            cause="un autre code QR, ou celui d’un lecteur d’une version plus récente",
            next_step="lisez celui de l’étiquette collée sous le lecteur",
        )
    return Label(_secret(code), serial)


def _secret(text: str) -> bytes:
    code = text.upper().translate(_MISREAD)
    length = _LINES * (_DATA + 1)
    if len(code) != length:
        raise LabelError(
            f"Le code de l’étiquette a {length} caractères, et non {len(code)}.",
            next_step="recopiez les quatorze groupes de quatre, ou le contenu du code QR",
        )
    number = 0
    for line in range(_LINES):
        values = [_ALPHABET.find(one) for one in code[line * (_DATA + 1) : (line + 1) * (_DATA + 1)]]
        if min(values) < 0 or _check(line, values[:-1]) != values[-1]:
            raise _wrong_line(line)
        for value in values[:-1]:
            number = number << 5 | value
    if number & (1 << _SPARE) - 1:
        raise _wrong_line(_LINES - 1)
    return (number >> _SPARE).to_bytes(SECRET_LENGTH, "big")


def _wrong_line(line: int) -> LabelError:
    first = line * (_DATA + 1)
    groups = f"{first // _GROUP + 1} à {(first + _DATA) // _GROUP + 1}"
    return LabelError(
        f"Le code de l’étiquette est faux entre les groupes {groups}.",
        cause="un caractère mal lu, ou deux intervertis",
        next_step="comparez ces groupes avec l’étiquette, et recopiez-les",
    )


def _check(line: int, values: list[int]) -> int:
    total = line + 1  # lines that changed places are caught as well
    for value in values:
        total = (total ^ value) << 1
        total ^= _FIELD if total > 31 else 0
    return total
