"""Which pieces an invoice needs, which it has, and where each stands.

A prescription is a piece of every invoice that names one; a care sheet of an invoice without its card (mode
05). A prior agreement goes where it was kept. A piece is tied to the visit; a prescription’s scan is one of
its whole series.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, read
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import JudgedVisit
from tournee.formats import records
from tournee.formats.proof_table import AGREEMENT, CARE_SHEET, DIGEST, NATURES, PRESCRIPTION, SCAN_ANEW
from tournee.model.codes import DEGRADED
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import ScanFile
from tournee.store import DossierState, InvoiceRow, ProofRow, ProofState

_DIRECT_ACCESS = "D"
_CENTURY = 100


class PieceStanding(StrEnum):
    """Where a piece that an invoice needs stands."""

    MISSING = "missing"
    UNFIT = "unfit"
    READY = "ready"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """In French."""
        return _LABELS[self]


_LABELS = {
    PieceStanding.MISSING: "manque",
    PieceStanding.UNFIT: "à reprendre",
    PieceStanding.READY: "prête à partir",
    PieceStanding.WAITING: "envoyée, en attente",
    PieceStanding.ACCEPTED: "acceptée",
    PieceStanding.REFUSED: "refusée",
}
_ANSWERED = {
    ProofState.WAITING: PieceStanding.WAITING,
    ProofState.ACCEPTED: PieceStanding.ACCEPTED,
    ProofState.REFUSED: PieceStanding.REFUSED,
}


@dataclass(frozen=True)
class NeededPiece:
    """A piece that an invoice needs: its nature, the kept one (its dossier and what it is), and the last time
    that one went.
    """

    invoice: InvoiceRow
    nature: str
    dossier_id: int | None
    scan: ScanFile | None
    proof: ProofRow | None

    @property
    def standing(self) -> PieceStanding:
        """Where it stands."""
        proof = self.proof
        if proof is not None and not (proof.state is ProofState.REFUSED and self._is_other(proof)):
            return _ANSWERED[proof.state]
        if self.scan is None:
            return PieceStanding.MISSING
        return PieceStanding.READY if self.scan.is_piece else PieceStanding.UNFIT

    @property
    def may_go_again(self) -> bool:
        """Whether it was refused for something else than its picture, and may be sent as it is."""
        proof = self.proof
        if proof is None or proof.state is not ProofState.REFUSED or proof.code in SCAN_ANEW:
            return False
        return self.scan is not None and self.scan.is_piece

    @property
    def told(self) -> str:
        """Its nature, in French."""
        return NATURES[self.nature]

    def _is_other(self, proof: ProofRow) -> bool:
        """Whether what is kept now is not what was refused; a reference that was not known can be joined."""
        if self.dossier_id is None:
            return False
        return self.dossier_id != proof.dossier_id or (proof.code == DIGEST and not proof.joined)


def needed_pieces(office: Office, invoices: Iterable[int], lot: int | None = None) -> list[NeededPiece]:
    """The pieces of these invoices, in order; with `lot`, what went beside another one counts for nothing."""
    rows = office.journal.invoices.get_all(list(invoices))
    proofs: dict[tuple[int, str], ProofRow] = {}
    for one in office.journal.pieces.of_invoices([row.id for row in rows]):
        if lot in (None, one.lot_id):
            proofs[one.invoice_id, one.nature] = one
    found = []
    for row in rows:
        visit = read_judged(office.journal.visits.get(row.visit_id).payload)
        kept = _kept_of(office, row, visit)
        for nature in _natures(row, visit, kept):
            if nature == PRESCRIPTION and nature not in kept and _is_electronic(office, row, visit):
                continue  # its number stands in for its scan (ORD-2)
            dossier, scan = kept.get(nature, (None, None))
            found.append(NeededPiece(row, nature, dossier, scan, proofs.get((row.id, nature))))
    return found


def _natures(row: InvoiceRow, visit: JudgedVisit, kept: dict[str, tuple[int, ScanFile]]) -> list[str]:
    prescription = visit.visit.prescription
    natures = []
    if prescription is not None and prescription.origin != _DIRECT_ACCESS:
        natures.append(PRESCRIPTION)
    if row.sheets and row.sheets[0].mode == DEGRADED:
        natures.append(CARE_SHEET)
    return natures + ([AGREEMENT] if AGREEMENT in kept else [])


def _kept_of(office: Office, row: InvoiceRow, visit: JudgedVisit) -> dict[str, tuple[int, ScanFile]]:
    """By nature, the last piece that a visit was given; its prescription's scan where it was given none."""
    kept: dict[str, tuple[int, ScanFile]] = {}
    series = _series_scan(office, row, visit)
    if series is not None:
        kept[PRESCRIPTION] = series
    for tie in office.journal.pieces.ties_of([row.visit_id]):
        dossier = office.journal.dossiers.get(tie.dossier_id)
        if dossier.state is DossierState.OPEN:
            kept[tie.nature] = (dossier.id, read(ScanFile, dossier).told)
    return kept


def _is_electronic(office: Office, row: InvoiceRow, visit: JudgedVisit) -> bool:
    """Whether the prescription that a visit names is one that a base keeps."""
    return any(order.electronic for order in _orders_named(office, row, visit))


def _orders_named(office: Office, row: InvoiceRow, visit: JudgedVisit) -> list[PrescriptionFile]:
    """The prescriptions of its patient's file that a visit names."""
    told, patient = visit.visit.prescription, patient_of_invoice(office, row)
    if told is None or patient is None:
        return []
    rows = office.journal.dossiers.find(KINDS[PrescriptionFile], state=None, patient=patient)
    orders = (read(PrescriptionFile, one).told for one in rows if one.content)
    return [order for order in orders if order.prescription.key == told.key]


def _series_scan(office: Office, row: InvoiceRow, visit: JudgedVisit) -> tuple[int, ScanFile] | None:
    """The scan of the prescription that a visit names, among those of its patient's file."""
    digests = {order.scan for order in _orders_named(office, row, visit) if order.scan}
    patient = patient_of_invoice(office, row)
    if not digests or patient is None:
        return None
    scans = (read(ScanFile, one) for one in office.journal.dossiers.find(KINDS[ScanFile], patient=patient))
    found = [one for one in scans if one.told.digest in digests]
    return (found[-1].id, found[-1].told) if found else None


def patient_of_invoice(office: Office, row: InvoiceRow) -> int | None:
    """The dossier of whom an invoice is for; None where there is none."""
    if not row.sheets:
        return None
    said = records.decode_as("2", row.sheets[0].records[: records.RECORD_LENGTH])
    day, century = str(said["naissance"]), int(row.made[:4]) // _CENTURY
    for one in (century, century - 1):
        person = f"{said['nir']} {one}{day} {said['rang_naissance']}"
        found = office.journal.dossiers.named(KINDS[PatientFile], person)
        if found is not None:
            return found.id
    return None
