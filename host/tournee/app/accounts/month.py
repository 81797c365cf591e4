"""The money of a month, in numbers: what was billed, what came, what waits, of whom; delays and refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tournee.app.accounts.unpaid import Debtor, unpaid
from tournee.app.bedside.carer import CarerShown
from tournee.app.context import Office
from tournee.model import ThreeShares
from tournee.store import LedgerRow, SheetState

AGES = ((7, "0 à 7 j"), (14, "8 à 14 j"), (30, "15 à 30 j"))
"""Ages of what is expected, in days, each up to its number."""

OLDER = "Plus"
_DEAD = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
_DELAY_WEEKS, _FEE_WEEKS, _REFUSAL_MONTHS = 8, 6, 3
_WEEK = timedelta(days=7)


class MonthState(StrEnum):
    """Where an invoice of the month stands, as it is counted."""

    PAID = "payées"
    ACCEPTED = "acceptées"
    SENT = "envoyées"
    TO_SEND = "à envoyer"
    TO_SETTLE = "à régler"


_STATES = (
    (MonthState.TO_SETTLE, {SheetState.REFUSED, SheetState.PAYMENT_REFUSED, SheetState.PARTLY_PAID}),
    (MonthState.TO_SEND, {SheetState.MADE, SheetState.SEALED, SheetState.CERTIFIED, SheetState.IN_LOT}),
    (MonthState.SENT, {SheetState.SENT}),
    (MonthState.ACCEPTED, {SheetState.ACKNOWLEDGED}),
)
"""What an invoice is counted as, by the first of these that one of its sheets is in; else it is paid, or was
given up.
"""


@dataclass(frozen=True)
class DebtorMonth:
    """What one owes for the invoices of a month: what was billed, what came of it, what is left; cents."""

    debtor: Debtor
    billed: int
    paid: int
    left: int


@dataclass(frozen=True)
class WeekMoney:
    """A week by its Monday: fees in cents of what was billed, invoices whose first money came, and the days
    that this took, in all.
    """

    monday: date
    fees: int
    paid: int
    days: int

    @property
    def delay(self) -> float | None:
        """Mean days, None where nothing came."""
        return self.days / self.paid if self.paid else None


@dataclass(frozen=True)
class MonthMoney:
    """One month's, to `until`. `expected` is by age; of `asked` invoices that count, since three months, some
    are refused and wait, by `reasons`: each care once, `refused_cents` in all.
    """

    first: date
    until: date
    invoices: int
    fees: int
    states: dict[MonthState, int]
    debtors: tuple[DebtorMonth, ...]
    expected: dict[str, int]
    weeks: tuple[WeekMoney, ...]
    reasons: tuple[str, ...]
    asked: int
    refused_cents: int


EVERYBODY = CarerShown("")


def month_money(office: Office, first: date, carer: CarerShown = EVERYBODY) -> MonthMoney:
    """The money of the month that begins on `first`, as it stands now, of this carer."""
    today = office.clock().date()
    until = min(today, _next_month(first) - timedelta(days=1))
    start = min(first, _monday(until) - _WEEK * (_DELAY_WEEKS - 1), _months_before(until, _REFUSAL_MONTHS))
    visits = office.journal.owing.billed_since(start.isoformat())
    rows = [
        row
        for row in office.journal.ledger.find(visits=visits)
        if _made(row) >= start and carer.has(row.ps, row.substitute)
    ]
    since = _months_before(until, _REFUSAL_MONTHS)
    lately = [row for row in rows if row.counts and since < _made(row) <= until]
    refused = [row for row in lately if any(sheet.state in _DEAD for sheet in row.sheets)]
    mine = [row for row in rows if first <= _made(row) <= until and row.counts]
    return MonthMoney(
        first=first,
        until=until,
        invoices=len(mine),
        fees=sum(row.fee for row in mine),
        states={state: count for state, count in Counter(map(_state, mine)).items() if count},
        debtors=tuple(_debtors(mine)),
        expected=_expected(office, today, carer),
        weeks=tuple(_weeks(rows, until)),
        reasons=tuple(_reasons(office, refused)),
        asked=len(lately),
        refused_cents=sum(row.left.amo + row.left.amc for row in refused),
    )


def _state(row: LedgerRow) -> MonthState:
    states = {sheet.state for sheet in row.sheets}
    return next((state for state, some in _STATES if states & some), MonthState.PAID)


def _debtors(rows: Sequence[LedgerRow]) -> Iterable[DebtorMonth]:
    billed = _sum(row.shares for row in rows)
    paid = _sum(row.paid for row in rows)
    left = _sum(ThreeShares(*(max(0, one) for one in row.left)) for row in rows)
    for rank, debtor in enumerate((Debtor.CAISSE, Debtor.MUTUELLE, Debtor.PATIENT)):
        yield DebtorMonth(debtor, billed[rank], paid[rank], left[rank])


def _sum(shares: Iterable[ThreeShares]) -> tuple[int, int, int]:
    amo = amc = patient = 0
    for one in shares:
        amo, amc, patient = amo + one.amo, amc + one.amc, patient + one.patient
    return amo, amc, patient


def _expected(office: Office, today: date, carer: CarerShown) -> dict[str, int]:
    """All that left and is not paid nor refused, and what patients owe, by the invoice's age."""
    owing = office.journal.owing
    tomorrow = (today + timedelta(days=1)).isoformat()
    visits = {*owing.by_insurers(tomorrow, sent=True), *owing.by_patients()}
    away = {state.label for state in (SheetState.SENT, SheetState.ACKNOWLEDGED, SheetState.PARTLY_PAID)}
    found = dict.fromkeys((*(label for _, label in AGES), OLDER), 0)
    for debt in unpaid(office, visits=visits):
        is_due = debt.cents > 0 and (debt.debtor is Debtor.PATIENT or debt.state in away)
        if is_due and carer.has(debt.ps, debt.substitute):
            found[next((label for last, label in AGES if debt.days <= last), OLDER)] += debt.cents
    return found


