"""Returns: kept before they are deleted elsewhere, applied once, in whatever order (OCT-RET-2, OCT-RET-5)."""

import itertools
from dataclasses import replace
from datetime import datetime

import pytest

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import DoubtState, FileState, LotState, MessageState, ReturnState, SheetState

ACCEPTED_FILE = Effect(Target.FILE, Outcome.ACCEPTED, file="000001", lot="000")
REFUSED_FILE = Effect(Target.FILE, Outcome.REFUSED, file="000001", code="0106", label="STRUCTURE")
ACCEPTED_LOT = Effect(Target.LOT, Outcome.ACCEPTED, file="000001", lot="001", lot_date="260302")
REFUSED_LOT = Effect(
    Target.LOT,
    Outcome.REFUSED,
    file="000001",
    lot="001",
    lot_date="260302",
    invoice="000000001",
    code="0103",
    label="CERTIFICAT",
)


def paid(amount, asked=600, share="AMO", invoice="000000001", **more):
    return Effect(
        Target.INVOICE, Outcome.PAID, invoice=invoice, share=share, asked=asked, paid=amount, **more
    )


def rejected(code="R01", share="AMO", invoice="000000001"):
    return Effect(
        Target.INVOICE, Outcome.REJECTED, invoice=invoice, share=share, code=code, label="DROITS", level="F"
    )


def sheet_states(journal):
    return [sheet.state for sheet in journal.invoices.sheets()]


def test_the_same_bytes_are_taken_once(journal):
    assert journal.returns.take(b"arl", "imap") == 1
    assert journal.returns.take(b"arl", "pop3") is None
    assert [(row.raw, row.source, row.state) for row in journal.returns.find()] == [
        (b"arl", "imap", ReturnState.TAKEN)
    ]


def test_a_return_taken_but_not_settled_is_found_again(open_journal, journal):
    journal.returns.take(b"arl", "imap")
    journal.close()
    assert [row.raw for row in open_journal().returns.find(ReturnState.TAKEN)] == [b"arl"]


def test_a_settled_return_keeps_what_it_held(journal):
    received = journal.returns.take(b"sealed", "imap")
    journal.returns.settle(received, "RSP 576", "deux paiements", [], b"clear")
    row = journal.returns.get(received)
    assert (row.kind, row.summary, row.content, row.state) == (
        "RSP 576",
        "deux paiements",
        b"clear",
        ReturnState.SETTLED,
    )


def test_a_quarantined_return_is_kept_whole_and_can_be_settled_later(journal):
    received = journal.returns.take(b"???", "imap")
    journal.returns.quarantine(received, "ni ARL, ni RSP, ni ART")
    row = journal.returns.find(ReturnState.QUARANTINED)[0]
    assert (row.raw, row.reason) == (b"???", "ni ARL, ni RSP, ni ART")
    journal.returns.settle(received, "ART", "texte", [])
    assert journal.returns.get(received).state is ReturnState.SETTLED


def test_an_accepted_file_acknowledges_its_lots_and_sheets(journal, sent, settle):
    settle(ACCEPTED_FILE)
    assert journal.files.get(sent).state is FileState.ACKNOWLEDGED
    assert {lot.state for lot in journal.lots.find()} == {LotState.ACKNOWLEDGED}
    assert set(sheet_states(journal)) == {SheetState.ACKNOWLEDGED}


def test_a_refused_file_refuses_all_with_its_reason(journal, sent, settle):
    settle(REFUSED_FILE)
    assert journal.files.get(sent).state is FileState.REFUSED
    assert {lot.state for lot in journal.lots.find()} == {LotState.REFUSED}
    assert {sheet.reason for sheet in journal.invoices.sheets()} == {"0106 STRUCTURE"}


def test_a_refused_lot_refuses_its_sheets_and_names_the_invoice_at_fault(journal, sent, settle):
    settle(REFUSED_LOT)
    assert [lot.state for lot in journal.lots.find()] == [LotState.REFUSED, LotState.SENT]
    assert sheet_states(journal) == [SheetState.REFUSED, SheetState.SENT]
    assert journal.invoices.sheets()[0].reason == "0103 CERTIFICAT (facture 000000001)"


