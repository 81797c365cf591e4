"""What two devices said of one dossier, side by side, and which of them holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, change, read
from tournee.errors import StoreError
from tournee.model.form import form_of
from tournee.store import DossierState, HistoryRow


@dataclass(frozen=True)
class DossierVersion:
    """One of the things that a dossier says: since when, and what it says otherwise than the others."""

    rank: int
    at: str
    said: dict[str, Any] = field(repr=False)


def versions_of(office: Office, number: int) -> list[DossierVersion]:
    """The versions of a dossier of any kind, the oldest first, the latest being what holds meanwhile: one
    where nobody disagrees. StoreError.
    """
    dossier = _dossier(office, number)
    heads = [(head.at, form_of(told)) for head, told in _said(dossier)]
    keys = {key for _, form in heads for key in form}
    apart = [key for key in sorted(keys) if any(form.get(key) != heads[0][1].get(key) for _, form in heads)]
    return [
        DossierVersion(rank, at, {key: form.get(key) for key in apart})
        for rank, (at, form) in enumerate(heads, 1)
    ]


def keep_version(office: Office, number: int, rank: int) -> None:
    """Let a dossier say this version from now on, on every device. StoreError for one that is none."""
    dossier = _dossier(office, number)
    said = _said(dossier)
    if not 1 <= rank <= len(said):
        raise StoreError(
            f"Le dossier {number} n’a pas de version {rank}.", next_step=f"dites-en une de 1 à {len(said)}"
        )
    change(office, dossier, said[rank - 1][1])


def history_of(office: Office, number: int) -> tuple[HistoryRow, ...]:
    """What was done with a dossier, in order: made, closed, copied, merged, erased. StoreError."""
    office.journal.dossiers.get(number)
    return office.journal.history.find("dossier", number)


def _dossier(office: Office, number: int) -> Dossier[Any]:
    row = office.journal.dossiers.get(number)
    if not row.content or row.state is DossierState.MERGED:
        raise StoreError(f"Le dossier {number} est {row.state.label}.")
    kind = next(kind for kind, name in KINDS.items() if name == row.kind)
    return read(kind, row)


def _said(dossier: Dossier[Any]) -> list[tuple[Any, Any]]:
    """Each head with its value, one of those that say the same, the latest last."""
    found: list[tuple[Any, Any]] = []
    for head, told in zip(dossier.row.heads, dossier.all_heads, strict=True):
        found = [one for one in found if one[1] != told]
        found.append((head, told))
    return found
