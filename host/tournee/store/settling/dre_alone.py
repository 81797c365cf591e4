"""A refused DRE corrected in its own place, its FSE kept: its records are others, its amounts the same.

The lots that held it keep their bytes whole, the history what it was; what returns said of it then is past.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tournee.errors import StoreError
from tournee.formats.records import RECORD_LENGTH
from tournee.french import euros
from tournee.model.codes import DRE
from tournee.store.database import Database
from tournee.store.inserts import VisitDraft, check_number
from tournee.store.settling.corrections import DEAD
from tournee.store.statements import Row
from tournee.store.states import SheetState
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.lots import Lots
from tournee.store.tables.visits import Visits

_SHEETS = "SELECT id, kind, state, lot, lot_rank FROM sheet WHERE invoice = ? ORDER BY id"
_WAITING = "SELECT id FROM sheet WHERE invoice = ? AND state = 'made' AND lot_before IS NOT NULL"
_HELD = (
    "SELECT lot FROM former_lot WHERE sheet = ? UNION SELECT lot FROM sheet WHERE id = ? AND lot IS NOT NULL"
)
_PAID = "SELECT coalesce(sum(paid), 0) AS cents FROM payment WHERE sheet = ?"
_FORMER = "SELECT lot, lot_rank FROM former_lot WHERE sheet = ? ORDER BY lot DESC"
_STATES = (
    "SELECT id, at, state, detail_sealed FROM history WHERE subject = 'sheet' AND subject_id = ? ORDER BY id"
)
_PRESENT = """UPDATE payment SET past = 0 WHERE sheet = ?
    AND received IN (SELECT id FROM received WHERE taken > ?)"""
_SIGNS = b"7"
_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)


@dataclass(frozen=True)
class DreDraft:
    """A DRE as it is to be: its CRF, its securing mode, its records 2 to 5."""

    crf: str
    mode: str
    records: bytes = field(repr=False)


@dataclass(frozen=True)
class DreBefore:
    """A DRE as it was refused: its sheet, the lot that held it and the one before that it was made anew from
    (None: it was not), its records 2 to 5 and 7.
    """

    sheet: int
    lot: int
    lot_before: int | None
    rank: int
    records: bytes = field(repr=False)
    sevens: bytes = field(repr=False)


class DreAlone:
    """Makes a refused DRE anew, alone."""

    def __init__(self, db: Database, visits: Visits, invoices: Invoices, lots: Lots) -> None:
        self._db, self._visits, self._invoices, self._lots = db, visits, invoices, lots

    def make(
        self, invoice_id: int, draft: DreDraft, before: bytes, visit: VisitDraft, date: str, reason: str
    ) -> int:
        """Put a DRE in the place of the refused one of an invoice, to be signed; and what is right in its
        visit's, which was `before`, at its `date` (AAAAMMJJ). Gives the sheet.

        StoreError when no DRE of it is refused, when nothing else of it stands, when money came of that DRE,
        and when the visit was changed meanwhile.
        """
        with self._db.step("make_dre_alone"):
            row = self._db.row("invoice", "visit, number", invoice_id)
            sheet, lot, rank = self._refused(invoice_id, f"{row['number']:09}")
            self._require_unchanged(row["visit"], before)
            check_number(draft.records, "2", "facture", row["number"])
            held = sorted(one["lot"] for one in self._db.rows(_HELD, sheet, sheet))
            self._lots.keep_whole(held)
            if lot is not None:
                self._db.insert_all("former_lot", ("lot", "sheet", "lot_rank"), [(lot, sheet, rank)])
            self._invoices.write_anew(sheet, draft.crf, draft.mode, draft.records, held[-1], reason)
            self._db.write("UPDATE payment SET past = 1 WHERE sheet = ?", sheet)
            self._visits.put_right(row["visit"], visit, date, reason, billed=True)
            return sheet

    def before(self, invoice_id: int) -> DreBefore:
        """The DRE of an invoice as it was refused, while the one in its place waits to be signed. StoreError
        when none does.
        """
        with self._db.reading():
            rows = self._db.rows(_WAITING, invoice_id)
            if not rows:
                number = self._db.row("invoice", "number", invoice_id)["number"]
                raise StoreError(
                    f"Aucune correction de DRE n’attend pour la facture {number:09}.",
                    cause="elle est déjà signée, ou n’a pas été corrigée",
                    next_step="affichez l’état.",
                )
            sheet = rows[0]["id"]
            former = self._db.rows(_FORMER, sheet)
            lot, rank = former[0]["lot"], former[0]["lot_rank"]
            again = len(self._corrected(sheet)) > 1
            body = _in_lot(self._lots.get(lot).body, rank)
            return DreBefore(sheet, lot, former[1]["lot"] if again else None, rank, *body)

    def undo(self, invoice_id: int, before: bytes, visit: VisitDraft, date: str, reason: str) -> None:
        """Put the refused DRE of an invoice back in its place, as nothing of the one that was corrected is
        signed; and what was billed in its visit's, which was `before`. StoreError as of `before`, and when
        the visit was changed meanwhile.
        """
        with self._db.step("undo_dre_alone"):
            was = self.before(invoice_id)
            number = self._db.row("invoice", "visit", invoice_id)["visit"]
            self._require_unchanged(number, before)
            lot, corrected = self._lots.get(was.lot), self._corrected(was.sheet)
            state, told = self._state_before(was.sheet, corrected[-1]["id"])
            self._invoices.put_back(was.sheet, lot, was.rank, was.lot_before, was.records, was.sevens)
            self._db.set_state("sheet", [was.sheet], state)
            self._db.give_reason("sheet", was.sheet, told)
            self._db.remember([("sheet", was.sheet, state, reason)])
            self._db.write("DELETE FROM former_lot WHERE lot = ? AND sheet = ?", was.lot, was.sheet)
            since = corrected[-2]["at"] if len(corrected) > 1 else ""
            self._db.write(_PRESENT, was.sheet, since)
            self._visits.put_right(number, visit, date, reason, billed=True)

    def _corrected(self, sheet: int) -> list[Row]:
        """When it was put right, in order: a sheet's first making has no word."""
        rows = self._states(sheet)
        return [row for row in rows if row["state"] == SheetState.MADE.value and row["detail_sealed"]]

    def _states(self, sheet: int) -> list[Row]:
        """Its states in order, without the corrections that were undone, nor their undoing: one that is made
        is refused next only so.
        """
        kept: list[Row] = []
        for row in self._db.rows(_STATES, sheet):
            if kept and kept[-1]["state"] == SheetState.MADE.value and SheetState(row["state"]) in _REFUSED:
                kept.pop()
            else:
                kept.append(row)
        return kept

    def _state_before(self, sheet: int, made: int) -> tuple[SheetState, str]:
        row = [one for one in self._states(sheet) if one["id"] < made][-1]
        return SheetState(row["state"]), self._db.decrypt_text(
            row["detail_sealed"] or None, "history", "detail", row["id"]
        )

    def _require_unchanged(self, visit: int, before: bytes) -> None:
        if self._visits.get(visit).payload != before:
            raise StoreError(
                f"La visite {visit} vient d’être changée.",
                cause="une autre fenêtre y travaille",
                next_step="affichez-la, puis recommencez.",
            )

    def _refused(self, invoice_id: int, number: str) -> tuple[int, int | None, int | None]:
        sheets = self._db.rows(_SHEETS, invoice_id)
        found = [row for row in sheets if row["kind"] == DRE and SheetState(row["state"]) in _REFUSED]
        if not found:
            raise StoreError(
                f"La facture {number} n’a pas de DRE refusée.",
                cause="sa part est payée, attendue, ou déjà corrigée",
                next_step="affichez l’état.",
            )
        if all(SheetState(row["state"]) in DEAD for row in sheets):
            raise StoreError(
                f"Rien de la facture {number} ne vaut plus.",
                next_step="corrigez la facture : elle repart entière, sous un autre numéro",
            )
        sheet = found[0]
        paid = int(self._db.rows(_PAID, sheet["id"])[0]["cents"])
        if paid:
            raise StoreError(
                f"La mutuelle a déjà payé {euros(paid)} € de la facture {number}.",
                next_step="réclamez-lui le reste, ou classez-le",
            )
        return sheet["id"], sheet["lot"], sheet["lot_rank"]


def _in_lot(body: bytes, rank: int) -> tuple[bytes, bytes]:
    """The records 2 to 5 and 7 of the sheet of this rank (from 1) in a lot's records 1 to 6."""
    sheets: list[tuple[list[bytes], list[bytes]]] = []
    for at in range(RECORD_LENGTH, len(body) - RECORD_LENGTH, RECORD_LENGTH):
        record = body[at : at + RECORD_LENGTH]
        if not sheets or (sheets[-1][1] and record[:1] != _SIGNS):
            sheets.append(([], []))
        sheets[-1][record[:1] == _SIGNS].append(record)
    told, signed = sheets[rank - 1]
    return b"".join(told), b"".join(signed)
