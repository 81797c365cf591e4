"""A physiotherapist's treatment over its sessions, whichever visits they are in.

Where the text is silent, the readings chosen stand here:
- a series is what one prescription holds; one marked as a renewal goes on with the year before it;
- sessions said to be done elsewhere come before all others, and are of the act that is billed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tournee.billing.known import Known, KnownLine
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
    """The passages of a treatment in the order of their days; `rank_of` the visit's own, by identity."""

    passages: list[Known]
    done: int
    ranks: dict[int, int]

    def rank_of(self, one: Known) -> int | None:
        """Which passage of the visit it is, None for another visit's."""
        return self.ranks.get(id(one))

    def counted(self, case: Case, *, own: bool = True) -> Iterator[tuple[Known, int, bool]]:
        """Each passage, the sessions up to it, and whether it is one."""
        count = self.done
        for one in self.passages:
            if not own and self.rank_of(one) is not None:
                continue
            bills = bool(session_lines(case, one))
            count += bills
            yield one, count, bills


def series_of_treatment(case: Case) -> Series:
    """The series that a visit is part of."""
    prescription = case.visit.prescription
    others = case.in_a_year() if prescription and prescription.renewal else case.of_prescription
    return series_of(case, [*case.own, *others])


def series_of(case: Case, passages: Sequence[Known]) -> Series:
    """These passages in their order; those of `case.own` are the visit's."""
    prescription = case.visit.prescription
    return Series(
        sorted(passages, key=lambda one: (one.day, -1 if one.minute is None else one.minute)),
        prescription.done if prescription else 0,
        {id(one): rank for rank, one in enumerate(case.own)},
    )


def nth(count: int) -> str:
    """The number of a session as it is said: `1re`, `16e`."""
    return "1re" if count == 1 else f"{count}e"
