"""The number of an electronic prescription: typed, shown, checked.

Sixteen characters, the last one their check by Luhn's sum modulo 32: one wrong character is always found, and
two neighbours exchanged are, but for 0 and Z.
"""

from __future__ import annotations

from tournee.errors import ServiceError
from tournee.services.prescriptions.table import (
    ALPHABET,
    GROUP,
    LENGTH,
    PREFIX,
    READ_AS,
)

_TYPED_MAX = 64


class OrderNumberError(ServiceError):
    """No number of an electronic prescription."""


def order_number(typed: str) -> str:
    """The number in what was typed or read, with or without prefix, spaces and hyphens. OrderNumberError."""
    text = "".join(typed[:_TYPED_MAX].upper().removeprefix(PREFIX).replace("-", "").split())
    text = "".join(READ_AS.get(one, one) for one in text)
    if len(text) != LENGTH or len(typed) > _TYPED_MAX:
        raise _wrong(f"il a {len(text)} caractères, il en faut {LENGTH}")
    strange = next((one for one in text if one not in ALPHABET), "")
    if strange:
        raise _wrong(f"« {strange} » n’en est pas un caractère")
    if _sum(text):
        raise _wrong("un caractère est faux : son dernier, de contrôle, ne va pas avec les autres")
    return text


def shown(number: str) -> str:
    """A number in groups of four."""
    return " ".join(number[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def with_check(first: str) -> str:
    """The number that these 15 characters begin."""
    return next(first + one for one in ALPHABET if not _sum(first + one))


def _sum(text: str) -> int:
    """Luhn's, in base 32: every second value from the right is doubled, its two digits added up."""
    base, total = len(ALPHABET), 0
    for rank, one in enumerate(reversed(text)):
        value = ALPHABET.index(one) * (1 + rank % 2)
        total += value // base + value % base
    return total % base


def _wrong(cause: str) -> OrderNumberError:
    return OrderNumberError(
        "Ce numéro d’ordonnance numérique est faux.",
        cause=cause,
        next_step="relisez-le sur l’ordonnance, ou lisez son code par la caméra",
    )
