"""Plans of a patient: made, judged before they are kept, skipped, moved, ended; a strip of fourteen days."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, add, change, get
from tournee.app.practice.insurers import insurers
from tournee.app.practice.prescriptions import visits_of
from tournee.billing.dayfile.day import DayError, read_day
from tournee.billing.identity import department_of
from tournee.billing.kept.known import read_facts
from tournee.billing.replacement import WEEKDAYS, Replacement
from tournee.practice.insurer_file import InsurerFile, with_convention
from tournee.practice.patient_file import PatientFile
from tournee.practice.plan_file import PlanError, PlanFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.recurrence import IsAbsent, Recurrence, nobody_is_away
from tournee.store import VisitState

STRIP_DAYS = 14


class DayMark(Enum):
    """What a day of a series is."""

    DONE = "fait"
    DUE = "à faire"
    MISSED = "manqué"
    NONE = ""


@dataclass(frozen=True)
class PlanOf:
    """A plan with what its visits take from: whose it is, by which prescription, by which carer, and what is
    known of insurers, by their number.
    """

    plan: Dossier[PlanFile]
    patient: Dossier[PatientFile]
    prescription: Dossier[PrescriptionFile] | None
    ps: str
    insurers: Mapping[str, InsurerFile] = field(default_factory=dict)

    def reference(self, day: date) -> str:
        """What names a planned visit for ever, on every device of the practice."""
        return f"{self.plan.row.uid.hex()} {day:%Y%m%d}"

    def visit(self, day: date) -> dict[str, Any]:
        """Its `[[visite]]` of the day file on a day."""
        told = self.prescription.told if self.prescription else None
        patient = with_convention(self.patient.told, self.insurers)
        return self.plan.told.visit(day, patient, told, self.reference(day))

    def days(self, first: date, last: date, is_absent: IsAbsent = nobody_is_away) -> tuple[date, ...]:
        """Its days between two."""
        return self.plan.told.when.days(first, last, department_of(self.ps), is_absent)


def add_plan(
    office: Office,
    patient: Dossier[PatientFile],
    prescription: Dossier[PrescriptionFile] | None,
    told: PlanFile,
    ps: str,
) -> PlanOf:
    """Keep a plan of a carer for a patient, once its visit reads as one of the day file; PlanError tells what
    is wrong with it. Prices and rules are those of the day on which a visit is taken.
    """
    if not patient.told.nir:
        raise PlanError(
            f"Le numéro de sécurité sociale de {patient.told.who} n’est pas connu.",
            next_step="complétez le dossier du patient, ou insérez sa carte",
        )
    told = _of_prescription(told, prescription)
    known = insurers(office)
    order = prescription.told if prescription else None
    check_plan(told, with_convention(patient.told, known), order, ps)
    kept = replace(told, prescription=prescription.row.uid.hex() if prescription else "")
    dossier = get(office, PlanFile, add(office, kept, patient=patient.id, ps=ps))
    return PlanOf(dossier, patient, prescription, ps, known)


def _of_prescription(told: PlanFile, prescription: Dossier[PrescriptionFile] | None) -> PlanFile:
    """A plan that says no end ends with its prescription: by its sessions, or on its last day."""
    when = told.when
    if prescription is None or when.last is not None or when.sessions:
        return told
    total = prescription.told.total - prescription.told.done
    if prescription.told.total:
        return replace(told, when=replace(when, sessions=max(total, 1)))
    return replace(told, when=replace(when, last=prescription.told.last_day))


def check_plan(
    told: PlanFile,
    patient: PatientFile,
    prescription: PrescriptionFile | None,
    ps: str,
) -> None:
    """PlanError for every mistake of form that its visits would have."""
    day = told.when.first
    document = day_file(ps, told.profession, day, [told.visit(day, patient, prescription, "essai")])
    try:
        mistakes = read_day(document, "plan.json").mistakes
    except DayError as error:
        mistakes = error.mistakes
    if mistakes:
        raise PlanError(
            "Ce plan ne se lit pas : " + " ; ".join(map(str, mistakes[:_TOLD_MAX])),
            next_step="corrigez, puis recommencez",
        )


_TOLD_MAX = 5


def day_file(
    ps: str,
    profession: str,
    day: date,
    visits: list[dict[str, Any]],
    replacement: Replacement | None = None,
) -> bytes:
    """A day file of these visits, as JSON; `replacement`: who cares in the place of the carer."""
    told: dict[str, Any] = {
        "journee": {"date": day.isoformat(), "ps": ps, "profession": profession},
        "visite": visits,
    }
    if replacement is not None:
        told["remplacement"] = {
            "remplace": replacement.replaced,
            "nom_remplace": replacement.replaced_name,
            "rpps": replacement.rpps,
            "nom": replacement.name,
            "sessions": [
                {
                    "du": one.first.isoformat(),
                    "au": one.last.isoformat(),
                    "jours": [WEEKDAYS[rank - 1] for rank in one.weekdays],
                }
                for one in replacement.sessions
            ],
        }
    return json.dumps(told, ensure_ascii=False).encode()


def change_days(
    office: Office, plan: Dossier[PlanFile], changed: Callable[[Recurrence], Recurrence]
) -> Dossier[PlanFile]:
    """Skip, add or move a day of a plan, or end it. What is billed stays as it is."""
    change(office, plan, replace(plan.told, when=changed(plan.told.when)))
    return get(office, PlanFile, plan.id)


def strip(
    office: Office, plan: PlanOf, first: date, is_absent: IsAbsent = nobody_is_away
) -> list[tuple[date, DayMark]]:
    """Fourteen days of a series from `first`: done, due, missed."""
    last, today = first + timedelta(days=STRIP_DAYS - 1), office.clock().date()
    planned = set(plan.days(first, last, is_absent))
    done = days_done(office, plan, first, last)
    marks = []
    for rank in range(STRIP_DAYS):
        day = first + timedelta(days=rank)
        mark = DayMark.NONE
        if day in done:
            mark = DayMark.DONE
        elif day in planned:
            mark = DayMark.DUE if day >= today else DayMark.MISSED
        marks.append((day, mark))
    return marks


def days_done(office: Office, plan: PlanOf, first: date, last: date) -> set[date]:
    """The days on which this patient was cared for by the plan's prescription; without one, by its carer."""
    person = plan.patient.told.as_person
    key = plan.prescription.told.prescription.key if plan.prescription else ""
    return {
        one.day
        for row in visits_of(office, plan.patient.told)
        if row.counts or row.state is VisitState.OUTSIDE
        for one in read_facts(row.facts, "")
        if first <= one.day <= last
        and one.person.same(person)
        and (one.prescription == key if key else one.ps == plan.ps)
    }
