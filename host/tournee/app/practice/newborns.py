"""Newborns guided, and families on one card: who is under a number, what a child who is on no card needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, search
from tournee.app.practice.patients import add_patient
from tournee.billing.entitlement import DAYS_AFTER
from tournee.errors import StoreError
from tournee.practice.newborn import (
    RANKS,
    REASON,
    ParentsCaisse,
    caisse_of,
    is_awaited,
    newborn_of,
)
from tournee.practice.patient_file import PatientError, PatientFile
from tournee.practice.words import search_words


@dataclass(frozen=True)
class NewbornGuide:
    """A child's file before it is opened, whose number it is under, what to do in order, and its twins."""

    child: PatientFile
    parent: Dossier[PatientFile]
    steps: tuple[str, ...]
    twins: tuple[Dossier[PatientFile], ...]


@dataclass(frozen=True)
class FamilyMember:
    """One person under a number; a `is_twin` shares a birth date, an `awaited` one is on no card yet."""

    file: Dossier[PatientFile]
    is_twin: bool
    awaited: bool


def family_of(office: Office, patient: Dossier[PatientFile]) -> list[FamilyMember]:
    """All files under this patient's number, the eldest first; alone, one that has no number."""
    found = _under(office, patient.told.nir) if patient.told.nir else [patient]
    births = [one.told.born for one in found]
    return [
        FamilyMember(one, births.count(one.told.born) > 1, is_awaited(one.told))
        for one in sorted(found, key=lambda one: (one.told.born, one.told.birth_rank))
    ]


def guide_newborn(
    office: Office,
    parent: Dossier[PatientFile],
    first_name: str,
    born: date,
    *,
    name: str = "",
    rank: str = "",
    caisse: ParentsCaisse | None = None,
) -> NewbornGuide:
    """What a newborn's file would say, and what comes next; nothing is written.

    `rank`: of birth, "" for the first that no twin has; `caisse`: where the parent's card was never read.
    PatientError, StoreError for one who has a file.
    """
    told = caisse or caisse_of(parent.told)
    if told is None:
        raise PatientError(
            f"La caisse de {parent.told.who} n’est pas connue.",
            cause="sa carte n’a jamais été lue ici",
            next_step="lisez sa carte, ou dites la caisse d’après l’attestation",
        )
    day = f"{born:%Y%m%d}"
    same = [one for one in _under(office, parent.told.nir) if one.told.born == day] if parent.told.nir else []
    taken = {one.told.birth_rank: one for one in same}
    wanted = rank or next(free for free in RANKS if free not in taken)
    last_name = name or parent.told.name
    for one in same:
        is_same = search_words(one.told.first_name) == search_words(first_name)
        if one.told.birth_rank == wanted or is_same:
            raise StoreError(
                f"{one.told.who}, rang {one.told.birth_rank}, a déjà un dossier (n° {one.id}).",
                next_step="complétez celui-là, ou dites un autre rang",
            )
    child = newborn_of(parent.told, last_name, first_name, born, wanted, told, office.clock().date())
    return NewbornGuide(child, parent, _steps(parent.told, child, born, tuple(same)), tuple(same))


def add_newborn(office: Office, guide: NewbornGuide) -> Dossier[PatientFile]:
    """Open the file that a guide told."""
    return add_patient(office, guide.child)


def _under(office: Office, nir: str) -> list[Dossier[PatientFile]]:
    return [one for one in search(office, PatientFile, nir) if one.told.nir == nir]


def _steps(
    parent: PatientFile, child: PatientFile, born: date, twins: tuple[Dossier[PatientFile], ...]
) -> tuple[str, ...]:
    other = f", après {', '.join(one.told.who for one in twins)}" if twins else ""
    until = born + timedelta(days=DAYS_AFTER)
    return (
        f"le numéro est celui de {parent.who} : l’enfant n’en a pas encore sur une carte",
        f"né(e) le {born:%d/%m/%Y}, rang de naissance {child.birth_rank}{other} : l’enfant est connu par eux",
        f"ses visites sont facturées sans carte, motif « {REASON} » : gardez l’attestation et l’ordonnance",
        "un soin daté d’avant la naissance est refusé, comme un acte d’un autre âge",
        f"la maternité (jusqu’au {until:%d/%m/%Y}) est celle de la mère : elle ne se dit pas pour l’enfant, "
        "sauf attestation",
        "quand la carte d’un parent porte l’enfant, lisez-la avec sa date de naissance : le dossier est "
        "complété, et la carte sert de nouveau",
        "sur la carte de l’autre parent, un autre dossier s’ouvre : réunissez les deux",
    )