@pytest.mark.parametrize("order", [(ACCEPTED_FILE, REFUSED_LOT), (REFUSED_LOT, ACCEPTED_FILE)])
def test_a_lot_stays_refused_when_its_file_is_accepted_before_or_after(journal, sent, settle, order):
    for effect in order:
        settle(effect)
    assert [lot.state for lot in journal.lots.find()] == [LotState.REFUSED, LotState.ACKNOWLEDGED]


def test_a_refusal_is_not_undone_by_an_acceptance(journal, sent, settle):
    settle(REFUSED_LOT)
    row = settle(ACCEPTED_LOT)[0]
    assert (row.applied, row.note) == (True, "lot refusé, puis accepté : à vérifier")
    assert [doubt.state for doubt in journal.doubts.waiting()] == [DoubtState.CONTRADICTED]
    assert journal.lots.find()[0].state is LotState.REFUSED


def test_a_duplicate_proves_the_arrival_and_changes_nothing_settled(journal, sent, settle):
    settle(ACCEPTED_LOT)
    settle(Effect(Target.FILE, Outcome.DUPLICATE, file="000001", code="0105"))
    settle(Effect(Target.LOT, Outcome.DUPLICATE, file="000001", lot="001", code="0105"))
    assert journal.files.get(sent).state is FileState.SENT
    assert journal.lots.find()[0].state is LotState.ACKNOWLEDGED


def test_one_invoice_of_a_lot_can_be_refused_alone(journal, sent, settle):
    settle(ACCEPTED_LOT)
    settle(Effect(Target.INVOICE, Outcome.REFUSED, invoice="000000001", document="FSE", code="0103"))
    assert journal.lots.find()[0].state is LotState.ACKNOWLEDGED
    assert sheet_states(journal) == [SheetState.REFUSED, SheetState.SENT]


