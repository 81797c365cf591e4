"""Fictitious patients and what is planned for them."""

from dataclasses import replace
from datetime import date
from functools import partial

from tournee.app.backup.sealed_stream import SealedHead
from tournee.app.context import Office
from tournee.app.practice.patients import add_patient
from tournee.app.practice.prescriptions import add_prescription
from tournee.billing.identity import Coverage, Patient
from tournee.practice.patient_file import Address, PatientFile
from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import Recurrence
from tournee.practice.prescription_file import PrescribedCare, Prescriber, PrescriptionFile

PS = "756000121"
PHRASE = "cinq mots sans lien aucun"
CHEAP = partial(SealedHead, log_n=4)  # scrypt at its price is measured by the backup's tests
YVONNE = PatientFile(
    "Lambert",
    "Yvonne",
    "19550604",
    nir="2550699999001",
    key="62",
    address=Address("12 rue des Tilleuls", "75011", "Paris", "appt 4", "48B12"),
    phone="0100000001",
    usual=as_care({"tiers_payant": "amo"}),
)
ON_CARD = Patient(
    nir="2550699999001",
    key="62",
    regime="01",
    caisse="751",
    centre="0000",
    born="19550604",
    name="LAMBERT",
    first_name="YVONNE",
    coverage=(Coverage(),),
)
DOCTOR = Prescriber("Dr Anne Roy", "751000126", "10100001071")
ORDER = PrescriptionFile(
    DOCTOR, date(2026, 11, 2), (PrescribedCare("injection sous-cutanée par jour", 15),), sessions=15
)
INJECTION = as_care({"actes": [{"code": "AMI", "coefficient": 1}], "deplacement": {"indemnite": "IFA"}})
DAILY = PlanFile(
    (Slot(INJECTION, 8 * 60 + 50),), Recurrence(date(2026, 11, 9), sessions=15), "IF", "injection"
)


def twin(rank: str) -> PatientFile:
    """One of two children born on one day."""
    return replace(YVONNE, first_name=f"Enfant{rank}", born="20240102", birth_rank=rank)


AWAITED = PatientFile("Lambert", "Yvonne", "19550604", notes="sonner deux fois")


def two_files(office: Office) -> None:
    """One person under two files, the second with a prescription."""
    add_patient(office, YVONNE)
    add_prescription(office, add_patient(office, AWAITED), ORDER)
