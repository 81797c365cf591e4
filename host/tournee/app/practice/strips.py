"""What was done of a plan, day by day: the visits that hold its days, and a strip of fourteen days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import Enum

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS
from tournee.app.practice.plans import PlanOf, reference_of
from tournee.billing.kept.known import read_facts
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.planning.recurrence import IsAbsent, nobody_is_away
from tournee.store import DossierRow, KnownRow, VisitState

STRIP_DAYS = 14


class DayMark(Enum):
    """What a day of a series is; `TICKED`: seen, and in no visit yet."""

    DONE = "fait"
    TICKED = "coché"
    DUE = "à faire"
    MISSED = "manqué"
    NONE = ""


def strip(
    office: Office, plan: PlanOf, first: date, is_absent: IsAbsent = nobody_is_away
) -> list[tuple[date, DayMark]]:
    """Fourteen days of a series from `first`: done, ticked, due, missed."""
    last, today = first + timedelta(days=STRIP_DAYS - 1), office.clock().date()
    planned = set(plan.days(first, last, is_absent))
    done = visits_on(office, plan, first, last)
    marks = []
    for rank in range(STRIP_DAYS):
        day = first + timedelta(days=rank)
        mark = DayMark.NONE
        if day in done:
            mark = DayMark.DONE
        elif day in plan.plan.told.ticked:
            mark = DayMark.TICKED
        elif day in planned:
            mark = DayMark.DUE if day >= today else DayMark.MISSED
        marks.append((day, mark))
    return marks


def visits_on(office: Office, plan: PlanOf, first: date, last: date) -> dict[date, KnownRow]:
    """The visits in which this patient was cared for by the plan's prescription (without one, by its carer),
    by their days: made from the plan, or typed. Those of the patient's other plans are theirs.
    """
    person = plan.patient.told.as_person
    key = plan.prescription.told.prescription.key if plan.prescription else ""
    found: dict[date, list[KnownRow]] = {}
    nir = plan.patient.told.nir
    for row in office.journal.known.of_person(nir, f"{first:%Y%m%d}", f"{last:%Y%m%d}"):
        if not (row.counts or row.state is VisitState.OUTSIDE):
            continue
        for one in read_facts(row.facts, ""):
            is_meant = one.prescription == key if key else one.ps == plan.ps
            if first <= one.day <= last and one.person.same(person) and is_meant:
                found.setdefault(one.day, []).append(row)
    others = _other_plans(office, plan) if found else ()
    left = {
        day: [row for row in rows if row.id not in _made_by(office, others, day)]
        for day, rows in found.items()
    }
    return {day: rows[0] for day, rows in left.items() if rows}


def _other_plans(office: Office, plan: PlanOf) -> tuple[DossierRow, ...]:
    rows = office.journal.dossiers.find(KINDS[PlanFile], state=None, patient=plan.patient.id)
    return tuple(one for one in rows if one.id != plan.plan.id)


def _made_by(office: Office, plans: Sequence[DossierRow], day: date) -> set[int]:
    """The visits of a day that were made from these plans."""
    made = (office.journal.known.by_reference(one.ps, reference_of(one, day)) for one in plans)
    return {known.id for known in made if known is not None}
