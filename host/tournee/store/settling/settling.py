"""What a return says, applied: to files and lots, to the sheets of invoices, to what was paid for them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tournee.model import Effect, Outcome, Target
from tournee.model.codes import AMC, AMO, DRE
from tournee.store.database import Database
from tournee.store.inserts import number_of
from tournee.store.numbering.other_stations import OtherStations
from tournee.store.rows import EffectRow
from tournee.store.settling.acknowledgements import Acknowledgements, advance, choose_sheet
from tournee.store.settling.answers import Answered, Answers
from tournee.store.settling.changes import Changes, Record
from tournee.store.settling.pieces import PieceAnswers
from tournee.store.states import DoubtState, SheetState, VisitState
from tournee.store.tables.effects import OTHER_INSURED, OTHER_PS, OTHER_STATION, Applied, Effects
from tournee.store.tables.payments import Due, Payments, anomalies, joined, payment_state, same_visit

_NIR_LENGTH = 13  # without its key

_FORMER = "SELECT sheet, lot FROM former_lot WHERE sheet IN ({marks}) ORDER BY lot DESC"

_OURS = """SELECT 1 FROM invoice WHERE ps = ? UNION SELECT 1 FROM day WHERE ps = ?"""

_STANDS_NOT = frozenset({SheetState.ABANDONED, SheetState.REFUSED, SheetState.PAYMENT_REFUSED})
_MAY_BE_GIVEN_UP = frozenset({SheetState.MADE, SheetState.SEALED, SheetState.CERTIFIED})
_CONTRADICTIONS: dict[tuple[Outcome, Outcome], str] = {
    (Outcome.REJECTED, Outcome.PAID): "paiement refusé, puis payé : à vérifier",
    (Outcome.PAID, Outcome.REJECTED): "payée, puis paiement refusé : à vérifier",
    (Outcome.PAID, Outcome.DEFERRED): "payée, puis différée : à vérifier",
}
"""What is said of money of a share, told against what was told of it before."""
_PAID_AFTER_ALL = "refusée, puis payée : à vérifier"
_OF_FILES = frozenset({Target.FILE, Target.LOT, Target.PIECE})
_PAID_THOUGH_CANCELLED = "annulée par l’organisme, puis payée : à vérifier"
_OF_MONEY = frozenset({Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED})
_TAKEN = frozenset({Outcome.ACCEPTED, Outcome.DUPLICATE})


class Settling:
    """Applies effects inside the step that settles their return.

    A payment is taken before its ARL, and stays after it.
    """

    def __init__(
        self,
        db: Database,
        effects: Effects,
        payments: Payments,
        acknowledgements: Acknowledgements,
        answers: Answers,
        pieces: PieceAnswers,
        others: OtherStations,
    ) -> None:
        self._db, self._effects, self._payments = db, effects, payments
        self._acknowledgements, self._answers, self._others = acknowledgements, answers, others
        self._pieces = pieces
        self._known: dict[str, bool] = {}

    def apply(self, received: int, effects: Sequence[Effect]) -> tuple[EffectRow, ...]:
        """Apply what the return `received` says, in order, and keep it."""
        self._known.clear()
        changes = Changes(self._db, self._effects, self._payments, received)
        former = self._read_ahead(changes, [one for one in effects if one.target is Target.INVOICE])
        answered = self._answers.of(effects)
        rows = []
        for one in effects:
            elsewhere = self._of_other_station(changes, one)
            effect = one if elsewhere else self._understood(one)
            done = elsewhere or self._apply(changes, effect, former, answered)
            changes.tell(effect, done)
            rows.append(EffectRow(received, effect, done.applied, done.note))
        changes.write()
        return tuple(rows)

    def _read_ahead(self, changes: Changes, effects: Sequence[Effect]) -> dict[int, list[int]]:
        """Read all that these effects will ask for, in a few queries; gives the former lots of each sheet."""
        numbers = {number_of(effect.invoice) for effect in effects if effect.invoice}
        if not numbers:
            return {}
        changes.by("invoice", "number", numbers)
        named = [row for number in sorted(numbers) for row in changes.with_("invoice", "number", number)]
        if any(effect.outcome in _OF_MONEY for effect in effects):
            visits = {row["visit"] for row in named}
            changes.by("invoice", "visit", visits)
            changes.records("visit", sorted(visits))
            named = [row for visit in sorted(visits) for row in changes.with_("invoice", "visit", visit)]
        changes.by("sheet", "invoice", [row["id"] for row in named])
        sheets = [sheet for row in named for sheet in changes.with_("sheet", "invoice", row["id"])]
        changes.payments(sheet["id"] for sheet in sheets)
        former: dict[int, list[int]] = {}
        for row in self._db.among(_FORMER, [sheet["id"] for sheet in sheets]):
            former.setdefault(row["sheet"], []).append(row["lot"])
        lots = {sheet["lot"] for sheet in sheets if sheet["lot"]} | {
            lot for some in former.values() for lot in some
        }
        files = {lot["file"] for lot in changes.records("lot", sorted(lots)) if lot["file"]}
        changes.records("file", sorted(files))
        return former

    def _of_other_station(self, changes: Changes, effect: Effect) -> Applied | None:
        """What becomes of what another host of this mailbox sent; None for all else. Money, and what was not
        taken, waits for the carer's eye.
        """
        if effect.target is Target.PAYMENT:
            return None
        if effect.target is Target.INVOICE:
            known = changes.with_("invoice", "number", number_of(effect.invoice)) if effect.invoice else []
            if known or (effect.ps and not self._is_ours(effect.ps)):
                return None
        if not self._others.sent(effect):
            return None
        of_file = effect.target in _OF_FILES
        waits = effect.outcome not in _TAKEN if of_file else effect.outcome in _OF_MONEY
        return Applied(False, OTHER_STATION, doubt=DoubtState.OTHER_STATION if waits else None)

    def _understood(self, effect: Effect) -> Effect:
        """A duplicate of what another journal sent is a refusal of ours."""
        if effect.target in _OF_FILES and self._answers.taken_elsewhere(effect):
            return replace(effect, outcome=Outcome.REFUSED, elsewhere=True)
        return effect

    def _apply(
        self,
        changes: Changes,
        effect: Effect,
        former: dict[int, list[int]],
        answered: Callable[[Effect], Answered],
    ) -> Applied:
        if effect.target in _OF_FILES:
            file = answered(effect)
            if file.amiss:
                return file.refused(effect)
            if effect.target is Target.PIECE:
                if file.file is None:
                    return Applied(False, "pièce inconnue", doubt=DoubtState.UNMATCHED)
                arrived = self._acknowledgements.prove_arrival
                return file.alarmed(self._pieces.apply(changes, effect, file.file, arrived))
            if effect.target is Target.LOT:
                return file.alarmed(self._acknowledgements.apply_to_lot(changes, effect, file.file))
            done = self._acknowledgements.apply_to_file(changes, effect, file.file)
            if done.file is not None:
                self._pieces.apply_to_all(effect, done.file)
            return file.alarmed(done)
        if effect.ps and not self._is_ours(effect.ps):
            return Applied(False, OTHER_PS)
        if effect.target is Target.PAYMENT:
            return Applied(True, "mouvement d’une dette" if effect.moved else "paiement hors facture")
        done = self._apply_to_invoice(changes, effect, former)
        if done.applied or effect.outcome not in _OF_MONEY or done.note == OTHER_INSURED:
            return done
        return replace(done, doubt=DoubtState.UNMATCHED)

    def _is_ours(self, ps: str) -> bool:
        """Whether this journal bills for a professional."""
        if ps not in self._known:
            self._known[ps] = bool(self._db.rows(_OURS, ps, ps))
        return self._known[ps]

    def _apply_to_invoice(self, changes: Changes, effect: Effect, former: dict[int, list[int]]) -> Applied:
        if not effect.invoice:
            return Applied(False, "ne nomme aucune facture")
        numbered = changes.with_("invoice", "number", number_of(effect.invoice))
        found = [row for row in numbered if effect.ps in ("", row["ps"])]
        if len(found) != 1:
            strange = not found and self._answers.never_given(effect.invoice)
            return Applied(
                False,
                "facture de plusieurs professionnels" if found else "facture inconnue",
                doubt=DoubtState.UNMATCHED if strange else None,
            )
        invoice = int(found[0]["id"])
        sheet = choose_sheet(changes.with_("sheet", "invoice", invoice), effect)
        if sheet is None:
            return Applied(False, "pièce inconnue", invoice)
        other, lot = self._differing(changes, sheet, effect, former.get(sheet["id"], []))
        if other:
            return Applied(False, other, invoice)
        if (
            lot is None
            or lot["file"] is None
            or not self._acknowledgements.prove_arrival(changes, lot["file"])
        ):
            return Applied(False, "facture jamais envoyée", invoice)
        touched = Applied(True, "", invoice, lot["id"], lot["file"])
        if lot["id"] <= (sheet["lot_before"] or 0) and effect.paid <= 0:
            return replace(touched, note="dit de cette DRE avant sa correction")
        if effect.outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
            state = SheetState.ACKNOWLEDGED if effect.outcome is Outcome.ACCEPTED else SheetState.REFUSED
            changed = advance(changes, "sheet", sheet["id"], state, effect)
            return touched if changed else replace(touched, note="facture déjà réglée")
        if effect.outcome in _OF_MONEY:
            contradiction = self._contradiction(changes, sheet, effect)
            self._pay(changes, sheet["id"], effect)
            given_up = self._spare_billing_twice(changes, invoice)
            amiss = self._anomalies(changes, changes.record("sheet", sheet["id"]))
            twice = self._billed_twice(changes, invoice)
            return replace(
                touched,
                note=joined(contradiction, *given_up, *amiss, *twice),
                doubt=self._doubt(changes, sheet["id"], contradiction if not twice else "", amiss),
            )
        return replace(touched, note="signalement")

    def _differing(
        self, changes: Changes, sheet: Record, effect: Effect, former: Sequence[int]
    ) -> tuple[str, Record | None]:
        """What the return says of the sheet that is not so, in French: it then speaks of another one; and
        the lot it means, None when the sheet was in none.

        Zeros and blanks are what a return writes for what it does not say. A lot refused whose sheets went
        into another one is still a lot of theirs.
        """
        nir = self._db.decrypt_text(sheet["nir_sealed"], "sheet", "nir", sheet["id"])
        differing = []
        if _is_said(effect.nir) and effect.nir[:_NIR_LENGTH] != nir[:_NIR_LENGTH]:
            differing.append(OTHER_INSURED)
        own = [sheet["lot"]] if sheet["lot"] else []
        lots = changes.records("lot", sorted({*own, *former}, reverse=True))
        numbered = [lot for lot in lots if not _is_said(effect.lot) or lot["number"] == number_of(effect.lot)]
        dated = [lot for lot in lots if not _is_said(effect.lot_date) or lot["date"] == effect.lot_date]
        meant = [lot for lot in numbered if lot in dated]
        if lots and not numbered:
            differing.append("autre lot")
        if (lots and not dated) or (numbered and dated and not meant):
            differing.append("autre date de lot")
        return ", ".join(differing), meant[0] if meant else None

    def _contradiction(self, changes: Changes, sheet: Record, effect: Effect) -> str:
        """What is told of the share of a sheet that another return denied, in French; "" for what agrees.
        Money that is taken back says so itself.
        """
        if effect.outcome is Outcome.PAID and effect.paid <= 0:
            return ""
        state, told = changes.state("sheet", sheet["id"]), changes.payments_of(sheet["id"])
        if effect.outcome is Outcome.PAID and state is SheetState.REFUSED:
            return _PAID_AFTER_ALL
        lost = any(one.paid < 0 or one.outcome == Outcome.REJECTED.value for one in told)
        if effect.outcome is Outcome.PAID and state is SheetState.PAYMENT_REFUSED and not lost:
            return _PAID_THOUGH_CANCELLED
        share = _share(sheet, effect)
        said = {
            Outcome(one.outcome)
            for one in told
            if one.share == share and (one.paid > 0 or one.outcome != Outcome.PAID.value)
        }
        return joined(
            *(_CONTRADICTIONS.get((before, effect.outcome), "") for before in Outcome if before in said)
        )

    def _doubt(
        self, changes: Changes, sheet: int, contradiction: str, amiss: Sequence[str]
    ) -> DoubtState | None:
        """What the carer must settle; what is paid in part or refused waits by its state."""
        if contradiction:
            return DoubtState.CONTRADICTED
        is_paid = changes.state("sheet", sheet) is SheetState.PAID
        return DoubtState.UNBALANCED if amiss and is_paid else None

    def _pay(self, changes: Changes, sheet_id: int, effect: Effect) -> None:
        """Keep what was paid, and bring the sheet where its payments say."""
        sheet = changes.record("sheet", sheet_id)
        changes.pay(sheet_id, _share(sheet, effect), effect)
        state = payment_state(changes.payments_of(sheet_id), self._due(changes, sheet))
        why = effect.reason
        if why:
            why = f"différé — {why}" if effect.outcome is Outcome.DEFERRED else why
            changes.give_reason("sheet", sheet_id, why)
        present = changes.state("sheet", sheet_id)
        written_off = present is SheetState.WRITTEN_OFF and not effect.paid
        if state is not None and state is not present and not written_off and present.leads_to(state):
            twice = self._billed_twice(changes, sheet["invoice"])
            reasons = joined(effect.reason, *self._anomalies(changes, sheet), *twice)
            changes.move("sheet", sheet_id, state, reasons)

    def _spare_billing_twice(self, changes: Changes, invoice: int) -> list[str]:
        """Once an invoice is paid, its visit waits for no other: one made anew that is in no lot is given up.

        Gives what was given up, in French. What is in a lot already is told by `_anomalies`.
        """
        if self._paid(changes, invoice) <= 0:
            return []
        row = changes.record("invoice", invoice)
        why = f"la facture {row['number']:09} est payée"
        given_up = []
        for other in changes.with_("invoice", "visit", row["visit"]):
            sheets = changes.with_("sheet", "invoice", other["id"])
            waits = all(
                SheetState(sheet["state"]) in _MAY_BE_GIVEN_UP and not sheet["lot"] for sheet in sheets
            )
            if other["id"] == invoice or not waits:
                continue
            for sheet in sheets:
                changes.move("sheet", sheet["id"], SheetState.ABANDONED, why)
                changes.give_reason("sheet", sheet["id"], why)
            given_up.append(f"la facture {other['number']:09}, faite de nouveau, est abandonnée")
        if changes.state("visit", row["visit"]) is VisitState.PENDING:
            changes.move("visit", row["visit"], VisitState.DONE, why)
        return given_up

    def _anomalies(self, changes: Changes, sheet: Record) -> tuple[str, ...]:
        payments = changes.payments_of(sheet["id"])
        return anomalies(payments, self._due(changes, sheet)) if payments else ()

    def _billed_twice(self, changes: Changes, invoice: int) -> list[str]:
        """What else lives of a visit of which an invoice is paid, be it this one or the other."""
        visit = changes.record("invoice", invoice)["visit"]
        standing = [
            row for row in changes.with_("invoice", "visit", visit) if self._stands(changes, row["id"])
        ]
        if len(standing) < 2 or not self._stands(changes, invoice):
            return []
        own = self._paid(changes, invoice)
        return [
            same_visit(other["number"])
            for other in standing
            if other["id"] != invoice and (own > 0 or self._paid(changes, other["id"]) > 0)
        ]

    def _stands(self, changes: Changes, invoice: int) -> bool:
        sheets = changes.with_("sheet", "invoice", invoice)
        return any(SheetState(sheet["state"]) not in _STANDS_NOT for sheet in sheets)

    def _paid(self, changes: Changes, invoice: int) -> int:
        sheets = changes.with_("sheet", "invoice", invoice)
        return sum(payment.paid for sheet in sheets for payment in changes.payments_of(sheet["id"]))

    def _due(self, changes: Changes, sheet: Record) -> Due:
        beside = changes.with_("sheet", "invoice", sheet["invoice"])
        return Due(sheet["kind"], sheet["amo"], sheet["amc"], alone=len(beside) == 1)


def _share(sheet: Record, effect: Effect) -> str:
    """The share that an effect is of: a sheet's own where the return does not say."""
    return effect.share or (AMC if sheet["kind"] == DRE else AMO)


def _is_said(value: str) -> bool:
    return bool(value.strip("0 "))
