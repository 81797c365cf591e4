"""The reader on MicroPython's unix port, in the heap of its board.toml, through its link."""

import tomllib

import pytest
import reader_sheets as sheets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import Fault, load_card
from tournee.emulation.cards.content import card_content
from tournee.reader import Reader
from tournee.reader.failures import CardAbsent, CardFailed

HEAP_MAX = 65536
BOARD = tomllib.loads((BOARDS / "unix" / "board.toml").read_text())


@pytest.fixture
def board():
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


@pytest.fixture
def reader(board):
    with Reader.open(board.link_url) as reader:
        reader.unlock("1234")
        yield reader


def certify(reader, invoices):
    lot = sheets.lot(invoices)
    total = invoices * sheets.FEE
    made = reader.certify_lot(lot, kind="FSE", mode="03", invoices=invoices, total=total)
    key = card_content("infirmiere").key.public_key()
    key.verify(made.signature, lot, padding.PKCS1v15(), hashes.SHA256())
    return made


def test_heap_is_what_board_toml_says_and_64_kb_at_most(reader):
    assert BOARD["memory"]["heap"] <= HEAP_MAX
    size = reader.identify().heap_size
    assert BOARD["memory"]["heap"] * 0.97 < size <= BOARD["memory"]["heap"]


def test_board_runs_in_the_heap_that_it_is_said_to_need():
    with EmulatedBoard(heap=BOARD["memory"]["needs"]) as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        with Reader.open(board.link_url) as reader:
            reader.unlock("1234")
            certify(reader, 3)


def test_100_invoices_need_the_memory_of_one(reader):
    peaks = []
    for invoices in (1, 10, 100):
        certify(reader, invoices)
        peaks.append(reader.identify().heap_peak)
    assert peaks[0] == peaks[1] == peaks[2] < BOARD["memory"]["heap"]


def test_peak_is_seen_in_the_depth_of_a_card_s_exchange(reader):
    identity = reader.identify()
    assert identity.heap_used < identity.heap_peak < identity.heap_size


def test_nothing_is_allocated_for_a_record(reader):
    certify(reader, 1)
    before = reader.identify().heap_used
    certify(reader, 10)
    assert reader.identify().heap_used == before


def test_nothing_is_allocated_by_any_service(reader):
    def services():
        reader.cards()
        reader.read_ps_card()
        reader.read_vitale()
        reader.unlock("1234")
        invoice = sheets.invoice(1)
        reader.certify_invoice(invoice, kind="FSE", mode="03", total=sheets.FEE)

    services()
    before = reader.identify().heap_used
    for _ in range(5):
        services()
    assert reader.identify().heap_used == before


def test_nothing_is_left_allocated_by_a_failing_card(board, reader):
    def fail():
        damaged = load_card("moreau")
        damaged.fail(Fault("garbage", "A4", data=b"\0"))
        board.insert("vitale", damaged)
        with pytest.raises(CardFailed):
            reader.read_vitale()
        reader.read_vitale()

    fail()
    before = reader.identify().heap_used
    fail()
    assert reader.identify().heap_used == before


def test_invoice_is_signed_and_sealed(board, reader):
    invoice = sheets.invoice(1, 3)
    made = reader.certify_invoice(invoice, kind="FSE", mode="03", total=3 * sheets.FEE)
    for name, signature in (("infirmiere", made.signature), ("moreau", made.seal)):
        key = card_content(name).key.public_key()
        key.verify(signature, invoice, padding.PKCS1v15(), hashes.SHA256())


def test_host_that_starts_again_gets_the_same_signature_made_once(board, reader):
    made = certify(reader, 2)
    reader.close()
    with Reader.open(board.link_url) as another:
        another.unlock("1234")
        assert certify(another, 2) == made
    assert board.cards["ps"].signatures == 1


def test_other_card_in_the_slot_is_seen_however_fast_it_was_swapped(board, reader):
    board.insert("ps", load_card("kine"))
    assert reader.cards().ps.name != "UNLOCKED"
    assert reader.read_ps_card().zone == card_content("kine").zone


def test_empty_slot_is_told(board, reader):
    board.remove("vitale")
    with pytest.raises(CardAbsent):
        reader.read_vitale()


def test_cpython_runs_the_same_core_to_the_same_signatures(reader):
    made = certify(reader, 2)
    with EmulatedBoard(runtime="cpython") as board:
        board.insert("ps", load_card("infirmiere"))
        with Reader.open(board.link_url) as other:
            other.unlock("1234")
            assert certify(other, 2) == made
            assert other.identify().heap_size == 0
