"""Complementary insurers: kept by the first patient who has one, found by number or name, proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, get, latest, pick, read, search
from tournee.billing.identity import AMC_DIGITS, Amc
from tournee.errors import StoreError
from tournee.practice.insurer_file import Convention, InsurerFile, insurer_of
from tournee.practice.patient_file import PatientFile
from tournee.store import DossierState

PROPOSED_MAX = 8


@dataclass(frozen=True)
class ProposedInsurer:
    """One that a patient may have, why, and the member's number that goes with it ("": not known)."""

    dossier: Dossier[InsurerFile]
    why: str
    member: str = ""


def insurers(office: Office) -> dict[str, InsurerFile]:
    """All that are kept and not set aside, by their number."""
    return {one.told.number: one.told for one in search(office, InsurerFile, "")}


def keep_insurer(office: Office, amc: Amc, name: str = "") -> Dossier[InsurerFile]:
    """Keep an insurer by the first rights that name it. One that is kept changes by `change_insurer` alone,
    but for a name that it lacked.
    """
    row = office.journal.dossiers.named(KINDS[InsurerFile], amc.number)
    if row is None or not row.content:
        told = Convention()
        if amc.management == "single" or amc.indicator:
            told = Convention(amc.management, amc.indicator, amc.routing, amc.host)
        return get(office, InsurerFile, add(office, InsurerFile(amc.number, name, told)))
    known = read(InsurerFile, row)
    if name and not known.told.name and row.state is DossierState.OPEN:
        change(office, known, replace(known.told, name=name))
        return get(office, InsurerFile, known.id)
    return known


def said_insurer(office: Office, said: str) -> Dossier[InsurerFile]:
    """The insurer of a number of ten digits, kept if it is new, or the known one of a part of the name.

    StoreError, IdentityError.
    """
    digits = "".join(said.split())
    if digits.isdecimal() and len(digits) == AMC_DIGITS:
        return keep_insurer(office, Amc(digits))
    return find_insurer(office, said.split())


def find_insurer(office: Office, words: Sequence[str]) -> Dossier[InsurerFile]:
    """The one insurer of these words; StoreError when none or several are."""
    return pick(office, InsurerFile, words, lambda one: f"{one.told.who} ({one.told.number})")


def add_insurer(office: Office, told: InsurerFile) -> Dossier[InsurerFile]:
    """Take in one told by hand; StoreError when it is known."""
    if row := office.journal.dossiers.named(KINDS[InsurerFile], told.number):
        raise StoreError(f"{told.number} est déjà connue (dossier {row.id}).", next_step="complétez celle-là")
    return get(office, InsurerFile, add(office, told))


def change_insurer(office: Office, insurer: Dossier[InsurerFile], told: InsurerFile) -> Dossier[InsurerFile]:
    """Write what is known of an insurer now: each visit made from a plan follows, what is taken stays."""
    change(office, insurer, told)
    return get(office, InsurerFile, insurer.id)


def proposed_insurers(
    office: Office, patient: Dossier[PatientFile], limit: int = PROPOSED_MAX
) -> list[ProposedInsurer]:
    """Which insurer a patient may have: its card's, its family's, then those kept last."""
    found: dict[str, ProposedInsurer] = {}
    for number, why, member in _candidates(office, patient):
        row = office.journal.dossiers.named(KINDS[InsurerFile], number)
        if row is not None and row.content and row.state is DossierState.OPEN:
            found.setdefault(number, ProposedInsurer(read(InsurerFile, row), why, member))
        if len(found) == limit:
            break
    return list(found.values())


def _candidates(office: Office, patient: Dossier[PatientFile]) -> Iterator[tuple[str, str, str]]:
    read_last = patient.told.last_read
    if read_last is not None and (amc := read_last.beneficiary.amc) is not None:
        yield amc.number, "lue sur sa carte", amc.member
    if patient.told.nir:
        for one in search(office, PatientFile, patient.told.nir):
            if one.id != patient.id and (number := insurer_of(one.told)):
                member = one.told.amc.member if one.told.amc is not None else ""
                yield number, f"celle de {one.told.who}", member
    for kept in latest(office, InsurerFile, 10 * PROPOSED_MAX):
        yield kept.told.number, "connue du cabinet", ""
