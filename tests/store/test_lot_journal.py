"""Lots and files: numbers in turn, members, states."""

import pytest

from tournee.errors import StoreError
from tournee.store import FileState, LotState, SheetState


def test_a_lot_takes_its_sheets_and_is_certified(journal, make):
    make.day(journal, 2)
    make.invoice(journal)
    make.invoice(journal)
    lot = journal.lots.get(make.certified_lot(journal))
    assert (lot.number, lot.date, lot.state, lot.sheet_ids) == ("001", "260302", LotState.CERTIFIED, (1, 2))
    assert lot.records == lot.body + lot.sevens
    assert {sheet.state for sheet in journal.invoices.sheets()} == {SheetState.IN_LOT}


def test_lot_numbers_run_through_the_stations_share_and_begin_again(journal, make):
    make.invoice(journal, "FSE", "DRE")
    journal.db.set_counter(make.ps, "lot", 18)
    lots = [journal.lots.get(make.certified_lot(journal, kind)).number for kind in ("FSE", "DRE")]
    assert lots == ["019", "001"]


def test_a_lot_keeps_the_order_of_its_sheets(journal, make):
    make.day(journal, 3)
    for _ in range(3):
        make.invoice(journal)
    lot = journal.lots.make(make.ps, "FSE", "F01751123", "03", [3, 1, 2], make.lot())
    assert journal.lots.get(lot).sheet_ids == (3, 1, 2)


@pytest.mark.parametrize(
    ("ps", "kind", "crf", "mode"),
    [
        ("751000027", "FSE", "F01751123", "03"),
        ("756000014", "DRE", "F01751123", "03"),
        ("756000014", "FSE", "F02999000", "03"),
        ("756000014", "FSE", "F01751123", "05"),
    ],
)
def test_a_sheet_of_another_lot_is_refused_and_nothing_is_numbered(journal, make, ps, kind, crf, mode):
    make.invoice(journal)
    with pytest.raises(StoreError, match="n’est pas de ce lot"):
        journal.lots.make(ps, kind, crf, mode, [1], make.lot())
    assert journal.lots.find() == ()
    assert journal.lots.get(make.certified_lot(journal)).number == "001"


def test_a_sheet_enters_one_lot_only(journal, make):
    make.invoice(journal)
    make.certified_lot(journal)
    with pytest.raises(StoreError, match="« en lot » est fait déjà"):
        journal.lots.make(make.ps, "FSE", "F01751123", "03", [1], make.lot())


def test_a_sheet_given_twice_or_unknown_enters_no_lot_and_its_fellows_stay_out(journal, make):
    make.day(journal, 2)
    make.invoice(journal)
    make.invoice(journal)
    with pytest.raises(StoreError, match="« en lot » est fait déjà \\(feuille 1\\)"):
        journal.lots.make(make.ps, "FSE", "F01751123", "03", [1, 2, 1], make.lot())
    with pytest.raises(StoreError, match="Il n’y a pas de feuille n° 9"):
        journal.lots.make(make.ps, "FSE", "F01751123", "03", [1, 9], make.lot())
    assert {sheet.state for sheet in journal.invoices.sheets()} == {SheetState.CERTIFIED}


def test_each_sheet_of_a_lot_has_its_own_history(journal, make):
    make.day(journal, 3)
    for _ in range(3):
        make.invoice(journal)
    make.certified_lot(journal)
    for sheet in (1, 2, 3):
        assert [(row.state, row.detail) for row in journal.history.find("sheet", sheet)] == [
            ("made", ""),
            ("certified", ""),
            ("in_lot", "lot 001"),
        ]


def test_a_sheet_that_is_not_certified_enters_no_lot(journal, make):
    make.day(journal)
    journal.invoices.make(1, make.ps, make.sheets("FSE"))
    with pytest.raises(StoreError, match="« en lot » ne peut pas suivre « préparée »"):
        journal.lots.make(make.ps, "FSE", "F01751123", "03", [1], make.lot())


def test_a_lot_that_bears_another_number_is_refused(journal, make):
    make.invoice(journal)
    with pytest.raises(StoreError, match="lot « 005 » au lieu de 001"):
        journal.lots.make(make.ps, "FSE", "F01751123", "03", [1], lambda number: make.lot()(5))


def test_an_empty_lot_or_file_is_refused(journal, make):
    with pytest.raises(StoreError, match="au moins une facture"):
        journal.lots.make(make.ps, "FSE", "F01751123", "03", [], make.lot())
    with pytest.raises(StoreError, match="au moins un lot"):
        journal.files.make(make.ps, [], make.file())


def test_a_dissolved_lot_gives_its_sheets_back_and_loses_its_number(journal, make):
    make.invoice(journal)
    lot = journal.lots.make(make.ps, "FSE", "F01751123", "03", [1], make.lot())
    journal.lots.dissolve(lot, "refusé par le lecteur")
    assert journal.invoices.sheet(1).state is SheetState.CERTIFIED
    assert (journal.lots.get(lot).state, journal.lots.get(lot).reason) == (
        LotState.ABANDONED,
        "refusé par le lecteur",
    )
    assert journal.lots.get(make.certified_lot(journal)).number == "002"


def test_a_certified_lot_cannot_be_dissolved(journal, make):
    make.invoice(journal)
    lot = make.certified_lot(journal)
    with pytest.raises(StoreError, match="« abandonné » ne peut pas suivre « certifié »"):
        journal.lots.dissolve(lot, "non")


def test_a_file_takes_its_lots_in_order(journal, make):
    make.invoice(journal, "FSE", "DRE")
    fse, dre = make.certified_lot(journal, "FSE"), make.certified_lot(journal, "DRE")
    file = journal.files.get(journal.files.make(make.ps, [dre, fse], make.file(2)))
    assert (file.name, file.invoices, file.state, file.lot_ids) == ("000001", 2, FileState.MADE, (dre, fse))
    around, lots = make.file(2)(1), (journal.lots.get(dre).records, journal.lots.get(fse).records)
    assert file.clear == around.head + b"".join(lots) + around.tail
    assert {lot.state for lot in journal.lots.find()} == {LotState.IN_FILE}


def test_file_names_run_through_six_digits_before_one_comes_again(journal, make):
    """OCT-SF-4."""
    journal.db.set_counter("", "file", 999_998)  # as a journal of before has it
    make.invoice(journal, "FSE", "DRE")
    names = []
    for kind in ("FSE", "DRE"):
        make.certified_lot(journal, kind)
        names.append(journal.files.get(make.made_file(journal)).name)
    assert names == ["999999", "000001"]


def test_a_lot_that_is_not_certified_enters_no_file(journal, make):
    """OCT-SF-2."""
    make.invoice(journal)
    lot = journal.lots.make(make.ps, "FSE", "F01751123", "03", [1], make.lot())
    with pytest.raises(StoreError, match="« en fichier » ne peut pas suivre « préparé »"):
        journal.files.make(make.ps, [lot], make.file())


def test_a_lot_of_another_ps_enters_no_file(journal, make):
    make.invoice(journal)
    lot = make.certified_lot(journal)
    with pytest.raises(StoreError, match="n’est pas du professionnel"):
        journal.files.make("751000027", [lot], make.file())


def test_a_file_that_bears_another_name_is_refused(journal, make):
    make.invoice(journal)
    lot = make.certified_lot(journal)
    with pytest.raises(StoreError, match="fichier « 000007 » au lieu de 000001"):
        journal.files.make(make.ps, [lot], lambda number: make.file()(7))
