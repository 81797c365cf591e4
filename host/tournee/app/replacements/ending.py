"""A contract ended on a day: no card signs by it afterwards, and all that was billed by it stays counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier
from tournee.app.replacements.billed import billed_parts
from tournee.app.replacements.contracts import change_contract
from tournee.errors import StoreError
from tournee.practice.replacement_contract import ReplacementContract


def end_contract(
    office: Office, contract: Dossier[ReplacementContract], last: date
) -> Dossier[ReplacementContract] | None:
    """Let `last` be the last day of its sessions; one that has no session any more is set aside: None.
    Signed statements stay as they are. StoreError where care of a later day was billed by it, or all is over.
    """
    told = contract.told
    if all(one.last <= last for one in told.sessions):
        raise StoreError(
            f"Ce contrat finit déjà le {max(one.last for one in told.sessions):%d/%m/%Y}.",
            next_step="dites un jour d’avant",
        )
    billed = [day for one in billed_parts(office, told) for day in one.days if one.billed.cents]
    if after := [day for day in billed if day > last and told.session_of(day) is not None]:
        raise StoreError(
            f"Des soins du {max(after):%d/%m/%Y} ont été facturés par ce contrat.",
            cause="ils ne seraient plus dans aucun relevé",
            next_step=f"terminez-le le {max(after):%d/%m/%Y}, ou plus tard",
        )
    kept = tuple(replace(one, last=min(one.last, last)) for one in told.sessions if one.first <= last)
    if not kept:
        office.journal.dossiers.close(contract.id, f"terminé avant de commencer, le {last:%d/%m/%Y}")
        return None
    return change_contract(office, contract, replace(told, sessions=kept))
