"""Acknowledgements (ARL): what they settle of files, lots and their sheets, in whatever order they come."""

from collections.abc import Sequence
from dataclasses import replace

from tournee.model import Effect, Outcome, Target
from tournee.model.codes import AMC, DRE, FSE
from tournee.store.database import Database
from tournee.store.inserts import number_of
from tournee.store.settling.changes import Changes, Record
from tournee.store.states import DoubtState, FileState, LotState, SheetState, State
from tournee.store.tables.effects import Applied, Effects
from tournee.store.tables.messages import Messages

_SETTLED_LATE = "prouvé par un retour"
_DUPLICATE_CODE = "0105"
_TAKEN_AND_NOT = "accepté, puis dit déjà reçu d’un autre envoi : à vérifier"
_ACCEPTED_AFTER_ALL = "lot refusé, puis accepté : il a été refait, à vérifier"
_CONTRADICTED = "lot refusé, puis accepté : à vérifier"
_REFUSED_AFTER_ALL = "lot accepté, puis refusé : à vérifier"
_REFUSED_THOUGH_PAID = "lot refusé, dont des factures sont payées : à vérifier"
_FILE_CONTRADICTED = "fichier refusé, puis accepté : à vérifier"
_PAID = frozenset({SheetState.PAID, SheetState.PARTLY_PAID})
_DOUBT = "doublon d’un envoi déjà reçu"

_LOTS = """SELECT lot.id, lot.number, lot.date, lot.ps, lot.file, file.number AS file_number FROM lot
    LEFT JOIN file ON file.id = lot.file WHERE lot.number = ? AND lot.state <> 'abandoned'
    ORDER BY lot.id DESC"""


