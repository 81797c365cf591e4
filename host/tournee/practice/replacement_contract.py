"""A contract of replacement: who cares in whose place, when, and what part of the fees she is given back.

The fees come to the number of the one who is replaced; the *rétrocession* is what of them goes to the
replacement: percentages of care and of travel, less fixed costs. What a signed statement said is kept as it
was said, for the next one tells what changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from tournee.billing.numbers import billing_number_fault, rpps_fault
from tournee.billing.replacement import Replacement, ReplacementSession
from tournee.errors import BillingError
from tournee.practice.words import search_words

Per = Literal["jour", "mois", "session"]
PERS: tuple[Per, ...] = ("jour", "mois", "session")
"""How often a cost is counted: for each day of care, each month, each session."""

Basis = Literal["encaissé", "facturé"]
BASES: tuple[Basis, ...] = ("encaissé", "facturé")
"""Of what the percentage is: money that came, or what was billed."""

SESSIONS_MAX, COSTS_MAX, CENTS_MAX = 120, 12, 9_999_999
WHOLE = 10_000
"""All of a sum, in hundredths of a percent."""

_NAME_MAX, _LABEL_MAX, _NOTE_MAX = 60, 60, 2_000


class ContractError(BillingError):
    """A contract of replacement cannot say this."""


@dataclass(frozen=True)
class FixedCost:
    """What the replacement owes besides, in cents: a room, a car."""

    label: str
    cents: int
    per: Per = "session"


@dataclass(frozen=True)
class RetrocessionTerms:
    """What part of care and of travel goes to the replacement, in hundredths of a percent, and of what."""

    care: int
    travel: int
    basis: Basis


@dataclass(frozen=True)
class ReplacementContract:
    """`care` and `travel` are what goes to the replacement of each, in hundredths of a percent (`WHOLE`: all,
    0: not included). Sessions share no day.
    """

    replaced: str
    replaced_name: str
    rpps: str
    name: str
    sessions: tuple[ReplacementSession, ...]
    care: int
    travel: int
    basis: Basis = "encaissé"
    costs: tuple[FixedCost, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        fault = self._who_fault() or self._sessions_fault() or self._money_fault()
        if fault:
            raise ContractError(
                f"Ce contrat ne se garde pas : {fault}.", next_step="corrigez, puis recommencez"
            )

    @property
    def words(self) -> str:
        """By which words it is found: both names, both numbers."""
        return " ".join(search_words(self.replaced_name, self.name, self.replaced, self.rpps))

    @property
    def who(self) -> str:
        """Who replaces whom."""
        return f"{self.name} remplace {self.replaced_name}"

    @property
    def terms(self) -> RetrocessionTerms:
        """What counts for all that no signed statement has counted."""
        return RetrocessionTerms(self.care, self.travel, self.basis)

    @property
    def as_replacement(self) -> Replacement:
        """What certifying asks: whose card may sign for whom, on which days."""
        return Replacement(self.replaced, self.replaced_name, self.rpps, self.name, self.sessions)

    def session_of(self, day: date) -> ReplacementSession | None:
        """The session that holds a day."""
        return next((one for one in self.sessions if one.holds(day)), None)

    def _who_fault(self) -> str:
        if fault := billing_number_fault(self.replaced) or rpps_fault(self.rpps):
            return fault
        for told in (self.replaced_name, self.name):
            if not told.strip() or len(told) > _NAME_MAX:
                return f"les deux noms sont à dire, {_NAME_MAX} caractères au plus"
        return f"la note a plus de {_NOTE_MAX} caractères" if len(self.note) > _NOTE_MAX else ""

    def _sessions_fault(self) -> str:
        if not 1 <= len(self.sessions) <= SESSIONS_MAX:
            return f"de 1 à {SESSIONS_MAX} sessions, pas {len(self.sessions)}"
        for one in self.sessions:
            if one.last < one.first:
                return f"une session finit le {one.last:%d/%m/%Y}, avant le {one.first:%d/%m/%Y}"
        ordered = sorted(self.sessions, key=lambda one: one.first)
        for rank, one in enumerate(ordered):
            for other in ordered[rank + 1 :]:
                if shared(one, other):
                    return f"deux sessions se recouvrent : {one}, et {other}"
        return ""

    def _money_fault(self) -> str:
        for part in (self.care, self.travel):
            if not 0 <= part <= WHOLE:
                return "un pourcentage va de 0 à 100"
        if len(self.costs) > COSTS_MAX:
            return f"{COSTS_MAX} frais au plus"
        for cost in self.costs:
            if not cost.label.strip() or len(cost.label) > _LABEL_MAX or not 0 < cost.cents <= CENTS_MAX:
                return f"un frais a un nom (au plus {_LABEL_MAX} caractères) et un montant"
        return ""


@dataclass(frozen=True)
class StatedPart:
    """What a statement said of an invoice's care in one session and month: money in cents, the change since
    what statements before had said. `session` is its first day, `month` AAAAMM; `refused` what insurers
    refused of it by then, `terms` those of the statement that counted it first.
    """

    invoice: str
    session: date
    month: str
    billed_care: int
    billed_travel: int
    came_care: int
    came_travel: int
    terms: RetrocessionTerms
    days: tuple[date, ...] = ()
    refused: int = 0

    @property
    def key(self) -> tuple[str, date, str]:
        """Which part of which invoice."""
        return self.invoice, self.session, self.month


Line = tuple[str, str, str, int, int, int, int]
"""The money of a `StatedPart` as it is kept: a thousand of them fit in a dossier."""

Beside = tuple[str, int, int]
"""The rest of it: its days of the month (`7 8`), what was refused, whose terms: 0 this statement's, else
which of the `older`, from 1."""


@dataclass(frozen=True)
class SignedStatement:
    """A statement that both agreed on, as it was: which contract's (its uid, in hexadecimal), of which
    session and month, the day, what it came to in cents, line by line, and by which terms. `older`: the terms
    of lines that a statement before had counted. One kept without `beside` tells no days.
    """

    contract: str
    session: date
    month: str
    signed: date
    due: int
    lines: tuple[Line, ...]
    care: int
    travel: int
    basis: Basis
    costs: tuple[tuple[str, int], ...] = ()
    beside: tuple[Beside, ...] = ()
    older: tuple[RetrocessionTerms, ...] = ()

    @property
    def named(self) -> str:
        """What tells it from all others."""
        return f"{self.contract} {self.session.isoformat()} {self.month}"

    @property
    def parts(self) -> tuple[StatedPart, ...]:
        """What it said of each invoice."""
        terms = (RetrocessionTerms(self.care, self.travel, self.basis), *self.older)
        beside = self.beside or (("", 0, 0),) * len(self.lines)
        return tuple(
            StatedPart(
                *(line[0], date.fromisoformat(line[1]), line[2]),
                *(line[3], line[4], line[5], line[6]),
                *(terms[which], _days(line[2], days), refused),
            )
            for line, (days, refused, which) in zip(self.lines, beside, strict=True)
        )

    def with_parts(self, parts: Iterable[StatedPart]) -> SignedStatement:
        """This one, saying so of each invoice."""
        terms = [RetrocessionTerms(self.care, self.travel, self.basis)]
        lines: list[Line] = []
        beside: list[Beside] = []
        for one in parts:
            if one.terms not in terms:
                terms.append(one.terms)
            money = (one.billed_care, one.billed_travel, one.came_care, one.came_travel)
            lines.append((one.invoice, one.session.isoformat(), one.month, *money))
            days = " ".join(str(day.day) for day in one.days)
            beside.append((days, one.refused, terms.index(one.terms)))
        return replace(self, lines=tuple(lines), beside=tuple(beside), older=tuple(terms[1:]))


def _days(month: str, said: str) -> tuple[date, ...]:
    return tuple(date(int(month[:4]), int(month[4:]), int(day)) for day in said.split())


def shared(one: ReplacementSession, other: ReplacementSession) -> bool:
    """Whether two sessions have a day in common."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    if first > last:
        return False
    common = set(one.weekdays or range(1, 8)) & set(other.weekdays or range(1, 8))
    ordinals = range(first.toordinal(), min(last.toordinal(), first.toordinal() + 6) + 1)
    return any(date.fromordinal(day).isoweekday() in common for day in ordinals)
