"""A refused lot put right: what goes into a new lot, what is billed anew, and the links that stay."""

from dataclasses import replace

import pytest

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import LotState, SheetState, VisitState

LOT_REFUSED = Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0102", label="CERTIFICAT DU LOT")
BLAMED = replace(LOT_REFUSED, code="0103", label="CERTIFICAT", invoice="000000002")
PAID = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", document="FSE", asked=600, paid=600)


@pytest.fixture
def three(journal, make):
    """Three FSE sent in lot 001; gives the file."""
    make.day(journal, 3)
    for _ in range(3):
        make.invoice(journal)
    return make.sent_file(journal)


def states(journal):
    return [sheet.state for sheet in journal.invoices.sheets()]


def test_a_lot_refused_for_itself_is_closed_again_under_a_new_number(journal, make, settle, three):
    settle(LOT_REFUSED)
    made = journal.remaking.remake(1, (), "certificat")
    assert (made.as_they_are, made.anew) == (("000000001", "000000002", "000000003"), ())
    assert states(journal) == [SheetState.CERTIFIED] * 3
    file = make.sent_file(journal)
    assert [(lot.number, lot.state, lot.sheet_ids) for lot in journal.lots.find()] == [
        ("001", LotState.REFUSED, (1, 2, 3)),
        ("002", LotState.SENT, (1, 2, 3)),
    ]
    assert journal.files.get(file).lot_ids == (2,)


def test_old_and_new_lot_lead_to_one_another(journal, make, settle, three):
    settle(LOT_REFUSED)
    journal.remaking.remake(1, (), "certificat")
    make.sent_file(journal)
    settle(replace(LOT_REFUSED, lot="002"))
    journal.remaking.remake(2, (), "encore")
    make.sent_file(journal)
    assert [(lot.number, lot.remakes, lot.remade_in) for lot in journal.lots.find()] == [
        ("001", (), ("002",)),
        ("002", ("001",), ("003",)),
        ("003", ("002",), ()),
    ]
    found = journal.trace("1")
    assert [lot.number for lot in found.lots] == ["001", "002", "003"]
    assert [file.name for file in found.files] == ["000001", "000002", "000003"]
    first = journal.trace(journal.messages.find()[0].subject)
    assert [invoice.number for invoice in first.invoices] == ["000000001", "000000002", "000000003"]


def test_the_invoice_that_the_arl_blames_is_billed_anew_under_a_new_number(journal, make, settle, three):
    settle(BLAMED)
    assert journal.remaking.faulty_invoices(1) == ("000000002",)
    made = journal.remaking.remake(1, journal.remaking.faulty_invoices(1), "certificat")
    assert (made.as_they_are, made.anew) == (("000000001", "000000003"), ("000000002",))
    assert states(journal) == [SheetState.CERTIFIED, SheetState.REFUSED, SheetState.CERTIFIED]
    assert [visit.rank for visit in journal.visits.find(VisitState.PENDING)] == [2]
    make.invoice(journal)
    make.sent_file(journal)
    assert journal.lots.find()[1].sheet_ids == (1, 3, 4)
    links = [(one.number, one.replaces, one.replaced_by) for one in map(journal.invoices.get, (2, 4))]
    assert links == [("000000002", "", "000000004"), ("000000004", "000000002", "")]


def test_the_overview_counts_a_visit_billed_anew_once(journal, make, settle, three):
    settle(BLAMED)
    journal.remaking.remake(1, ("000000002",), "certificat")
    assert [row.number for row in journal.overview()[::-1] if row.counts] == [
        "000000001",
        "000000002",
        "000000003",
    ]
    make.invoice(journal)
    rows = journal.overview()[::-1]
    assert [row.number for row in rows if row.counts] == ["000000001", "000000003", "000000004"]
    assert [(row.replaces, row.replaced_by) for row in rows] == [
        ("", ""),
        ("", "000000004"),
        ("", ""),
        ("000000002", ""),
    ]


def test_a_lot_that_was_put_right_is_not_put_right_again(journal, settle, three):
    settle(BLAMED)
    journal.remaking.remake(1, ("000000002",), "certificat")
    with pytest.raises(StoreError, match="plus rien à refaire"):
        journal.remaking.remake(1, (), "encore")


