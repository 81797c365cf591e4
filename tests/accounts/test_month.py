"""The money of a month is what SQL counts of the journal: nothing is drawn that is not there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from account_life import Practice, Told

from tournee.app.accounts.month import MonthState, fee_weeks, mean_delay, month_money
from tournee.app.accounts.paying import pay
from tournee.app.accounts.unpaid import Debtor
from tournee.app.finding import thing_of
from tournee.model import Means

BILLED = "SELECT count(*), coalesce(sum(by_amo + by_amc + by_patient), 0) FROM invoice WHERE made LIKE ?"
SHARES = "SELECT sum(by_amo), sum(by_amc), sum(by_patient) FROM invoice"
CAME = "SELECT coalesce(sum(paid), 0) FROM payment WHERE share = ?"
GIVEN = "SELECT coalesce(sum(cents), 0) FROM patient_payment"
IN_STATE = "SELECT count(DISTINCT invoice) FROM sheet WHERE state = ?"


@pytest.fixture
def busy(desk: Practice) -> Practice:
    """Four invoices: one paid, one of which a part is, one accepted alone, one to send."""
    desk.bill(Told(0, "total"), Told(1, "amo"), Told(2, "total"))
    desk.send()
    desk.paid("000000001", 201, 201)
    desk.paid("000000001", 134, 134, "AMC")
    desk.paid("000000002", 201, 201)
    pay(desk.office, thing_of(desk.office, 2), Means.CASH, 100)
    desk.bill(Told(0, "amo"), day="2026-11-14")
    return desk


def sql(desk: Practice, query: str, *values: object) -> tuple[int, ...]:
    (row,) = desk.office.journal.db.tuples(query, *values)
    return row


def this_month(desk: Practice) -> date:
    return desk.office.clock().date().replace(day=1)


def test_what_was_billed_is_what_sql_counts(busy):
    first = this_month(busy)
    money = month_money(busy.office, first)
    assert (money.invoices, money.fees) == sql(busy, BILLED, f"{first:%Y-%m}%")


def test_each_debtor_has_what_sql_sums(busy):
    money = month_money(busy.office, this_month(busy))
    billed = sql(busy, SHARES)
    paid = (*sql(busy, CAME, "AMO"), *sql(busy, CAME, "AMC"), *sql(busy, GIVEN))
    assert tuple(one.debtor for one in money.debtors) == tuple(Debtor)
    assert tuple(one.billed for one in money.debtors) == billed
    assert tuple(one.paid for one in money.debtors) == paid
    left = tuple(asked - came for asked, came in zip(billed, paid, strict=True))
    assert tuple(one.left for one in money.debtors) == left


def test_states_are_counted_once_an_invoice(busy):
    money = month_money(busy.office, this_month(busy))
    assert sum(money.states.values()) == money.invoices
    assert (money.states[MonthState.TO_SEND],) == sql(busy, IN_STATE, "certified")


def test_a_month_without_invoices_is_empty(busy):
    money = month_money(busy.office, date(2020, 1, 1))
    assert (money.invoices, money.fees, money.states) == (0, 0, {})


def test_the_weeks_come_to_what_was_billed(busy):
    money = month_money(busy.office, this_month(busy))
    assert sum(week.fees for week in fee_weeks(money)) == money.fees
    assert money.weeks[-1].monday.weekday() == 0
    assert money.weeks[-1].monday - money.weeks[0].monday == timedelta(weeks=7)


def test_the_delay_is_from_the_invoice_to_its_first_money(desk):
    desk.bill(Told(0, "total"))
    desk.send()
    desk.later(6)
    desk.paid("000000001", 201, 201)
    assert mean_delay(month_money(desk.office, this_month(desk))) == 6


def test_what_is_expected_is_by_its_age(busy):
    busy.later(20)
    money = month_money(busy.office, this_month(busy))
    assert {label: cents for label, cents in money.expected.items() if cents} == {
        "15 à 30 j": 34 + (201 + 134) + 134
    }
