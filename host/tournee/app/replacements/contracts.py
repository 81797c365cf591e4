"""Contracts of replacement in the practice's file: kept, found, changed; whom they let sign for whom."""

from __future__ import annotations

from collections.abc import Sequence

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, get, pick, read
from tournee.billing.replacement import Replacement
from tournee.errors import StoreError
from tournee.practice.replacement_contract import ReplacementContract, shared


def contracts(office: Office) -> list[Dossier[ReplacementContract]]:
    """All that are not set aside, in the order they came."""
    return [
        read(ReplacementContract, row) for row in office.journal.dossiers.find(KINDS[ReplacementContract])
    ]


def find_contract(office: Office, words: Sequence[str]) -> Dossier[ReplacementContract]:
    """The one of these words, by name or number; without words the only one. StoreError."""
    if not words and len(known := contracts(office)) == 1:
        return known[0]
    return pick(office, ReplacementContract, words, lambda one: one.told.who)


def add_contract(office: Office, told: ReplacementContract) -> Dossier[ReplacementContract]:
    """Take a contract in; StoreError when another of the same two persons has one of its days."""
    _require_apart(office, told)
    return get(office, ReplacementContract, add(office, told, ps=told.replaced))


def change_contract(
    office: Office, contract: Dossier[ReplacementContract], told: ReplacementContract
) -> Dossier[ReplacementContract]:
    """Write what was agreed now: it counts for what no signed statement has counted. StoreError."""
    if (told.replaced, told.rpps) != (contract.told.replaced, contract.told.rpps):
        raise StoreError("Un contrat reste celui de ses deux personnes.", next_step="faites un autre contrat")
    _require_apart(office, told, besides=contract.id)
    change(office, contract, told)
    return get(office, ReplacementContract, contract.id)


def replacements_told(office: Office) -> tuple[Replacement, ...]:
    """Who cares in the place of whom, by the configuration and by the contracts that are kept."""
    return (*office.replacements, *(one.told.as_replacement for one in contracts(office)))


def _require_apart(office: Office, told: ReplacementContract, besides: int = 0) -> None:
    for one in contracts(office):
        if one.id == besides or (one.told.replaced, one.told.rpps) != (told.replaced, told.rpps):
            continue
        for session in told.sessions:
            for other in one.told.sessions:
                if shared(session, other):
                    raise StoreError(
                        f"Le contrat {one.id} a déjà des jours de cette session : {other}.",
                        next_step="changez celui-là, ou les dates de l’autre",
                    )
