"""From lots that left to the pieces that prove them: which go, in which file, beside which lot.

A lot's pieces never leave before it. A lot of invoices without their card (mode 05) waits for them.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from tournee.app.context import Office
from tournee.app.pieces.care_sheets import make_care_sheets
from tournee.app.pieces.keeping import refit
from tournee.app.pieces.needs import NeededPiece, PieceStanding, needed_pieces
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import JudgedVisit
from tournee.exchange.files import addressee_in
from tournee.exchange.lots import LotSender
from tournee.exchange.proofs import Proof, frame_proofs
from tournee.formats.proof_table import AGREEMENT, CARE_SHEET, FILE_BYTES_MAX, PIECES_MAX, PRESCRIPTION
from tournee.model.codes import DEGRADED, FSE
from tournee.store import FileDraft, FileRow, LotRow, PiecesDraft, ProofDraft

_log = logging.getLogger(__name__)

_LEFT = frozenset({PieceStanding.WAITING, PieceStanding.ACCEPTED})
_THERE = _LEFT | {PieceStanding.READY}


def since_of(office: Office) -> str:
    """From which day on lots are proved, as lots write it; "" where pieces are not sent."""
    setting = office.services.proofs
    return f"{setting.since:%y%m%d}" if setting is not None else ""


def lacking(office: Office, lot: LotRow) -> list[NeededPiece]:
    """What a lot of mode 05 waits for; nothing for any other, and where pieces are not sent. Its care sheets
    are made here, when they are not there.
    """
    since = since_of(office)
    if not since or lot.kind != FSE or lot.mode != DEGRADED or lot.date < since:
        return []
    make_care_sheets(office, lot)
    invoices = [invoice for invoice, _ in office.journal.pieces.invoices_in(lot.id)]
    refit(office, needed_pieces(office, invoices, lot.id))
    return [one for one in needed_pieces(office, invoices, lot.id) if one.standing not in _THERE]


def lots_short_of_pieces(office: Office) -> list[LotRow]:
    """Lots of which a piece may lack: those that left, and those of mode 05 that wait for a file."""
    since, lots = since_of(office), office.journal.lots
    if not since:
        return []
    pieces = office.journal.pieces
    waiting = [lots.get(one) for one in pieces.lots_to_prove(since, sent=False)]
    left = [lots.get(one) for one in pieces.lots_to_prove(since)]
    return [*(lot for lot in waiting if lot.mode == DEGRADED), *left]


def frame_pieces(office: Office, again: Collection[int] = ()) -> list[FileRow]:
    """Put into files the pieces of lots that left, one file a lot while they fit in a message; what is sent
    already is not sent again, and what lacks goes later. `again`: of these invoices, what was refused for
    something else than its picture too.
    """
    since = since_of(office)
    made: list[FileRow] = []
    for lot_id in office.journal.pieces.lots_to_prove(since) if since else ():
        lot = office.journal.lots.get(lot_id)
        make_care_sheets(office, lot)
        invoices = [invoice for invoice, _ in office.journal.pieces.invoices_in(lot_id)]
        refit(office, needed_pieces(office, invoices, lot_id))
        needed = needed_pieces(office, invoices, lot_id)
        ready = [
            one
            for one in needed
            if one.standing is PieceStanding.READY or (one.may_go_again and one.invoice.id in again)
        ]
        for some in _messages(office, lot, ready):
            made.append(_make(office, lot, some))
        is_whole = len(invoices) == len(lot.sheet_ids)  # one that is put right may yet stand again
        if is_whole and all(one.standing in _LEFT for one in needed_pieces(office, invoices, lot_id)):
            office.journal.pieces.proved(lot_id)
    return made


def _messages(office: Office, lot: LotRow, ready: Sequence[NeededPiece]) -> list[list[ProofDraft]]:
    """Pieces by message: those that went before, or go in the same file, are referred to."""
    setting = office.services.proofs
    assert setting is not None
    messages: list[list[ProofDraft]] = []
    size, here = 0, set[int]()
    for one in ready:
        assert one.dossier_id is not None and one.scan is not None
        is_known = one.dossier_id in here or office.journal.pieces.went(one.dossier_id, lot.id)
        is_asked_for = one.proof is not None and one.dossier_id not in here
        joined = setting.per_invoice or is_asked_for or not is_known
        added = one.scan.size if joined else 0
        if not messages or len(messages[-1]) == PIECES_MAX or size + added > FILE_BYTES_MAX:
            messages.append([])
            size = 0
        size += added
        here.add(one.dossier_id)
        messages[-1].append(ProofDraft(one.invoice.id, one.dossier_id, one.nature, joined))
    return messages


def _make(office: Office, lot: LotRow, drafts: Sequence[ProofDraft]) -> FileRow:
    assert lot.file_id is not None
    beside = office.journal.files.get(lot.file_id)
    proofs = [_proof(office, lot, draft) for draft in drafts]
    build = partial(_draft, office, lot, beside, proofs)
    file = office.journal.pieces.make_file(lot.ps, lot.id, drafts, build)
    _log.info("file of %d pieces made for lot %s", len(drafts), lot.number)
    return office.journal.files.get(file)


def _draft(office: Office, lot: LotRow, beside: FileRow, proofs: Sequence[Proof], number: int) -> PiecesDraft:
    to = addressee_in(next(iter(beside.content)))
    visit = _visit_of_lot(office, lot)
    sender = LotSender(lot.ps, visit.profession, "")
    frame = frame_proofs(sender, number, office.clock(), to, proofs)
    around = FileDraft(frame.head, frame.tail, 0, beside.route, beside.party, frame.start)
    return PiecesDraft(around, frame.before)


def _visit_of_lot(office: Office, lot: LotRow) -> JudgedVisit:
    (_, visit), *_ = office.journal.pieces.invoices_in(lot.id)
    return read_judged(office.journal.visits.get(visit).payload)


def _proof(office: Office, lot: LotRow, draft: ProofDraft) -> Proof:
    from tournee.app.practice.dossiers import get
    from tournee.practice.scan_file import ScanFile

    (row,) = office.journal.invoices.get_all([draft.invoice_id])
    judged = read_judged(office.journal.visits.get(row.visit_id).payload)
    visit, scan = judged.visit, get(office, ScanFile, draft.dossier_id).told
    days = {
        PRESCRIPTION: visit.prescription.day if visit.prescription else None,
        AGREEMENT: visit.agreement.asked if visit.agreement else None,
        CARE_SHEET: visit.day,
    }
    proof = Proof(
        lot.number,
        lot.date,
        row.number,
        draft.nature,
        f"{days[draft.nature] or visit.day:%y%m%d}",
        scan.pages,
        scan.size,
        scan.digest,
        draft.joined,
    )
    if draft.nature == PRESCRIPTION and visit.prescription is not None:
        return replace(proof, prescriber=visit.prescription.prescriber)
    return proof
