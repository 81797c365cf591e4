"""What a patient pays: in part, too much, given back, put right; and on the invoice that replaces another."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import account_life
import pytest
from account_life import PS, Practice, Told

from tournee.app.accounts.papers import statement
from tournee.app.accounts.paying import give_back, give_up, owes, pay, take_back
from tournee.app.accounts.standing import accounts_of, visit_meant
from tournee.app.correcting.invoices import correct_invoice
from tournee.app.finding import AmbiguousError, Thing, thing_of
from tournee.app.visits.retelling import Edit
from tournee.errors import StoreError
from tournee.model import Effect, Means, Outcome, Target


@pytest.fixture
def visit(desk: Practice) -> Thing:
    """A visit for which Yvonne Lambert owes all of 3,35 €."""
    desk.bill(Told(0, "non"))
    return thing_of(desk.office, 1)


def test_all_that_is_due_is_paid_when_no_amount_is_said(desk: Practice, visit: Thing) -> None:
    told = pay(desk.office, visit, Means.CARD)
    assert ([line.cents for line in told.lines], told.owes) == ([335], 0)


def test_a_part_leaves_the_rest_due(desk: Practice, visit: Thing) -> None:
    assert pay(desk.office, visit, Means.CASH, 100).owes == 235
    assert pay(desk.office, visit, Means.CHEQUE).owes == 0
    with pytest.raises(StoreError, match="ne doit rien"):
        pay(desk.office, visit, Means.CASH)


@pytest.mark.parametrize("cents", [336, 10**7, 10**12])
def test_more_than_is_due_is_refused_and_nothing_is_noted(desk: Practice, visit: Thing, cents: int) -> None:
    with pytest.raises(StoreError):
        pay(desk.office, visit, Means.CASH, cents)
    assert desk.journal.patient_payments.find() == ()


def test_more_than_is_due_is_kept_when_that_is_wanted_and_given_back(desk: Practice, visit: Thing) -> None:
    assert pay(desk.office, visit, Means.CASH, 400, credit=True).owes == -65
    with pytest.raises(StoreError, match="0,65 € à rendre"):
        give_back(desk.office, visit, Means.CASH, 66)
    assert give_back(desk.office, visit, Means.CASH).owes == 0
    with pytest.raises(StoreError):
        give_back(desk.office, visit, Means.CASH)


def test_a_credit_pays_another_visit_of_this_patient_and_of_nobody_else(desk: Practice, visit: Thing) -> None:
    pay(desk.office, visit, Means.CASH, 400, credit=True)
    desk.bill(Told(0, "amo"), Told(1, "amo"), day="2026-11-16")
    own, other = thing_of(desk.office, 2), thing_of(desk.office, 3)
    with pytest.raises(StoreError, match="0,00 € d’avoir"):
        pay(desk.office, other, Means.CREDIT, 50)
    assert pay(desk.office, own, Means.CREDIT, 50).owes == 84
    assert owes(desk.office, visit.id) == -15
    with pytest.raises(StoreError, match="0,15 € d’avoir"):
        pay(desk.office, own, Means.CREDIT, 16)


def test_a_payment_taken_back_is_due_again_and_both_lines_stay(desk: Practice, visit: Thing) -> None:
    (line,) = pay(desk.office, visit, Means.CHEQUE).lines
    assert take_back(desk.office, line.id, "sans provision").owes == 335
    assert [one.cents for one in desk.journal.patient_payments.find()] == [335, -335]


def test_what_the_carer_gives_up_is_due_no_more_and_was_not_paid(desk: Practice, visit: Thing) -> None:
    assert give_up(desk.office, visit, "parti", 300).owes == 35
    (row,) = desk.journal.ledger.find()
    assert (row.paid.patient, row.lost.patient, row.left.patient) == (0, 300, 35)
    with pytest.raises(StoreError):
        give_up(desk.office, visit, "encore", 36)
    with pytest.raises(StoreError, match="0,00 € à rendre"):
        give_back(desk.office, visit, Means.CASH)


@pytest.mark.parametrize(
    "day", [date(2026, 11, 14), date(2026, 11, 17), date(1926, 11, 15), date(9999, 12, 31)]
)
def test_a_day_before_the_care_or_to_come_is_refused(desk: Practice, visit: Thing, day: date) -> None:
    with pytest.raises(StoreError, match="corrigez le jour"):
        pay(desk.office, visit, Means.CASH, day=day)


def test_what_was_paid_counts_on_the_invoice_that_replaces_it(desk: Practice, visit: Thing) -> None:
    pay(desk.office, visit, Means.CASH)
    desk.journal.invoices.abandon(1, "erreur")
    assert owes(desk.office, visit.id) == -335  # its visit is to be billed anew
    desk.certify()
    assert owes(desk.office, visit.id) == 0
    first, second = desk.journal.ledger.find()
    assert (first.given.given, second.given.given) == (0, 335)


def test_what_was_paid_counts_on_a_correction_and_what_it_asks_more_is_due(desk: Practice) -> None:
    desk.bill(Told(0, "amo"))
    pay(desk.office, thing_of(desk.office, 1), Means.CASH)
    desk.send()
    desk.returned(Effect(Target.INVOICE, Outcome.REJECTED, PS, invoice="000000001", share="AMO"))
    wrong = thing_of(desk.office, 1)
    correct_invoice(
        desk.office, wrong, wrong.invoices[-1], Edit({"tiers_payant": "non"}), reason="sans droits"
    )
    desk.certify()
    assert owes(desk.office, 1) == 335 - 134
    assert [(row.number, row.given.given) for row in desk.journal.ledger.find()] == [
        ("000000001", 0),
        ("000000002", 134),
    ]


@pytest.fixture
def corrected(desk: Practice, visit: Thing) -> Practice:
    """Yvonne Lambert paid 3,35 €; the invoice was refused: it was Paul Durand, whom a new one is for."""
    pay(desk.office, visit, Means.CASH)
    desk.send()
    desk.returned(Effect(Target.INVOICE, Outcome.REJECTED, PS, invoice="000000001", share="AMO"))
    desk.journal.visits.reopen(1, "autre patient")
    assert [one.sheets[0].patient for one in desk.bill(Told(1, "non"))] == ["DURAND PAUL"]
    return desk


def test_what_another_patient_paid_is_hers_and_is_given_back(corrected: Practice) -> None:
    office = corrected.office
    hers, his = thing_of(office, 1, 1), thing_of(office, 1, 2)
    assert (owes(office, 1, 1), owes(office, 1, 2), owes(office, 1)) == (-335, 335, 335)
    rows = corrected.journal.ledger.find()
    assert [(row.patient, row.left.patient) for row in rows] == [
        ("LAMBERT YVONNE", -335),
        ("DURAND PAUL", 335),
    ]
    assert [row.patient_owes for row in corrected.journal.overview()] == [335, -335]
    with pytest.raises(StoreError, match="0,00 € à rendre"):
        give_back(office, his, Means.CASH)
    assert give_back(office, hers, Means.CASH).owes == 0
    assert pay(office, his, Means.CARD).lines[0].receipt == "000000002-1"
    assert [row.left.patient for row in corrected.journal.ledger.find()] == [0, 0]


def test_an_account_and_a_statement_show_one_patient_s_lines_alone(
    corrected: Practice, tmp_path: Path
) -> None:
    pay(corrected.office, thing_of(corrected.office, 1, 2), Means.CARD, 100)
    (hers,), (his,) = (accounts_of(corrected.office, name) for name in ("lambert", "durand"))
    assert ([line.cents for line in hers.lines], hers.owes) == ([335], -335)
    assert ([line.cents for line in his.lines], his.owes) == ([100], 235)
    file = tmp_path / "releve.pdf"
    file.write_bytes(statement(corrected.office, "durand"))
    told = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    assert "DURAND PAUL" in told.stdout and "LAMBERT" not in told.stdout and "000000001-1" not in told.stdout


def test_a_name_that_a_visit_had_before_pays_nothing_of_the_patient_it_is_of_now(
    desk: Practice, visit: Thing
) -> None:
    desk.journal.invoices.abandon(1, "autre patient")
    desk.bill(Told(1, "non"))
    hers = visit_meant(desk.office, "lambert")
    with pytest.raises(StoreError, match="ne doit rien pour la facture 000000001"):
        pay(desk.office, hers, Means.CHEQUE)
    (told,) = accounts_of(desk.office, "lambert")
    assert told.row is not None
    assert (told.row.number, told.patient, told.owes, told.lines) == ("000000001", "LAMBERT YVONNE", 0, ())
    pay(desk.office, visit_meant(desk.office, "durand"), Means.CHEQUE)
    assert [told.lines for told in accounts_of(desk.office, "lambert")] == [()]


def test_a_name_typed_otherwise_is_the_same_patient(
    desk: Practice, visit: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(desk.office, visit, Means.CASH)
    desk.journal.invoices.abandon(1, "nom mal écrit")
    monkeypatch.setattr(account_life, "PEOPLE", (replace(account_life.PEOPLE[0], name="LAMBERTE"),))
    assert [one.sheets[0].patient for one in desk.bill(Told(0, "non"))] == ["LAMBERTE YVONNE"]
    assert owes(desk.office, 1) == 0


def test_her_money_may_go_to_another_visit_of_hers(corrected: Practice) -> None:
    corrected.bill(Told(0, "amo"), Told(1, "amo"), day="2026-11-16")
    with pytest.raises(StoreError, match="0,00 € d’avoir"):
        pay(corrected.office, thing_of(corrected.office, 3), Means.CREDIT, 1)
    assert pay(corrected.office, thing_of(corrected.office, 2), Means.CREDIT).owes == 0
    assert owes(corrected.office, 1, 1) == 134 - 335


def test_a_visit_set_aside_is_owed_nothing_for(desk: Practice, visit: Thing) -> None:
    pay(desk.office, visit, Means.CASH, 100)
    desk.journal.invoices.abandon(1, "erreur")
    desk.journal.visits.abandon(1, "pas venue")
    assert owes(desk.office, visit.id) == -100
    assert give_back(desk.office, thing_of(desk.office, 1), Means.CASH).owes == 0


def test_a_visit_without_invoice_is_not_paid(desk: Practice) -> None:
    desk.bill(Told(0))
    desk.journal.invoices.abandon(1, "erreur")
    with pytest.raises(StoreError, match="pas encore facturée"):
        pay(desk.office, thing_of(desk.office, 1), Means.CASH)


def test_of_two_visits_of_a_patient_the_one_that_owes_is_meant(desk: Practice) -> None:
    desk.bill(Told(0, "total"), Told(0, "amo"))
    assert visit_meant(desk.office, "lambert").id == 2
    desk.bill(Told(0, "amo"), day="2026-11-16")
    with pytest.raises(AmbiguousError):
        visit_meant(desk.office, "lambert")


def test_the_account_of_a_patient_tells_three_shares_and_every_line(desk: Practice, visit: Thing) -> None:
    pay(desk.office, visit, Means.CASH, 100)
    desk.bill(Told(0, "total"), Told(1, "amo"), day="2026-11-16")
    first, second = accounts_of(desk.office, ["yvonne", "lambert"])
    assert first.row is not None and second.row is not None
    assert (tuple(first.row.shares), tuple(second.row.shares)) == ((0, 0, 335), (201, 134, 0))
    assert (first.owes, [line.cents for line in first.lines], second.owes) == (235, [100], 0)