@pytest.mark.parametrize(
    ("told", "faulty", "why"),
    [
        (replace(LOT_REFUSED, outcome=Outcome.ACCEPTED, code="0000"), (), "n’est pas refusé"),
        (replace(LOT_REFUSED, code="0105", label="DOUBLE"), (), "doublon"),
        (LOT_REFUSED, ("000000009",), "n’a pas de facture 000000009"),
    ],
)
def test_what_is_not_to_be_remade_is_refused_and_changes_nothing(journal, settle, three, told, faulty, why):
    settle(told)
    before = journal.history.find()
    with pytest.raises(StoreError, match=why):
        journal.remaking.remake(1, faulty, "essai")
    assert journal.history.find() == before


def test_an_invoice_whose_other_sheet_may_be_paid_is_not_billed_anew(journal, make, settle, sent):
    settle(LOT_REFUSED)
    with pytest.raises(StoreError, match="L’autre pièce de la facture 000000001 n’est pas refusée"):
        journal.remaking.remake(1, ("000000001",), "certificat")
    assert journal.remaking.remake(1, (), "certificat").as_they_are == ("000000001",)


def test_late_word_of_the_old_lot_does_not_touch_the_new_one(journal, make, settle, three):
    settle(LOT_REFUSED)
    journal.remaking.remake(1, (), "certificat")
    make.sent_file(journal)
    (row,) = settle(replace(LOT_REFUSED, outcome=Outcome.ACCEPTED, code="0000"))
    assert (row.applied, row.note) == (True, "lot refusé, puis accepté : il a été refait, à vérifier")
    assert states(journal) == [SheetState.SENT] * 3
    settle(replace(LOT_REFUSED, lot="002", outcome=Outcome.ACCEPTED, code="0000"))
    assert states(journal) == [SheetState.ACKNOWLEDGED] * 3


def test_payment_of_the_old_lot_keeps_its_sheet_out_of_the_new_one(journal, make, settle, three):
    settle(LOT_REFUSED)
    journal.remaking.remake(1, (), "certificat")
    (row,) = settle(replace(PAID, lot="001", lot_date="260302"))
    assert (row.applied, row.note) == (True, "")
    make.sent_file(journal)
    assert journal.lots.find()[1].sheet_ids == (2, 3)
    assert states(journal) == [SheetState.PAID, SheetState.SENT, SheetState.SENT]


def test_payment_told_of_another_lot_date_is_not_taken_for_either_lot(journal, make, settle, three):
    settle(LOT_REFUSED)
    journal.remaking.remake(1, (), "certificat")
    make.certified_lot(journal, date=b"260310")
    (row,) = settle(replace(PAID, lot="001", lot_date="260310"))
    assert (row.applied, row.note) == (False, "autre date de lot")


def test_a_visit_reopened_and_paid_all_the_same_waits_no_more(journal, settle, three):
    """It stayed « à facturer » for ever."""
    settle(BLAMED)
    journal.remaking.remake(1, ("000000002",), "certificat")
    settle(replace(PAID, invoice="000000002"))
    assert journal.visits.find(VisitState.PENDING) == ()
    assert journal.visits.find()[1].invoice_id == 2


def test_what_was_made_anew_is_given_up_when_the_old_invoice_is_paid(journal, make, settle, three):
    settle(BLAMED)
    journal.remaking.remake(1, ("000000002",), "certificat")
    make.invoice(journal)
    (row,) = settle(replace(PAID, invoice="000000002"))
    assert (
        row.note
        == "refusée, puis payée : à vérifier ; la facture 000000004, faite de nouveau, est abandonnée"
    )
    assert [(row.number, row.state) for row in journal.overview()[::-1]][3] == (
        "000000004",
        SheetState.ABANDONED,
    )
    assert [row.number for row in journal.overview()[::-1] if row.counts] == [
        "000000001",
        "000000002",
        "000000003",
    ]
    assert journal.visits.find(VisitState.PENDING) == ()


def test_both_invoices_of_a_visit_say_so_when_one_is_paid_and_the_other_has_left(
    journal, make, settle, three
):
    settle(BLAMED)
    journal.remaking.remake(1, ("000000002",), "certificat")
    make.invoice(journal)
    make.sent_file(journal)
    (row,) = settle(replace(PAID, invoice="000000002"))
    said = "même visite que la facture 000000004 : ne doit être payée qu’une fois"
    assert row.note == f"refusée, puis payée : à vérifier ; {said}"
    rows = journal.overview()[::-1]
    assert "même visite que la facture 000000004" in rows[1].reason
    assert rows[3].reason == "même visite que la facture 000000002 : ne doit être payée qu’une fois"
