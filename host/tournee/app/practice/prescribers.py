"""Who prescribes: kept by the first prescription, found by a number or a part of the name, proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tournee.app.context import Office
from tournee.app.practice.dossiers import (
    KINDS,
    Dossier,
    add,
    change,
    get,
    latest,
    of_patient,
    pick,
    read,
    search,
)
from tournee.billing.numbers import BILLING_DIGITS, RPPS_DIGITS
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescriber_file import PrescriberFile
from tournee.practice.prescription_file import Prescriber, PrescriptionFile
from tournee.practice.words import search_words
from tournee.store import DossierRow, DossierState

PROPOSED_MAX = 8
_LOOKED_BACK = 200
"""Prescriptions of the practice that are looked at for who prescribes these days."""


@dataclass(frozen=True)
class ProposedPrescriber:
    """One who may have written a prescription, why, and the last one by this prescriber where it was seen."""

    dossier: Dossier[PrescriberFile]
    why: str
    last: PrescriptionFile | None


def keep_prescriber(office: Office, told: Prescriber) -> None:
    """Keep who prescribes, once; a name, a second number or a speciality given since is taken."""
    row = _named(office, told.rpps) or _named(office, told.number)
    if row is None:
        add(office, PrescriberFile.of(told))
        return
    known = read(PrescriberFile, row)
    changed = replace(
        known.told,
        name=told.name or known.told.name,
        number=told.number or known.told.number,
        rpps=told.rpps or known.told.rpps,
        speciality=told.speciality,
    )
    if changed != known.told and known.row.state is DossierState.OPEN:
        change(office, known, changed)


def _named(office: Office, number: str) -> DossierRow | None:
    """The one that is kept under a number, with something left of it."""
    row = office.journal.dossiers.named(KINDS[PrescriberFile], number) if number else None
    return row if row is not None and row.content else None


def said_prescriber(office: Office, said: str, name: str = "", speciality: str = "") -> Prescriber:
    """The prescriber of a number, known or not, of both numbers in any order, or the known one of a part of
    the name. StoreError.
    """
    both = {len(word): word for word in said.split() if word.isdecimal()}
    if set(both) == {BILLING_DIGITS, RPPS_DIGITS}:
        row = _named(office, both[RPPS_DIGITS])
        number, rpps = both[BILLING_DIGITS], both[RPPS_DIGITS]
        file = read(PrescriberFile, row).told.prescriber if row else Prescriber(name, number, rpps)
        how = speciality or file.speciality
        return replace(file, name=name or file.name, number=number, speciality=how)
    digits = "".join(said.split())
    if digits.isdecimal() and len(digits) in (RPPS_DIGITS, BILLING_DIGITS):
        files = search(office, PrescriberFile, digits)
        known = next((one.told for one in files if digits in (one.told.rpps, one.told.number)), None)
        if known is None and (row := _named(office, digits)):
            known = read(PrescriberFile, row).told  # set aside
        if known is not None:
            told = known.prescriber
            return replace(told, name=name or told.name, speciality=speciality or told.speciality)
        numbers = {"rpps": digits} if len(digits) == RPPS_DIGITS else {"number": digits}
        return Prescriber(name, speciality=speciality or "01", **numbers)
    return find_prescriber(office, said.split()).told.prescriber


def find_prescriber(office: Office, words: list[str] | tuple[str, ...]) -> Dossier[PrescriberFile]:
    """The one prescriber of these words; StoreError when none or several are."""
    return pick(office, PrescriberFile, words, lambda one: f"{one.told.who} ({one.told.told})")


def add_prescriber(office: Office, told: PrescriberFile) -> Dossier[PrescriberFile]:
    """Take in one told by hand; StoreError when it is known."""
    if row := _named(office, told.rpps) or _named(office, told.number):
        raise StoreError(f"{told.told} est déjà connu (dossier {row.id}).", next_step="complétez celui-là")
    return get(office, PrescriberFile, add(office, told))


def proposed_prescribers(
    office: Office, patient: Dossier[PatientFile] | None = None, limit: int = PROPOSED_MAX
) -> list[ProposedPrescriber]:
    """Who may have written a prescription of this patient: who did, its doctor, then whoever did last."""
    recent = latest(office, PrescriptionFile, _LOOKED_BACK)
    last: dict[str, PrescriptionFile] = {}
    for order in recent:
        last.setdefault(order.told.prescriber.told, order.told)
    found: dict[int, ProposedPrescriber] = {}
    for number, why in _candidates(office, patient, recent):
        row = _named(office, number)
        if row is not None and row.state is DossierState.OPEN:
            known = ProposedPrescriber(read(PrescriberFile, row), why, last.get(number))
            found.setdefault(row.id, known)
        if len(found) == limit:
            break
    return list(found.values())


def _candidates(
    office: Office, patient: Dossier[PatientFile] | None, recent: list[Dossier[PrescriptionFile]]
) -> Iterator[tuple[str, str]]:
    if patient is not None:
        own = of_patient(office, PrescriptionFile, patient.id)
        for order in sorted(own, key=lambda one: one.told.day, reverse=True):
            yield order.told.prescriber.told, "a déjà prescrit à ce patient"
        doctor = patient.told.doctor
        if doctor is not None and doctor.rpps:
            yield doctor.rpps, "médecin traitant"
        elif doctor is not None and search_words(doctor.name):
            for one in search(office, PrescriberFile, doctor.name, 1):
                yield one.told.told, "médecin traitant"
    for order in recent:
        yield order.told.prescriber.told, "a prescrit récemment"
