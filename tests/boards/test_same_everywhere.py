"""The same requests to the same firmware on CPython, MicroPython's unix port and a Cortex-M3: the same answer
bytes."""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets

from sesam import frame
from tournee.emulation.board import BOARDS, EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader import Reader
from tournee.reader.failures import Refused
from tournee.reader.transport import connect

PLACES = {"cpython": ("unix", "cpython"), "unix": ("unix", "micropython"), "lm3s": ("lm3s", "qemu")}


class Tapped:
    """A stream that keeps what it brings."""

    def __init__(self, stream):
        self._stream = stream
        self.write = stream.write
        self.close = stream.close
        self.heard = b""

    def read(self, timeout_ms):
        data = self._stream.read(timeout_ms)
        self.heard += data
        return data


def answers(heard):
    """Answers among the frames that came, each once: a request may have been repeated."""
    receiver = frame.Receiver(bytearray(700), 700)
    found = []
    at = 0
    while at < len(heard):
        at = receiver.feed(heard, at, len(heard))
        if receiver.state == frame.WHOLE and receiver.buf[0] == frame.ANSWER:
            answer = bytes(receiver.buf[1 : frame.HEADER + receiver.length])
            if answer not in found[-1:]:
                found.append(answer)
    return found


def transcript(place):
    name, runtime = PLACES[place]
    with EmulatedBoard(BOARDS / name, runtime=runtime) as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        tapped = Tapped(connect(board.link_url))
        with Reader(tapped, session=b"the same") as reader:
            reader.read_ps_card()
            reader.read_vitale()
            reader.unlock("1234")
            reader.cards()
            invoice = sheets.invoice(1, 3)
            reader.certify_invoice(invoice, kind="FSE", mode="03", total=3 * sheets.FEE)
            reader.certify_lot(sheets.lot(2), kind="FSE", mode="03", invoices=2, total=2 * sheets.FEE)
            with contextlib.suppress(Refused):
                reader.certify_lot(sheets.lot(2), kind="FSE", mode="03", invoices=2, total=1)
            board.remove("vitale")
            with contextlib.suppress(Refused):
                reader.read_vitale()
    return answers(tapped.heard)


@pytest.fixture(scope="module")
def on_cpython():
    return transcript("cpython")


@pytest.mark.parametrize("place", ["unix", "lm3s"])
def test_same_requests_get_the_same_answer_bytes(place, on_cpython):
    assert len(on_cpython) > 15
    assert transcript(place) == on_cpython
