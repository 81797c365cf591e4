"""A series billed several days at once: which days are done, ticked, due or missed, and one visit of some.

A plan that is `together` is seen day by day and billed now and then: each day seen is ticked, and a visit of
the days chosen is one invoice of as many dated sessions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tournee.app.context import Office
from tournee.app.practice.plans import PlanOf, changed, day_file
from tournee.app.practice.prescriptions import Counted, count, visits_of
from tournee.app.practice.rounds import absence_of, replacement_on
from tournee.app.practice.strips import STRIP_DAYS, DayMark, strip, visits_on
from tournee.app.visits.imported import ImportedDay
from tournee.app.visits.importing import import_day
from tournee.app.visits.past import JournalPast
from tournee.app.visits.pricing import PricedVisit, price_files
from tournee.billing.calendar import is_rest_day
from tournee.billing.identity import department_of
from tournee.errors import BillingError
from tournee.store import KnownRow, VisitState

_BACK = timedelta(days=92)
"""How far back days are proposed."""

_SERIES_MAX = 999


@dataclass(frozen=True)
class SeriesDay:
    """One day of the strip. `visit_id`: the visit that it is in, `billed` or not yet; `rest`: a Sunday or a
    public holiday; `chosen`: proposed to be billed now; `open`: it may be chosen.
    """

    day: date
    mark: DayMark
    visit_id: int | None
    billed: bool
    rest: bool
    chosen: bool
    open: bool


@dataclass(frozen=True)
class PlannedSeries:
    """A plan's series as a screen shows it: fourteen days, the days proposed (those before the strip too),
    where its prescription stands (None without one), how many sessions it prescribes (0: it does not say).
    """

    plan: PlanOf
    days: tuple[SeriesDay, ...]
    proposed: tuple[date, ...]
    counted: Counted | None
    total: int

    def ranks(self, chosen: Collection[date]) -> tuple[int, int]:
        """The sessions of the prescription that these days would be, the first and the last: (1, 5)."""
        done = self.counted.done if self.counted else 0
        slots = len(self.plan.plan.told.slots)
        return done + 1, done + slots * len(chosen)


def series_of(office: Office, plan: PlanOf, first: date | None = None) -> PlannedSeries:
    """The fourteen days of a plan from `first` (the Monday of the week before this one), and what to bill.

    Proposed are the days ticked that are in no visit; where none is, the days planned until today. A day in a
    visit that is not billed yet stays chosen: taken again, the visit changes in place.
    """
    today = office.clock().date()
    start = first or today - timedelta(days=today.weekday() + 7)
    rows = visits_on(office, plan, today - _BACK, max(today, start + timedelta(days=STRIP_DAYS)))
    ours = _unbilled(office, plan, rows)
    proposed = _proposed(office, plan, rows, today)
    kept = {day for day, row in rows.items() if ours is not None and row.id == ours.id}
    chosen = {*proposed, *kept}
    department = department_of(plan.ps)
    days = []
    for day, mark in strip(office, plan, start, absence_of(office, plan.ps)):
        row = rows.get(day)
        billed = row is not None and row.invoice_id is not None
        is_open = day <= today and (row is None or day in kept)
        rest = is_rest_day(day, department)
        days.append(SeriesDay(day, mark, row.id if row else None, billed, rest, day in chosen, is_open))
    counted, total = None, 0
    if plan.prescription is not None:
        order, known = plan.prescription.told, visits_of(office, plan.patient.told)
        others = tuple(row for row in known if ours is None or row.id != ours.id)
        counted, total = count(order, plan.patient.told, others, today), order.total
    return PlannedSeries(plan, tuple(days), tuple(sorted(chosen)), counted, total)


def tick_days(office: Office, plan: PlanOf, days: Sequence[date], *, on: bool = True) -> PlanOf:
    """Note that these days were seen, or were not after all. BillingError for one that is to come."""
    _require_past(days, office.clock().date())
    return changed(office, plan, plan.plan.told.ticking(days, on=on))


def price_days(office: Office, plan: PlanOf, days: Sequence[date]) -> PricedVisit:
    """What one visit of these days comes to, and whom, by the nomenclature's own code: each act at the tariff
    of its day. What the rules say against it stands in `judged`. BillingError for a day of another visit.
    """
    reference, ours = _reference(office, plan, days)
    besides = JournalPast(office.journal, [ours.id] if ours is not None else ())
    file = _file(office, plan, days, reference)
    (priced,) = price_files([(_name(plan), file)], besides, office.nomenclature)
    if not priced.visits:
        raise BillingError(f"Cette série ne se lit pas : {'; '.join(map(str, priced.mistakes))}.")
    return priced.visits[0]


def take_days(office: Office, plan: PlanOf, days: Sequence[date]) -> ImportedDay:
    """Take these days into the journal as one visit, to be billed; taken again with other days, the same
    visit is changed in place until it is billed. BillingError for no day, one to come, one of another visit.
    """
    reference, _ = _reference(office, plan, days)
    return import_day(office, _file(office, plan, days, reference), _name(plan))


def _proposed(office: Office, plan: PlanOf, rows: Collection[date], today: date) -> list[date]:
    ticked = [day for day in plan.plan.told.ticked if day not in rows]
    if ticked:
        return ticked
    return [
        day
        for day in plan.days(today - _BACK, today, absence_of(office, plan.ps))
        if day not in rows and day > today - _BACK
    ]


def _unbilled(office: Office, plan: PlanOf, rows: Mapping[date, KnownRow]) -> KnownRow | None:
    """The visit of several days of this plan that is not billed yet, if any of these is."""
    open_ones = {row.id for row in rows.values() if row.state is VisitState.PENDING and not row.invoice_id}
    if not open_ones:
        return None
    return next((row for row in _made(office, plan) if row.id in open_ones), None)


def _made(office: Office, plan: PlanOf) -> list[KnownRow]:
    """The visits of several days made from a plan, in the order they were: the first is called 1."""
    found: list[KnownRow] = []
    while len(found) < _SERIES_MAX:
        row = office.journal.known.by_reference(plan.ps, _called(plan, len(found) + 1))
        if row is None:
            break
        found.append(row)
    return found


def _called(plan: PlanOf, number: int) -> str:
    return f"{plan.plan.row.uid.hex()} s{number}"


def _reference(office: Office, plan: PlanOf, days: Sequence[date]) -> tuple[str, KnownRow | None]:
    """What names the visit of these days: that of the one not billed that has some of them, else a new name.

    BillingError when there are none, one is to come, or is in another visit.
    """
    if not days:
        raise BillingError(
            "Aucun jour n’est à facturer.", next_step="cochez les jours où vous avez vu le patient"
        )
    _require_past(days, office.clock().date())
    rows = visits_on(office, plan, min(days), max(days))
    ours = _unbilled(office, plan, rows)
    for day in sorted(days):
        row = rows.get(day)
        if row is not None and (ours is None or row.id != ours.id):
            said = "facturé" if row.invoice_id is not None else "à facturer"
            raise BillingError(
                f"Le {day:%d/%m/%Y} est déjà {said} (visite {row.id}).", next_step="enlevez ce jour"
            )
    made = [row.id for row in _made(office, plan)]
    return _called(plan, (made.index(ours.id) if ours else len(made)) + 1), ours


def _require_past(days: Sequence[date], today: date) -> None:
    to_come = [day for day in days if day > today]
    if to_come:
        raise BillingError(f"Le {min(to_come):%d/%m/%Y} est à venir.", next_step="enlevez ce jour")


def _file(office: Office, plan: PlanOf, days: Sequence[date], reference: str) -> bytes:
    """The day file of one visit of these days, billed today."""
    visit = plan.visit_of_days(sorted({*days}), reference, dated=True)
    replacement = replacement_on(office, max(days), plan.ps)
    return day_file(plan.ps, plan.plan.told.profession, office.clock().date(), [visit], replacement)


def _name(plan: PlanOf) -> str:
    return f"série du plan {plan.plan.id}.json"
