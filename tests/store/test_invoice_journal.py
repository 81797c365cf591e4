"""Days, visits, invoice numbers and certified sheets."""

import pytest

from tournee.errors import BillingError, StoreError
from tournee.store import SheetState, VisitState


def numbers(journal):
    return [row.number for row in journal.overview()[::-1]]


def test_the_same_day_twice_is_one_day(journal, make):
    assert make.day(journal, 3) == make.day(journal, 3)
    assert [visit.payload for visit in journal.visits.find()] == [b"visit 0", b"visit 1", b"visit 2"]
    assert {visit.state for visit in journal.visits.find()} == {VisitState.PENDING}


def test_invoice_numbers_follow_each_other_for_one_ps(journal, make):
    make.day(journal, 3)
    for visit in journal.visits.find():
        journal.invoices.make(visit.id, make.ps, make.sheets("FSE"))
    assert numbers(journal) == ["000000001", "000000002", "000000003"]


def test_another_ps_has_numbers_of_its_own(journal, make):
    make.day(journal, 2)
    first, second = journal.visits.find()
    journal.invoices.make(first.id, make.ps, make.sheets("FSE"))
    journal.invoices.make(second.id, "751000027", make.sheets("FSE"))
    assert numbers(journal) == ["000000001", "000000001"]


def test_one_number_serves_the_fse_and_the_dre(journal, make):
    make.day(journal)
    invoice = journal.invoices.get(journal.invoices.make(1, make.ps, make.sheets("FSE", "DRE")))
    assert [(sheet.kind, sheet.invoice) for sheet in invoice.sheets] == [
        ("FSE", "000000001"),
        ("DRE", "000000001"),
    ]


def test_a_visit_has_one_live_invoice_however_often_it_is_asked_for(journal, make):
    make.day(journal)
    first = journal.invoices.make(1, make.ps, make.sheets("FSE"))
    assert journal.invoices.make(1, make.ps, make.sheets("FSE")) == first
    assert journal.visits.find()[0].invoice_id == first
    assert numbers(journal) == ["000000001"]


def test_what_the_builder_refuses_leaves_no_trace(journal, make):
    make.day(journal)

    def refuse(number):
        raise BillingError("refused")

    with pytest.raises(BillingError):
        journal.invoices.make(1, make.ps, refuse)
    assert journal.overview()[::-1] == ()
    assert journal.invoices.get(journal.invoices.make(1, make.ps, make.sheets("FSE"))).number == "000000001"


def test_records_that_bear_another_number_are_refused(journal, make):
    make.day(journal)
    with pytest.raises(StoreError, match=r"000000009.*000000001"):
        journal.invoices.make(1, make.ps, lambda number: make.sheets("FSE")(9))
    assert journal.overview()[::-1] == ()


def test_a_visit_is_done_when_all_its_sheets_are_certified(journal, make):
    make.day(journal)
    invoice = journal.invoices.make(1, make.ps, make.sheets("FSE", "DRE"))
    first, second = journal.invoices.get(invoice).sheets
    journal.invoices.certified(first.id, b"7" * 128)
    assert journal.visits.find()[0].state is VisitState.PENDING
    journal.invoices.certified(second.id, b"7" * 128)
    assert journal.visits.find()[0].state is VisitState.DONE


def test_a_certified_sheet_gives_back_its_bytes(journal, make):
    make.day(journal)
    invoice = journal.invoices.make(1, make.ps, make.sheets("FSE"))
    made = journal.invoices.get(invoice).sheets[0]
    journal.invoices.certified(made.id, b"7" * 512)
    sheet = journal.invoices.sheet(made.id)
    assert sheet.body == make.sheets("FSE")(1)[0].records + b"7" * 512
    assert (sheet.state, sheet.patient, sheet.nir) == (SheetState.CERTIFIED, make.name, make.nir)
    assert (sheet.fee, sheet.amo, sheet.amc, sheet.acts) == (1000, 600, 400, 1)


def test_the_same_certificate_again_changes_nothing(journal, make):
    invoice = make.invoice(journal)
    sheet = journal.invoices.get(invoice).sheets[0]
    before = journal.history.find()
    journal.invoices.certified(sheet.id, sheet.sevens)
    assert journal.history.find() == before


