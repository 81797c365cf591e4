"""Serial numbers of Vitale cards as whole numbers: 1 to 10 characters, as a rule digits (domain 1.3, 101.2).

A number and its text are one to one, leading zeros included, so that a list is a sorted row of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tournee.errors import OppositionError

SERIAL_MAX = 10
"""Characters of a serial number (profile open-1, record L)."""

CODE_BITS = 61
"""Every code is below 2 ** CODE_BITS."""

_OTHERS = 1 << 35  # above the codes of digits: int("1" + ten digits) is below 2 ** 35
_SIX_BITS = 6
_SPACE = 0x20
_SERIAL = re.compile(r"[!-_]{1,10}")


class SerialError(OppositionError):
    """What should be a serial number is none."""


def code_of(serial: str) -> int:
    """The number of a serial; SerialError when it is not 1 to 10 upper-case ASCII characters without a space.

    Digits keep their leading zeros by a 1 set before them; other characters count 6 bits each, above these.
    """
    if len(serial) <= SERIAL_MAX and serial.isascii() and serial.isdigit():
        return int("1" + serial)
    if _SERIAL.fullmatch(serial) is None:
        raise SerialError(
            f"« {serial[:40]} » n’est pas un numéro de série de carte Vitale.",
            cause="il a de 1 à 10 chiffres ou capitales, sans espace",
            next_step="vérifiez le numéro",
        )
    packed = 0
    for character in serial.ljust(SERIAL_MAX):
        packed = packed << _SIX_BITS | ord(character) - _SPACE
    return _OTHERS + packed


def codes_of(serials: Sequence[str]) -> list[int]:
    """The numbers of many serials, in their order: fast where all are digits. SerialError."""
    together = "".join(serials)
    lengths = set(map(len, serials))
    if together.isascii() and together.isdigit() and 0 not in lengths and max(lengths) <= SERIAL_MAX:
        return list(map(int, map("1".__add__, serials)))
    return list(map(code_of, serials))


def serial_of(code: int) -> str:
    """The serial whose code this is."""
    if code < _OTHERS:
        return str(code)[1:]
    packed = code - _OTHERS
    steps = range((SERIAL_MAX - 1) * _SIX_BITS, -1, -_SIX_BITS)
    return "".join(chr((packed >> shift & 63) + _SPACE) for shift in steps).rstrip(" ")
