"""A patient's file completed by a card: what it lacked is filled, what differs is shown and chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tournee.billing.identity import Patient
from tournee.practice.newborn import on_card
from tournee.practice.patient_file import Origin, PatientFile, RightsRead
from tournee.practice.words import search_words

_IDENTITY = {
    "name": "nom",
    "first_name": "prénom",
    "born": "naissance",
    "birth_rank": "rang de naissance",
    "nir": "NIR",
    "key": "clé",
}
"""What a reading and a file both say of who somebody is, and how it is called."""


@dataclass(frozen=True)
class Difference:
    """What a reading says otherwise than the file: `kept` is the file's, `told` the reading's."""

    name: str
    kept: str = field(repr=False)
    told: str = field(repr=False)

    @property
    def label(self) -> str:
        """What it is about, in French."""
        return _LABELS[self.name]

    @property
    def mark(self) -> str:
        """How the file remembers that it was decided."""
        return f"{self.name}={self.told}"


_LABELS = {**_IDENTITY, "amc": "mutuelle", "ald": "ALD"}


def new_file(patient: Patient, day: date, origin: Origin) -> PatientFile:
    """The file of somebody who was never seen."""
    who = {name: getattr(patient, name) for name in _IDENTITY}
    return PatientFile(**who, rights=(RightsRead(day, origin, patient),))


def completed(file: PatientFile, patient: Patient, day: date, origin: Origin) -> PatientFile:
    """The file with what this reading adds: its rights, and who it is where the file did not say."""
    absent: dict[str, Any] = {}
    if not file.nir:
        absent = {"nir": patient.nir, "key": patient.key}
    return on_card(replace(file, **absent).with_rights(RightsRead(day, origin, patient)))


def differences(file: PatientFile) -> tuple[Difference, ...]:
    """What the latest reading says otherwise than the carer did, and she has not decided yet."""
    read = file.last_read
    if read is None:
        return ()
    told = read.beneficiary
    found = [
        Difference(name, getattr(file, name), getattr(told, name))
        for name in _IDENTITY
        if not _same(getattr(file, name), getattr(told, name))
    ]
    if file.amc is not None and told.amc is not None and file.amc.number != told.amc.number:
        found.append(Difference("amc", file.amc.number, told.amc.number))
    day = f"{read.day:%Y%m%d}"
    said = any(one.kind == "ald" and one.period.holds(day) for one in file.exempted)
    if said and read.origin != "typed" and not told.has_ald(day):
        found.append(Difference("ald", "oui", "non"))
    return tuple(one for one in found if one.mark not in file.settled)


def decided(file: PatientFile, names: Collection[str], *, take: bool) -> PatientFile:
    """The file once the carer decided these differences: by what was read, or by what the file says."""
    chosen = [one for one in differences(file) if one.name in names]
    if not take:
        return replace(file, settled=(*file.settled, *(one.mark for one in chosen)))
    changes: dict[str, Any] = {one.name: one.told for one in chosen if one.name in _IDENTITY}
    for one in chosen:
        if one.name == "amc":
            changes["amc"] = None  # the card's counts
        elif one.name == "ald":
            changes["exempted"] = tuple(had for had in file.exempted if had.kind != "ald")
    return replace(file, **changes)


def same_person(file: PatientFile, patient: Patient) -> bool:
    """Whether a reading is most likely of this file's person, though its number is another's or none: a child
    on the other parent's card, a number typed wrong, a newborn whose number came.
    """
    names = set(search_words(file.name, file.birth_name)) & set(search_words(patient.name))
    first = search_words(file.first_name)[:1] == search_words(patient.first_name)[:1]
    return bool(names) and first and file.born == patient.born and file.birth_rank == patient.birth_rank


def one_of_two(kept: PatientFile, other: PatientFile) -> PatientFile:
    """Two files of one person as one: what the first does not say is the second's, notes stand together."""
    file = kept
    for read in other.rights:
        file = file.with_rights(read)
    for name in ("nir", "birth_name", "amc", "phone", "mail", "doctor"):
        if not getattr(file, name):
            file = replace(file, **_with_key(name, other))
    if file.address == type(file.address)():
        file = replace(file, address=other.address)
    return replace(
        on_card(file),
        exempted=_union(file.exempted, other.exempted),
        contacts=_union(file.contacts, other.contacts),
        notes="\n".join(filter(None, dict.fromkeys((file.notes, other.notes)))),
        settled=_union(file.settled, other.settled),
    )


def _with_key(name: str, other: PatientFile) -> dict[str, Any]:
    changes = {name: getattr(other, name)}
    return {**changes, "key": other.key} if name == "nir" else changes


def _union(one: Iterable[Any], other: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _same(one: str, other: str) -> bool:
    return not other or search_words(one) == search_words(other)
