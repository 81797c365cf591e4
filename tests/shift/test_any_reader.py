"""A shift on each kind of reader: behind a secret, by PC/SC, over Bluetooth; then no card is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import reader_sheets as sheets
from pcsc_service import PcscService
from shift_rig import CONFIG, agent_on

from tournee.emulation.bluetooth.air import Air
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.terminal import Terminal
from tournee.reader import PS_PRESENT, Reader
from tournee.reader.maker import MakerReader
from tournee.reader.transports.bluetooth import BluetoothTransport, pair
from tournee.shift.joining import close_shift, join
from tournee.shift.opening import Opening, open_shift
from tournee.shift.terms import Terms

SECRET = bytes(range(96, 128))
"""No other test has it: under which name a reader was used last is kept by its secret."""


def two_commands(port: str) -> None:
    """Each certifies an invoice without a code."""
    for number in (1, 2):
        link = join(port, CONFIG, "tournee certify")
        assert link is not None
        with Reader.over(link) as reader:
            made = reader.certify_invoice(sheets.invoice(number), kind="FSE", mode="03", total=sheets.FEE)
            assert len(made.signature) == len(made.seal or b"") == 256


def served_by_a_process(port: str, secret: bytes | None) -> None:
    """The agent in a process of its own; at its end the card is not open any more."""
    told = open_shift(Opening(port, secret, CONFIG, Terms()), lambda card: bytearray(b"1234"))
    assert told["number"] == "756000121"
    two_commands(port)
    assert close_shift(port)
    with Reader.open(port, secret) as reader:
        assert reader.cards().ps is PS_PRESENT


def with_both_cards(board: EmulatedBoard) -> None:
    board.insert("ps", load_card("infirmiere"))
    board.insert("vitale", load_card("moreau"))


def test_reader_with_a_secret(tmp_path: Path) -> None:
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        with MakerReader.open(board.link_url) as maker:
            maker.provision("TEST-0001", SECRET)
            maker.restart()
        with_both_cards(board)
        served_by_a_process(board.link_url, SECRET)


def test_desktop_readers(readers: PcscService) -> None:
    readers.hold(Terminal(load_card("infirmiere")), Terminal(load_card("moreau")))
    served_by_a_process("pcsc:", None)


def test_reader_over_bluetooth(board: EmulatedBoard) -> None:
    with Air() as air:
        address = air.add_reader(board.link_url)
        pair(address, air.radio)
        port = f"ble:{address}"
        open_reader: Callable[[], Reader] = lambda: Reader.open(  # noqa: E731
            lambda: BluetoothTransport(address, air.radio)
        )
        reopened: list[float] = []
        with agent_on(port, open_reader, reopened):
            two_commands(port)
        assert len(reopened) == 1
        assert join(port, CONFIG, "tournee certify") is None
        with open_reader() as reader:
            assert reader.cards().ps is PS_PRESENT
