"""Statements of rétrocession: what was billed, what came, what follows in the next; to the cent."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from account_life import IDENTITY, PS, Told
from replaced_life import FIRST, HERS, RPPS, SECOND, TERMS

from tournee.app.replacements.billed import billed_parts, shared_out
from tournee.app.replacements.contracts import change_contract
from tournee.app.replacements.statements import outside, sign_statement, statements, the_statement
from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.practice.replacement_contract import FixedCost

AMI_1 = 335  # cents from 6 November 2026; 315 before
DAY_IN_FIRST, DAY_IN_SECOND = "2026-11-07", "2026-11-10"


def totals(told):
    return sum(one.billed.cents for one in told), sum(one.came.cents for one in told)


def test_a_statement_a_session_and_month_with_what_was_billed_and_what_came(desk):
    """RMP-2."""
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.bill(DAY_IN_SECOND, Told(1), Told(2))
    desk.practice.send()
    desk.practice.paid(one.number, 201, 201)
    first, second = statements(desk.office, contract)
    assert [(told.session, told.month, len(told.lines)) for told in (first, second)] == [
        (FIRST.first, "202611", 1),
        (SECOND.first, "202611", 2),
    ]
    assert (first.billed.care, first.came.care) == (AMI_1, 201)
    assert (first.of_billed, first.of_came, first.due) == (268, 161, 161)
    assert (second.billed.care, second.came.cents, second.due) == (2 * AMI_1, 0, 0)


def test_what_the_replaced_bills_herself_is_in_no_statement(desk):
    contract = desk.contract()
    desk.bill(DAY_IN_FIRST, Told(), identity=IDENTITY)
    assert statements(desk.office, contract) == ()


def test_a_day_of_no_session_is_told_apart(desk):
    contract = desk.contract(replace(TERMS, sessions=(SECOND,)))
    desk.bill(DAY_IN_FIRST, Told())
    assert statements(desk.office, contract) == ()
    assert [one.billed.cents for one in outside(desk.office, contract.told)] == [AMI_1]


def test_what_comes_after_the_signature_follows_in_the_next_statement(desk):
    """RMP-3."""
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.bill(DAY_IN_SECOND, Told(1))
    desk.practice.send()
    signed = sign_statement(desk.office, contract, 1)
    assert (signed.signed, signed.due) == (date(2026, 11, 16), 0)
    desk.practice.paid(one.number, 201, 201)
    first, second = statements(desk.office, contract)
    assert (first.came.cents, first.due) == (0, 0)
    assert [(line.invoice, line.carried, line.came.cents) for line in second.lines if line.carried] == [
        (one.number, True, 201)
    ]
    assert second.due == 161


def test_once_all_is_signed_what_changes_makes_a_statement_of_its_own(desk):
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.practice.send()
    sign_statement(desk.office, contract, 1)
    assert len(statements(desk.office, contract)) == 1
    desk.practice.paid(one.number, 201, 201)
    assert [(told.month, told.came.cents) for told in statements(desk.office, contract)] == [
        ("202611", 0),
        ("202612", 201),
    ]


def test_a_refused_payment_is_shown_and_nothing_of_it_is_due(desk):
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.practice.send()
    desk.practice.returned(
        Effect(Target.INVOICE, Outcome.REFUSED, PS, invoice=one.number, share="AMO", asked=201, paid=0)
    )
    (told,) = statements(desk.office, contract)
    assert (told.billed.cents, told.refused, told.came.cents, told.due) == (AMI_1, 201, 0, 0)


def test_an_invoice_given_up_after_the_signature_is_taken_back_in_the_next(desk):
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.bill(DAY_IN_SECOND, Told(1))
    sign_statement(desk.office, contract, 1)
    desk.journal.invoices.abandon(one.id, "mauvais patient")
    told = statements(desk.office, contract)
    assert [line.billed.cents for line in told[1].lines if line.carried] == [-AMI_1]
    assert totals(told)[0] == AMI_1


def test_statements_are_signed_in_their_order_and_once(desk):
    """RMP-4."""
    contract = desk.contract()
    desk.bill(DAY_IN_FIRST, Told())
    desk.bill(DAY_IN_SECOND, Told(1))
    with pytest.raises(StoreError, match="Le relevé 1 n’est pas signé"):
        sign_statement(desk.office, contract, 2)
    sign_statement(desk.office, contract, 1)
    with pytest.raises(StoreError, match="est signé depuis le 16/11/2026"):
        sign_statement(desk.office, contract, 1)


def test_a_signed_statement_keeps_its_terms_when_the_contract_changes(desk):
    contract = desk.contract(replace(TERMS, basis="facturé"))
    desk.bill(DAY_IN_FIRST, Told())
    sign_statement(desk.office, contract, 1)
    changed = change_contract(desk.office, contract, replace(contract.told, care=5_000))
    (told,) = statements(desk.office, changed)
    assert (told.due, told.of_billed) == (268, 268)


def test_costs_are_counted_by_day_month_and_session(desk):
    costs = (FixedCost("voiture", 100, "jour"), FixedCost("logiciel", 50, "mois"), FixedCost("studio", 7))
    contract = desk.contract(replace(TERMS, costs=costs, basis="facturé"))
    desk.bill("2026-11-07", Told())
    desk.bill("2026-11-08", Told())
    desk.bill(DAY_IN_SECOND, Told(1))
    first, second = statements(desk.office, contract)
    assert first.costs == (("voiture", 200), ("logiciel", 50), ("studio", 7))
    assert second.costs == (("voiture", 100), ("studio", 7))
    assert first.due == first.of_billed - 257


def test_a_day_billed_after_the_signature_has_its_cost_in_the_next_statement(desk):
    """RMP-3: each day's once."""
    costs = (FixedCost("secrétariat", 1_235, "jour"), FixedCost("logiciel", 50, "mois"))
    contract = desk.contract(replace(TERMS, costs=costs))
    (one,) = desk.bill("2026-11-07", Told())
    signed = sign_statement(desk.office, contract, 1)
    assert signed.costs == (("secrétariat", 1_235), ("logiciel", 50))
    desk.bill("2026-11-08", Told(1), Told(2))
    _, second = statements(desk.office, contract)
    assert [line.carried for line in second.lines] == [True, True]
    assert second.costs == (("secrétariat", 1_235),)
    sign_statement(desk.office, contract, 2)
    desk.practice.send()
    desk.practice.paid(one.number, 201, 201)
    assert statements(desk.office, contract)[2].costs == ()


