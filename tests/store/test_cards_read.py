"""Cards as they were last read, and sheets that a Vitale card sealed alone."""

import pytest

from tournee.errors import StoreError
from tournee.store import CardKind, CardRead, SheetState, VisitState

NIR, RPPS = "2550699999001", "10100000016"


def test_a_card_is_found_by_its_holder_as_it_was_last_read(journal):
    journal.cards.keep(CardKind.VITALE, NIR, "20261115", b"rights")
    journal.cards.keep(CardKind.VITALE, NIR, "20261116", b"other rights")
    assert journal.cards.find(CardKind.VITALE, NIR) == CardRead("20261116", b"other rights")
    assert journal.cards.find(CardKind.VITALE, "1480369123017") is None


def test_a_carer_and_a_patient_are_kept_apart(journal):
    journal.cards.keep(CardKind.PS, RPPS, "20261115", b"carer")
    journal.cards.keep(CardKind.VITALE, RPPS, "20261115", b"patient")
    assert journal.cards.all(CardKind.PS) == (CardRead("20261115", b"carer"),)


def test_neither_whose_card_it_is_nor_what_it_says_stands_in_clear(journal, path):
    journal.cards.keep(CardKind.VITALE, NIR, "20261115", b"rights of Yvonne")
    journal.close()
    data = b"".join(one.read_bytes() for one in path.parent.iterdir() if one.is_file())
    assert NIR.encode() not in data and b"Yvonne" not in data


def test_the_same_card_on_the_same_day_is_no_step(open_journal):
    steps = []
    journal = open_journal(steps.append)
    journal.cards.keep(CardKind.VITALE, NIR, "20261115", b"rights")
    made = len(steps)
    journal.cards.keep(CardKind.VITALE, NIR, "20261115", b"rights")
    assert made and len(steps) == made


def sealed(journal, make):
    make.day(journal)
    invoice = journal.invoices.make(1, make.ps, make.sheets("FSE"))
    (sheet,) = journal.invoices.get(invoice).sheets
    journal.invoices.sealed(sheet.id, b"V" * 128)
    return invoice, sheet.id


def test_a_sealed_sheet_waits_for_its_signature_and_its_visit_is_done(journal, make):
    _, sheet = sealed(journal, make)
    assert journal.invoices.sheet(sheet).state is SheetState.SEALED
    assert journal.visits.find()[0].state is VisitState.DONE
    journal.invoices.certified(sheet, b"P" * 128 + b"V" * 128)
    assert journal.invoices.sheet(sheet).state is SheetState.CERTIFIED
    assert journal.invoices.sheet(sheet).sevens == b"P" * 128 + b"V" * 128


def test_no_lot_takes_a_sealed_sheet(journal, make):
    _, sheet = sealed(journal, make)
    row = journal.invoices.sheet(sheet)
    with pytest.raises(StoreError):
        journal.lots.make(make.ps, row.kind, row.crf, row.mode, [sheet], lambda number: make.lot()(number))
    assert journal.lots.find() == ()


def test_a_sealed_invoice_is_given_up_and_its_visit_waits_again(journal, make):
    invoice, sheet = sealed(journal, make)
    journal.invoices.abandon(invoice, "patient hospitalisé")
    assert journal.invoices.sheet(sheet).state is SheetState.ABANDONED
    assert journal.visits.find()[0].state is VisitState.PENDING
