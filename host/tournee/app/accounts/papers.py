"""Papers of the accounts: the receipt of a payment and its duplicates, the statement of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tournee.app.accounts.standing import VisitAccount, accounts_of
from tournee.app.context import Office
from tournee.app.finding import AmbiguousError, thing_of
from tournee.documents.account_statement import (
    AccountStatement,
    StatementLine,
    StatementPayment,
    account_statement_pdf,
)
from tournee.documents.receipt import PatientReceipt, receipt_pdf
from tournee.errors import StoreError
from tournee.model import Means, ThreeShares

_DAY = "%Y%m%d"


def receipt(office: Office, line_id: int, carer: str = "") -> tuple[bytes, str, bool]:
    """The receipt of a line as PDF, its number, and whether it is a duplicate: the first one is not.

    StoreError for what the carer gave up, and for a line that takes another back.
    """
    told = office.journal.patient_payments.get(line_id)
    if told.means is Means.LOSS or told.reverses:
        raise StoreError(f"Le paiement {line_id} n’a pas de reçu : rien n’a été payé ni rendu.")
    thing = thing_of(office, told.visit_id, told.invoice_id or None)
    rows = office.journal.ledger.find(visits=[told.visit_id])
    row = next((one for one in rows if one.number == told.number), None)
    judged = thing.visit.judged
    first, last = judged.visit.days
    fee = row.fee if row else thing.fee
    shares = row.shares if row else ThreeShares(0, 0, fee)
    same = office.journal.patient_payments.of_same(told.visit_id, told.invoice_id)
    before = [one for one in same if one.id <= line_id]
    told, duplicate = office.journal.patient_payments.print_receipt(line_id)
    undone = f"Annulé par la contre-écriture n° {told.reversed_by}." if told.reversed_by else ""
    paper = PatientReceipt(
        number=told.receipt,
        invoice=told.number,
        ps_number=told.ps,
        profession=judged.profession,
        carer=carer,
        patient=row.patient if row else thing.visit.who.name,
        first_day=f"{first:{_DAY}}",
        last_day=f"{last:{_DAY}}",
        fee=fee,
        shares=shares,
        cents=told.cents,
        means=told.means.told,
        day=told.day,
        made=f"{office.clock():{_DAY}}",
        left=shares.patient - sum(one.cents for one in before),
        duplicate=duplicate,
        undone=undone,
    )
    return receipt_pdf(paper), told.receipt, duplicate


def statement(
    office: Office,
    words: str | Sequence[str],
    *,
    ps: str = "",
    since: date | None = None,
    until: date | None = None,
    carer: str = "",
) -> bytes:
    """The statement of one patient as PDF: care of days between two, and all that was paid for it.

    AmbiguousError when the words are several patients' or several professionals', StoreError when nothing is
    billed then.
    """
    first = f"{since:{_DAY}}" if since else ""
    last = f"{until or office.clock().date():{_DAY}}"
    found = [one for one in accounts_of(office, words, ps) if one.row or one.owes or one.lines]
    people = {one.row.person if one.row else ("", one.patient) for one in found}
    carers = {one.thing.visit.row.ps for one in found}
    if len(people) > 1 or len(carers) > 1:
        who = ", ".join(sorted({one.patient.title() for one in found}))
        raise AmbiguousError(
            f"Ces comptes sont de plusieurs patients ou professionnels : {who}.",
            [one.thing for one in found],
            next_step="donnez le nom entier du patient, ou le numéro d’une de ses factures.",
            remedy="say-whose",
        )
    shown = [one for one in found if first <= _days(one)[0] and _days(one)[0] <= last]
    if not shown:
        raise StoreError("Aucun soin facturé de ce patient n’est de ces jours.")
    judged = shown[0].thing.visit.judged
    lines = sorted((line for one in shown for line in one.lines), key=lambda line: (line.day, line.id))
    paper = AccountStatement(
        ps_number=judged.ps_number,
        profession=judged.profession,
        carer=carer,
        patient=shown[0].row.patient if shown[0].row else shown[0].patient,
        since=first,
        until=last,
        lines=tuple(map(_line, shown)),
        payments=tuple(
            StatementPayment(one.receipt, one.day, f"{one.kind.label}, {one.means.label}", one.cents)
            for one in lines
        ),
    )
    return account_statement_pdf(paper)


def _line(one: VisitAccount) -> StatementLine:
    first, last = _days(one)
    if one.row is None:
        fee = one.thing.fee
        return StatementLine("", first, last, fee, ThreeShares(0, 0, fee), fee - one.owes, one.owes)
    settled = one.row.given.settled
    return StatementLine(one.row.number, first, last, one.row.fee, one.row.shares, settled, one.owes)


def _days(one: VisitAccount) -> tuple[str, str]:
    first, last = one.thing.visit.judged.visit.days
    return f"{first:{_DAY}}", f"{last:{_DAY}}"
