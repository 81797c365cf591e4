"""The lines of statements, and what they have counted: parts of invoices, days, months and sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from tournee.app.replacements.billed import BilledPart, TwoKinds
from tournee.practice.replacement_contract import (
    ReplacementContract,
    RetrocessionTerms,
    SignedStatement,
    StatedPart,
)

PartKey = tuple[str, date, str]
"""Invoice, session (its first day), month (AAAAMM)."""


@dataclass(frozen=True)
class RetrocessionLine:
    """An invoice in a statement: the change of what was billed and what came, in cents. `carried`: of a month
    that a statement before had told. `terms`: of the statement that counted it first.
    """

    invoice: str
    session: date
    month: str
    days: tuple[date, ...]
    billed: TwoKinds
    came: TwoKinds
    terms: RetrocessionTerms
    refused: int = 0
    carried: bool = False


@dataclass(frozen=True)
class CountedCare:
    """The days of care, months and sessions whose costs statements have told: each is told once, whenever it
    was billed. What is given up later keeps its costs: a day of care it was.
    """

    contract: ReplacementContract
    days: set[date] = field(default_factory=set)
    months: set[str] = field(default_factory=set)
    sessions: set[date] = field(default_factory=set)

    def add(self, session: date, lines: tuple[RetrocessionLine, ...]) -> tuple[tuple[str, int], ...]:
        """Count a statement of a session; its costs, for what was not counted before."""
        days = {day for one in lines for day in one.days} - self.days
        months = {one.month for one in lines if one.days} - self.months
        sessions = {session, *(one.session for one in lines)} - self.sessions
        self.days.update(days)
        self.months.update(months)
        held = map(self.contract.session_of, days)  # the dates of a session may have changed since
        self.sessions.update(sessions, (one.first for one in held if one is not None))
        times = {"jour": len(days), "mois": len(months), "session": len(sessions)}
        return tuple((one.label, one.cents * times[one.per]) for one in self.contract.costs if times[one.per])


def stated_parts(signed: Iterable[SignedStatement]) -> dict[PartKey, StatedPart]:
    """What signed statements said of each part, in all; with the terms of the first."""
    found: dict[PartKey, StatedPart] = {}
    for one in signed:
        for part in one.parts:
            found[part.key] = _both(found[part.key], part) if part.key in found else part
    return found


def as_stated(found: Iterable[BilledPart], stated: dict[PartKey, StatedPart]) -> dict[PartKey, BilledPart]:
    """Parts of a session by their keys. What a signed statement has counted stays in the session that it was
    counted in, whatever sessions the contract has now.
    """
    known: dict[tuple[str, str], list[StatedPart]] = defaultdict(list)
    for one in stated.values():
        known[one.invoice, one.month].append(one)
    made: dict[PartKey, BilledPart] = {}
    for part in found:
        told = known[part.invoice, part.month]
        sessions = [one.session for one in told if set(one.days) & set(part.days)]
        session = part.session if not sessions or part.session in sessions else sessions[0]
        if session is None:
            continue
        key = part.invoice, session, part.month
        made[key] = _joined(made[key], part) if key in made else replace(part, session=session)
    return made


def _joined(one: BilledPart, other: BilledPart) -> BilledPart:
    return replace(
        one,
        days=tuple(sorted({*one.days, *other.days})),
        billed=one.billed + other.billed,
        came=one.came + other.came,
        refused=one.refused + other.refused,
    )


def _both(one: StatedPart, other: StatedPart) -> StatedPart:
    return replace(
        one,
        billed_care=one.billed_care + other.billed_care,
        billed_travel=one.billed_travel + other.billed_travel,
        came_care=one.came_care + other.came_care,
        came_travel=one.came_travel + other.came_travel,
    )
