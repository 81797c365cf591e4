"""A return settles what it speaks of and nothing else: not another's NIR, lot, date, file or sender."""

from dataclasses import replace
from datetime import datetime

import pytest

from tournee.model import Effect, Outcome, Target
from tournee.store import FileState, LotState, MessageState, SheetState

NIR = "2550699999001"
PAID = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", document="FSE", asked=600, paid=600)
ARL = Effect(Target.LOT, Outcome.ACCEPTED, ps="756000014", file="000001", lot="001", lot_date="260302")
DUPLICATE = replace(ARL, outcome=Outcome.REFUSED, code="0105", label="LOT DEJA RECU")


def states(journal):
    return (
        [file.state for file in journal.files.find()],
        [lot.state for lot in journal.lots.find()],
        [sheet.state for sheet in journal.invoices.sheets()],
    )


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"nir": "1000000000001"}, "autre assuré"),
        ({"nir": "155062A999001"}, "autre assuré"),
        ({"lot": "002"}, "autre lot"),
        ({"lot": "A01"}, "autre lot"),
        ({"lot_date": "260303"}, "autre date de lot"),
        ({"lot": "001", "lot_date": "250302", "nir": NIR}, "autre date de lot"),
        (
            {"nir": "1000000000001", "lot": "777", "lot_date": "260303"},
            "autre assuré, autre lot, autre date de lot",
        ),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED, Outcome.REMARK])
def test_a_return_for_another_person_or_lot_is_kept_and_changes_nothing(
    journal, sent, settle, told, reason, outcome
):
    effect = replace(PAID, outcome=outcome, **told)
    settle(effect)
    assert [(row.effect, row.note) for row in journal.effects.unmatched()] == [(effect, reason)]
    assert journal.payments.of_sheet(1) == ()
    row = journal.overview()[0]
    assert (row.states, row.paid, row.reason) == ((SheetState.SENT, SheetState.SENT), 0, "")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"nir": NIR},
        {"nir": NIR + "62"},
        {"nir": "0000000000000", "lot": "000", "lot_date": "000000"},
        {"nir": NIR, "lot": "001", "lot_date": "260302"},
        {"lot": "1"},
    ],
    ids=["says nothing", "NIR", "NIR and its key", "zeros", "all of it", "lot without its zeros"],
)
def test_a_return_that_agrees_or_does_not_say_settles_its_sheet(journal, sent, settle, told):
    settle(replace(PAID, **told))
    assert journal.effects.unmatched() == ()
    assert journal.invoices.sheets()[0].state is SheetState.PAID


def test_a_return_for_another_person_does_not_prove_that_a_file_arrived(journal, make, settle):
    make.invoice(journal)
    make.certified_lot(journal)
    message = journal.messages.make(make.made_file(journal), "oct", make.message())
    journal.messages.transmitting(message)
    journal.messages.uncertain(message, "coupure")
    settle(replace(PAID, nir="1000000000001"))
    assert journal.messages.get(message).state is MessageState.UNCERTAIN


def test_the_nir_that_a_return_gives_is_in_no_text(journal, sent, settle):
    (row,) = settle(replace(PAID, nir="1000000000001"))
    assert "1000000000001" not in repr(row) + row.effect.told


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REFUSED])
@pytest.mark.parametrize(
    "wrong",
    [{"lot_date": "260303"}, {"file": "000002"}, {"ps": "751000027"}],
    ids=["lot date", "file name", "sender"],
)
def test_an_arl_with_another_date_file_or_sender_settles_no_lot(journal, sent, settle, outcome, wrong):
    # profile open-1, record A: sender 2+14, file 16+6, lot 22+3, lot date 25+6
    before = states(journal)
    settle(replace(ARL, outcome=outcome, **wrong))
    assert states(journal) == before
    assert [row.note for row in journal.effects.unmatched()] == ["lot inconnu"]


@pytest.mark.parametrize(("date", "acknowledged"), [("260302", 0), ("260401", 1)])
def test_the_date_says_which_lot_of_that_number_an_arl_means(open_journal, make, settle, date, acknowledged):
    for made in (datetime(2026, 3, 2), datetime(2026, 4, 1)):
        journal = open_journal(now=made)
        make.invoice(journal)
        make.certified_lot(journal, date=f"{made:%y%m%d}".encode())
        message = journal.messages.make(make.made_file(journal), "oct", make.message())
        journal.messages.transmitting(message)
        journal.messages.sent(message)
        journal.db.set_counter(make.ps, "lot", 0)
    settle(replace(ARL, file="", lot_date=date))
    expected = [LotState.SENT, LotState.SENT]
    expected[acknowledged] = LotState.ACKNOWLEDGED
    assert [lot.state for lot in journal.lots.find()] == expected


def resend(journal, make, file):
    message = journal.messages.make(file, "oct", make.message(), resend=True)
    journal.messages.transmitting(message)
    journal.messages.sent(message)


