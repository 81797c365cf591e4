"""Amounts: integer cents, exact, rounded once and half up."""

from decimal import Decimal

DIGITS_MAX = 12
"""Digits before the point of a number that a carer types: more than any column holds."""


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to the nearest integer, a half going up; neither is negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def hundredths(value: int | Decimal) -> int | None:
    """Return value × 100 when that is a whole number (a coefficient, an amount typed in euros), else None.

    None too beyond `DIGITS_MAX`: a few characters may stand for a number of a million digits.
    """
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() >= DIGITS_MAX:
        return None
    scaled = number * 100
    return int(scaled) if scaled == scaled.to_integral_value() else None
