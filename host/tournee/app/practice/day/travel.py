"""How a carer came to a patient's the last time: for the next, as long as the address is the same."""

from __future__ import annotations

from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, of_patient
from tournee.app.practice.prescriptions import visits_of
from tournee.billing.dayfile.passages import TRAVEL
from tournee.billing.dayfile.writing import one_passage
from tournee.billing.kept.judged import read_judged
from tournee.practice.forms import read_form
from tournee.practice.patient_file import Address, PatientFile
from tournee.practice.planning.plan_file import PlanFile, as_told


def remembered_travel(office: Office, patient: Dossier[PatientFile], ps: str) -> dict[str, Any]:
    """The travel of the last visit of this carer to a patient at the address of today, with its kilometres,
    as the day file has it; else that of her plans, else what the patient's file says; {}: nothing is known.
    """
    since = _moved_in(office, patient)
    rows = [row for row in visits_of(office, patient.told) if row.counts and row.first_day >= since]
    for row in reversed(rows):
        told = read_judged(office.journal.visits.get(row.id).payload)
        if told.ps_number != ps or not told.visit.person.same(patient.told.as_person):
            continue
        for passage in told.visit.passages:
            if passage.travel is not None:
                found: dict[str, Any] = one_passage(passage, passage.day)[TRAVEL]
                return found
    for plan in reversed(of_patient(office, PlanFile, patient.id)):
        for slot in plan.told.slots if plan.row.ps == ps else ():
            if TRAVEL in slot.told:
                return dict(slot.told[TRAVEL])
    return dict(as_told(patient.told.usual).get(TRAVEL, {}))


def _moved_in(office: Office, patient: Dossier[PatientFile]) -> str:
    """The day (AAAAMMJJ) since when the patient's file has its address; "" when it had no other before."""
    since = ""
    now, before = patient.told.address, Address()
    for one in office.journal.dossiers.revisions(patient.id):
        there = read_form(PatientFile, one.content).address
        if there == now and before not in (now, Address()):
            since = one.at[:10].replace("-", "")
        before = there
    return since
