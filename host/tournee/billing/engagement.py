"""What a complementary insurer engaged itself to pay of an invoice, as it said on line (CLC), line by line.

It stands in record 2A, columns 81 and 97, of the FSE and of the DRE, and its cents stand in the lines: the
insurer's count wins over ours, which is the base less the caisse's share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tournee.billing.pricing.shares import InvoiceLine

NUMBER_MAX = 16
"""Characters of its number, record 2A: digits and capital letters."""


@dataclass(frozen=True)
class Engagement:
    """Of one insurer (ten digits): its number, its last day, what it pays of each line, in cents."""

    insurer: str
    number: str
    expires: date
    shares: tuple[int, ...]

    def holds(self, day: date) -> bool:
        """Whether it can be repeated on a day."""
        return day <= self.expires


def share_fault(shares: Sequence[int], lines: Sequence[InvoiceLine]) -> str:
    """Say in French why shares cannot be those of an invoice's lines; empty when they can.

    Each is between nothing and what the caisse leaves of the base: more would pay an act twice.
    """
    if len(shares) != len(lines):
        return f"{len(shares)} lignes dans la réponse, {len(lines)} dans la facture"
    for rank, (share, line) in enumerate(zip(shares, lines, strict=True), 1):
        if share < 0:
            return f"une part négative, ligne {rank}"
        if share > line.remainder:
            return f"une part au-dessus de ce que la caisse laisse de la base, ligne {rank}"
    return ""


def with_engaged(lines: Sequence[InvoiceLine], engagement: Engagement) -> tuple[InvoiceLine, ...]:
    """The same lines with the insurer's cents; those are known to fit (`share_fault`)."""
    return tuple(replace(line, remainder=share) for line, share in zip(lines, engagement.shares, strict=True))
