"""Whose account is meant, and how it stands: what three owe for each of a patient's visits, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tournee.app.accounts.paying import owes
from tournee.app.context import Office
from tournee.app.finding import Sought, Thing, find_thing, find_things
from tournee.store import LedgerRow, PatientPayment, VisitState
from tournee.store.accounts.patient_payments import NOTHING_GIVEN


@dataclass(frozen=True)
class VisitAccount:
    """One visit: its invoice's money, None before it has one or of care outside télétransmission; the
    patient's lines, and what is left for the patient to give, in cents, below 0 to give back.
    """

    thing: Thing
    row: LedgerRow | None
    lines: tuple[PatientPayment, ...]
    owes: int
    patient: str = field(repr=False)


def visit_meant(
    office: Office, words: str | Sequence[str], ps: str = "", *, to_give_back: bool = False
) -> Thing:
    """The one visit that these words name; of several, the one for which the patient owes something, or is to
    be given something back. StoreError, AmbiguousError as of `find_thing`.
    """

    def fits(one: Thing) -> bool:
        left = owes(office, one.id, _invoice(one)) if _is_billed(one) else 0
        return left < 0 if to_give_back else left > 0

    return find_thing(office, words, sought=Sought.INVOICE, ps=ps, fits=fits)


def accounts_of(office: Office, words: str | Sequence[str], ps: str = "") -> tuple[VisitAccount, ...]:
    """The accounts of all visits that these words may be, in their order. StoreError when there is none."""
    things = find_things(office, words, sought=Sought.INVOICE, ps=ps)
    visits = [one.id for one in things]
    rows: dict[int, list[LedgerRow]] = {}
    for row in office.journal.ledger.find(visits=visits):
        rows.setdefault(row.visit_id, []).append(row)
    return tuple(_account(office, one, rows.get(one.id, [])) for one in things)


def _account(office: Office, one: Thing, rows: Sequence[LedgerRow]) -> VisitAccount:
    payments, invoice = office.journal.patient_payments, _invoice(one)
    of_another = payments.is_of_another(one.id, invoice)
    row = _row_of(one, rows, of_another=of_another)
    return VisitAccount(
        one,
        row,
        payments.of_same(one.id, invoice),
        owes(office, one.id, invoice) if _is_billed(one) else 0,
        row.patient if row and of_another else one.visit.who.name,
    )


def _row_of(one: Thing, rows: Sequence[LedgerRow], *, of_another: bool) -> LedgerRow | None:
    """The money of the invoice that is meant where it counts or holds some, or is `of_another` patient than
    the visit now; else of the one that counts.
    """
    meant = next((row for row in rows if row.invoice_id == _invoice(one)), None)
    if meant is not None and (of_another or meant.counts or meant.given != NOTHING_GIVEN):
        return meant
    return max(rows, key=lambda row: (row.counts, row.invoice_id), default=None)


def _invoice(one: Thing) -> int:
    return one.invoice.id if one.invoice else 0


def _is_billed(one: Thing) -> bool:
    return bool(one.invoices) or one.visit.row.state in (VisitState.OUTSIDE, VisitState.ABANDONED)
