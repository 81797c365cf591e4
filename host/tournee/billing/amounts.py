"""Amounts: integer cents, exact, rounded once and half up."""

from decimal import Decimal


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to the nearest integer, a half going up; neither is negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def hundredths(value: int | Decimal) -> int | None:
    """Return value × 100 when that is a whole number (a coefficient, an amount typed in euros), else None."""
    scaled = Decimal(value) * 100
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        return None
    return int(scaled)
