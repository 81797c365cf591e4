"""The papers of one invoice as its own screen shows them: what each is, where it stands, what to do of it."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.context import Office
from tournee.app.pieces.needs import NeededPiece, PieceStanding, needed_pieces, patient_of_invoice
from tournee.app.pieces.papers import attestation_copy
from tournee.app.pieces.sending import since_of
from tournee.billing.kept.judged import read_judged
from tournee.formats.proof_table import CARE_SHEET, CODES
from tournee.practice.scan_file import ATTESTATION, PAPERS
from tournee.store import InvoiceRow

_TONES = {
    PieceStanding.MISSING: "warn",
    PieceStanding.UNFIT: "warn",
    PieceStanding.READY: "",
    PieceStanding.WAITING: "",
    PieceStanding.ACCEPTED: "ok",
    PieceStanding.REFUSED: "bad",
}
_ANEW = (PieceStanding.MISSING, PieceStanding.UNFIT, PieceStanding.REFUSED)


@dataclass(frozen=True)
class PieceShown:
    """A paper of a visit's invoice: its nature, in words too, where it stands in French and in which tone
    (ok, warn, bad, "" for none), the kept one's dossier; whether a photograph is wanted. One of a `patient`
    is kept with her file.
    """

    nature: str
    told: str
    state: str
    tone: str
    dossier: int | None
    is_wanted: bool
    patient: int | None = None


def pieces_shown(office: Office, invoice_id: int) -> tuple[PieceShown, ...]:
    """Those of an invoice, kept or not; none where pieces are not sent."""
    (row,) = office.journal.invoices.get_all([invoice_id])
    needed = needed_pieces(office, [row.id]) if _is_proved(office, row) else []
    return tuple(map(_shown, needed))


def papers_shown(office: Office, invoice_id: int) -> tuple[PieceShown, ...]:
    """The same, and the attestation of who is billed by the AME."""
    (row,) = office.journal.invoices.get_all([invoice_id])
    visit = read_judged(office.journal.visits.get(row.visit_id).payload).visit
    pieces, patient = pieces_shown(office, row.id), patient_of_invoice(office, row)
    if visit.entitlement.state_aid is None or patient is None:
        return pieces
    kept = attestation_copy(office, patient)
    state, told = "gardée au dossier" if kept else "pas de copie gardée", PAPERS[ATTESTATION]
    dossier = kept.id if kept else None
    return (*pieces, PieceShown(ATTESTATION, told, state, "", dossier, kept is None, patient))


def _is_proved(office: Office, row: InvoiceRow) -> bool:
    """Whether the caisse is sent the papers of this invoice: its lot is of that time, or it is in none."""
    since = since_of(office)
    lots = {one.lot_id for one in row.sheets if one.lot_id is not None}
    return bool(since) and all(office.journal.lots.get(one).date >= since for one in lots)


def _shown(one: NeededPiece) -> PieceShown:
    standing, proof = one.standing, one.proof
    state = standing.label
    if standing is PieceStanding.REFUSED and proof is not None:
        state = f"{state} : {CODES.get(proof.code) or proof.reason}"
    tone, is_wanted = _TONES[standing], standing in _ANEW
    if one.nature == CARE_SHEET and standing is PieceStanding.MISSING:
        state, tone, is_wanted = "se fait d’elle-même à l’envoi", "", False
    return PieceShown(one.nature, one.told, state, tone, one.dossier_id, is_wanted)
