"""What a carer decided of one day's round: its order; and the days on which she is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tournee.billing.replacement import Replacement
from tournee.errors import BillingError

STOPS_MAX = 200


@dataclass(frozen=True)
class RoundFile:
    """The order of a day: uids of plans in hex. Plans that it does not name stand where their hour says.
    `waiting` are those whose visit was left to be billed when its card comes.
    """

    day: date
    order: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if max(len(self.order), len(self.waiting)) > STOPS_MAX:
            raise BillingError(f"Une tournée a {STOPS_MAX} visites au plus, pas {len(self.order)}.")


@dataclass(frozen=True)
class Absence:
    """Days on which a carer is away, both included. With a `replacement` her rounds go on, on the days of its
    sessions: the one who replaces sees them, and bills in her name.
    """

    first: date
    last: date
    word: str = ""
    replacement: Replacement | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BillingError(
                f"La fin ({self.last:%d/%m/%Y}) est avant le début ({self.first:%d/%m/%Y}).",
                next_step="corrigez les dates",
            )

    def is_away(self, day: date) -> bool:
        """Whether nobody cares in her place on a day of it."""
        return self.first <= day <= self.last and not self.is_replaced(day)

    def is_replaced(self, day: date) -> bool:
        """Whether somebody does."""
        within = self.first <= day <= self.last
        return within and self.replacement is not None and self.replacement.holds(day)
