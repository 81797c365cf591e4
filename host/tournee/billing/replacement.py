"""A replacement: who cares in the place of whom, and on which days.

The replacement signs with her own card; what she does is billed under the number of the one she replaces, who
is paid (group 1150, record 2R).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
"""In order; a session names them by their ISO numbers, 1 to 7."""


@dataclass(frozen=True)
class ReplacementSession:
    """From one day to another, both included, on these weekdays (ISO, 1 to 7); none: on all of them."""

    first: date
    last: date
    weekdays: tuple[int, ...] = ()

    def holds(self, day: date) -> bool:
        """Whether a day is inside."""
        return self.first <= day <= self.last and (not self.weekdays or day.isoweekday() in self.weekdays)

    def __str__(self) -> str:
        told = f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"
        if not self.weekdays:
            return told
        return f"{told}, les {', '.join(f'{WEEKDAYS[one - 1]}s' for one in self.weekdays)}"


@dataclass(frozen=True)
class Replacement:
    """`replaced` is the billing number (9 digits) that bills, `rpps` that of the one who cares and signs.

    The names are for people: those of the records come from the cards.
    """

    replaced: str
    replaced_name: str
    rpps: str
    name: str
    sessions: tuple[ReplacementSession, ...]

    def holds(self, day: date) -> bool:
        """Whether she replaces on that day."""
        return any(session.holds(day) for session in self.sessions)

    def __str__(self) -> str:
        return f"{self.name}, remplaçant {self.replaced_name} {' ; '.join(map(str, self.sessions))}"