class Acknowledgements:
    """Settles files and lots.

    The more precise wins: a lot refused stays refused when its file is accepted, before or after. A refusal
    is not undone by an acceptance, but for one: code 0105 says that the OCT had the lot already, so it weighs
    less than whatever it said when it took it; unless it had it from another journal, which refuses ours. A
    file stands where its lots do.
    """

    def __init__(self, db: Database, effects: Effects, messages: Messages) -> None:
        self._db, self._effects, self._messages = db, effects, messages

    def apply_to_file(self, changes: Changes, effect: Effect, answered: int | None) -> Applied:
        """Settle the file that an effect names, which its ARL answers, or say why not."""
        wanted = {"number = ?": number_of(effect.file) or -1, "ps = ?": effect.ps, "id = ?": answered}
        found = self._db.where("SELECT id FROM file", "id DESC", wanted)
        for row in found:
            file = int(row["id"])
            if self.prove_arrival(changes, file):
                settled = self._settle_file(changes, file, effect)
                if effect.outcome is Outcome.ACCEPTED and self._was_refused_whole(changes, file):
                    settled = _contradicted(settled, _FILE_CONTRADICTED)
                if effect.elsewhere and changes.state("file", file) is not FileState.REFUSED:
                    settled = _contradicted(settled, _TAKEN_AND_NOT)
                return replace(settled, file=file)
        return _unmatched(effect, "fichier jamais envoyé" if found else "fichier inconnu")

    def apply_to_lot(self, changes: Changes, effect: Effect, answered: int | None) -> Applied:
        """Settle the lot that an effect names, in the file that its ARL answers, or say why not."""
        file_number = number_of(effect.file) if effect.file else None
        found = [
            row
            for row in self._db.rows(_LOTS, number_of(effect.lot))
            if effect.ps in ("", row["ps"])
            and effect.lot_date in ("", row["date"])
            and file_number in (None, row["file_number"])
            and answered in (None, row["file"])
        ]
        for row in found:
            if row["file"] is not None and self.prove_arrival(changes, row["file"]):
                lot = int(row["id"])
                against = self._contradiction(changes, lot, effect)
                settled = self._settle_lot(changes, lot, effect)
                if settled.note == _TAKEN_AND_NOT:
                    settled = _contradicted(settled, _TAKEN_AND_NOT)
                elif against:
                    settled = _contradicted(settled, against)
                self._settle_file_by_its_lots(changes, row["file"])
                culprit = self._culprit(changes, lot, effect)
                return replace(settled, lot=lot, file=row["file"], invoice=culprit)
        return _unmatched(effect, "lot jamais envoyé" if found else "lot inconnu")

    def prove_arrival(self, changes: Changes, file: int) -> bool:
        """A return speaks of this file, so it arrived: settle its last message that tried to; False where
        none ever did.
        """
        if changes.state("file", file) is not FileState.MADE:
            return True
        tried = self._messages.last_tried(file)
        if tried is None:
            return False
        changes.write()
        self._messages.arrived(tried, _SETTLED_LATE)
        changes.forget()
        return True

    def is_truly_refused(self, lot: int, file: int) -> bool:
        """Whether a return refused the lot, or its file, otherwise than as a duplicate."""
        told = [*self._effects.applied_to("lot", lot), *self._effects.applied_to("file", file)]
        return any(
            effect.outcome is Outcome.REFUSED
            and not _is_duplicate(effect)
            and (effect.target is Target.FILE or (effect.target is Target.LOT and row["lot"] == lot))
            for effect, row in told
        )

    def is_refused_alone(self, sheet: int, beside: Sequence[Record]) -> bool:
        """Whether a return refused this very sheet; `beside` are the sheets of its invoice."""
        return any(
            effect.target is Target.INVOICE
            and effect.outcome is Outcome.REFUSED
            and (chosen := choose_sheet(beside, effect)) is not None
            and chosen["id"] == sheet
            for effect, _ in self._effects.applied_to("invoice", beside[0]["invoice"])
        )

    def _settle_file(self, changes: Changes, file: int, effect: Effect) -> Applied:
        if effect.outcome is Outcome.DUPLICATE or _is_duplicate(effect):
            return Applied(True, "fichier déjà reçu")
        if effect.outcome not in (Outcome.ACCEPTED, Outcome.REFUSED):
            return Applied(True, "signalement")
        lots = changes.with_("lot", "file", file, "file_rank")
        changes.by("sheet", "lot", [lot["id"] for lot in lots], "lot_rank")
        settled = [self._settle_lot(changes, lot["id"], effect) for lot in lots]
        self._settle_file_by_its_lots(changes, file, effect)
        return Applied(True, "fichier déjà réglé" if all(lot.note for lot in settled) else "")

    def _settle_file_by_its_lots(self, changes: Changes, file: int, effect: Effect | None = None) -> None:
        """A file whose lots are all settled is so too: refused when all are, else accepted; `effect` speaks
        of the file itself.
        """
        states = {LotState(lot["state"]) for lot in changes.with_("lot", "file", file, "file_rank")}
        if not states <= {LotState.ACKNOWLEDGED, LotState.REFUSED}:
            return
        state = FileState.REFUSED if states == {LotState.REFUSED} else FileState.ACKNOWLEDGED
        if not states and effect is not None and effect.outcome is Outcome.REFUSED:
            state = FileState.REFUSED  # a request of the opposition list: it has no lot
        present = changes.state("file", file)
        if present is FileState.REFUSED and state is not present:
            changes.move("file", file, FileState.SENT, _DOUBT)
        if changes.state("file", file).leads_to(state):
            reason = effect.reason if effect is not None else ""
            changes.move("file", file, state, reason)
            changes.give_reason("file", file, reason if state is FileState.REFUSED else "")

    def _settle_lot(self, changes: Changes, lot: int, effect: Effect) -> Applied:
        if effect.outcome is Outcome.DUPLICATE:
            return Applied(True, "lot déjà reçu")
        accepted = effect.outcome is Outcome.ACCEPTED
        if not accepted and effect.outcome is not Outcome.REFUSED:
            return Applied(True, "signalement")
        if effect.code == _DUPLICATE_CODE and changes.state("lot", lot) is LotState.ACKNOWLEDGED:
            return Applied(True, _TAKEN_AND_NOT if effect.elsewhere else "lot déjà reçu")
        if not _is_duplicate(effect):
            self._lift_duplicate(changes, lot)
        if not advance(changes, "lot", lot, LotState.ACKNOWLEDGED if accepted else LotState.REFUSED, effect):
            return Applied(True, "lot déjà réglé")
        state = SheetState.ACKNOWLEDGED if accepted else SheetState.REFUSED
        for sheet in changes.with_("sheet", "lot", lot, "lot_rank"):
            advance(changes, "sheet", sheet["id"], state, effect)
        return Applied(True)

    def _contradiction(self, changes: Changes, lot: int, effect: Effect) -> str:
        """What is told of a lot against what was told before, in French; a duplicate (0105) contradicts
        nothing.
        """
        if _is_duplicate(effect) or effect.outcome not in (Outcome.ACCEPTED, Outcome.REFUSED):
            return ""
        state = changes.state("lot", lot)
        if effect.outcome is Outcome.ACCEPTED:
            if state is not LotState.REFUSED:
                return ""
            changes.write()
            if self.is_truly_refused(lot, changes.record("lot", lot)["file"]):
                remade = self._db.rows("SELECT sheet FROM former_lot WHERE lot = ? LIMIT 1", lot)
                return _ACCEPTED_AFTER_ALL if remade else _CONTRADICTED
            return ""
        sheets = changes.with_("sheet", "lot", lot, "lot_rank")
        if any(SheetState(sheet["state"]) in _PAID for sheet in sheets):
            return _REFUSED_THOUGH_PAID
        if state is not LotState.ACKNOWLEDGED:
            return ""
        changes.write()
        taken = (told for told, _ in self._effects.applied_to("lot", lot) if told.target is Target.LOT)
        return _REFUSED_AFTER_ALL if any(one.outcome is Outcome.ACCEPTED for one in taken) else ""

    def _was_refused_whole(self, changes: Changes, file: int) -> bool:
        """Whether a return refused the file itself, otherwise than as a duplicate."""
        if changes.state("file", file) is not FileState.REFUSED:
            return False
        changes.write()
        return any(
            told.target is Target.FILE and told.outcome is Outcome.REFUSED and not _is_duplicate(told)
            for told, _ in self._effects.applied_to("file", file)
        )

    def _lift_duplicate(self, changes: Changes, lot: int) -> None:
        """A lot refused for nothing but having been there already waits anew for what the OCT said first."""
        if changes.state("lot", lot) is not LotState.REFUSED:
            return
        changes.write()
        if self.is_truly_refused(lot, changes.record("lot", lot)["file"]):
            return
        changes.move("lot", lot, LotState.SENT, _DOUBT)
        for sheet in changes.with_("sheet", "lot", lot, "lot_rank"):
            refused = SheetState(sheet["state"]) is SheetState.REFUSED
            beside = changes.with_("sheet", "invoice", sheet["invoice"])
            if refused and not self.is_refused_alone(sheet["id"], beside):
                changes.move("sheet", sheet["id"], SheetState.SENT, _DOUBT)

    def _culprit(self, changes: Changes, lot: int, effect: Effect) -> int | None:
        """The invoice that an ARL blames for its lot."""
        if not effect.invoice:
            return None
        sheets = changes.with_("sheet", "lot", lot, "lot_rank")
        invoices = changes.records("invoice", dict.fromkeys(sheet["invoice"] for sheet in sheets))
        blamed = [row["id"] for row in invoices if row["number"] == number_of(effect.invoice)]
        return blamed[0] if blamed else None