@pytest.mark.parametrize(
    ("effects", "state"),
    [
        ([paid(600)], SheetState.PAID),
        ([paid(700)], SheetState.PAID),
        ([paid(400)], SheetState.PARTLY_PAID),
        ([paid(400), paid(200)], SheetState.PAID),
        ([paid(600), rejected()], SheetState.PAID),
        ([paid(400), rejected()], SheetState.PARTLY_PAID),
        ([rejected()], SheetState.PAYMENT_REFUSED),
        ([rejected(), paid(600)], SheetState.PAID),
        ([paid(600), paid(-600)], SheetState.PAYMENT_REFUSED),
        ([paid(600), paid(-100)], SheetState.PARTLY_PAID),
        ([Effect(Target.INVOICE, Outcome.DEFERRED, invoice="000000001", share="AMO")], SheetState.SENT),
        ([Effect(Target.INVOICE, Outcome.REMARK, invoice="000000001", share="AMO")], SheetState.SENT),
        ([paid(0)], SheetState.SENT),
    ],
    ids=[
        "in full",
        "more than asked",
        "in part",
        "in two times",
        "in full with a remark",
        "in part, the rest rejected",
        "rejected",
        "rejected, then paid",
        "taken back whole",
        "taken back in part",
        "deferred",
        "remark",
        "nothing yet",
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["one return", "a return each"])
def test_a_sheet_stands_where_its_payments_say(journal, sent, settle, effects, state, together):
    for batch in [effects] if together else [[effect] for effect in effects]:
        settle(*batch)
    assert journal.invoices.sheets()[0].state is state


def test_the_amc_share_goes_to_the_dre_where_there_is_one(journal, sent, settle):
    settle(paid(400, asked=400, share="AMC"))
    assert sheet_states(journal) == [SheetState.SENT, SheetState.PAID]


def test_both_shares_of_an_fse_alone_count_together(journal, make, settle):
    make.invoice(journal, "FSE")
    make.sent_file(journal)
    settle(paid(600))
    assert sheet_states(journal) == [SheetState.PAID]
    settle(rejected(share="AMC"))
    assert sheet_states(journal) == [SheetState.PARTLY_PAID]
    settle(paid(400, asked=400, share="AMC"))
    assert sheet_states(journal) == [SheetState.PAID]
    assert journal.overview()[::-1][0].paid == 1000


def test_the_document_named_by_the_return_decides(journal, sent, settle):
    settle(replace(rejected(share="AMC"), document="FSE"))
    assert sheet_states(journal) == [SheetState.PAYMENT_REFUSED, SheetState.SENT]


def test_a_payment_before_its_arl_stays_after_it(journal, sent, settle):
    settle(paid(600))
    settle(ACCEPTED_FILE)
    assert sheet_states(journal) == [SheetState.PAID, SheetState.ACKNOWLEDGED]
    assert journal.lots.find()[0].state is LotState.ACKNOWLEDGED


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_returns_does_not_change_where_all_stand(journal, sent, settle, order):
    effects = [ACCEPTED_FILE, REFUSED_LOT, paid(400, asked=400, share="AMC"), ACCEPTED_FILE]
    for place in order:
        settle(effects[place])
    assert sheet_states(journal) == [SheetState.REFUSED, SheetState.PAID]
    assert [lot.state for lot in journal.lots.find()] == [LotState.REFUSED, LotState.ACKNOWLEDGED]


def test_money_for_a_refused_sheet_is_taken(journal, sent, settle):
    settle(REFUSED_LOT)
    settle(paid(600))
    assert sheet_states(journal)[0] is SheetState.PAID


def test_a_return_settled_twice_applies_once(journal, sent):
    received = journal.returns.take(b"rsp", "imap")
    first = journal.returns.settle(received, "RSP", "", [paid(300)])
    assert journal.returns.settle(received, "RSP", "", [paid(300)]) == first
    assert journal.overview()[::-1][0].paid == 300


def test_the_same_content_in_another_message_applies_once(journal, sent, settle):
    settle(paid(300), content=b"the same RSP")
    assert settle(paid(300), content=b"the same RSP") == ()
    assert journal.returns.find()[1].reason == "contenu déjà traité"
    assert journal.overview()[::-1][0].paid == 300


@pytest.mark.parametrize(
    ("effect", "note"),
    [
        (Effect(Target.FILE, Outcome.ACCEPTED, file="000009"), "fichier inconnu"),
        (Effect(Target.FILE, Outcome.ACCEPTED, file="000001", ps="751000027"), "fichier inconnu"),
        (Effect(Target.LOT, Outcome.ACCEPTED, lot="009"), "lot inconnu"),
        (Effect(Target.LOT, Outcome.ACCEPTED, file="000009", lot="001"), "lot inconnu"),
        (Effect(Target.LOT, Outcome.ACCEPTED, lot="001", lot_date="260303"), "lot inconnu"),
        (Effect(Target.LOT, Outcome.ACCEPTED, lot="???"), "lot inconnu"),
        (paid(600, invoice="000000009"), "facture inconnue"),
        (paid(600, invoice="ABC"), "facture inconnue"),
    ],
)
def test_an_effect_that_matches_nothing_is_kept_and_shown(journal, sent, settle, effect, note):
    settle(effect)
    assert [(row.effect, row.note) for row in journal.effects.unmatched()] == [(effect, note)]
    assert set(sheet_states(journal)) == {SheetState.SENT}


def test_an_effect_for_a_document_that_the_invoice_lacks_is_kept(journal, make, settle):
    make.invoice(journal, "FSE")
    make.sent_file(journal)
    settle(paid(400, share="AMC", document="DRE"))
    assert [row.note for row in journal.effects.unmatched()] == ["pièce inconnue"]


def test_an_effect_for_what_was_never_sent_is_kept(journal, make, settle):
    make.invoice(journal)
    settle(paid(600))
    make.certified_lot(journal)
    settle(replace(ACCEPTED_LOT, file=""))
    make.made_file(journal)
    settle(ACCEPTED_FILE)
    assert [row.note for row in journal.effects.unmatched()] == [
        "facture jamais envoyée",
        "lot jamais envoyé",
        "fichier jamais envoyé",
    ]
    assert sheet_states(journal) == [SheetState.IN_LOT]


def test_two_ps_with_the_same_invoice_number_are_told_apart_by_the_returns_ps(journal, make, settle):
    make.invoice(journal)
    make.sent_file(journal)
    make.day(journal)
    visit = journal.visits.find()[-1].id
    journal.invoices.make(visit, "751000027", make.sheets("FSE"))
    settle(paid(600))
    assert [row.note for row in journal.effects.unmatched()] == ["facture de plusieurs professionnels"]
    settle(paid(600, ps=make.ps))
    assert sheet_states(journal)[0] is SheetState.PAID


@pytest.mark.parametrize("effect", [ACCEPTED_FILE, ACCEPTED_LOT, paid(600)], ids=["file", "lot", "invoice"])
@pytest.mark.parametrize("end", ["uncertain", "failed", None])
def test_a_return_for_its_file_proves_that_a_message_arrived(journal, make, settle, effect, end):
    make.invoice(journal)
    make.certified_lot(journal)
    file = make.made_file(journal)
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    if end:
        getattr(journal.messages, end)(message, "coupure")
    settle(effect)
    assert journal.messages.get(message).state is MessageState.SENT
    assert journal.files.get(file).state in (FileState.SENT, FileState.ACKNOWLEDGED)
    assert journal.effects.unmatched() == ()


def same_number_again(open_journal, make):
    """Two lots 001, each sent in a file, of two days."""
    for day in (2, 3):
        journal = open_journal(now=datetime(2026, 3, day, 18, 30))
        make.invoice(journal)
        make.sent_file(journal)
        journal.db.set_counter(make.ps, "lot", 0)
    assert [lot.number for lot in journal.lots.find()] == ["001", "001"]


def test_the_newest_lot_of_that_number_is_meant(open_journal, journal, make, settle):
    same_number_again(open_journal, make)
    settle(Effect(Target.LOT, Outcome.ACCEPTED, lot="001"))
    assert [lot.state for lot in journal.lots.find()] == [LotState.SENT, LotState.ACKNOWLEDGED]


def test_the_file_says_which_lot_of_that_number_is_meant(open_journal, journal, make, settle):
    same_number_again(open_journal, make)
    settle(ACCEPTED_LOT)
    assert [lot.state for lot in journal.lots.find()] == [LotState.ACKNOWLEDGED, LotState.SENT]


def test_a_refused_invoice_is_billed_again_under_a_new_number(journal, make, sent, settle):
    settle(REFUSED_FILE)
    journal.visits.reopen(1, "certificat refusé")
    journal.invoices.make(1, make.ps, make.sheets("FSE", "DRE"))
    assert [row.number for row in journal.overview()[::-1]] == ["000000001", "000000002"]


def test_settling_an_unknown_return_is_a_clear_error(journal):
    with pytest.raises(StoreError, match="Il n’y a pas de retour n° 3"):
        journal.returns.settle(3, "ARL", "", [])


def test_an_rsp_that_comes_again_under_another_header_applies_once(journal, sent):
    paid = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", asked=600, paid=600)
    for raw in (b"first", b"second"):
        received = journal.returns.take(raw, "oct")
        journal.returns.settle(received, "RSP", "", [paid], b"header " + raw, body=b"payments")
    assert len(journal.payments.of_sheet(1)) == 1
    assert [row.reason for row in journal.returns.find()] == ["", "contenu déjà traité"]


def test_what_is_odd_in_a_settled_return_stays_in_view(journal, sent):
    received = journal.returns.take(b"raw", "oct")
    journal.returns.settle(received, "RSP", "", [], b"content", notes=("999 : écart 1", "294, octet 12"))
    journal.returns.settle(journal.returns.take(b"other", "oct"), "RSP", "", [])
    (odd,) = journal.returns.notes()
    assert (odd.return_id, odd.kind, odd.notes) == (received, "RSP", ("999 : écart 1", "294, octet 12"))
    assert journal.returns.get(received).notes == odd.notes
    assert journal.returns.get(2).notes == ()
