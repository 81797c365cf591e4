"""How a practice sends the pieces that prove its invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ProofsSetting:
    """How pieces are sent: those of lots from the day `since` on; `per_invoice`: a prescription's again for
    each invoice of its series, in the place of once.
    """

    since: date
    per_invoice: bool = False