def test_a_duplicate_after_a_resend_does_not_refuse_an_accepted_lot(journal, make, sent, settle):
    settle(ARL)
    resend(journal, make, sent)
    (row,) = settle(DUPLICATE)
    assert (row.applied, row.note) == (True, "lot déjà reçu")
    assert journal.lots.find()[0].state is LotState.ACKNOWLEDGED
    assert (journal.invoices.sheets()[0].state, journal.invoices.sheets()[0].reason) == (
        SheetState.ACKNOWLEDGED,
        "",
    )


def test_an_acceptance_that_comes_after_its_duplicate_stands(journal, make, settle):
    make.invoice(journal)
    file = make.sent_file(journal)
    resend(journal, make, file)
    settle(DUPLICATE)
    assert states(journal) == ([FileState.REFUSED], [LotState.REFUSED], [SheetState.REFUSED])
    settle(ARL)
    assert states(journal) == ([FileState.ACKNOWLEDGED], [LotState.ACKNOWLEDGED], [SheetState.ACKNOWLEDGED])
    assert [
        row.reason for row in (*journal.files.find(), *journal.lots.find(), *journal.invoices.sheets())
    ] == ["", "", ""]


def test_a_refusal_that_comes_after_its_duplicate_gives_the_reason(journal, sent, settle):
    settle(DUPLICATE)
    settle(replace(ARL, outcome=Outcome.REFUSED, code="0103", label="CERTIFICAT"))
    settle(ARL)
    assert (journal.lots.find()[0].state, journal.lots.find()[0].reason) == (
        LotState.REFUSED,
        "0103 CERTIFICAT",
    )
    assert journal.invoices.sheets()[0].reason == "0103 CERTIFICAT"


def test_a_lot_that_is_a_duplicate_of_another_is_refused(journal, sent, settle):
    settle(DUPLICATE)
    assert [lot.state for lot in journal.lots.find()] == [LotState.REFUSED, LotState.SENT]
    assert journal.lots.find()[0].reason == "0105 LOT DEJA RECU"


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.DUPLICATE])
def test_a_file_that_is_a_duplicate_is_never_refused(journal, sent, settle, outcome):
    before = states(journal)
    (row,) = settle(Effect(Target.FILE, outcome, file="000001", code="0105"))
    assert (row.applied, row.note, states(journal)) == (True, "fichier déjà reçu", before)


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        (
            replace(PAID, asked=843, paid=843),
            "facture 000000001 (FSE), 8,43 € demandés, 8,43 € payés",
        ),
        (
            replace(PAID, document="", share="AMC", asked=0, paid=-123456),
            "facture 000000001, part AMC, -1 234,56 € payés",
        ),
        (ARL, "fichier 000001, lot 001 du 02/03/26, professionnel 756000014"),
        (replace(ARL, lot="", lot_date=""), "fichier 000001, professionnel 756000014"),
        (replace(ARL, file="", lot_date="bad"), "lot 001 du bad, professionnel 756000014"),
        (Effect(Target.PAYMENT, Outcome.PAID), ""),
    ],
)
def test_an_effect_is_told_in_words(effect, told):
    assert effect.told == told


def test_a_file_says_why_it_was_refused_and_no_more_once_it_is_not(journal, make):
    make.invoice(journal)
    file = make.sent_file(journal)
    told = Effect(Target.FILE, Outcome.REFUSED, file="000001", code="0105", label="DOUBLE")
    refused = Effect(Target.FILE, Outcome.REFUSED, file="000001", code="0100", label="ILLISIBLE")
    journal.returns.settle(journal.returns.take(b"first", "imap"), "ARL", "", [refused])
    assert journal.files.get(file).reason == "0100 ILLISIBLE"
    journal.returns.settle(journal.returns.take(b"second", "imap"), "ARL", "", [told])
    assert (journal.files.get(file).state, journal.files.get(file).reason) == (
        FileState.REFUSED,
        "0100 ILLISIBLE",
    )


def test_a_sheet_refused_alone_stays_so_when_its_lot_refused_as_a_duplicate_is_accepted(journal, make):
    make.day(journal, 2)
    make.invoice(journal)
    make.invoice(journal)
    make.sent_file(journal)
    alone = Effect(Target.INVOICE, Outcome.REFUSED, invoice="000000001", code="0103")
    twice = Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0105")
    accepted = Effect(Target.LOT, Outcome.ACCEPTED, lot="001")
    for raw, effect in ((b"alone", alone), (b"twice", twice), (b"accepted", accepted)):
        journal.returns.settle(journal.returns.take(raw, "imap"), "ARL", "", [effect])
    assert [sheet.state for sheet in journal.invoices.sheets()] == [
        SheetState.REFUSED,
        SheetState.ACKNOWLEDGED,
    ]
