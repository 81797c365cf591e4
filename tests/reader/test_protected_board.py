"""The protected channel on real boards: a provisioned reader serves who knows its secret; on unix in the
heap that `board.toml` says it needs."""

import tomllib

import pytest
import reader_sheets as sheets
import serial

from sesam import codes
from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader import Reader, Refused
from tournee.reader.maker import MakerReader

SECRET = bytes(range(100, 132))
NEEDS = tomllib.loads((BOARDS / "unix" / "board.toml").read_text())["memory"]["needs"]


BOARD_HEAPS = {"unix": NEEDS, "mps2": None}
INVOICES = {"unix": 100, "mps2": 5}


@pytest.fixture(scope="module", params=BOARD_HEAPS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def board(name, tmp_path_factory):
    flash = tmp_path_factory.mktemp("flash") / "flash"
    with EmulatedBoard(BOARDS / name, heap=BOARD_HEAPS[name], flash=flash) as board:
        with MakerReader.open(board.link_url) as maker:
            maker.provision("TEST-0001", SECRET)
            assert maker.identify()  # in clear until the next start
            maker.restart()
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


@pytest.fixture
def reader(board):
    with Reader.open(board.link_url, secret=SECRET) as reader:
        yield reader


def certify(reader, invoices):
    return reader.certify_lot(
        sheets.lot(invoices), kind="FSE", mode="03", invoices=invoices, total=invoices * sheets.FEE
    )


def test_invoices_are_certified_as_over_a_clear_line(name, reader):
    reader.unlock("1234")
    made = certify(reader, INVOICES[name])
    with EmulatedBoard() as plain:
        plain.insert("ps", load_card("infirmiere"))
        plain.insert("vitale", load_card("moreau"))
        with Reader.open(plain.link_url) as clear:
            clear.unlock("1234")
            assert certify(clear, INVOICES[name]).signature == made.signature


def test_nothing_is_allocated_for_a_record(reader):
    reader.unlock("1234")
    certify(reader, 1)
    before = reader.identify().heap_used
    certify(reader, 10)
    assert reader.identify().heap_used == before


def test_who_does_not_know_the_secret_is_refused(board, monkeypatch):
    """A program that does not respect the lock of the port is refused by the reader itself."""
    locked = serial.serial_for_url
    monkeypatch.setattr(serial, "serial_for_url", lambda *at, **how: locked(*at, **how | {"exclusive": None}))
    for secret, status in ((None, codes.UNPROTECTED), (bytes(32), codes.HOST_BUSY)):
        with Reader.open(board.link_url, secret=SECRET) as rightful, pytest.raises(Refused) as caught:
            Reader.open(board.link_url, secret=secret)
        assert caught.value.status == status
        assert rightful


def test_maker_with_the_secret_reads_its_serial_number(board):
    with pytest.raises(Refused) as caught, MakerReader.open(board.link_url, secret=SECRET) as maker:
        assert maker.state().serial == "TEST-0001"
        maker.provision("TEST-0002", bytes(32))
    assert caught.value.status == codes.PROVISIONED