def choose_sheet(sheets: Sequence[Record], effect: Effect) -> Record | None:
    """The sheet by its document, else the DRE for an AMC share where there is one, else the FSE, else the
    only one.
    """
    kinds = {sheet["kind"]: sheet for sheet in sheets}
    if effect.document:
        return kinds.get(effect.document)
    if effect.share == AMC and DRE in kinds:
        return kinds[DRE]
    return kinds.get(FSE) or kinds.get(DRE)


def advance(changes: Changes, table: str, row_id: int, state: State, effect: Effect) -> bool:
    """Move where the present state allows it; says whether it did. Gives a refusal its reason."""
    present = changes.state(table, row_id)
    if present is state or not present.leads_to(state):
        return False
    reason = effect.reason
    if effect.invoice and table != "file":
        reason += f" (facture {effect.invoice})"
    changes.move(table, row_id, state, reason)
    changes.give_reason(table, row_id, "" if effect.outcome is Outcome.ACCEPTED else reason)
    return True


def _contradicted(settled: Applied, note: str) -> Applied:
    return replace(settled, note=note, doubt=DoubtState.CONTRADICTED)


def _unmatched(effect: Effect, note: str) -> Applied:
    """Nothing of ours; a refusal, or a file that the OCT has already, waits for the carer's eye."""
    doubt = None if effect.outcome is Outcome.ACCEPTED else DoubtState.UNMATCHED
    return Applied(False, note, doubt=doubt)


def _is_duplicate(effect: Effect) -> bool:
    """Whether it says no more than that it was there already; taken under a message that is none of this
    journal's, it is refused.
    """
    return effect.outcome is Outcome.REFUSED and effect.code == _DUPLICATE_CODE and not effect.elsewhere
