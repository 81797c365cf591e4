"""Alerts of pieces: what an invoice of a lot lacks, and what was refused: each with one next act (SCOR-7)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office
from tournee.formats.proof_table import CARE_SHEET

if TYPE_CHECKING:
    from tournee.app.pieces.needs import NeededPiece

_FIRST = "prenez-la en photo : elle part avec le prochain envoi"
_ANEW = "prenez-la en photo à nouveau, puis envoyez"


def of_pieces(office: Office) -> list[Alert]:
    """Of lots from the day on which pieces are sent; nothing where they are not."""
    if office.services.proofs is None:
        return []
    from tournee.app.pieces.needs import PieceStanding, needed_pieces  # loads billing
    from tournee.app.pieces.sending import lots_short_of_pieces

    def told(one: NeededPiece) -> Alert | None:
        standing = one.standing
        if standing is PieceStanding.REFUSED and one.proof is not None:
            again = "envoyez-la à nouveau" if one.may_go_again else _ANEW
            text = f"{one.told} refusée : {one.proof.reason}"
            return _alert(office, one, AlertKind.PIECE_REFUSED, text, again)
        if standing is PieceStanding.MISSING and (one.nature != CARE_SHEET or not _makes_sheets()):
            return _alert(office, one, AlertKind.PIECE_MISSING, f"{one.told} à joindre : elle manque", _FIRST)
        if standing is PieceStanding.UNFIT:
            text = f"{one.told} gardée, mais son image ne peut pas être envoyée"
            return _alert(office, one, AlertKind.PIECE_MISSING, text, _ANEW)
        return None

    found = []
    for lot in lots_short_of_pieces(office):
        invoices = [invoice for invoice, _ in office.journal.pieces.invoices_in(lot.id)]
        found += [alert for one in needed_pieces(office, invoices, lot.id) if (alert := told(one))]
    return found


def _makes_sheets() -> bool:
    """Whether this host makes care sheets electronic by itself, as it sends."""
    return find_spec("pypdfium2") is not None


def _alert(office: Office, one: NeededPiece, kind: AlertKind, text: str, act: str) -> Alert:
    since = one.invoice.made
    return Alert(
        kind,
        f"facture {one.invoice.number}, {one.told}",
        since,
        age(office, since).days,
        text,
        act,
        one.invoice.ps,
        also=one.nature,
        invoices=(one.invoice.number,),
        visits=(one.invoice.visit_id,),
    )
