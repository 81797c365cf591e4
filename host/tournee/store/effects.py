"""What a return says of an invoice: its sheet found, or not with the reason; its payments taken."""

import sqlite3
from dataclasses import replace

from tournee.store.acknowledgements import Acknowledgements, Applied
from tournee.store.drafts import Effect, Outcome, Target
from tournee.store.numbers import number_of
from tournee.store.payments import Payments, payment_state
from tournee.store.states import SheetState

_NIR_LENGTH = 13  # without its key


class Effects(Acknowledgements, Payments):
    """Applies effects inside the step that settles their return.

    A payment is taken before its ARL, and stays after it.
    """

    def _apply(self, received: int, effect: Effect) -> Applied:
        if effect.target is Target.FILE:
            return self._apply_to_file(effect)
        if effect.target is Target.LOT:
            return self._apply_to_lot(effect)
        if effect.target is Target.PAYMENT:
            return Applied(True, "paiement hors facture")
        return self._apply_to_invoice(received, effect)

    def _apply_to_invoice(self, received: int, effect: Effect) -> Applied:
        if not effect.invoice:
            return Applied(False, "ne nomme aucune facture")
        found = self._rows(
            "SELECT id FROM invoice WHERE number = ?1 AND (?2 = '' OR ps = ?2)",
            number_of(effect.invoice),
            effect.ps,
        )
        if len(found) != 1:
            return Applied(False, "facture inconnue" if not found else "facture de plusieurs professionnels")
        invoice = int(found[0]["id"])
        sheet = self._choose_sheet(invoice, effect)
        if sheet is None:
            return Applied(False, "pièce inconnue", invoice)
        other = self._differing(sheet, effect)
        if other:
            return Applied(False, other, invoice)
        file = self._file_of(sheet)
        if file is None or not self._prove_arrival(file):
            return Applied(False, "facture jamais envoyée", invoice)
        touched = Applied(True, "", invoice, sheet["lot"], file)
        if effect.outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
            state = SheetState.ACKNOWLEDGED if effect.outcome is Outcome.ACCEPTED else SheetState.REFUSED
            changed = self._advance("sheet", sheet["id"], state, effect)
            return touched if changed else replace(touched, note="facture déjà réglée")
        if effect.outcome in (Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED):
            self._add_payment(received, sheet, effect)
            return replace(touched, note=" ; ".join(self._anomalies(sheet)))
        return replace(touched, note="signalement")

    def _differing(self, sheet: sqlite3.Row, effect: Effect) -> str:
        """What the return says of the sheet that is not so, in French: it then speaks of another one.

        Zeros and blanks are what a return writes for what it does not say.
        """
        nir = self._unseal(sheet["nir_sealed"], "sheet", "nir", sheet["id"]).decode()
        differing = []
        if _is_said(effect.nir) and effect.nir[:_NIR_LENGTH] != nir[:_NIR_LENGTH]:
            differing.append("autre assuré")
        lot = self._row("lot", sheet["lot"]) if sheet["lot"] is not None else None
        if lot is not None and _is_said(effect.lot) and number_of(effect.lot) != lot["number"]:
            differing.append("autre lot")
        if lot is not None and _is_said(effect.lot_date) and effect.lot_date != lot["date"]:
            differing.append("autre date de lot")
        return ", ".join(differing)

    def _add_payment(self, received: int, sheet: sqlite3.Row, effect: Effect) -> None:
        share = effect.share or ("AMC" if sheet["kind"] == "DRE" else "AMO")
        self._db.execute(
            "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                self._new_id("payment"),
                sheet["id"],
                received,
                share,
                effect.outcome.value,
                effect.asked,
                effect.paid,
            ),
        )
        state = payment_state(self._payments(sheet["id"]), self._due(sheet))
        if effect.reason:
            self._give_reason("sheet", sheet["id"], effect.reason)
        present = self._state("sheet", sheet["id"])
        if state is not None and state is not present and present.leads_to(state):
            reasons = (effect.reason, *self._anomalies(sheet))
            self._move("sheet", sheet["id"], state, " ; ".join(reason for reason in reasons if reason))

    def _file_of(self, sheet: sqlite3.Row) -> int | None:
        if sheet["lot"] is None:
            return None
        file = self._row("lot", sheet["lot"])["file"]
        return None if file is None else int(file)


def _is_said(value: str) -> bool:
    return bool(value.strip("0 "))