def test_another_certificate_for_a_certified_sheet_is_refused(journal, make):
    sheet = journal.invoices.get(make.invoice(journal)).sheets[0]
    with pytest.raises(StoreError, match="est fait déjà"):
        journal.invoices.certified(sheet.id, b"7" * 256)


def test_the_number_of_an_abandoned_invoice_is_never_given_again(journal, make):
    make.day(journal)
    journal.invoices.abandon(journal.invoices.make(1, make.ps, make.sheets("FSE")), "carte absente")
    journal.invoices.make(1, make.ps, make.sheets("FSE"))
    assert [(row.number, row.state) for row in journal.overview()[::-1]] == [
        ("000000001", SheetState.ABANDONED),
        ("000000002", SheetState.MADE),
    ]
    assert journal.overview()[::-1][0].reason == "carte absente"


def test_an_abandoned_certified_invoice_opens_its_visit_again(journal, make):
    invoice = make.invoice(journal, "FSE", "DRE")
    journal.invoices.abandon(invoice, "erreur de saisie")
    assert journal.visits.find()[0].state is VisitState.PENDING
    assert journal.visits.find()[0].invoice_id is None


def test_an_invoice_in_a_lot_cannot_be_abandoned(journal, make):
    invoice = make.invoice(journal)
    make.certified_lot(journal)
    with pytest.raises(StoreError, match="« abandonnée » ne peut pas suivre « en lot »"):
        journal.invoices.abandon(invoice, "trop tard")
    assert journal.invoices.get(invoice).sheets[0].state is SheetState.IN_LOT


def test_an_abandoned_visit_is_not_billed(journal, make):
    make.day(journal)
    journal.visits.abandon(1, "patient absent")
    with pytest.raises(StoreError, match="n’est plus à facturer"):
        journal.invoices.make(1, make.ps, make.sheets("FSE"))
    journal.visits.reopen(1, "finalement vu")
    assert journal.invoices.make(1, make.ps, make.sheets("FSE")) == 1


def test_a_visit_with_an_invoice_cannot_be_abandoned(journal, make):
    make.day(journal)
    journal.invoices.make(1, make.ps, make.sheets("FSE"))
    with pytest.raises(StoreError, match="a une facture"):
        journal.visits.abandon(1, "non")


def test_a_visit_already_billed_cannot_be_opened_again(journal, make):
    make.invoice(journal)
    with pytest.raises(StoreError, match="n’est pas refusée"):
        journal.visits.reopen(1, "double")


def test_the_last_invoice_number_is_not_followed_by_the_first(journal, make):
    make.day(journal)
    journal.db.set_counter(make.ps, "invoice", 999_999_999)
    with pytest.raises(StoreError, match="plus de numéro de facture libre"):
        journal.invoices.make(1, make.ps, make.sheets("FSE"))


def test_sheets_are_listed_by_state_and_ps(journal, make):
    make.invoice(journal, "FSE", "DRE")
    assert [sheet.kind for sheet in journal.invoices.sheets(SheetState.CERTIFIED, make.ps)] == ["FSE", "DRE"]
    assert journal.invoices.sheets(SheetState.MADE) == ()
    assert journal.invoices.sheets(ps="751000027") == ()


def test_history_tells_each_change_with_its_time(journal, make):
    make.invoice(journal)
    assert [(row.at, row.subject, row.state, row.label) for row in journal.history.find("sheet")] == [
        ("2026-03-02T18:30:05", "sheet", "made", "préparée"),
        ("2026-03-02T18:30:05", "sheet", "certified", "certifiée"),
    ]


@pytest.mark.parametrize("thing", ["sheets", "invoices", "lots", "files", "messages", "returns"])
def test_what_the_journal_does_not_have_is_a_clear_error(journal, thing):
    ask = journal.invoices.sheet if thing == "sheets" else getattr(journal, thing).get
    with pytest.raises(StoreError, match=r"n’y a pas de .* n° 77"):
        ask(77)
