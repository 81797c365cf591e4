"""A physiotherapist's treatment over its sessions, whichever visits they are in.

Where the text is silent, the readings chosen stand here:
- a series is what one prescription holds; one marked as a renewal goes on with the year before it;
- sessions said to be done elsewhere come before all others, and are of the act that is billed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from tournee.billing.kept.known import Known, KnownLine
from tournee.billing.nomenclature.table import Cotation, Nomenclature
from tournee.billing.rules.case import Case

DIVERS = "AMK"
"""The letter of assessments and supplements."""


def is_session(row: Cotation) -> bool:
    """Whether an act is a session of rehabilitation: of an article of chapter II, and no supplement."""
    return row.article[:1].isdigit() and not row.supplement


def main_article(row: Cotation) -> str:
    """The article an act is of, its paragraph aside: `1` of `1 A`."""
    return row.article.partition(" ")[0]


@lru_cache(maxsize=4)
def _pairs(table: Nomenclature) -> frozenset[tuple[str, int]]:
    return frozenset(
        (row.letter, row.coefficient) for row in table.rows.acts if row.profession == "MK" and is_session(row)
    )


def session_lines(case: Case, one: Known) -> list[KnownLine]:
    """The sessions that a passage bills."""
    pairs = _pairs(case.table)
    return [line for line in one.lines if (line.code, line.coefficient) in pairs]


def told_when(one: Known) -> str:
    """A passage as a refusal names it: `cette visite, le 16/11/2026`."""
    day = f"{one.day:%d/%m/%Y}"
    return one.where if day in one.where else f"{one.where}, le {day}"


@dataclass(frozen=True)
class Series:
    """The passages of a treatment in the order of their days, those that are a session of it; `own`: which
    passage of the visit is which of them.
    """

    passages: list[Known]
    is_session: list[bool]
    prescription: str
    done: int
    own: dict[int, int]

    def rank_of(self, one: Known) -> int | None:
        """Which passage of the visit it is, None for another visit's."""
        return self.own.get(id(one))

    @cached_property
    def sessions(self) -> list[int]:
        """For each passage, the sessions of its series until it, itself among them; done elsewhere, too."""
        counts, whole = [], 0
        of_one: dict[str, int] = {}
        for one, counted in zip(self.passages, self.is_session, strict=True):
            whole += counted
            of_one[one.prescription] = of_one.get(one.prescription, 0) + counted
            mine = one.prescription == self.prescription
            counts.append((whole if one.renewal else of_one[one.prescription]) + (self.done if mine else 0))
        return counts

    def without_own(self) -> Series:
        """The same before the visit."""
        left = [at for at, one in enumerate(self.passages) if self.rank_of(one) is None]
        return Series(
            [self.passages[at] for at in left],
            [self.is_session[at] for at in left],
            self.prescription,
            self.done,
            {},
        )


def in_order(one: Known) -> tuple[date, int]:
    """What puts passages in the order of their days and hours; without an hour, first of the day."""
    return one.day, -1 if one.minute is None else one.minute


def series_of(case: Case, passages: Sequence[Known], is_counted: Callable[[Known], bool]) -> Series:
    """These passages in their order, those of `case.own` the visit's; `is_counted`: which is a session."""
    prescription = case.visit.prescription
    ordered = sorted(passages, key=in_order)
    return Series(
        ordered,
        [is_counted(one) for one in ordered],
        prescription.key if prescription else "",
        prescription.done if prescription else 0,
        {id(one): rank for rank, one in enumerate(case.own)},
    )


def nth(count: int) -> str:
    """The number of a session as it is said: `1re`, `16e`."""
    return "1re" if count == 1 else f"{count}e"
