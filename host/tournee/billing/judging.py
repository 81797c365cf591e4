"""A visit judged: found in the nomenclature, priced, and put before every rule of its carer's profession."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tournee.billing.breach import Breach, Remark
from tournee.billing.kept.known import Known, Past, facts_of
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.pricing.items import find_items
from tournee.billing.pricing.line import PricedLine
from tournee.billing.pricing.visit_lines import visit_lines
from tournee.billing.rules.ages import AGES
from tournee.billing.rules.case import Carer, Case, Rule
from tournee.billing.rules.limits import LIMITS
from tournee.billing.rules.nurse import NURSE
from tournee.billing.rules.patient import amc_breaches
from tournee.billing.rules.payers import nature_breaches
from tournee.billing.rules.physiotherapist import PHYSIOTHERAPIST
from tournee.billing.rules.prescription import PRESCRIPTION
from tournee.billing.rules.shared import SHARED
from tournee.billing.rules.visit import too_many_acts, visit_breaches
from tournee.billing.visit import JudgedVisit, Splitter, Visit

_ALL = (*SHARED, *PRESCRIPTION, *LIMITS, *AGES)
_RULES: dict[str, tuple[Rule, ...]] = {"IF": (*_ALL, *NURSE), "MK": (*_ALL, *PHYSIOTHERAPIST)}
_KILOMETRES = ("IK", "IKM", "IKS")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a visit: its lines, what refuses it, what the carer should know."""

    visit: JudgedVisit
    breaches: tuple[Breach, ...]
    remarks: tuple[Remark, ...]

    @property
    def lines(self) -> tuple[PricedLine, ...]:
        """The lines at their price, those that pay nothing among them."""
        return self.visit.lines

    @property
    def cents(self) -> int:
        """The tariff of the whole visit, in cents."""
        return sum(line.cents for line in self.lines)


def judge(
    visit: Visit, carer: Carer, past: Past, table: Nomenclature, *, splitter: Splitter = Splitter.OCT
) -> Verdict:
    """Judge a visit against the nomenclature and everything that `past` knows; nothing is raised.

    A visit with an act that is not in the nomenclature is priced without it, so that all is told at once.
    """
    table = table.over(*visit.days)
    if too_many_acts(visit):
        judged = JudgedVisit(carer.number, carer.profession, visit)
        return Verdict(judged, tuple(visit_breaches(visit, splitter=splitter)), ())
    items, unknown = find_items(visit, carer.profession, carer.zone, table)
    lines = visit_lines(
        visit, items, carer.profession, carer.zone, table, lambda day: _kilometres(past, carer, day)
    )
    judged = JudgedVisit(carer.number, carer.profession, visit, lines, f"{table.name} {table.version}")
    case = Case(visit, carer, table, items, lines, past)
    breaches = [*unknown, *visit_breaches(visit, splitter=splitter)]
    if visit.typed is not None:
        breaches += amc_breaches(visit, visit.typed)
    if visit.typed is not None:
        breaches += nature_breaches(judged, visit.typed)
    remarks: list[Remark] = []
    for rule in _RULES[carer.profession]:
        for found in rule(case):
            (breaches if isinstance(found, Breach) else remarks).append(found)  # type: ignore[arg-type]
    return Verdict(judged, tuple(breaches), tuple(remarks))


def facts_before(visit: Visit, carer: Carer, table: Nomenclature, where: str) -> tuple[Known, ...]:
    """What a visit tells others before it is judged itself: its lines as if it were alone."""
    if too_many_acts(visit):
        return ()
    items, _ = find_items(visit, carer.profession, carer.zone, table)
    lines = visit_lines(visit, items, carer.profession, carer.zone, table, lambda day: 0)
    return facts_of(JudgedVisit(carer.number, carer.profession, visit, lines), where)


def _kilometres(past: Past, carer: Carer, day: date) -> int:
    return sum(_billed(past, carer, day))


def _billed(past: Past, carer: Carer, day: date) -> Iterator[int]:
    for one in past.of_carer(carer.number, day):
        if one.earlier:
            yield from (line.quantity for line in one.lines if line.code in _KILOMETRES)
