"""What is done of electronic prescriptions, recorded back at their base by itself: once its invoice has left,
each visit once. The request is journaled before it leaves and keeps its reference, whatever stops it.
"""

from __future__ import annotations

from datetime import timedelta

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, get, read
from tournee.app.services.asking import carry_one
from tournee.app.services.prescriptions.orders import (
    SERVICE,
    Assert,
    carrier,
    done_request,
    is_done,
    order_for,
    take_over,
    unreported,
)
from tournee.billing.identity import PsIdentity
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import DossierState, InvoiceRow, RequestState, ServiceRow, SheetState

_LOOKED_BACK = timedelta(days=90)
_HERE = (
    SheetState.MADE,
    SheetState.SEALED,
    SheetState.CERTIFIED,
    SheetState.IN_LOT,
    SheetState.ABANDONED,
)


def note_sent(office: Office) -> None:
    """Write a request, that waits, for each visit of an electronic prescription that was in force lately,
    whose invoice has left and of which the base was told nothing.
    """
    since = office.clock().date() - _LOOKED_BACK
    found = office.journal.dossiers.find(KINDS[PrescriptionFile], state=None, first=f"{since:%Y%m%d}")
    for row in found:
        if not row.content or row.state is DossierState.MERGED or row.patient is None:
            continue
        told = read(PrescriptionFile, row).told
        if told.electronic:
            _note(office, told, get(office, PatientFile, row.patient))


def _note(office: Office, told: PrescriptionFile, patient: Dossier[PatientFile]) -> None:
    for visit, number, sessions, before in unreported(office, told, patient):
        invoice = _gone(office, visit)
        if invoice is None or (before is not None and before.state is RequestState.WAITING):
            continue
        request = done_request(office, told.electronic, number, visit, sessions, before)
        file, requests = patient.told, office.journal.requests
        subject = requests.person(file.nir, file.born, file.birth_rank)
        requests.ask(SERVICE, subject, request, ps=invoice.ps, visit=visit)


def carry_done(office: Office, assertion: Assert, carer: PsIdentity) -> list[ServiceRow]:
    """Record what waits of this carer, as long as the base answers, and take over what others did; what
    became of each. A visit whose invoice was given up is recorded when it is billed anew.
    """
    done: list[ServiceRow] = []
    for row in office.journal.requests.waiting(SERVICE):
        if not is_done(row) or row.visit is None:
            continue
        invoice = _gone(office, row.visit)
        if invoice is None:
            office.journal.requests.fail(
                row.id, "La facture de cette visite n’est plus celle qui est partie."
            )
        elif _is_hers(invoice, carer):
            done.append(carry_one(office, row.id, carrier(office, assertion)))
            if done[-1].state is RequestState.WAITING:
                break
            if (order := order_for(office, done[-1])) is not None:
                take_over(office, done[-1], order)
    return done


def _gone(office: Office, visit: int) -> InvoiceRow | None:
    """The live invoice of a visit, once it has left for who pays."""
    live = office.journal.visits.live_invoice(visit)
    if live is None:
        return None
    invoice = office.journal.invoices.get(live)
    return invoice if any(one.state not in _HERE for one in invoice.sheets) else None


def _is_hers(invoice: InvoiceRow, carer: PsIdentity) -> bool:
    """Whether this carer gave its care: the base notes by whose card it is told."""
    if invoice.substitute:
        return invoice.substitute == carer.rpps
    return invoice.ps == carer.billing_number
