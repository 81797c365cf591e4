"""The money of a month is what SQL counts of the journal: nothing is drawn that is not there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from account_life import OTHER_PS, PS, SUBSTITUTE, Practice, Told

from tournee.app.accounts.month import MonthState, fee_weeks, mean_delay, month_money
from tournee.app.accounts.paying import pay
from tournee.app.accounts.unpaid import Debtor
from tournee.app.bedside.carer import CarerShown
from tournee.app.correcting.invoices import correct_invoice
from tournee.app.finding import thing_of
from tournee.app.visits.retelling import Edit
from tournee.model import Effect, Means, Outcome, Target

BILLED = "SELECT count(*), coalesce(sum(by_amo + by_amc + by_patient), 0) FROM invoice WHERE made LIKE ?"
SHARES = "SELECT sum(by_amo), sum(by_amc), sum(by_patient) FROM invoice"
CAME = "SELECT coalesce(sum(paid), 0) FROM payment WHERE share = ?"
GIVEN = "SELECT coalesce(sum(cents), 0) FROM patient_payment"
OF_CARER = f"{BILLED} AND (ps = ? OR (substitute <> '' AND substitute = ?))"
CARERS = (
    CarerShown(PS, "Claire Lefebvre", rpps="10100000010"),
    CarerShown(OTHER_PS, "Julien Mercier", rpps="10100000020"),
    CarerShown(SUBSTITUTE.billing_number, "Inès Faure", rpps=SUBSTITUTE.rpps),
)
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


@pytest.fixture
def shared(busy: Practice) -> Practice:
    """The same journal, in which another nurse bills too, and a third one in the first one's place."""
    busy.bill(Told(0, "non"), Told(3, "amo"), day="2026-11-13", ps=OTHER_PS)
    busy.bill(Told(2, "amo"), day="2026-11-12", substitute=SUBSTITUTE)
    return busy


@pytest.mark.parametrize("carer", CARERS, ids=[one.name for one in CARERS])
def test_each_carers_board_is_what_sql_counts_of_her(shared, carer):
    first = this_month(shared)
    money = month_money(shared.office, first, carer)
    counted = sql(shared, OF_CARER, f"{first:%Y-%m}%", carer.number, carer.rpps)
    assert (money.invoices, money.fees) == counted
    assert counted[0] == {PS: 5, OTHER_PS: 2}.get(carer.number, 1)
    assert sum(week.fees for week in fee_weeks(money)) == money.fees


def test_no_board_expects_another_carers_money(shared):
    first = this_month(shared)
    hers, another, _ = (sum(month_money(shared.office, first, one).expected.values()) for one in CARERS)
    assert another == 134 + 335  # the patients' shares: of one all of it, of the other what the caisse leaves
    assert hers + another == sum(month_money(shared.office, first).expected.values())


def test_a_refusal_is_counted_while_it_waits_and_once_however_often_it_was_billed(desk):
    (invoice, _) = desk.bill(Told(0, "amo"), Told(1, "amo"))
    desk.send()
    refused = Effect(
        *(Target.INVOICE, Outcome.REJECTED, PS),
        invoice=invoice.number,
        share="AMO",
        asked=201,
        code="0043",
        label="PRESCRIPTION",
    )
    desk.returned(refused)
    money = month_money(desk.office, this_month(desk))
    assert (len(money.reasons), money.asked, money.refused_cents) == (1, 2, 201)
    thing = thing_of(desk.office, invoice.visit_id, invoice.id)
    correct_invoice(desk.office, thing, thing.invoice, Edit({}), reason="telle quelle", same=True)
    assert len(month_money(desk.office, this_month(desk)).reasons) == 1  # it waits for its new invoice
    desk.certify()
    money = month_money(desk.office, this_month(desk))
    assert (money.reasons, money.asked, money.refused_cents) == ((), 2, 0)
