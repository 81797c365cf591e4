"""An invoice put right after it left: a new one with what changed, linked to the old, never two that stand.

Refused by an ARL or in an RSP, or given up by its insurer, it is billed anew at once. One that stands is live
money: its correction waits for the return that ends it, and is told until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tournee.app.context import Office
from tournee.app.correcting.visits import (
    in_no_lot,
    refuse_uncertified_lot,
    refuse_written_off,
    standing_invoice,
)
from tournee.app.finding import Thing, thing_of
from tournee.app.visits.editing import Retold, edit_visit, retell
from tournee.app.visits.retelling import Edit
from tournee.errors import StoreError
from tournee.store import CorrectionState, InvoiceRow, VisitState


class CorrectionWay(Enum):
    """How a correction goes."""

    EDITED = "edited"
    ANEW = "anew"
    WAITS = "waits"
    LEFT = "left"


@dataclass(frozen=True)
class Corrected:
    """A visit as it is now, the number of the invoice that was wrong, and how it is put right; `lost`: its
    number is lost, nothing of it had left.
    """

    thing: Thing
    retold: Retold
    number: str
    way: CorrectionWay
    lost: str = ""


def correct_invoice(
    office: Office,
    thing: Thing,
    invoice: InvoiceRow,
    change: Edit,
    *,
    reason: str = "",
    same: bool = False,
    twins: bool = False,
) -> Corrected:
    """Put right the visit of an invoice: edited where nothing of it is in a lot, to be billed anew where the
    invoice stands no more, else kept until it does. Corrected again, it is the last telling that counts; back
    to what is billed, nothing waits any more.

    Errors as of `edit_visit`; UnchangedError where what was refused would go again as it was, unless `same`;
    StoreError for an invoice that another replaces, that was written off, or refused as a duplicate alone.
    """
    row = thing.visit.row
    refuse_uncorrectable(office, thing, invoice)
    standing = standing_invoice(thing)
    if _is_edited(thing):
        done = edit_visit(office, row.id, change, reason=reason, twins=twins, same=same)
        return Corrected(done.thing, done.retold, invoice.number, CorrectionWay.EDITED, done.lost)
    waiting = office.journal.corrections.find(CorrectionState.WAITING, row.id)
    base = (waiting[0].after or row.payload) if waiting else b""
    if standing is None:
        told = retell(office, row, change, base=base, twins=twins, same=same)
        why = reason or told.why
        office.journal.corrections.drop(row.id, why)
        office.journal.corrections.correct(invoice.id, row.payload, told.draft, told.date, why)
        return Corrected(thing_of(office, row.id), told, invoice.number, CorrectionWay.ANEW)
    told = retell(office, row, change, base=base, twins=twins)
    if told.is_as_it_was:
        leave_invoice(office, thing, reason or "c’est ce qui est facturé")
        return Corrected(thing_of(office, row.id), told, standing.number, CorrectionWay.LEFT)
    office.journal.corrections.wait(standing.id, row.payload, told.draft.payload, reason or told.why)
    return Corrected(thing_of(office, row.id), told, standing.number, CorrectionWay.WAITS)


def refuse_uncorrectable(office: Office, thing: Thing, invoice: InvoiceRow) -> None:
    """StoreError for an invoice that another replaces, that was written off, in a lot that is not certified
    yet, or that was refused as a duplicate alone.
    """
    if invoice.replaced_by:
        raise StoreError(
            f"La facture {invoice.number} est remplacée par la facture {invoice.replaced_by}.",
            next_step="corrigez celle-ci : une visite n’a qu’une facture qui compte",
        )
    standing = standing_invoice(thing)
    if _is_edited(thing):
        return
    if standing is None:
        _refuse_duplicate(office, invoice)
    else:
        refuse_written_off(office, standing)
        refuse_uncertified_lot(office, standing)


def correction_waits(thing: Thing) -> bool:
    """Whether a visit's correction would wait for the return that ends the invoice which stands."""
    return standing_invoice(thing) is not None and not _is_edited(thing)


def _is_edited(thing: Thing) -> bool:
    standing = standing_invoice(thing)
    return thing.visit.row.state is not VisitState.DONE or (standing is not None and in_no_lot(standing))


def leave_invoice(office: Office, thing: Thing, reason: str) -> None:
    """Drop what waits to be put right of a visit: it was right after all. StoreError when nothing waits."""
    if not office.journal.corrections.drop(thing.id, reason):
        raise StoreError(f"Aucune correction n’attend pour la visite {thing.id}.")


def _refuse_duplicate(office: Office, invoice: InvoiceRow) -> None:
    if office.journal.remaking.is_duplicate_alone(invoice.id):
        raise StoreError(
            f"La facture {invoice.number} a été refusée comme doublon : l’organisme l’avait déjà.",
            next_step="attendez l’accusé de son premier envoi : elle pourrait être payée deux fois.",
        )
