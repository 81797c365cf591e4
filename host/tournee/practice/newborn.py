"""A newborn who is on no card yet: billed under a parent's number, typed by hand until a card says them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tournee.practice.patient_file import ContactPerson, PatientError, PatientFile
from tournee.practice.planning.plan_file import as_care

REASON = "nouveau-né, pas encore sur la carte"
"""Why such a visit is billed without the card."""

NEWBORN_DAYS = 366
"""How old somebody may be to be guided as a newborn: ours."""

RANKS = tuple("123456789")
_CHILD = "6"  # quality (domain 1.5)
_TYPED = "patient"  # the key of the day file


@dataclass(frozen=True)
class ParentsCaisse:
    """Which caisse a parent's rights are at: régime, caisse and centre."""

    regime: str
    caisse: str
    centre: str


def caisse_of(parent: PatientFile) -> ParentsCaisse | None:
    """As the parent's card was last read; None when it never was."""
    read = parent.last_read
    if read is None:
        return None
    told = read.beneficiary
    return ParentsCaisse(told.regime, told.caisse, told.centre)


def newborn_of(
    parent: PatientFile, name: str, first_name: str, born: date, rank: str, caisse: ParentsCaisse, today: date
) -> PatientFile:
    """The file of a child under a parent's number: lives where the parent does, is insured as the parent is.

    PatientError for a parent without a number, a birth to come or long ago, a rank that is none.
    """
    fault = ""
    if not parent.nir:
        fault = f"le numéro de {parent.who} n’est pas connu : lisez sa carte d’abord"
    elif born > today:
        fault = f"sa naissance ({born:%d/%m/%Y}) est à venir"
    elif today - born > timedelta(days=NEWBORN_DAYS):
        fault = (
            f"né(e) le {born:%d/%m/%Y}, ce n’est plus un nouveau-né : lisez sa carte, ou ajoutez son dossier"
        )
    elif rank not in RANKS:
        fault = f"le rang de naissance {rank!r} n’est pas un chiffre de 1 à 9"
    if fault:
        raise PatientError(f"{first_name} {name} : {fault}.", next_step="corrigez, puis recommencez")
    typed = {
        "mode": "sans carte",
        "motif": REASON,
        "nom": name.upper(),
        "prenom": first_name.upper(),
        "regime": caisse.regime,
        "caisse": caisse.caisse,
        "centre": caisse.centre,
        "qualite": _CHILD,
    }
    usual: dict[str, Any] = {**json.loads(parent.usual), _TYPED: typed}
    return PatientFile(
        name,
        first_name,
        f"{born:%Y%m%d}",
        rank,
        nir=parent.nir,
        key=parent.key,
        amc=parent.amc,
        address=parent.address,
        phone=parent.phone,
        contacts=(ContactPerson(parent.who, parent.phone, "parent"),) if parent.phone else (),
        doctor=None,
        usual=as_care(usual),
    )


def is_awaited(file: PatientFile) -> bool:
    """Whether somebody is typed by hand as a newborn, until a card says them."""
    typed = json.loads(file.usual).get(_TYPED)
    return isinstance(typed, dict) and typed.get("motif") == REASON


def on_card(file: PatientFile) -> PatientFile:
    """The file once a card says this person: what was typed in its place is dropped; else as it is."""
    read = file.read_by("card")
    if read is None or not is_awaited(file):
        return file
    usual = json.loads(file.usual)
    del usual[_TYPED]
    return replace(file, usual=as_care(usual))
