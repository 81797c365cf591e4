"""A visit that is not to be billed: cancelled at once, or once its invoice stands no more."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.context import Office
from tournee.app.finding import Thing, thing_of
from tournee.errors import StoreError
from tournee.store import InvoiceRow, LotState, SheetState, VisitState

NO_VISIT = b""
"""What a visit is to be that is not to be billed at all."""

_NOT_SENT = (SheetState.MADE, SheetState.SEALED, SheetState.CERTIFIED)


@dataclass(frozen=True)
class Cancelled:
    """A visit as it is now; the number of the invoice that was lost for it; whether it waits for a return."""

    thing: Thing
    lost: str = ""
    waits: bool = False


def cancel_visit(office: Office, visit_id: int, reason: str) -> Cancelled:
    """Set a visit aside, whatever became of it. An invoice in no lot is given up; one that left stands until
    its insurer refuses it or gives it up: then the visit is set aside by itself.

    StoreError when it is set aside already or written off, and for a lot that is not certified.
    """
    thing = thing_of(office, visit_id)
    row = thing.visit.row
    if row.state is VisitState.ABANDONED:
        raise StoreError(f"La visite {row.id} est déjà mise de côté.")
    standing = standing_invoice(thing)
    if standing is None or in_no_lot(standing):
        lost = office.journal.corrections.cancel(row.id, reason)
        return Cancelled(thing_of(office, row.id), lost)
    refuse_written_off(office, standing)
    refuse_uncertified_lot(office, standing)
    office.journal.corrections.wait(standing.id, row.payload, NO_VISIT, reason)
    return Cancelled(thing_of(office, row.id), waits=True)


def standing_invoice(thing: Thing) -> InvoiceRow | None:
    """The invoice that stands for a visit now."""
    return next((one for one in thing.invoices if one.id == thing.visit.row.invoice_id), None)


def in_no_lot(invoice: InvoiceRow) -> bool:
    """Whether nothing of an invoice is in a lot: it can be given up."""
    return all(sheet.state in _NOT_SENT and not sheet.lot_id for sheet in invoice.sheets)


def refuse_written_off(office: Office, invoice: InvoiceRow) -> None:
    """StoreError for an invoice of which all was written off and nothing paid: no return will end it."""
    open_ = {sheet.state for sheet in invoice.sheets} - {SheetState.REFUSED, SheetState.PAYMENT_REFUSED}
    paid = sum(one.paid for sheet in invoice.sheets for one in office.journal.payments.of_sheet(sheet.id))
    if open_ == {SheetState.WRITTEN_OFF} and not paid:
        raise StoreError(
            f"La facture {invoice.number} est passée en perte ({invoice.sheets[0].reason}) : sa visite n’est "
            "plus facturée.",
            next_step="si elle est payée quand même, son retour sera pris",
        )


def refuse_uncertified_lot(office: Office, invoice: InvoiceRow) -> None:
    """StoreError when a lot that holds an invoice can still be undone: that comes first."""
    held = {sheet.lot_id for sheet in invoice.sheets if sheet.lot_id}
    for lot in map(office.journal.lots.get, sorted(held)):
        if lot.state is LotState.MADE:
            raise StoreError(
                f"La facture {invoice.number} est dans le lot {lot.number}, qui n’est pas encore certifié.",
                next_step="défaites ce lot : elle pourra alors être changée, et les autres repartiront",
                remedy="dissolve-lot",
            )
