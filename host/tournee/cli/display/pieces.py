"""Pieces as the command line shows them, and as programs get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tournee.app.pieces.needs import NeededPiece
    from tournee.store import ProofRow


def proof_row(one: ProofRow) -> tuple[str, str, str, str]:
    """A piece as it went, as a row of a way."""
    how = "jointe" if one.joined else "déjà envoyée, rappelée"
    told = f"{one.told}, facture {one.invoice}, {how} {one.reason}".strip()
    return "pièce", f"{one.file}/{one.rank:03}", one.state.label, told


def proof_value(one: ProofRow) -> dict[str, Any]:
    """A piece as it went."""
    return {
        "piece": one.dossier_id,
        "nature": one.nature,
        "invoice": one.invoice,
        "lot": one.lot,
        "file": one.file,
        "rank": one.rank,
        "joined": one.joined,
        "state": one.state.value,
        "code": one.code,
        "reason": one.reason,
    }


def needed_value(one: NeededPiece) -> dict[str, Any]:
    """A piece that an invoice needs, and where it stands."""
    scan = one.scan
    return {
        "invoice": one.invoice.number,
        "ps": one.invoice.ps,
        "visit": one.invoice.visit_id,
        "nature": one.nature,
        "standing": one.standing.value,
        "piece": one.dossier_id,
        "digest": scan.digest if scan else "",
        "pages": scan.pages if scan else 0,
        "size": scan.size if scan else 0,
        "last": proof_value(one.proof) if one.proof else None,
    }


def needed_line(one: NeededPiece) -> str:
    """The same, on one line."""
    who = one.invoice.sheets[0].patient.title() if one.invoice.sheets else ""
    kept = f", pièce {one.dossier_id}" if one.dossier_id is not None else ""
    why = f" ({one.proof.reason})" if one.proof and one.proof.reason else ""
    return f"facture {one.invoice.number}, {who} — {one.told} : {one.standing.label}{why}{kept}"
