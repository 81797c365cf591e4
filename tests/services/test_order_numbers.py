"""The number of an electronic prescription: typed in any manner, its check, its code.

ORD-1.
"""

from __future__ import annotations

import pytest

from tournee.services.prescriptions.number import OrderNumberError, order_number, shown, with_check
from tournee.services.prescriptions.table import ALPHABET


def test_a_number_is_read_as_it_is_typed():
    """ORD-1."""
    number = with_check("0RD0NNANCE00001")
    for typed in (
        number,
        f"ORD1.{number}",
        shown(number),
        shown(number).lower(),
        "-".join(shown(number).split()),
        number.replace("0", "o").replace("1", "l"),
    ):
        assert order_number(typed) == number


def luhn_32(text: str) -> int:
    """Luhn's sum in base 32, by the book: from the right, the second of each pair doubled, digits added."""
    values = [ALPHABET.index(one) for one in text]
    total = sum(values[-1::-2])
    for value in values[-2::-2]:
        high, low = divmod(2 * value, 32)
        total += high + low
    return total % 32


def test_the_check_is_luhns_in_base_32():
    for first in ("0RD0NNANCE00001", "ZZZZZZZZZZZZZZZ", "123456789ABCDEF"):
        assert luhn_32(with_check(first)) == 0


def test_every_wrong_character_is_found():
    """ORD-1."""
    number = with_check("7XK2M0QRSTVWXYZ")
    for at in range(16):
        for other in set(ALPHABET) - {number[at]}:
            with pytest.raises(OrderNumberError, match="faux"):
                order_number(number[:at] + other + number[at + 1 :])


def test_neighbours_exchanged_are_found():
    number = with_check("7XK2M0QRSTVWXYZ")
    for at in range(15):
        a, b = number[at : at + 2]
        if a != b and {a, b} != {"0", "Z"}:
            with pytest.raises(OrderNumberError):
                order_number(number[:at] + b + a + number[at + 2 :])


@pytest.mark.parametrize("typed", ["", "0", "ORD1.", "U" * 16, "é" * 16, "0" * 17, " " * 9_000, "0" * 9_000])
def test_anything_else_is_no_number(typed):
    with pytest.raises(OrderNumberError):
        order_number(typed)