def test_what_changes_of_a_signed_statement_counts_by_its_terms(desk):
    """RMP-3: the contract changed since."""
    contract = desk.contract(replace(TERMS, basis="facturé"))
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    assert sign_statement(desk.office, contract, 1).due == 268
    changed = change_contract(desk.office, contract, replace(contract.told, care=5_000))
    desk.bill(DAY_IN_SECOND, Told(1))
    desk.journal.invoices.abandon(one.id, "mauvais patient")
    second = statements(desk.office, changed)[1]
    assert (second.due, second.of_billed) == (168 - 268, 168 - 268)
    assert sign_statement(desk.office, changed, 2).due == -100
    assert [told.of_billed for told in statements(desk.office, changed)] == [268, -100]


def test_a_signed_statement_says_the_days_of_its_lines(desk):
    contract = desk.contract()
    desk.bill(DAY_IN_FIRST, Told())
    signed = sign_statement(desk.office, contract, 1)
    assert [line.days for line in signed.lines] == [(date(2026, 11, 7),)]


def test_a_statement_is_found_by_its_month_or_number(desk):
    contract = desk.contract()
    desk.bill(DAY_IN_FIRST, Told())
    assert the_statement(desk.office, contract, "202611").number == 1
    with pytest.raises(StoreError, match="Aucun relevé"):
        the_statement(desk.office, contract, "202601")


@pytest.mark.parametrize("seed", [1, 2])
def test_all_statements_add_up_to_what_the_replacement_billed_and_what_came(desk, seed):
    """RMP-2, RMP-3: whatever is billed, signed, paid and given up, and in whatever order."""
    chance, contract = Random(seed), desk.contract()
    made, free = [], {f"2026-11-{day:02}": [0, 1, 2, 3] for day in range(2, 16)}
    for _ in range(14):
        what = chance.choice(["bill", "bill", "pay", "sign", "drop"])
        alive = [one for one in made if one]
        if what == "bill":
            day = chance.choice([day for day, people in free.items() if people])
            who = free[day].pop(0)
            made += desk.bill(day, Told(who, acts=1), identity=chance.choice([HERS, HERS, IDENTITY]))
        elif what == "sign":
            waiting = [one for one in statements(desk.office, contract) if one.signed is None]
            if waiting:
                sign_statement(desk.office, contract, waiting[0].number)
        elif what == "pay" and alive:
            desk.practice.send()
            desk.practice.paid(chance.choice(alive).number, chance.randint(1, 201), 201)
        elif what == "drop" and alive:
            one = chance.choice(alive)
            if all(sheet.state.value == "certified" for sheet in desk.journal.invoices.get(one.id).sheets):
                desk.journal.invoices.abandon(one.id, "erreur")
                desk.journal.visits.abandon(one.visit_id, "erreur")
    rows = [
        row
        for row in desk.journal.ledger.find(ps=PS)
        if desk.journal.invoices.get(row.invoice_id).substitute == RPPS
    ]
    billed = sum(row.fee for row in rows if row.counts)
    came = sum(sum(row.paid) for row in rows)
    assert totals(statements(desk.office, contract)) == (billed, came)
    assert sum(one.billed.cents for one in billed_parts(desk.office, contract.told)) == billed


def test_money_is_shared_out_to_the_cent():
    assert shared_out(100, [1, 1, 1]) == [33, 33, 34]
    assert shared_out(5, [0, 0]) == [5, 0]
    assert shared_out(-7, [1, 2]) == [-3, -4]