def _weeks(rows: Sequence[LedgerRow], until: date) -> Iterable[WeekMoney]:
    for back in reversed(range(_DELAY_WEEKS)):
        monday = _monday(until) - _WEEK * back
        billed = [row for row in rows if row.counts and monday <= _made(row) < monday + _WEEK]
        came = [
            (day - _made(row)).days
            for row in rows
            if (day := _first_money(row)) is not None and monday <= day < monday + _WEEK
        ]
        yield WeekMoney(monday, sum(row.fee for row in billed), len(came), sum(came))


def fee_weeks(money: MonthMoney) -> tuple[WeekMoney, ...]:
    """The weeks whose fees are drawn."""
    return money.weeks[-_FEE_WEEKS:]


def mean_delay(money: MonthMoney) -> float | None:
    """Mean days from an invoice to its first money, over the weeks; None where none came."""
    paid = sum(week.paid for week in money.weeks)
    return sum(week.days for week in money.weeks) / paid if paid else None


def _reasons(office: Office, refused: Sequence[LedgerRow]) -> Iterable[str]:
    """Why each of these was refused, the last reason of each."""
    for invoice in office.journal.invoices.get_all([row.invoice_id for row in refused]):
        yield " ".join(sheet.reason for sheet in invoice.sheets if sheet.state in _DEAD)


def _first_money(row: LedgerRow) -> date | None:
    days = [one.day for one in row.payments if one.paid > 0]
    return _day(min(days)) if days else None


def _made(row: LedgerRow) -> date:
    return _day(row.made)


def _day(day: str) -> date:
    return datetime.strptime(day, "%Y%m%d").date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months_before(day: date, months: int) -> date:
    for _ in range(months):
        day = day.replace(day=1) - timedelta(days=1)
    return day
