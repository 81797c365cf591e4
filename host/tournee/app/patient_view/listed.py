"""Patients as a list shows them: found by any part of the name, each with what is going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, of_patient
from tournee.app.practice.patients import find_patients
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanFile

LISTED_MAX = 40
"""Patients that one list shows; more words find the others."""


@dataclass(frozen=True)
class PatientListed:
    """One of them: the care that is planned, in words, and what is amiss, "" for nothing."""

    patient: Dossier[PatientFile]
    care: str
    amiss: str


@dataclass(frozen=True)
class PatientsListed:
    """What words found; `more`: there are others."""

    patients: tuple[PatientListed, ...]
    more: bool


def patients_listed(office: Office, words: str) -> PatientsListed:
    """The patients that these words find, by name, LISTED_MAX at most; "": all."""
    found = find_patients(office, words, LISTED_MAX + 1)
    day = office.clock().date()
    listed = tuple(_listed(office, one, day) for one in found[:LISTED_MAX])
    return PatientsListed(listed, len(found) > LISTED_MAX)


def _listed(office: Office, patient: Dossier[PatientFile], day: date) -> PatientListed:
    plans = of_patient(office, PlanFile, patient.id)
    care = ", ".join(dict.fromkeys(one.told.words for one in plans if one.told.words))
    read = patient.told.last_read
    closed = read is not None and not read.beneficiary.has_rights_on(f"{day:%Y%m%d}")
    return PatientListed(patient, care, "droits terminés" if closed else "")
