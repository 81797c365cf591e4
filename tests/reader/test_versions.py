"""What the host asks of an older reader, and of one of today: modes 02 and 04, seals, replacements."""

import pytest
import reader_sheets as sheets

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.firmware.sesam import messages
from tournee.reader import OlderReader, Reader, SealOfOtherBytes

ASKED = {"kind": "FSE", "total": sheets.FEE}
REPLACED = sheets.record_2(1) + sheets.record_2r(1) + sheets.record_4(1) + sheets.record_5(1)


@pytest.fixture(scope="module")
def board():
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


@pytest.fixture
def older(board, monkeypatch):
    """The reader of today, to whom a host says that it knows version 1 alone: it grants that."""
    monkeypatch.setattr(messages, "VERSION", 1)
    with Reader.open(board.link_url) as reader:
        assert reader.link.version == 1
        reader.unlock("1234")
        yield reader


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda one: one.seal_invoice(sheets.invoice(1), **ASKED), "sceller puis contresigner (mode 04)"),
        (lambda one: one.certify_invoice(sheets.invoice(1), mode="04", **ASKED), "mode 04"),
        (lambda one: one.certify_invoice(sheets.invoice(1), mode="02", **ASKED), "une visite (mode 02)"),
        (lambda one: one.certify_lot(sheets.lot(1), mode="02", invoices=1, **ASKED), "mode 02"),
        (lambda one: one.certify_invoice(REPLACED, mode="03", **ASKED), "la facture d’un remplaçant"),
    ],
    ids=["seal", "countersign", "visit", "lot of visits", "replacement"],
)
def test_what_an_older_reader_does_not_know_is_told_and_not_asked(board, older, ask, words):
    made = [card.signatures for card in board.cards.values()]
    with pytest.raises(OlderReader, match="Ce lecteur ne sait pas") as told:
        ask(older)
    assert words in str(told.value)
    assert "mettez-le à jour" in str(told.value)
    assert [card.signatures for card in board.cards.values()] == made


def test_older_reader_certifies_as_ever(older):
    assert older.certify_invoice(sheets.invoice(1), mode="03", **ASKED).seal
    assert older.certify_invoice(sheets.invoice(2), mode="05", **ASKED).seal is None


def test_invoice_that_was_changed_since_it_was_sealed_is_not_countersigned(board):
    with Reader.open(board.link_url) as reader:
        assert reader.link.version == 2
        reader.unlock("1234")
        sealed = reader.seal_invoice(sheets.invoice(1), **ASKED)
        made = board.cards["ps"].signatures
        with pytest.raises(SealOfOtherBytes):
            reader.certify_invoice(sheets.invoice(2), mode="04", sealed=sealed, **ASKED)
        assert board.cards["ps"].signatures == made
        signed = reader.certify_invoice(sheets.invoice(1), mode="04", sealed=sealed, **ASKED)
        assert (signed.digest, signed.seal) == (sealed.digest, None)
