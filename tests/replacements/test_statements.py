"""Statements of rétrocession: what was billed, what came, what follows in the next; to the cent."""

from dataclasses import replace
from datetime import date

import pytest
from account_life import IDENTITY, PS, Told
from replaced_life import FIRST, SECOND, TERMS

from tournee.app.practice.dossiers import KINDS, change, read
from tournee.app.replacements.billed import shared_out
from tournee.app.replacements.contracts import change_contract
from tournee.app.replacements.papers import line_days, reckoning
from tournee.app.replacements.statements import outside, sign_statement, statements, the_statement
from tournee.billing.replacement import ReplacementSession
from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.practice.replacement_contract import FixedCost, SignedStatement

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


def test_what_a_signed_statement_counted_is_corrected_by_its_terms(desk):
    """RMP-3, RMP-4: 80 % of what came is due of it, whatever the contract says when it comes."""
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.practice.send()
    desk.practice.paid(one.number, 201, 201)
    sign_statement(desk.office, contract, 1)
    new_terms = replace(contract.told, care=5_000, basis="facturé")
    contract = change_contract(desk.office, contract, new_terms)
    desk.practice.paid(one.number, 134, 134)
    desk.bill("2026-11-08", Told(1))  # counted by no signed statement
    second = statements(desk.office, contract)[1]
    assert [(line.billed.cents, line.came.cents, line.terms.care) for line in second.lines] == [
        (0, 134, 8_000),
        (AMI_1, 0, 5_000),
    ]
    assert second.due == 107 + 168  # 80 % of 134 that came, 50 % of 335 that was billed
    assert reckoning(second) == (
        ("Soins (facturé)", 335),
        ("Déplacements (facturé)", 0),
        ("Part de Inès FAURE : 50 % des soins, 100 % des déplacements", 168),
        ("Conditions d’avant : Soins (encaissé)", 134),
        ("Conditions d’avant : Déplacements (encaissé)", 0),
        ("Conditions d’avant : Part de Inès FAURE : 80 % des soins, 100 % des déplacements", 107),
        ("Rétrocession", 275),
    )
    kept = sign_statement(desk.office, contract, 2)
    assert (kept.lines, kept.due, reckoning(kept)) == (second.lines, 275, reckoning(second))


def test_a_signed_part_stays_in_its_session_when_the_dates_change(desk):
    """RMP-4: nothing of it is taken back, its session is paid for once."""
    costs = (FixedCost("studio", 700),)
    contract = desk.contract(replace(TERMS, costs=costs))
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.practice.send()
    sign_statement(desk.office, contract, 1)
    moved = ReplacementSession(date(2026, 11, 3), date(2026, 11, 8))
    for sessions in ((moved, SECOND), (SECOND,)):
        contract = change_contract(desk.office, contract, replace(contract.told, sessions=sessions))
        assert len(statements(desk.office, contract)) == 1
    contract = change_contract(desk.office, contract, replace(contract.told, sessions=(moved, SECOND)))
    desk.practice.paid(one.number, 201, 201)
    desk.bill("2026-11-08", Told(1))
    _, second = statements(desk.office, contract)
    assert (second.session, totals([second]), second.costs) == (moved.first, (AMI_1, 201), ())


def test_a_signed_statement_keeps_days_and_what_was_refused(desk):
    """RMP-4."""
    contract = desk.contract()
    (one,) = desk.bill(DAY_IN_FIRST, Told())
    desk.practice.send()
    refusal = Effect(Target.INVOICE, Outcome.REFUSED, PS, invoice=one.number, share="AMO", asked=201, paid=0)
    desk.practice.returned(refusal)
    (before,) = statements(desk.office, contract)
    assert sign_statement(desk.office, contract, 1).lines == before.lines
    (line,) = before.lines
    assert (line.days, line.refused, line_days(line)) == ((date(2026, 11, 7),), 201, "07/11/2026")


def test_a_statement_kept_without_its_days_is_read(desk):
    contract = desk.contract()
    desk.bill(DAY_IN_FIRST, Told())
    sign_statement(desk.office, contract, 1)
    (row,) = desk.journal.dossiers.find(KINDS[SignedStatement], ps=PS)
    kept = read(SignedStatement, row)
    change(desk.office, kept, replace(kept.told, beside=(), older=()))
    (told,) = statements(desk.office, contract)
    assert [line.days for line in told.lines] == [(date(2026, 11, 7),)]  # of the invoice, which is here


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


def test_the_costs_of_a_day_billed_after_the_signature_are_in_the_next_once(desk):
    """RMP-3."""
    costs = (FixedCost("voiture", 1_235, "jour"), FixedCost("logiciel", 50, "mois"), FixedCost("studio", 7))
    contract = desk.contract(replace(TERMS, costs=costs))
    desk.bill(DAY_IN_FIRST, Told())
    sign_statement(desk.office, contract, 1)
    assert len(desk.bill(DAY_IN_FIRST, Told(), Told(1))) == 1  # of a day that is counted
    desk.bill("2026-11-08", Told(2), Told(3))
    first, second = statements(desk.office, contract)
    assert first.costs == (("voiture", 1_235), ("logiciel", 50), ("studio", 7))
    assert second.costs == (("voiture", 1_235),)
    sign_statement(desk.office, contract, 2)
    desk.bill("2026-11-08", Told(2), Told(3), Told())
    assert statements(desk.office, contract)[2].costs == ()


def test_the_month_of_a_statement_without_care_is_still_to_be_counted(desk):
    """RMP-3: 11/2026 told what came of October; the care of November is billed later."""
    long = ReplacementSession(date(2026, 10, 5), date(2026, 11, 15))
    contract = desk.contract(replace(TERMS, sessions=(long,), costs=(FixedCost("logiciel", 50, "mois"),)))
    (one,) = desk.bill("2026-10-20", Told())
    desk.practice.send()
    sign_statement(desk.office, contract, 1)
    desk.practice.paid(one.number, 189, 189)
    assert sign_statement(desk.office, contract, 2).month == "202611"
    desk.bill(DAY_IN_FIRST, Told(1))
    told = statements(desk.office, contract)
    assert [one.costs for one in told] == [(("logiciel", 50),), (), (("logiciel", 50),)]


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


def test_money_is_shared_out_to_the_cent():
    assert shared_out(100, [1, 1, 1]) == [33, 33, 34]
    assert shared_out(5, [0, 0]) == [5, 0]
    assert shared_out(-7, [1, 2]) == [-3, -4]
