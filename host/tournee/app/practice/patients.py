"""Patients' files: made by hand or by a card, completed, put together, erased after their time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, draft_of, get, pick, read, search
from tournee.app.practice.insurers import keep_insurer
from tournee.billing.identity import Patient
from tournee.billing.rules.case import months_before
from tournee.errors import StoreError
from tournee.practice.completing import (
    Difference,
    completed,
    decided,
    differences,
    new_file,
    one_of_two,
    same_person,
)
from tournee.practice.patient_file import Origin, PatientError, PatientFile
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import ScanFile
from tournee.store import DossierState

RETENTION_YEARS = 20
"""How long a file is kept after its last visit before it may be erased. What the law asks of carers who work
for themselves is not settled: many keep as long as a hospital has to (Code de la santé publique, R1112-7).
"""


@dataclass(frozen=True)
class Met:
    """What became of a reading: the file that it completed or made, and what it says otherwise.

    `alike` are other files that may be of the same person, under another number.
    """

    patient: Dossier[PatientFile]
    is_new: bool
    differences: tuple[Difference, ...]
    alike: tuple[Dossier[PatientFile], ...] = ()


def find_patients(office: Office, words: str = "", limit: int | None = None) -> list[Dossier[PatientFile]]:
    """Patients by any part of their names, numbers, street or phone, by name, `limit` at most; "": all."""
    return search(office, PatientFile, words, limit)


def find_patient(office: Office, words: Sequence[str]) -> Dossier[PatientFile]:
    """The one patient that these words name; StoreError when none or several do."""
    return pick(office, PatientFile, words, lambda one: f"{one.told.who}, né(e) le {said_day(one.told.born)}")


def said_day(digits: str) -> str:
    """A day of AAAAMMJJ as it is said."""
    return f"{digits[6:]}/{digits[4:6]}/{digits[:4]}"


def add_patient(office: Office, told: PatientFile) -> Dossier[PatientFile]:
    """Take in a patient told by hand; StoreError when the same person has a file."""
    if told.person and (row := office.journal.dossiers.named(KINDS[PatientFile], told.person)):
        known = read(PatientFile, row)
        raise StoreError(
            f"{known.told.who} a déjà un dossier (n° {known.id}).", next_step="complétez celui-là"
        )
    return get(office, PatientFile, add(office, told))


def edit_patient(office: Office, patient: Dossier[PatientFile], told: PatientFile) -> Dossier[PatientFile]:
    """Write what the carer says of a patient now."""
    change(office, patient, told)
    return get(office, PatientFile, patient.id)


def meet(office: Office, patient: Patient, origin: Origin = "card") -> Met:
    """Complete a person's file by a reading of this day, or make one. What differs is told and stays. An
    insurer that it names is kept, where none of its number was.
    """
    day = office.clock().date()
    if patient.amc is not None:
        keep_insurer(office, patient.amc)
    row = office.journal.dossiers.named(KINDS[PatientFile], new_file(patient, day, origin).person)
    if row is None:
        alike = tuple(
            one for one in search(office, PatientFile, patient.name) if same_person(one.told, patient)
        )
        without = [one for one in alike if not one.told.nir]
        if len(without) != 1:
            made = get(office, PatientFile, add(office, new_file(patient, day, origin)))
            return Met(made, True, (), alike)
        known = without[0]  # the number that was awaited
    else:
        known = read(PatientFile, row)
    change(office, known, completed(known.told, patient, day, origin))
    now = get(office, PatientFile, known.id)
    return Met(now, False, differences(now.told))


def meet_card(office: Office, people: Sequence[Patient], born: date | None = None) -> list[Met]:
    """Complete by a card each of its people who has a file, and make that of the one born on this day;
    without a day, of the insured person.
    """
    wanted = f"{born:%Y%m%d}" if born else people[0].born
    met = []
    for rank, one in enumerate(people):
        is_asked = one.born == wanted if born else rank == 0
        known = office.journal.dossiers.named(KINDS[PatientFile], new_file(one, date.min, "card").person)
        if known is not None or is_asked:
            met.append(meet(office, one))
    if born and all(one.patient.told.born != wanted for one in met):
        raise StoreError(
            f"Personne de cette carte n’est né le {born:%d/%m/%Y}.",
            next_step="relisez la date, ou la carte d’un autre parent",
        )
    return met


def meet_one(
    office: Office, people: Sequence[Patient], born: date | None = None, rank: str = ""
) -> Dossier[PatientFile]:
    """The file, completed, of the one person of a card who is meant: the insured one, or who was born on a
    day, twins by their rank. StoreError where that is not one.
    """
    wanted = f"{born:%Y%m%d}" if born else people[0].born
    met = [one.patient for one in meet_card(office, people, born)]
    found = [one for one in met if one.told.born == wanted and rank in ("", one.told.birth_rank)]
    if len(found) == 1:
        return found[0]
    named = ", ".join(f"{one.told.who} (rang {one.told.birth_rank})" for one in found or met)
    raise StoreError(
        "Plusieurs personnes de cette carte sont nées ce jour."
        if found
        else "Personne de cette carte n’a ce rang.",
        cause=f"la carte porte : {named}",
        next_step="dites aussi le rang de naissance",
    )


def decide(
    office: Office, patient: Dossier[PatientFile], names: Collection[str], *, take: bool
) -> Dossier[PatientFile]:
    """Settle what a reading says otherwise: by the reading, or by the file. PatientError for what does not
    differ.
    """
    open_ones = {one.name for one in differences(patient.told)}
    if unknown := sorted(set(names) - open_ones):
        raise PatientError(
            f"Rien ne diffère sur : {', '.join(unknown)}.",
            next_step=f"ce qui diffère : {', '.join(sorted(open_ones)) or 'rien'}",
        )
    return edit_patient(office, patient, decided(patient.told, names, take=take))


def merge_patients(
    office: Office, kept: Dossier[PatientFile], other: Dossier[PatientFile], reason: str
) -> Dossier[PatientFile]:
    """Let two files of one person be one; prescriptions and plans of both are of the one kept."""

    told = one_of_two(kept.told, other.told)
    office.journal.dossiers.merge(other.id, kept.id, draft_of(told), reason)
    return get(office, PatientFile, kept.id)


def erase_patient(office: Office, patient: Dossier[PatientFile], reason: str) -> date:
    """Overwrite a patient's file, its prescriptions and plans, once their time is over; gives the last day
    that counted. StoreError before: a file is evidence. Invoices have their own time and stay.
    """
    last = last_day_of(office, patient)
    until = months_before(last, -12 * RETENTION_YEARS)
    if until > office.clock().date():
        raise StoreError(
            f"Le dossier de {patient.told.who} est à garder jusqu’au {until:%d/%m/%Y}.",
            cause=f"son dernier soin est du {last:%d/%m/%Y}",
            next_step="fermez-le : il n’apparaît plus, et reste à sa place",
        )
    about = [
        one.id for kind in (PrescriptionFile, PlanFile, ScanFile) for one in _all_of(office, kind, patient.id)
    ]
    merged = office.journal.dossiers.merged_into(patient.id)
    office.journal.dossiers.erase([*about, *merged, patient.id], reason)
    asked = office.journal.requests
    asked.erase(asked.subject("phone", patient.told.nir))
    asked.erase(asked.person(patient.told.nir, patient.told.born, patient.told.birth_rank))
    return last


def last_day_of(office: Office, patient: Dossier[PatientFile]) -> date:
    """The last day of a patient's visits; of its file, when there is none."""
    days = [row.first_day for row in office.journal.known.of_person(patient.told.nir, "00000000", "99999999")]
    latest = max(days, default=patient.row.heads[-1].at[:10].replace("-", ""))
    return date(int(latest[:4]), int(latest[4:6]), int(latest[6:]))


def _all_of(office: Office, kind: type, patient_id: int) -> list[Dossier[object]]:
    found = office.journal.dossiers.find(KINDS[kind], state=None, patient=patient_id)
    return [Dossier(row, None) for row in found if row.state is not DossierState.ERASED]
