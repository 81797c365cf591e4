"""What a carer decided of one day's round: its order; and the days on which she is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tournee.errors import BillingError

STOPS_MAX = 200


@dataclass(frozen=True)
class RoundFile:
    """The order of a day: uids of plans in hex. Plans that it does not name stand where their hour says."""

    day: date
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.order) > STOPS_MAX:
            raise BillingError(f"Une tournée a {STOPS_MAX} visites au plus, pas {len(self.order)}.")


@dataclass(frozen=True)
class Absence:
    """Days on which a carer is away, both included; `replaced_by` is the RPPS of who sees her rounds."""

    first: date
    last: date
    word: str = ""
    replaced_by: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BillingError(
                f"La fin ({self.last:%d/%m/%Y}) est avant le début ({self.first:%d/%m/%Y}).",
                next_step="corrigez les dates",
            )

    def holds(self, day: date) -> bool:
        """Whether she is away on a day."""
        return self.first <= day <= self.last
