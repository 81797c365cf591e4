"""Pieces that prove invoices: tied to visits, put into files, answered.

A tie is to a visit: an invoice made anew of it has the same pieces. A proof is to the invoice of a lot: it is
what left, and what was said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.inserts import FileDraft
from tournee.store.pieces.parts import PieceParts
from tournee.store.pieces.rows import PiecesDraft, ProofDraft, ProofRow, TieRow
from tournee.store.statements import Row
from tournee.store.states import ProofState
from tournee.store.tables.files import LotFiles

_PROOFS = """SELECT proof.id, proof.file, file.number AS file_number, proof.rank, proof.lot,
    lot.number AS lot_number, proof.invoice, invoice.number, invoice.ps, proof.dossier, proof.nature,
    proof.before_sealed IS NOT NULL AS joined, proof.state, proof.code, proof.reason_sealed
    FROM proof JOIN file ON file.id = proof.file JOIN lot ON lot.id = proof.lot
    JOIN invoice ON invoice.id = proof.invoice"""

_TO_PROVE = """SELECT lot.id FROM lot WHERE lot.kind = 'FSE' AND lot.state IN ({states}) AND lot.date >= ?
    AND lot.proved = 0 ORDER BY lot.id"""

_WENT = """SELECT 1 FROM proof JOIN file ON file.id = proof.file JOIN lot ON lot.id = proof.lot
    JOIN lot AS meant ON meant.id = ? WHERE proof.dossier = ? AND proof.before_sealed IS NOT NULL
    AND proof.state <> 'refused' AND file.state <> 'refused' AND lot.crf = meant.crf
    AND file.party = (SELECT party FROM file WHERE file.id = meant.file) LIMIT 1"""

_INVOICES = """SELECT DISTINCT invoice.id, invoice.visit, sheet.lot_rank FROM sheet
    JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit WHERE sheet.lot = ?
    AND (visit.invoice = invoice.id OR (visit.state = 'done' AND NOT EXISTS (
        SELECT 1 FROM invoice AS later WHERE later.visit = invoice.visit AND later.id > invoice.id)))
    ORDER BY sheet.lot_rank"""

_SENT, _WAITING = "'sent', 'acknowledged'", "'certified'"


class Pieces:
    """Ties and proofs."""

    def __init__(self, db: Database, files: LotFiles, parts: PieceParts) -> None:
        self._db, self._files, self._parts = db, files, parts

    def tie(self, dossier_id: int, nature: str, visits: Iterable[int]) -> None:
        """Let a piece prove these visits too; what is tied already stays so."""
        with self._db.step("tie_piece"):
            self._db.row("dossier", "id", dossier_id)
            for visit in visits:
                self._db.row("visit", "id", visit)
                known = self._db.rows(
                    "SELECT id FROM piece_tie WHERE dossier = ? AND visit = ?", dossier_id, visit
                )
                if not known:
                    tie = self._db.new_id("piece_tie")
                    self._db.insert("piece_tie", id=tie, dossier=dossier_id, visit=visit, nature=nature)

    def ties_of(self, visits: Iterable[int]) -> tuple[TieRow, ...]:
        """The pieces that these visits have, in the order they came."""
        return self._ties("SELECT id, dossier, visit, nature FROM piece_tie WHERE visit IN ({marks})", visits)

    def visits_of(self, dossiers: Iterable[int]) -> tuple[TieRow, ...]:
        """The visits that these pieces prove."""
        query = "SELECT id, dossier, visit, nature FROM piece_tie WHERE dossier IN ({marks})"
        return self._ties(query, dossiers)

    def make_file(
        self, ps: str, lot: int, proofs: Sequence[ProofDraft], build: Callable[[int], PiecesDraft]
    ) -> int:
        """Give the next file name, and journal the file of pieces that `build(number)` makes of these, in
        order, for a lot of `ps`; gives its id.
        """
        with self._db.step("make_pieces_file"):
            drafts: list[PiecesDraft] = []
            joined = [proof.dossier_id for proof in proofs if proof.joined]

            def between() -> Iterable[bytes]:
                return chain.from_iterable(map(self._parts.one, drafts[0].before, joined))

            def draft(number: int) -> FileDraft:
                drafts.append(build(number))
                if len(drafts[0].before) != len(joined):
                    raise StoreError("Un fichier de pièces en joint autant qu’il en annonce.")
                return drafts[0].around

            number = self._db.row("lot", "number", lot)["number"]
            file = self._files.keep(ps, (), draft, f"pièces du lot {number:03}", between)
            before = iter(drafts[0].before)
            for rank, proof in enumerate(proofs, 1):
                self._add(file, rank, lot, proof, next(before) if proof.joined else b"")
            return file

    def lots_to_prove(self, since: str, *, sent: bool = True) -> tuple[int, ...]:
        """Lots of FSE from a day (AAMMJJ) on of which a piece may have to leave, in order: those that left,
        or those that wait for a file.
        """
        with self._db.reading():
            query = _TO_PROVE.replace("{states}", _SENT if sent else _WAITING)
            return tuple(int(row["id"]) for row in self._db.rows(query, since))

    def proved(self, lot: int) -> None:
        """Every piece of a lot left: it is looked at no more, until one of them is refused."""
        with self._db.step("lot_proved"):
            self._db.update("lot", lot, proved=1)

    def invoices_in(self, lot: int) -> tuple[tuple[int, int], ...]:
        """The invoices of a lot, each with its visit, in order: those that are to be proved, for an invoice
        that is put right, to be billed anew, or that was, is proved no more.
        """
        with self._db.reading():
            return tuple((row["id"], row["visit"]) for row in self._db.rows(_INVOICES, lot))

    def went(self, dossier_id: int, lot: int) -> bool:
        """Whether a piece went already, with its bytes, to whom this lot went, and was not refused."""
        with self._db.reading():
            return bool(self._db.rows(_WENT, lot, dossier_id))

    def of_invoices(self, invoices: Iterable[int]) -> tuple[ProofRow, ...]:
        """What went for these invoices, in order."""
        return self._find("WHERE proof.invoice IN ({marks})", invoices)

    def of_files(self, files: Iterable[int]) -> tuple[ProofRow, ...]:
        """What these files hold, in order; nothing for a file of lots."""
        return self._find("WHERE proof.file IN ({marks})", files)

    def of_dossiers(self, dossiers: Iterable[int]) -> tuple[ProofRow, ...]:
        """What went of these pieces, in order."""
        return self._find("WHERE proof.dossier IN ({marks})", dossiers)

    def find(self, state: ProofState) -> tuple[ProofRow, ...]:
        """What is in a state, in order."""
        return self._find("WHERE proof.state IN ({marks})", [state.value])

    def is_of_pieces(self, file: int) -> bool:
        """Whether a file holds pieces."""
        with self._db.reading():
            return bool(self._db.rows("SELECT 1 FROM proof WHERE file = ? LIMIT 1", file))

    # --- its own ---

    def _add(self, file: int, rank: int, lot: int, proof: ProofDraft, before: bytes) -> None:
        one = self._db.new_id("proof")
        self._db.insert(
            "proof",
            id=one,
            file=file,
            rank=rank,
            lot=lot,
            invoice=proof.invoice_id,
            dossier=proof.dossier_id,
            nature=proof.nature,
            state=ProofState.WAITING.value,
            before_sealed=self._db.encrypt(before, "proof", "before", one) if before else None,
        )
        self._db.remember([("proof", one, ProofState.WAITING, "")])

    def _ties(self, query: str, ids: Iterable[int]) -> tuple[TieRow, ...]:
        with self._db.reading():
            rows = sorted(self._db.among(query, ids), key=lambda row: int(row["id"]))
            return tuple(TieRow(row["dossier"], row["visit"], row["nature"]) for row in rows)

    def _find(self, where: str, values: Iterable[int | str]) -> tuple[ProofRow, ...]:
        with self._db.reading():
            rows = self._db.among(f"{_PROOFS} {where}", values)
            return tuple(self._row(row) for row in sorted(rows, key=lambda row: int(row["id"])))

    def _row(self, row: Row) -> ProofRow:
        return ProofRow(
            id=row["id"],
            file_id=row["file"],
            file=f"{row['file_number']:06}",
            rank=row["rank"],
            lot_id=row["lot"],
            lot=f"{row['lot_number']:03}",
            invoice_id=row["invoice"],
            invoice=f"{row['number']:09}",
            ps=row["ps"],
            dossier_id=row["dossier"],
            nature=row["nature"],
            joined=bool(row["joined"]),
            state=ProofState(row["state"]),
            code=row["code"],
            reason=self._db.decrypt_text(row["reason_sealed"], "proof", "reason", row["id"]),
        )
