"""What a return says of an invoice: its sheet found, or not with the reason; its payments taken."""

import sqlite3
from dataclasses import replace

from tournee.model import Effect, Outcome, Target
from tournee.model.codes import AMC, AMO, DRE
from tournee.store.acknowledgements import Acknowledgements, Applied
from tournee.store.numbers import number_of
from tournee.store.payments import Payments, payment_state
from tournee.store.states import SheetState, VisitState

_NIR_LENGTH = 13  # without its key

_LOTS_OF_SHEET = """SELECT lot.* FROM lot WHERE id = (SELECT lot FROM sheet WHERE id = ?1)
    OR id IN (SELECT lot FROM former_lot WHERE sheet = ?1) ORDER BY id DESC"""

_PAID = """SELECT 1 FROM payment JOIN sheet ON sheet.id = payment.sheet
    WHERE sheet.invoice = ? GROUP BY sheet.invoice HAVING sum(paid) > 0"""

_IN_NO_LOT = """SELECT invoice.id, invoice.number FROM invoice JOIN sheet ON sheet.invoice = invoice.id
    WHERE invoice.visit = ? AND invoice.id <> ? GROUP BY invoice.id
    HAVING min(sheet.state IN ('made', 'certified')) AND max(sheet.lot) IS NULL ORDER BY invoice.id"""


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
        other, lot = self._differing(sheet, effect)
        if other:
            return Applied(False, other, invoice)
        if lot is None or lot["file"] is None or not self._prove_arrival(lot["file"]):
            return Applied(False, "facture jamais envoyée", invoice)
        touched = Applied(True, "", invoice, lot["id"], lot["file"])
        if effect.outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
            state = SheetState.ACKNOWLEDGED if effect.outcome is Outcome.ACCEPTED else SheetState.REFUSED
            changed = self._advance("sheet", sheet["id"], state, effect)
            return touched if changed else replace(touched, note="facture déjà réglée")
        if effect.outcome in (Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED):
            self._add_payment(received, sheet, effect)
            given_up = self._spare_billing_twice(invoice)
            return replace(touched, note=" ; ".join((*given_up, *self._anomalies(sheet))))
        return replace(touched, note="signalement")

    def _differing(self, sheet: sqlite3.Row, effect: Effect) -> tuple[str, sqlite3.Row | None]:
        """What the return says of the sheet that is not so, in French: it then speaks of another one; and
        the lot it means, None when the sheet was in none.

        Zeros and blanks are what a return writes for what it does not say. A lot refused whose sheets went
        into another one is still a lot of theirs.
        """
        nir = self._unseal(sheet["nir_sealed"], "sheet", "nir", sheet["id"]).decode()
        differing = []
        if _is_said(effect.nir) and effect.nir[:_NIR_LENGTH] != nir[:_NIR_LENGTH]:
            differing.append("autre assuré")
        lots = self._rows(_LOTS_OF_SHEET, sheet["id"])
        numbered = [lot for lot in lots if not _is_said(effect.lot) or lot["number"] == number_of(effect.lot)]
        dated = [lot for lot in lots if not _is_said(effect.lot_date) or lot["date"] == effect.lot_date]
        meant = [lot for lot in numbered if lot in dated]
        if lots and not numbered:
            differing.append("autre lot")
        if (lots and not dated) or (numbered and dated and not meant):
            differing.append("autre date de lot")
        return ", ".join(differing), meant[0] if meant else None

    def _spare_billing_twice(self, invoice: int) -> list[str]:
        """Once an invoice is paid, its visit waits for no other: one made anew that is in no lot is given up.

        Gives what was given up, in French. What is in a lot already is told by `_anomalies`.
        """
        row = self._row("invoice", invoice)
        paid = self._rows(_PAID, invoice)
        if not paid:
            return []
        why = f"la facture {row['number']:09} est payée"
        given_up = []
        for other in self._rows(_IN_NO_LOT, row["visit"], invoice):
            for sheet in self._rows("SELECT id FROM sheet WHERE invoice = ? ORDER BY id", other["id"]):
                self._move("sheet", sheet["id"], SheetState.ABANDONED, why)
                self._give_reason("sheet", sheet["id"], why)
            given_up.append(f"la facture {other['number']:09}, faite de nouveau, est abandonnée")
        if self._state("visit", row["visit"]) is VisitState.PENDING:
            self._move("visit", row["visit"], VisitState.DONE, why)
        return given_up

    def _add_payment(self, received: int, sheet: sqlite3.Row, effect: Effect) -> None:
        share = effect.share or (AMC if sheet["kind"] == DRE else AMO)
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


def _is_said(value: str) -> bool:
    return bool(value.strip("0 "))
