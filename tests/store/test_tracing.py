"""From invoice to message and back, and the table of where all stand."""

import pytest

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import SheetState


@pytest.fixture
def two_files(journal, make):
    """Invoices 1 and 2 sent in file 000001 (lots 001, 002), 3 in file 000002; an ARL and a payment taken."""
    make.day(journal, 3)
    make.invoice(journal, "FSE", "DRE")
    make.invoice(journal, "FSE")
    make.sent_file(journal)
    make.invoice(journal, "FSE")
    make.sent_file(journal)
    for raw, effect in (
        (b"arl", Effect(Target.FILE, Outcome.ACCEPTED, file="000001")),
        (b"rsp", Effect(Target.INVOICE, Outcome.PAID, invoice="000000002", share="AMO", asked=600, paid=600)),
    ):
        journal.returns.settle(journal.returns.take(raw, "imap"), raw.decode().upper(), "", [effect])


def test_an_invoice_leads_to_its_lots_file_message_and_returns(journal, two_files):
    """OCT-MSG-5."""
    trace = journal.trace("000000001")
    assert [invoice.number for invoice in trace.invoices] == ["000000001"]
    assert [lot.number for lot in trace.lots] == ["001", "002"]
    assert [file.name for file in trace.files] == ["000001"]
    assert [message.counter for message in trace.messages] == [1]
    assert [row.kind for row in trace.returns] == ["ARL"]


def test_a_subject_leads_to_all_its_invoices_and_their_returns(journal, two_files):
    """OCT-MSG-5."""
    subject = journal.trace("3").messages[0].subject
    assert [invoice.number for invoice in journal.trace(subject).invoices] == ["000000003"]
    first = journal.trace("1").messages[0]
    for key in (first.subject, first.compostage, f"  {first.subject} "):
        trace = journal.trace(key)
        assert [invoice.number for invoice in trace.invoices] == ["000000001", "000000002"]
        assert [row.kind for row in trace.returns] == ["ARL", "RSP"]
        assert [message.id for message in trace.messages] == [first.id]


def test_a_trace_tells_the_history_of_what_it_shows_in_order(journal, two_files):
    told = [(row.subject, row.state) for row in journal.trace("2").history]
    assert [state for subject, state in told if subject == "sheet"] == [
        "made",
        "certified",
        "in_lot",
        "sent",
        "acknowledged",
        "paid",
    ]
    assert [state for subject, state in told if subject == "message"] == ["made", "transmitting", "sent"]
    assert [state for subject, state in told if subject == "received"] == ["taken", "settled"] * 2


def test_an_invoice_that_is_in_no_lot_yet_has_a_trace(journal, make):
    make.invoice(journal)
    trace = journal.trace("000000001")
    assert (len(trace.invoices), trace.lots, trace.files, trace.messages) == (1, (), (), ())


@pytest.mark.parametrize("key", ["000000009", "SV140700/1/2/00001", "", "²", "9" * 30, "9" * 5000])
def test_what_the_journal_does_not_know_is_a_clear_error(journal, two_files, key):
    with pytest.raises(StoreError, match="ne connaît ni message ni facture"):
        journal.trace(key)


def test_the_overview_has_one_row_an_invoice(journal, make, two_files):
    first, second, third = journal.overview()[::-1]
    assert (first.number, first.patient, first.date, first.ps) == (
        "000000001",
        make.name,
        "20260302",
        make.ps,
    )
    assert (first.kinds, first.fee, first.amo, first.amc, first.paid) == (("FSE", "DRE"), 1000, 600, 400, 0)
    assert (first.lots, first.files, first.state) == (("001", "002"), ("000001",), SheetState.ACKNOWLEDGED)
    assert (second.state, second.label, second.paid) == (SheetState.PAID, "payée", 600)
    assert (third.files, third.state) == (("000002",), SheetState.SENT)


def test_the_overview_shows_the_sheet_that_needs_most_attention(journal, two_files):
    effect = Effect(
        Target.INVOICE, Outcome.REJECTED, invoice="000000001", share="AMC", code="R01", label="DROITS"
    )
    journal.returns.settle(journal.returns.take(b"580", "imap"), "RSP", "", [effect])
    row = journal.overview()[::-1][0]
    assert (row.state, row.reason) == (SheetState.PAYMENT_REFUSED, "R01 DROITS")
    assert row.states == (SheetState.ACKNOWLEDGED, SheetState.PAYMENT_REFUSED)


def test_a_resend_shows_both_subjects_and_no_old_doubt(journal, make):
    make.invoice(journal)
    make.certified_lot(journal)
    file = make.made_file(journal)
    first = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(first)
    journal.messages.uncertain(first, "coupure")
    assert journal.overview()[::-1][0].reason == "envoi incertain : coupure"
    second = journal.messages.make(file, "oct", make.message(), resend=True)
    journal.messages.transmitting(second)
    journal.messages.sent(second)
    row = journal.overview()[::-1][0]
    assert (len(row.subjects), row.reason) == (2, "")


def test_the_history_names_things_as_a_carer_knows_them(journal, make, two_files):
    journal.returns.take(b"???", "imap")
    stamp = journal.messages.find()[0].compostage
    names = {(row.subject, row.subject_id): row.name for row in journal.history.find()}
    assert names["visit", 2] == "visite 2 du 02/03/2026"
    assert (names["sheet", 1], names["sheet", 2]) == ("FSE 000000001", "DRE 000000001")
    assert (names["lot", 2], names["file", 1]) == ("lot 002", "fichier 000001")
    assert names["message", 1] == f"message {stamp}"
    assert (names["received", 2], names["received", 3]) == ("RSP 2", "retour 3")
    assert {row.name for row in journal.trace("3").history} == {
        "FSE 000000003",
        "lot 003",
        "fichier 000002",
        f"message {journal.messages.find()[1].compostage}",
    }
