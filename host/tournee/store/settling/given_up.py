"""What will not be paid, ended with a word: written off, asked of the patient, or given up by its insurer."""

from collections.abc import Sequence

from tournee.errors import StoreError
from tournee.french import euros
from tournee.model.codes import DRE
from tournee.store.database import Database
from tournee.store.statements import Row
from tournee.store.states import SheetState
from tournee.store.tables.payments import Payments

_SHEETS = "SELECT id, kind, state, amc FROM sheet WHERE invoice = ? ORDER BY id"
_GIVEN_BACK = "SELECT coalesce(sum(given_back), 0) AS cents FROM cancelled_invoice WHERE invoice = ?"
_LOST = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED, SheetState.PARTLY_PAID)
_WAITING = (SheetState.SENT, SheetState.ACKNOWLEDGED)
_PUT_OFF = "SELECT sheet FROM payment WHERE outcome = 'deferred' AND past = 0 AND sheet IN ({marks})"
_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
_NOT_SENT = (SheetState.MADE, SheetState.SEALED, SheetState.CERTIFIED, SheetState.IN_LOT)
_CLOSED = (*_REFUSED, SheetState.ABANDONED)


class GivenUp:
    """Ends claims; money that comes all the same is taken."""

    def __init__(self, db: Database, payments: Payments) -> None:
        self._db, self._payments = db, payments

    def write_off(self, invoice_id: int, reason: str) -> None:
        """Give up what was refused of an invoice, not paid of it or put off; StoreError when nothing was. It
        is not billed again.
        """
        with self._db.step("write_off_invoice"):
            sheets = self._sheets(invoice_id)
            put_off = {row["sheet"] for row in self._db.among(_PUT_OFF, [row["id"] for row in sheets])}
            lost = [
                row["id"]
                for row in sheets
                if SheetState(row["state"]) in _LOST
                or (row["id"] in put_off and SheetState(row["state"]) in _WAITING)
            ]
            if not lost:
                raise StoreError(
                    "Rien de cette facture n’est refusé, payé en partie ni remis à plus tard.",
                    next_step="attendez son retour, ou affichez l’état.",
                )
            self._db.move("sheet", lost, SheetState.WRITTEN_OFF, reason)

    def charge_patient(self, invoice_id: int, reason: str) -> int:
        """Ask the patient for the complementary share whose DRE was refused; gives it in cents. StoreError
        when no DRE of the invoice was.
        """
        with self._db.step("charge_patient"):
            sheets = self._sheets(invoice_id)
            refused = [row for row in sheets if row["kind"] == DRE and SheetState(row["state"]) in _REFUSED]
            if not refused:
                raise StoreError(
                    "Cette facture n’a pas de DRE refusée.",
                    next_step="affichez l’état : la part complémentaire est peut-être déjà réglée.",
                )
            self._end([row["id"] for row in refused], SheetState.ON_PATIENT, reason)
            (shares,) = self._db.rows("SELECT by_amc FROM invoice WHERE id = ?", invoice_id)
            return int(shares["by_amc"])

    def cancel(self, invoice_id: int, reason: str, given_back: int = 0) -> None:
        """Keep that its insurer gave up an invoice that left, by word of mouth, and what the carer gave back
        of it, in cents: it stands no more. StoreError when nothing of it stands or it did not leave, and when
        what was given back is not what was paid.
        """
        with self._db.step("cancel_invoice"):
            sheets = self._sheets(invoice_id)
            standing = [row for row in sheets if SheetState(row["state"]) not in _CLOSED]
            if not standing:
                raise StoreError("Rien de cette facture ne vaut plus.", next_step="affichez l’état.")
            if any(SheetState(row["state"]) in _NOT_SENT for row in standing):
                raise StoreError(
                    "Cette facture n’est pas encore partie : l’organisme n’a rien à annuler.",
                    next_step="si elle n’est dans aucun lot, corrigez la visite ; sinon, envoyez-la d’abord.",
                )
            payments = self._payments.of_sheets(row["id"] for row in sheets)
            paid = sum(one.paid for told in payments.values() for one in told)
            (before,) = self._db.rows(_GIVEN_BACK, invoice_id)
            paid -= before["cents"]
            if given_back != max(paid, 0):
                raise StoreError(
                    f"Vous avez de cette facture {euros(paid)} €.",
                    cause=f"il est dit que {euros(given_back)} € ont été rendus à l’organisme",
                    next_step="attendez le retour qui reprend cette somme ; ou, si vous l’avez rendue, dites "
                    "combien.",
                )
            self._end([row["id"] for row in standing], SheetState.PAYMENT_REFUSED, reason)
            row = self._db.new_id("cancelled_invoice")
            self._db.insert(
                "cancelled_invoice",
                id=row,
                invoice=invoice_id,
                since=self._db.now(),
                given_back=given_back,
                reason_sealed=self._db.encrypt(reason, "cancelled_invoice", "reason", row),
            )

    def _sheets(self, invoice_id: int) -> list[Row]:
        return self._db.rows(_SHEETS, invoice_id)

    def _end(self, sheets: Sequence[int], state: SheetState, reason: str) -> None:
        self._db.move("sheet", sheets, state, reason)
        for sheet in sheets:
            self._db.give_reason("sheet", sheet, reason)
