"""Several tables as one: each day is answered by the table in force on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tournee.billing.nomenclature.rows import Cotation, Ground, Price, Profession, Zone
from tournee.billing.nomenclature.table import Nomenclature

AND = " / "
"""Between the versions of tables that priced one visit, of days on both sides of a change."""


@dataclass(frozen=True)
class InForce:
    """A table, and the first day that it prices; it does until the next period's."""

    start: date
    table: Nomenclature


class DatedNomenclature(Nomenclature):
    """Tables in the order of their days, at least one; what is asked without a day, the last one answers."""

    def __init__(self, periods: Sequence[InForce]) -> None:
        super().__init__(periods[-1].table.rows, periods[-1].table.digest)
        self._periods = tuple(periods)

    @property
    def version(self) -> str:
        """The versions, the earliest day's first."""
        return AND.join(dict.fromkeys(one.table.version for one in self._periods))

    def at(self, day: date) -> Nomenclature:
        """The table of a day; before all of them, the first."""
        held = [one for one in self._periods if one.start <= day]
        return (held[-1] if held else self._periods[0]).table

    def over(self, first: date, last: date) -> Nomenclature:
        """What prices the days from one to another: one table where it is one, else those of these days."""
        inside = [one for one in self._periods if first < one.start <= last]
        if not inside:
            return self.at(first)
        return DatedNomenclature([InForce(first, self.at(first)), *inside])

    def letters(self, profession: Profession, day: date) -> tuple[str, ...]:
        """Letters that have acts on a day."""
        return self.at(day).letters(profession, day)

    def codes(self, profession: Profession, day: date) -> tuple[str, ...]:
        """Letters, then codes with an amount, of a day."""
        return self.at(day).codes(profession, day)

    def knows(self, profession: Profession, code: str) -> bool:
        """Whether a letter or a code is known on any day."""
        return any(one.table.knows(profession, code) for one in self._periods)

    def cotations(
        self, profession: Profession, letter: str, day: date, coefficient: int | None = None
    ) -> tuple[Cotation, ...]:
        """Acts of a letter on a day."""
        return self.at(day).cotations(profession, letter, day, coefficient)

    def named(self, profession: Profession, told: str, day: date) -> Cotation | None:
        """The act of a name on a day."""
        return self.at(day).named(profession, told, day)

    def value(self, profession: Profession, letter: str, day: date, zone: Zone) -> Price | None:
        """What one point of a letter is worth on a day."""
        return self.at(day).value(profession, letter, day, zone)

    def amount(
        self, profession: Profession, code: str, day: date, zone: Zone, band: str = ""
    ) -> Price | None:
        """What a code with an amount of its own is worth on a day."""
        return self.at(day).amount(profession, code, day, zone, band)

    def code_of(self, profession: Profession, code: str, day: date) -> str:
        """The code that an alias stands for on a day."""
        return self.at(day).code_of(profession, code, day)

    def travel(self, ground: Ground) -> tuple[int, str] | None:
        """How the kilometres of a ground count, by the last table."""
        return self._periods[-1].table.travel(ground)
