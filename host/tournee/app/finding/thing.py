"""A visit with all its invoices, as it is told; and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.context import Office
from tournee.app.visits.imported import SeenVisit, seen
from tournee.app.visits.names import is_for
from tournee.french import euros
from tournee.model.codes import DRE
from tournee.store import InvoiceRow, SheetState, VisitState

_LOST = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED, SheetState.PARTLY_PAID)
_IN_NO_LOT = (SheetState.MADE, SheetState.SEALED, SheetState.CERTIFIED)


@dataclass(frozen=True)
class Thing:
    """A visit and all its invoices, oldest first. `invoice` is the one that is meant: named by its number, by
    its lot or by a patient it alone had; else the one that stands, or the last one. `lots` hold it now.
    """

    visit: SeenVisit
    invoices: tuple[InvoiceRow, ...]
    invoice: InvoiceRow | None
    lots: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        """The visit's number."""
        return self.visit.row.id

    @property
    def number(self) -> str:
        """The number of the invoice that is meant, "" without one."""
        return self.invoice.number if self.invoice else ""

    @property
    def is_of_another(self) -> bool:
        """Whether the invoice that is meant is one before, of another patient than the visit is of now."""
        past = self.invoice is not None and self.visit.row.invoice_id != self.invoice.id
        return past and self.invoice is not None and not is_for(self.invoice, self.visit.judged.visit)

    @property
    def patient(self) -> str:
        """The name of whom the invoice that is meant was for, else of whom the visit is for."""
        if self.invoice is not None and self.is_of_another:
            return self.invoice.sheets[0].patient.title()
        return self.visit.who.name

    @property
    def fee(self) -> int:
        """What was asked for it, in cents; of one never billed, what its lines come to."""
        if self.invoice is None:
            return sum(line.cents for line in self.visit.judged.lines)
        return max(sheet.fee for sheet in self.invoice.sheets)

    @property
    def states(self) -> str:
        """Where it stands, in French."""
        if self.invoice is None:
            return self.visit.row.state.label
        sheets = self.invoice.sheets
        states = dict.fromkeys(sheet.label for sheet in sheets)
        if len(states) == 1:
            return next(iter(states))
        return ", ".join(f"{sheet.kind} {sheet.label}" for sheet in sheets)

    @property
    def told(self) -> str:
        """Whom it is for, when, and what was done."""
        who = str(self.visit.who) or "patient sans nom"
        return ", ".join(text for text in (who, self.visit.day, self.visit.acts) if text)

    def __str__(self) -> str:
        told = [f"visite {self.id}", self.told, f"{euros(self.fee)} €"]
        if self.invoice is not None:
            told.append(f"facture {self.invoice.number} {self.states}")
            others = [one.number for one in self.invoices if one.id != self.invoice.id]
            told += [f"avec {', '.join(others)}"] if others else []
        else:
            told.append(self.states)
        told += [f"lot {' et '.join(self.lots)}"] if self.lots else []
        return ", ".join(told)


def thing_of(office: Office, visit_id: int, invoice_id: int | None = None) -> Thing:
    """A visit with its invoices; `invoice_id` is the one meant, if it is not the one that stands."""
    journal = office.journal
    row = journal.visits.get(visit_id)
    invoices = journal.invoices.get_all(journal.lookup.invoices_of(visit_id))
    wanted = invoice_id or row.invoice_id
    meant = next((one for one in invoices if one.id == wanted), invoices[-1] if invoices else None)
    if invoice_id is None and row.invoice_id is None and row.state is VisitState.PENDING:
        meant = None  # it is to be billed: those before are past
    told = seen(journal, row, invoices[-1] if invoices else None)
    return Thing(told, invoices, meant, journal.lookup.lots_of((meant.id,)) if meant else ())


def is_pending(one: Thing) -> bool:
    """Whether it is to be billed."""
    return one.visit.row.state is VisitState.PENDING


def is_editable(one: Thing) -> bool:
    """Whether nothing of it left: it is to be billed, or its invoice is in no lot."""
    if one.visit.row.state in (VisitState.PENDING, VisitState.OUTSIDE):
        return one.visit.row.invoice_id is None or _in_no_lot(one)
    return one.visit.row.state is VisitState.DONE and _in_no_lot(one)


def _in_no_lot(one: Thing) -> bool:
    live = next((row for row in one.invoices if row.id == one.visit.row.invoice_id), None)
    return live is not None and all(sheet.state in _IN_NO_LOT and not sheet.lot_id for sheet in live.sheets)


def is_reopened(one: Thing) -> bool:
    """Whether it can be billed again: set aside, or all its invoices refused."""
    row = one.visit.row
    return row.invoice_id is None and row.state in (VisitState.ABANDONED, VisitState.DONE)


def is_lost(one: Thing) -> bool:
    """Whether something of its invoice was refused, or is not paid."""
    return one.invoice is not None and any(sheet.state in _LOST for sheet in one.invoice.sheets)


def is_correctable(one: Thing) -> bool:
    """Whether its invoice left, or was refused, and no other has taken its place."""
    return one.invoice is not None and not one.invoice.replaced_by and not is_editable(one)


def has_refused_dre(one: Thing) -> bool:
    """Whether the DRE of its invoice was refused."""
    refused = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
    return one.invoice is not None and any(
        sheet.kind == DRE and sheet.state in refused for sheet in one.invoice.sheets
    )


def is_european(one: Thing) -> bool:
    """Whether it is on a European card."""
    return one.visit.judged.visit.ceam is not None
