"""Acknowledgements (ARL): what they settle of files, lots and their sheets, in whatever order they come."""

import sqlite3
from dataclasses import dataclass, replace

from tournee.model import Effect, Outcome, Target
from tournee.model.codes import AMC, DRE, FSE
from tournee.store.messages import Messages
from tournee.store.numbers import number_of
from tournee.store.states import FileState, LotState, MessageState, SheetState

_SETTLED_LATE = "prouvé par un retour"
_DUPLICATE_CODE = "0105"
_ACCEPTED_AFTER_ALL = "lot refusé, puis accepté : il a été refait, à vérifier"
_DOUBT = "doublon d’un envoi déjà reçu"


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


class Acknowledgements(Messages):
    """Settles files and lots.

    The more precise wins: a lot refused stays refused when its file is accepted, before or after. A refusal
    is not undone by an acceptance, but for one: code 0105 says that the OCT had the lot already, so it weighs
    less than whatever it said when it took it. A file stands where its lots do.
    """

    def _apply_to_file(self, effect: Effect) -> Applied:
        found = self._rows(
            "SELECT id FROM file WHERE number = ?1 AND (?2 = '' OR ps = ?2) ORDER BY id DESC",
            number_of(effect.file),
            effect.ps,
        )
        for row in found:
            file = int(row["id"])
            if self._prove_arrival(file):
                return replace(self._settle_file(file, effect), file=file)
        return Applied(False, "fichier jamais envoyé" if found else "fichier inconnu")

    def _settle_file(self, file: int, effect: Effect) -> Applied:
        if effect.outcome is Outcome.DUPLICATE or _is_duplicate(effect):
            return Applied(True, "fichier déjà reçu")
        if effect.outcome not in (Outcome.ACCEPTED, Outcome.REFUSED):
            return Applied(True, "signalement")
        lots = self._rows("SELECT id FROM lot WHERE file = ? ORDER BY file_rank", file)
        settled = [self._settle_lot(lot["id"], effect) for lot in lots]
        self._settle_file_by_its_lots(file, effect)
        return Applied(True, "fichier déjà réglé" if all(lot.note for lot in settled) else "")

    def _apply_to_lot(self, effect: Effect) -> Applied:
        query = """SELECT lot.id, lot.file FROM lot LEFT JOIN file ON file.id = lot.file WHERE lot.number = ?1
            AND lot.state <> 'abandoned' AND (?2 = '' OR lot.ps = ?2) AND (?3 = '' OR lot.date = ?3)
            AND (?4 IS NULL OR file.number = ?4) ORDER BY lot.id DESC"""
        file_number = number_of(effect.file) if effect.file else None
        found = self._rows(query, number_of(effect.lot), effect.ps, effect.lot_date, file_number)
        for row in found:
            if row["file"] is not None and self._prove_arrival(row["file"]):
                lot = int(row["id"])
                settled = self._settle_lot(lot, effect)
                self._settle_file_by_its_lots(row["file"])
                return replace(settled, lot=lot, file=row["file"], invoice=self._culprit(lot, effect))
        return Applied(False, "lot jamais envoyé" if found else "lot inconnu")

    def _settle_file_by_its_lots(self, file: int, effect: Effect | None = None) -> None:
        """A file whose lots are all settled is so too: refused when all are, else accepted; `effect` speaks
        of the file itself.
        """
        rows = self._rows("SELECT DISTINCT state FROM lot WHERE file = ?", file)
        states = {LotState(row["state"]) for row in rows}
        if not states <= {LotState.ACKNOWLEDGED, LotState.REFUSED}:
            return
        state = FileState.REFUSED if states == {LotState.REFUSED} else FileState.ACKNOWLEDGED
        if not states and effect is not None and effect.outcome is Outcome.REFUSED:
            state = FileState.REFUSED  # a request of the opposition list: it has no lot
        present = self._state("file", file)
        if present is FileState.REFUSED and state is not present:
            self._move("file", file, FileState.SENT, _DOUBT)
        if self._state("file", file).leads_to(state):
            reason = effect.reason if effect is not None else ""
            self._move("file", file, state, reason)
            self._give_reason("file", file, reason if state is FileState.REFUSED else "")

    def _settle_lot(self, lot: int, effect: Effect) -> Applied:
        if effect.outcome is Outcome.DUPLICATE:
            return Applied(True, "lot déjà reçu")
        accepted = effect.outcome is Outcome.ACCEPTED
        if not accepted and effect.outcome is not Outcome.REFUSED:
            return Applied(True, "signalement")
        if _is_duplicate(effect) and self._state("lot", lot) is LotState.ACKNOWLEDGED:
            return Applied(True, "lot déjà reçu")
        if not _is_duplicate(effect):
            self._lift_duplicate(lot)
        if not self._advance("lot", lot, LotState.ACKNOWLEDGED if accepted else LotState.REFUSED, effect):
            remade = accepted and self._rows("SELECT 1 FROM former_lot WHERE lot = ?", lot)
            return Applied(True, _ACCEPTED_AFTER_ALL if remade else "lot déjà réglé")
        state = SheetState.ACKNOWLEDGED if accepted else SheetState.REFUSED
        for sheet in self._rows("SELECT id FROM sheet WHERE lot = ? ORDER BY lot_rank", lot):
            self._advance("sheet", sheet["id"], state, effect)
        return Applied(True)

    def _lift_duplicate(self, lot: int) -> None:
        """A lot refused for nothing but having been there already waits anew for what the OCT said first."""
        if self._state("lot", lot) is not LotState.REFUSED or self._is_truly_refused(lot):
            return
        self._move("lot", lot, LotState.SENT, _DOUBT)
        for sheet in self._rows("SELECT * FROM sheet WHERE lot = ? ORDER BY lot_rank", lot):
            refused = SheetState(sheet["state"]) is SheetState.REFUSED
            if refused and not self._is_refused_alone(sheet):
                self._move("sheet", sheet["id"], SheetState.SENT, _DOUBT)

    def _is_truly_refused(self, lot: int) -> bool:
        """Whether a return refused the lot, or its file, otherwise than as a duplicate."""
        file = self._row("lot", lot)["file"]
        rows = self._rows("SELECT * FROM effect WHERE applied AND (lot = ? OR file = ?)", lot, file)
        return any(
            told.outcome is Outcome.REFUSED
            and not _is_duplicate(told)
            and (told.target is Target.FILE or (told.target is Target.LOT and row["lot"] == lot))
            for row, told in ((row, self._told_by(row)) for row in rows)
        )

    def _is_refused_alone(self, sheet: sqlite3.Row) -> bool:
        """Whether a return refused this very sheet."""
        rows = self._rows("SELECT * FROM effect WHERE applied AND invoice = ?", sheet["invoice"])
        for told in map(self._told_by, rows):
            if told.target is Target.INVOICE and told.outcome is Outcome.REFUSED:
                chosen = self._choose_sheet(sheet["invoice"], told)
                if chosen is not None and chosen["id"] == sheet["id"]:
                    return True
        return False

    def _told_by(self, row: sqlite3.Row) -> Effect:
        return Effect.from_json(self._unseal(row["told_sealed"], "effect", "told", row["id"]))

    def _choose_sheet(self, invoice: int, effect: Effect) -> sqlite3.Row | None:
        """The sheet by its document, else the DRE for an AMC share where there is one, else the FSE, else the
        only one.
        """
        sheets = {row["kind"]: row for row in self._rows("SELECT * FROM sheet WHERE invoice = ?", invoice)}
        if effect.document:
            return sheets.get(effect.document)
        if effect.share == AMC and DRE in sheets:
            return sheets[DRE]
        return sheets.get(FSE) or sheets.get(DRE)

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

    def _culprit(self, lot: int, effect: Effect) -> int | None:
        """The invoice that an ARL blames for its lot."""
        query = """SELECT invoice.id FROM invoice JOIN sheet ON sheet.invoice = invoice.id
            WHERE sheet.lot = ? AND number = ?"""
        found = self._rows(query, lot, number_of(effect.invoice))
        return int(found[0]["id"]) if found else None


def _is_duplicate(effect: Effect) -> bool:
    return effect.outcome is Outcome.REFUSED and effect.code == _DUPLICATE_CODE
