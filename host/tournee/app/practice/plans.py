"""Plans of a patient: made, judged before they are kept, their days skipped, moved, told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, get, read
from tournee.app.practice.insurers import insurers
from tournee.billing.dayfile.day import DayError, read_day
from tournee.billing.identity import department_of
from tournee.billing.nomenclature.table import Profession
from tournee.billing.replacement import WEEKDAYS, Replacement
from tournee.errors import StoreError
from tournee.practice.insurer_file import InsurerFile, with_convention
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanError, PlanFile
from tournee.practice.planning.planned_visit import planned_visit
from tournee.practice.planning.recurrence import IsAbsent, Recurrence, nobody_is_away
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import DossierRow


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
        return reference_of(self.plan.row, day)

    def visit(self, day: date) -> dict[str, Any]:
        """Its `[[visite]]` of the day file on a day."""
        return self.visit_of_days([day], self.reference(day))

    def visit_of_days(self, days: Sequence[date], reference: str, *, dated: bool = False) -> dict[str, Any]:
        """One `[[visite]]` of some of its days, in order; `dated`: each passage says its own."""
        order = self.prescription.told if self.prescription else None
        patient = with_convention(self.patient.told, self.insurers)
        department = department_of(self.ps)
        return planned_visit(self.plan.told, days, patient, order, reference, department, dated=dated)

    def days(self, first: date, last: date, is_absent: IsAbsent = nobody_is_away) -> tuple[date, ...]:
        """Its days between two."""
        return self.plan.told.when.days(first, last, department_of(self.ps), is_absent)


def reference_of(plan: DossierRow, day: date) -> str:
    """The reference of the visit that a plan makes on a day."""
    return f"{plan.uid.hex()} {day:%Y%m%d}"


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


def carer_for(
    office: Office, patient: Dossier[PatientFile] | None, ps: str = "", profession: Profession | None = None
) -> tuple[str, Profession]:
    """Whose a new plan is, and by which profession's rules: as it is said, else as the patient's other plans,
    else as all plans. StoreError where that is not one carer.
    """
    if ps and profession:
        return ps, profession
    dossiers = office.journal.dossiers
    theirs = dossiers.find(KINDS[PlanFile], patient=patient.id) if patient is not None and not ps else ()
    rows = theirs or dossiers.find(KINDS[PlanFile], state=None, ps=ps)
    found = {row.ps: row for row in rows if row.content}
    if len(found) != 1:
        raise StoreError(
            "De quel soignant est ce plan ?",
            cause=", ".join(sorted(found)),
            next_step="dites son numéro de facturation, et sa profession pour son premier plan",
        )
    ((number, row),) = found.items()
    return number, profession or read(PlanFile, row).told.profession


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
    day: date | None = None,
) -> None:
    """PlanError for every mistake of form that its visit of this `day`, else of its first, would have."""
    on = day or told.when.first
    visit = planned_visit(told, [on], patient, prescription, "essai", department_of(ps))
    try:
        mistakes = read_day(day_file(ps, told.profession, on, [visit]), "plan.json").mistakes
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


def tell_day(office: Office, plan: PlanOf, day: date, said: Mapping[str, Any]) -> PlanOf:
    """Tell one day of a plan otherwise, by keys of the day file (null: left out); nothing: as the others.
    What is taken in and not billed follows when it is taken again. PlanError for what does not read.
    """
    several = len(plan.plan.told.slots) > 1
    if several and {"actes", "heure"} & set(said):
        raise PlanError(
            f"Ce plan a {len(plan.plan.told.slots)} passages par jour : dites-les tous, par « passage ».",
            next_step="passage = [ { heure = …, actes = [ … ] }, … ]",
        )
    told = plan.plan.told.telling(day, said)
    order = plan.prescription.told if plan.prescription else None
    check_plan(told, with_convention(plan.patient.told, plan.insurers), order, plan.ps, day)
    return changed(office, plan, told)


def changed(office: Office, plan: PlanOf, told: PlanFile) -> PlanOf:
    """Write what a plan says now. What is billed stays as it is."""
    change(office, plan.plan, told)
    return replace(plan, plan=get(office, PlanFile, plan.plan.id))
