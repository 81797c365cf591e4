"""Prescriptions of a patient: kept once, counted by the visits that they made, renewed, soon at their end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, get, of_patient, read
from tournee.app.practice.prescribers import keep_prescriber
from tournee.billing.kept.known import read_facts
from tournee.billing.visit import Agreement, Answer
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import KnownRow, VisitState

SOON_DAYS = 7
SOON_SESSIONS = 1
"""Before how many days, or sessions, its end is told: ours."""


@dataclass(frozen=True)
class Counted:
    """Where a prescription stands: sessions done by any carer of this journal or elsewhere before, those of
    them that are billed, those left (None: it does not say how many), its last day.
    """

    done: int
    billed: int
    left: int | None
    last_day: date

    def ends_soon(self, today: date) -> bool:
        """Whether the carer has to think of the next one."""
        few = self.left is not None and self.left <= SOON_SESSIONS
        return few or (self.last_day - today).days < SOON_DAYS

    def is_over(self, today: date) -> bool:
        """Whether nothing may be done by it any more."""
        return self.left == 0 or today > self.last_day


def add_prescription(
    office: Office, patient: Dossier[PatientFile], told: PrescriptionFile
) -> Dossier[PrescriptionFile]:
    """Take in a prescription of a patient; its prescriber is kept for the next time."""
    keep_prescriber(office, told.prescriber)
    return get(office, PrescriptionFile, add(office, told, patient=patient.id))


def renew(
    office: Office, former: Dossier[PrescriptionFile], day: date, patient: Dossier[PatientFile]
) -> Dossier[PrescriptionFile]:
    """The same prescription written anew on a day; the one before is set aside."""
    office.journal.dossiers.close(former.id, f"renouvelée le {day:%d/%m/%Y}")
    return add_prescription(office, patient, former.told.renewed(day))


def note_agreement(
    office: Office,
    order: Dossier[PrescriptionFile],
    asked: date | None,
    answer: Answer,
    answered: date | None = None,
    number: str = "",
) -> Dossier[PrescriptionFile]:
    """Note that a prior agreement was asked for, and its answer ("": none yet), today without a day; visits
    to come tell it, and those taken follow when they are taken again. StoreError where it was never asked.
    """
    before = order.told.agreement
    day = asked or (before.asked if before else None)
    if day is None:
        raise StoreError("L’accord préalable n’a pas été demandé.", next_step="dites le jour de la demande")
    when = (answered or office.clock().date()) if answer else None
    told = Agreement(day, answer, when, number or (before.number if before else ""))
    change(office, order, replace(order.told, agreement=told))
    return get(office, PrescriptionFile, order.id)


def prescriptions_of(
    office: Office, patient: Dossier[PatientFile]
) -> list[tuple[Dossier[PrescriptionFile], Counted]]:
    """A patient's open prescriptions, each with where it stands today."""
    rows = visits_of(office, patient.told)
    today = office.clock().date()
    return [
        (one, count(one.told, patient.told, rows, today))
        for one in of_patient(office, PrescriptionFile, patient.id)
    ]


def current_prescription(
    office: Office, patient: Dossier[PatientFile], number: int | None = None
) -> Dossier[PrescriptionFile] | None:
    """The prescription of this number, or the only open one of a patient; None when there is none.

    StoreError when there are several, or the number is another patient's.
    """
    found = of_patient(office, PrescriptionFile, patient.id)
    if number is not None:
        found = [one for one in found if one.id == number]
        if not found:
            raise StoreError(
                f"{patient.told.who} n’a pas d’ordonnance {number} en cours.",
                next_step="affichez son dossier : ses ordonnances y sont",
            )
    if len(found) > 1:
        told = ", ".join(f"{one.id} du {one.told.day:%d/%m/%Y}" for one in found)
        raise StoreError(f"{patient.told.who} a plusieurs ordonnances : {told}.", next_step="dites laquelle")
    return found[0] if found else None


def ending(
    office: Office,
) -> list[tuple[Dossier[PatientFile], Dossier[PrescriptionFile], Counted]]:
    """Open prescriptions that end soon, or are over: those of all patients."""
    today = office.clock().date()
    rows = office.journal.dossiers.find(KINDS[PrescriptionFile])
    orders = [read(PrescriptionFile, row) for row in rows]
    patients = {
        row.id: read(PatientFile, row)
        for row in office.journal.dossiers.get_all({one.row.patient for one in orders if one.row.patient})
    }
    found = []
    for one in orders:
        patient = patients[one.row.patient] if one.row.patient else None
        if patient is None:
            continue
        far = (one.told.last_day - today).days >= SOON_DAYS
        if far and not one.told.total:
            continue  # nothing to count
        counted = count(one.told, patient.told, visits_of(office, patient.told), today)
        if counted.ends_soon(today) or counted.is_over(today):
            found.append((patient, one, counted))
    return found


def visits_of(office: Office, patient: PatientFile) -> tuple[KnownRow, ...]:
    """All visits under a patient's number, whoever made them."""
    return office.journal.known.of_person(patient.nir, "00000000", "99999999")


def count(told: PrescriptionFile, patient: PatientFile, rows: tuple[KnownRow, ...], today: date) -> Counted:
    """Count a prescription's sessions: passages of visits that name it, of this person, that count."""
    key, person = told.prescription.key, patient.as_person
    done = billed = 0
    mark = f'"{key}"'.encode()
    for row in rows:
        if mark not in row.facts or not (row.counts or row.state is VisitState.OUTSIDE):
            continue
        passages = [
            one
            for one in read_facts(row.facts, "")
            if one.prescription == key and one.person.same(person) and one.day <= today
        ]
        done += len(passages)
        billed += len(passages) if row.invoice_id is not None else 0
    done += told.done
    left = max(told.total - done, 0) if told.total else None
    return Counted(done, billed, left, told.last_day)
