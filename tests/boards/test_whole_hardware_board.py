"""A reader of an official MicroPython from its maker's hands to a certification over the air: real sources,
fake `machine` and `bluetooth`, virtual cards, the host's own client. It has never run on hardware."""

import tomllib

import pytest
from hardware_board import Air, power

from tournee.emulation.cards import load_card
from tournee.maker import card_checks
from tournee.reader import Reader
from tournee.reader.maker import MakerReader

SECRET = bytes(range(32))
VECTOR = tomllib.loads(card_checks._VECTOR.read_text("utf-8"))


@pytest.fixture(params=[("rp2350w", "micropython"), ("esp32s3", "micropython"), ("rp2350w", "cpython")])
def start(request, tmp_path):
    name, runtime = request.param

    def started(main, usb):
        return power(name, runtime, main, tmp_path / "flash", tmp_path, usb=usb)

    return started


def test_provisioned_over_usb_it_certifies_over_the_air_alone(start):
    with start("air_main", True) as board, MakerReader.open(board.link_url) as reader:
        reader.provision("TO-000001", SECRET)
    with start("air_main", False) as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        with Reader.open(lambda: Air(board.link_url), secret=SECRET) as reader:
            assert reader.identify().profile == "open-1"
            reader.unlock("1234")
            records = "".join(VECTOR["records"]).encode("ascii")
            made = reader.certify_invoice(records, kind="FSE", mode="03", total=int(VECTOR["total"]))
    assert (made.signature.hex(), made.seal.hex()) == (VECTOR["signature"], VECTOR["seal"])
