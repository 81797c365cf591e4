"""What patients pay is kept line by line: added, taken back by another, counted on the last invoice."""

import pytest

from tournee.errors import StoreError
from tournee.model import Means, PaymentKind
from tournee.store import PaymentDraft

DAY = "20260302"


def draft(visit=1, cents=400, kind=PaymentKind.PAID, means=Means.CASH, word=""):
    return PaymentDraft(visit, kind, means, cents, DAY, word)


def pay(journal, *drafts):
    return journal.patient_payments.add(drafts[0].visit_id, lambda balance: drafts)


@pytest.fixture
def billed(journal, make):
    make.invoice(journal, "FSE")
    return journal


def test_a_payment_counts_and_has_the_invoice_s_number_for_receipt(billed):
    (line,) = pay(billed, draft())
    told = billed.patient_payments.get(line)
    assert (told.receipt, told.cents, told.means, told.day) == ("000000001-1", 400, Means.CASH, DAY)
    (row,) = billed.overview()
    assert (row.given, row.shares.patient, row.patient_owes) == ((400, 0), 0, -400)


def test_a_line_taken_back_stays_and_counts_no_more(billed):
    (line,) = pay(billed, draft())
    (back,) = billed.patient_payments.take_back(line, DAY, "mauvais patient")
    first, second = billed.patient_payments.find()
    assert (first.reversed_by, second.reverses, second.cents) == (back, line, -400)
    assert (second.word, second.receipt) == ("mauvais patient", "000000001-2")
    assert billed.patient_payments.counted([1]) == {1: (1, {1: (0, 0)})}


def test_a_line_is_taken_back_once_and_what_takes_back_never(billed):
    (line,) = pay(billed, draft())
    (back,) = billed.patient_payments.take_back(line, DAY, "erreur")
    for one in (line, back):
        with pytest.raises(StoreError):
            billed.patient_payments.take_back(one, DAY, "encore")
    assert len(billed.patient_payments.find()) == 2


def test_both_lines_of_a_credit_are_taken_back_together(billed, make):
    make.invoice(billed, "FSE")
    first, second = (
        draft(1, -150, PaymentKind.GIVEN_BACK, Means.CREDIT),
        draft(2, 150, PaymentKind.PAID, Means.CREDIT),
    )
    lines = pay(billed, first, second)
    billed.patient_payments.take_back(lines[1], DAY, "erreur")
    assert billed.patient_payments.counted([1, 2]) == {1: (1, {1: (0, 0)}), 2: (2, {2: (0, 0)})}


def test_what_is_refused_while_lines_are_built_leaves_nothing(billed):
    def build(balance):
        raise StoreError("trop")

    with pytest.raises(StoreError, match="trop"):
        billed.patient_payments.add(1, build)
    assert billed.patient_payments.find() == ()


def test_what_an_invoice_was_paid_counts_on_the_one_that_replaces_it(billed, make):
    pay(billed, draft())
    billed.invoices.abandon(1, "erreur")
    make.bill(billed, 1)
    last, first = billed.overview()
    assert (last.given, first.given) == ((400, 0), (0, 0))
    (line,) = pay(billed, draft(cents=100))
    assert billed.patient_payments.get(line).receipt == "000000002-1"


def test_a_receipt_is_made_once_and_then_again_as_a_duplicate(billed):
    (line,) = pay(billed, draft())
    first, again = billed.patient_payments.print_receipt(line), billed.patient_payments.print_receipt(line)
    assert [one[1] for one in (first, again)] == [False, True]
    assert first[0].receipt == again[0].receipt


def test_the_word_of_a_payment_is_encrypted_in_the_file(billed, path):
    pay(billed, draft(word="chèque de LEFEVRE"))
    billed.close()
    assert b"LEFEVRE" not in path.read_bytes()


def test_a_line_changed_by_another_program_is_told(billed, path, open_journal):
    import sqlite3

    pay(billed, draft())
    billed.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE patient_payment SET cents = 900")
    (told,) = open_journal().health.alterations
    assert "paiement d’un patient" in told.text


def test_an_amount_of_an_invoice_changed_by_another_program_is_told(billed, path, open_journal):
    import sqlite3

    billed.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE invoice SET by_patient = 900")
    (told,) = open_journal().health.alterations
    assert "facture" in told.text
