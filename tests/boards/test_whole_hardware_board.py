"""A reader of an official MicroPython from its maker's hands to a certification over the air: real sources,
fake `machine` and `bluetooth`, virtual cards, the host's own client. It has never run on hardware."""

import hashlib
import sys
import tomllib
from pathlib import Path

import pytest
from hardware_board import RADIO, Air, power

from sesam import codes
from sesam.frame import encoded_max
from tournee.emulation.cards import load_card
from tournee.maker import card_checks, conformance
from tournee.reader import Reader, Refused
from tournee.reader.maker import MakerReader

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets

SECRET = bytes(range(32))
VECTOR = tomllib.loads(card_checks._VECTOR.read_text("utf-8"))
KNOWN = VECTOR["signature"], VECTOR["seal"]
KINDS = [("rp2350w", "micropython"), ("esp32s3", "micropython"), ("rp2350w", "cpython")]
INVOICES = 40
LARGEST = encoded_max(1280)


class Desk:
    """One board and its cards, started again and again on the same flash."""

    def __init__(self, name, runtime, folder):
        self._start = name, runtime
        self._folder = folder
        self.cards = {"ps": load_card("infirmiere"), "vitale": load_card("moreau")}

    def start(self, usb, main="air_main", **how):
        name, runtime = self._start
        board = power(name, runtime, main, self._folder / "flash", self._folder, usb=usb, **how)
        board.start()
        for slot, card in self.cards.items():
            board.insert(slot, card)
        return board

    def provision(self, main="air_main"):
        board = self.start(usb=True, main=main)
        try:
            with MakerReader.open(board.link_url) as reader:
                reader.provision("TO-000001", SECRET)
        finally:
            board.stop()


def desk_of(name, runtime, folder, main="air_main"):
    desk = Desk(name, runtime, folder)
    desk.provision(main)
    return desk


@pytest.fixture(params=KINDS, ids="-".join)
def desk(request, tmp_path):
    return desk_of(*request.param, tmp_path)


@pytest.fixture
def one(tmp_path):
    return desk_of(*KINDS[0], tmp_path)


@pytest.fixture
def air(one):
    board = one.start(usb=False)
    yield board
    board.check()
    board.stop()


def reader_over(board):
    return Reader.open(lambda: Air(board.link_url), secret=SECRET)


def certify(reader):
    reader.unlock("1234")
    records = "".join(VECTOR["records"]).encode("ascii")
    made = reader.certify_invoice(records, kind="FSE", mode="03", total=int(VECTOR["total"]))
    return made.signature.hex(), made.seal.hex()


def test_provisioned_over_usb_it_certifies_over_the_air_and_remembers(desk):
    for _ in range(2):
        board = desk.start(usb=False)
        with reader_over(board) as reader:
            assert reader.identify().profile == "open-1"
            assert certify(reader) == KNOWN
        board.check()
        board.stop()  # power is gone
    assert desk.cards["ps"].signatures == 1


def test_over_the_air_nothing_is_taken_in_clear(air):
    with pytest.raises(Refused) as refused:
        Reader.open(lambda: Air(air.link_url))
    assert refused.value.status == codes.UNPROTECTED


@pytest.mark.parametrize("mtu", [23, 247])
def test_lot_fills_the_window_and_no_byte_of_it_is_lost(air, mtu):
    link = Air(air.link_url, mtu)
    lot = sheets.lot(INVOICES)
    with Reader(link, secret=SECRET) as reader:
        reader.unlock("1234")
        made = reader.certify_lot(lot, kind="FSE", mode="03", invoices=INVOICES, total=INVOICES * sheets.FEE)
    assert made.digest == hashlib.sha256(lot).digest()
    told = [tag for tag, _ in link.events]
    assert RADIO["LOST"] not in told
    waited = [int.from_bytes(payload, "big") for tag, payload in link.events if tag == RADIO["WAITED"]]
    assert LARGEST < max(waited) <= 5 * LARGEST


def test_asked_to_restart_it_answers_first_and_puts_the_cards_off(air):
    with MakerReader.open(lambda: Air(air.link_url), secret=SECRET) as reader:
        assert reader.read_vitale().zone  # it has power from then on: the fake chip is not reset under it
        reader.restart()
        assert reader.state().serial == "TO-000001"


def test_card_swapped_between_two_looks_has_not_the_code_of_the_one_before(air):
    with reader_over(air) as reader:
        reader.unlock("1234")
        assert reader.cards().ps == 2
        air.insert("ps", load_card("infirmiere"))
        while not (seen := reader.cards().ps):
            pass  # it looked in between
        assert seen == 1


def test_digits_of_a_pairing_go_to_the_console(air):
    link = Air(air.link_url)
    link.ask_digits()
    while not any(tag == RADIO["DIGITS"] for tag, _ in link.events):
        link.read(50)
    digits = f"{int.from_bytes(dict(link.events)[RADIO['DIGITS']], 'big'):06d}"
    link.close()
    reader_over(air).close()  # by then they are printed
    air.stop()
    assert f"code {digits[:3]} {digits[3:]}".encode() in air._words


def test_it_conforms_over_the_air(air):
    assert [one for one in conformance.check(lambda: Air(air.link_url), SECRET) if not one.good] == []


def test_board_without_radio_certifies_and_conforms_over_its_console(tmp_path):
    desk = desk_of("rp2040", "micropython", tmp_path, "usb_main")
    board = desk.start(usb=True, main="usb_main")
    with Reader.open(board.link_url, secret=SECRET) as reader:
        assert certify(reader) == KNOWN
    assert [one for one in conformance.check(board.link_url, SECRET) if not one.good] == []
    board.check()
    board.stop()


@pytest.mark.parametrize(("main", "pairs"), [("usb_main", True), ("air_main", False), ("air_main", 2)])
def test_without_the_air_it_serves_the_console_protected(one, main, pairs):
    board = one.start(usb=True, main=main, pairs=pairs)
    with MakerReader.open(board.link_url, SECRET) as reader:
        assert reader.state().serial == "TO-000001"
        reader.restart()
        assert reader.state().serial == "TO-000001"
    board.check()
    board.stop()
