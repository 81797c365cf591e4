"""Alerts of invoices that left and were found wrong: each stands until its insurer ends it."""

from __future__ import annotations

from tournee.app.alerts.alert import Alert, AlertKind, age, also_of
from tournee.app.context import Office
from tournee.errors import BillingError
from tournee.french import euros
from tournee.store import CorrectionRow, CorrectionState, InvoiceRow, SheetState

_DEAD = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED, SheetState.ABANDONED)
_ASK = "demandez à l’organisme de l’annuler ; dès qu’il l’a fait, notez-le : la visite sera {then}"
_GIVE_BACK = "demandez comment rendre cette somme ; rendue ou reprise, notez-le : la visite sera {then}"
_WAIT = "attendez son retour : refusée, la visite sera {then} ; acceptée, demandez à l’organisme de l’annuler"


def to_rectify(office: Office) -> list[Alert]:
    """Corrections that wait, each with what its invoice has become and the one next act."""
    return [_alert(office, row) for row in office.journal.corrections.find(CorrectionState.WAITING)]


def _alert(office: Office, row: CorrectionRow) -> Alert:
    from tournee.app.correcting.visits import NO_VISIT  # with all that bills

    invoice = office.journal.invoices.get(row.invoice_id)
    text, next_step = _told(office, row, invoice)
    what, then = ("à annuler", "annulée") if row.after == NO_VISIT else ("à corriger", "refacturée")
    return Alert(
        AlertKind.TO_RECTIFY,
        f"facture {invoice.number}, {invoice.sheets[0].patient}",
        row.since,
        age(office, row.since).days,
        f"{what} ({row.reason}) : {text}",
        next_step.format(then=then),
        invoice.ps,
        **also_of(office, invoice.number, invoice.ps),
    )


def _told(office: Office, row: CorrectionRow, invoice: InvoiceRow) -> tuple[str, str]:
    """What the invoice has become, and what to do."""
    states = {sheet.state for sheet in invoice.sheets if sheet.state not in _DEAD}
    paid = sum(one.paid for sheet in invoice.sheets for one in office.journal.payments.of_sheet(sheet.id))
    if not states:
        return f"elle ne vaut plus, {_why_not(office, row)}", "corrigez-la de nouveau"
    if paid > 0:
        return f"elle est payée {euros(paid)} €", _GIVE_BACK
    if SheetState.ACKNOWLEDGED in states:
        return "elle est acceptée", _ASK
    return "elle est partie, sans réponse encore", _WAIT


def _why_not(office: Office, row: CorrectionRow) -> str:
    """Why the visit is not put right yet."""
    from tournee.app.correcting.visits import NO_VISIT
    from tournee.app.correcting.waiting import retold

    try:
        if row.after != NO_VISIT:
            retold(office, row)
    except BillingError as error:
        return f"mais la visite corrigée n’est plus acceptée : {' '.join(error.message.split())}"
    if office.journal.remaking.is_duplicate_alone(row.invoice_id):
        return "mais refusée comme doublon elle peut encore être payée"
    return f"et la visite {'se refait' if row.after != NO_VISIT else 'sera annulée'} au prochain relevé"
