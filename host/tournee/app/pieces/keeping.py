"""A piece kept: made of what a camera or a scanner gave, sealed, and tied to the visits that it proves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tournee import logs
from tournee.app.context import Office
from tournee.app.pieces.fitting import fitted, fitted_or_raw
from tournee.app.pieces.needs import NeededPiece, PieceStanding, patient_of_invoice
from tournee.app.pieces.same_picture import refuse_same_picture
from tournee.app.practice.dossiers import KINDS, Dossier, change, draft_of, get, read
from tournee.errors import BillingError, ConfigError, StoreError
from tournee.formats.proof_table import PRESCRIPTION
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import Nature, ScanFile

if TYPE_CHECKING:
    from tournee.documents.pieces.making import Source

_log = logging.getLogger(__name__)


def keep_piece(
    office: Office,
    sources: Sequence[Source],
    nature: Nature,
    invoice_id: int,
    *,
    black_and_white: bool = False,
    pages: int = 0,
    though_same: bool = False,
) -> Dossier[ScanFile]:
    """Make a piece of these files and let it prove the visit of this invoice; a prescription's is its whole
    series' from then on. The same bytes are kept once; `though_same`: also where the same picture is another
    person's. PieceError, CornersError, StoreError, SamePictureError: nothing is then changed.
    """
    (row,) = office.journal.invoices.get_all([invoice_id])
    told, data = fitted(sources, nature, black_and_white=black_and_white, pages=pages)
    return _kept(office, told, data, invoice_id=row.id, though_same=though_same)


def _kept(
    office: Office, told: ScanFile, data: bytes, *, invoice_id: int, though_same: bool
) -> Dossier[ScanFile]:
    (row,) = office.journal.invoices.get_all([invoice_id])
    if not though_same:
        refuse_same_picture(office, told, patient=patient_of_invoice(office, row), visit=row.visit_id)
    return keep_made(office, told, data, invoice_id=row.id)


def keep_made(office: Office, told: ScanFile, data: bytes, *, invoice_id: int) -> Dossier[ScanFile]:
    """Keep a piece that was made, for the visit of an invoice."""
    (row,) = office.journal.invoices.get_all([invoice_id])
    patient = patient_of_invoice(office, row)
    kept = keep_for(office, told, data, patient=patient, visits=(row.visit_id,))
    if told.nature == PRESCRIPTION and patient is not None:
        _of_series(office, row.visit_id, patient, told.digest)
    return kept


def keep_for(
    office: Office, told: ScanFile, data: bytes, *, patient: int | None, visits: Sequence[int] = ()
) -> Dossier[ScanFile]:
    """Keep a scan with a patient and these visits; the same bytes are kept once."""
    kept = _known(office, told, patient, visits)
    if kept is None:
        draft = draft_of(told, patient=patient)
        number = office.journal.dossiers.add(KINDS[ScanFile], draft, attached=data)
        kept = get(office, ScanFile, number)
    office.journal.pieces.tie(kept.id, told.nature, visits)
    return kept


def keep_photo(
    office: Office,
    source: Source,
    nature: Nature,
    invoice_id: int,
    *,
    black_and_white: bool = False,
    though_same: bool = False,
) -> Dossier[ScanFile]:
    """Keep a photograph as a piece; where this host has no libraries for it, as it came: it becomes one
    before it leaves, on a host that has. PieceError, CornersError, ScanError, SamePictureError.
    """
    told, data = fitted_or_raw(source, nature, black_and_white=black_and_white)
    return _kept(office, told, data, invoice_id=invoice_id, though_same=though_same)


def refit(office: Office, needed: Sequence[NeededPiece]) -> None:
    """Make pieces of what was kept as it came, where that can be one now."""
    from tournee.documents.pieces.making import Source

    for one in needed:
        if one.standing is PieceStanding.UNFIT and one.dossier_id is not None:
            scan, data = piece_bytes(office, one.dossier_id)
            try:
                told, made = fitted([Source(data)], scan.nature)
            except (BillingError, ConfigError) as error:
                _log.info("scan %d is no piece: %s", one.dossier_id, logs.where(error))
                continue
            keep_made(office, told, made, invoice_id=one.invoice.id)


def _known(
    office: Office, told: ScanFile, patient: int | None, visits: Sequence[int]
) -> Dossier[ScanFile] | None:
    """The same piece, kept before of this patient or for one of these visits."""
    rows = [] if patient is None else list(office.journal.dossiers.find(KINDS[ScanFile], patient=patient))
    rows += [office.journal.dossiers.get(tie.dossier_id) for tie in office.journal.pieces.ties_of(visits)]
    found = (read(ScanFile, row) for row in rows if row.content)
    same = (told.digest, told.nature, told.pages)
    return next((one for one in found if (one.told.digest, one.told.nature, one.told.pages) == same), None)


def _of_series(office: Office, visit: int, patient: int, digest: str) -> None:
    """Let the piece be the scan of the prescription that a visit names, where the patient's file has it."""
    from tournee.billing.kept.judged import read_judged

    told = read_judged(office.journal.visits.get(visit).payload).visit.prescription
    if told is None:
        return
    for row in office.journal.dossiers.find(KINDS[PrescriptionFile], patient=patient):
        order = read(PrescriptionFile, row)
        if order.told.prescription.key == told.key and order.told.scan != digest:
            change(office, order, replace(order.told, scan=digest))


def piece_bytes(office: Office, dossier_id: int) -> tuple[ScanFile, bytes]:
    """A piece as it is kept; StoreError for one that is none or whose bytes are not those that were kept."""
    one = get(office, ScanFile, dossier_id)
    data = bytes(office.journal.dossiers.attached(one.id))
    if not one.told.holds(data):
        raise StoreError(
            f"La pièce {dossier_id} n’est pas celle qui a été gardée.",
            cause="le journal est endommagé",
            next_step="restaurez la dernière sauvegarde, ou refaites la photo",
        )
    return one.told, data
