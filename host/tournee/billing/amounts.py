"""Amounts: integer cents, exact, rounded once and half up; written in euros only for people."""

from decimal import Decimal


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to the nearest integer, a half going up; neither is negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def euros(cents: int) -> str:
    """Write cents the French way: `1234` gives `12,34 €`."""
    return f"{cents // 100},{cents % 100:02d} €"


def hundredths(value: int | Decimal) -> int | None:
    """Return value × 100 when that is a whole number (a coefficient, an amount typed in euros), else None."""
    scaled = Decimal(value) * 100
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        return None
    return int(scaled)
