"""What a return changes: acknowledgements, refusals and payments matched to files, lots and sheets, in
whatever order they come.
"""

import sqlite3
from dataclasses import dataclass, replace

from tournee.store.drafts import Effect, Outcome, Target
from tournee.store.messages import Messages
from tournee.store.payments import payment_state
from tournee.store.rows import PaymentRow
from tournee.store.states import FileState, LotState, MessageState, SheetState

_SHARE_AMC = "AMC"
_SETTLED_LATE = "prouvé par un retour"


@dataclass(frozen=True)
class Applied:
    """What became of one effect: whether it was matched, what it touched, and a note where it changed
    nothing.
    """

    applied: bool
    note: str = ""
    invoice: int | None = None
    lot: int | None = None
    file: int | None = None


class Effects(Messages):
    """Applies effects inside the step that settles their return.

    The more precise wins: a lot refused stays refused when its file is accepted, before or after. A refusal
    is not undone by an acceptance. A payment is taken before its ARL, and stays after it.
    """

    def _apply(self, received: int, effect: Effect) -> Applied:
        if effect.target is Target.FILE:
            return self._apply_to_file(effect)
        if effect.target is Target.LOT:
            return self._apply_to_lot(effect)
        if effect.target is Target.PAYMENT:
            return Applied(True, "paiement hors facture")
        return self._apply_to_invoice(received, effect)

    def _apply_to_file(self, effect: Effect) -> Applied:
        found = self._rows(
            "SELECT id FROM file WHERE number = ?1 AND (?2 = '' OR ps = ?2) ORDER BY id DESC",
            _number(effect.file),
            effect.ps,
        )
        for row in found:
            file = int(row["id"])
            if self._prove_arrival(file):
                return replace(self._settle_file(file, effect), file=file)
        return Applied(False, "fichier jamais envoyé" if found else "fichier inconnu")

    def _settle_file(self, file: int, effect: Effect) -> Applied:
        if effect.outcome is Outcome.DUPLICATE:
            return Applied(True, "fichier déjà reçu")
        accepted = effect.outcome is Outcome.ACCEPTED
        state = FileState.ACKNOWLEDGED if accepted else FileState.REFUSED
        if not accepted and effect.outcome is not Outcome.REFUSED:
            return Applied(True, "signalement")
        if not self._advance("file", file, state, effect):
            return Applied(True, "fichier déjà réglé")
        for lot in self._rows("SELECT id FROM lot WHERE file = ? ORDER BY file_rank", file):
            self._settle_lot(lot["id"], effect)
        return Applied(True)

    def _apply_to_lot(self, effect: Effect) -> Applied:
        query = """SELECT lot.id, lot.file FROM lot LEFT JOIN file ON file.id = lot.file WHERE lot.number = ?1
            AND lot.state <> 'abandoned' AND (?2 = '' OR lot.ps = ?2) AND (?3 = '' OR lot.date = ?3)
            AND (?4 IS NULL OR file.number = ?4) ORDER BY lot.id DESC"""
        file_number = _number(effect.file) if effect.file else None
        found = self._rows(query, _number(effect.lot), effect.ps, effect.lot_date, file_number)
        for row in found:
            if row["file"] is not None and self._prove_arrival(row["file"]):
                lot = int(row["id"])
                settled = self._settle_lot(lot, effect)
                self._settle_file_by_its_lots(row["file"])
                return replace(settled, lot=lot, file=row["file"], invoice=self._culprit(lot, effect))
        return Applied(False, "lot jamais envoyé" if found else "lot inconnu")

    def _settle_file_by_its_lots(self, file: int) -> None:
        """A file whose lots are all settled is so too: refused when all are, else accepted."""
        rows = self._rows("SELECT DISTINCT state FROM lot WHERE file = ?", file)
        states = {LotState(row["state"]) for row in rows}
        if states <= {LotState.ACKNOWLEDGED, LotState.REFUSED}:
            state = FileState.REFUSED if states == {LotState.REFUSED} else FileState.ACKNOWLEDGED
            if self._state("file", file).leads_to(state):
                self._move("file", file, state)

    def _settle_lot(self, lot: int, effect: Effect) -> Applied:
        if effect.outcome is Outcome.DUPLICATE:
            return Applied(True, "lot déjà reçu")
        accepted = effect.outcome is Outcome.ACCEPTED
        if not accepted and effect.outcome is not Outcome.REFUSED:
            return Applied(True, "signalement")
        if not self._advance("lot", lot, LotState.ACKNOWLEDGED if accepted else LotState.REFUSED, effect):
            return Applied(True, "lot déjà réglé")
        state = SheetState.ACKNOWLEDGED if accepted else SheetState.REFUSED
        for sheet in self._rows("SELECT id FROM sheet WHERE lot = ? ORDER BY lot_rank", lot):
            self._advance("sheet", sheet["id"], state, effect)
        return Applied(True)

    def _apply_to_invoice(self, received: int, effect: Effect) -> Applied:
        if not effect.invoice:
            return Applied(False, "ne nomme aucune facture")
        found = self._rows(
            "SELECT id FROM invoice WHERE number = ?1 AND (?2 = '' OR ps = ?2)",
            _number(effect.invoice),
            effect.ps,
        )
        if len(found) != 1:
            return Applied(False, "facture inconnue" if not found else "facture de plusieurs professionnels")
        invoice = int(found[0]["id"])
        sheet = self._choose_sheet(invoice, effect)
        if sheet is None:
            return Applied(False, "pièce inconnue", invoice)
        file = self._file_of(sheet)
        if file is None or not self._prove_arrival(file):
            return Applied(False, "facture jamais envoyée", invoice)
        touched = Applied(True, "", invoice, sheet["lot"], file)
        if effect.outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
            state = SheetState.ACKNOWLEDGED if effect.outcome is Outcome.ACCEPTED else SheetState.REFUSED
            changed = self._advance("sheet", sheet["id"], state, effect)
            return touched if changed else replace(touched, note="facture déjà réglée")
        if effect.outcome in (Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED):
            self._add_payment(received, sheet["id"], effect)
            return touched
        return replace(touched, note="signalement")

    def _choose_sheet(self, invoice: int, effect: Effect) -> sqlite3.Row | None:
        """The sheet by its document, else the DRE for an AMC share where there is one, else the FSE, else the
        only one.
        """
        sheets = {row["kind"]: row for row in self._rows("SELECT * FROM sheet WHERE invoice = ?", invoice)}
        if effect.document:
            return sheets.get(effect.document)
        if effect.share == _SHARE_AMC and "DRE" in sheets:
            return sheets["DRE"]
        return sheets.get("FSE") or sheets.get("DRE")

    def _add_payment(self, received: int, sheet: int, effect: Effect) -> None:
        row = self._row("sheet", sheet)
        share = effect.share or ("AMC" if row["kind"] == "DRE" else "AMO")
        asked = effect.asked or int(row[share.lower()])
        self._db.execute(
            "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self._new_id("payment"), sheet, received, share, effect.outcome.value, asked, effect.paid),
        )
        state = payment_state(self._payments(sheet))
        if effect.reason:
            self._give_reason("sheet", sheet, effect.reason)
        present = self._state("sheet", sheet)
        if state is not None and state is not present and present.leads_to(state):
            self._move("sheet", sheet, state, effect.reason)

    def _payments(self, sheet: int) -> tuple[PaymentRow, ...]:
        rows = self._rows("SELECT * FROM payment WHERE sheet = ? ORDER BY id", sheet)
        return tuple(
            PaymentRow(sheet, row["received"], row["share"], row["outcome"], row["asked"], row["paid"])
            for row in rows
        )

    def _advance(
        self, table: str, row_id: int, state: FileState | LotState | SheetState, effect: Effect
    ) -> bool:
        """Move where the present state allows it; says whether it did. Gives a refusal its reason."""
        present = self._state(table, row_id)
        if present is state or not present.leads_to(state):
            return False
        reason = effect.reason
        if effect.invoice and table != "file":
            reason += f" (facture {effect.invoice})"
        self._move(table, row_id, state, reason)
        self._give_reason(table, row_id, "" if effect.outcome is Outcome.ACCEPTED else reason)
        return True

    def _prove_arrival(self, file: int) -> bool:
        """A return speaks of this file, so it arrived: settle its last message that tried to; False where
        none ever did.
        """
        if self._state("file", file) is not FileState.MADE:
            return True
        tried = [MessageState.TRANSMITTING.value, MessageState.UNCERTAIN.value, MessageState.FAILED.value]
        found = self._rows(
            "SELECT id FROM message WHERE file = ? AND state IN (?, ?, ?) ORDER BY id DESC", file, *tried
        )
        if not found:
            return False
        self._arrived(found[0]["id"], _SETTLED_LATE)
        return True

    def _file_of(self, sheet: sqlite3.Row) -> int | None:
        if sheet["lot"] is None:
            return None
        file = self._row("lot", sheet["lot"])["file"]
        return None if file is None else int(file)

    def _culprit(self, lot: int, effect: Effect) -> int | None:
        """The invoice that an ARL blames for its lot."""
        query = """SELECT invoice.id FROM invoice JOIN sheet ON sheet.invoice = invoice.id
            WHERE sheet.lot = ? AND number = ?"""
        found = self._rows(query, lot, _number(effect.invoice))
        return int(found[0]["id"]) if found else None


def _number(digits: str) -> int:
    """A number as a return writes it; -1, which nothing bears, for what is not digits."""
    return int(digits) if digits.isascii() and digits.isdigit() else -1
