"""The same requests to the same firmware on CPython, MicroPython's unix port and a Cortex-M3: the same answer
bytes."""

import re
import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets

from sesam import frame
from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.line.faults import Fault
from tournee.reader import Reader
from tournee.reader.failures import Refused
from tournee.reader.link import transmitter
from tournee.reader.link.congestion import Congestion
from tournee.reader.transports.open import connect
from tournee.reader.transports.streams import closed

PLACES = {"cpython": ("unix", "cpython"), "unix": ("unix", "micropython"), "lm3s": ("lm3s", "qemu")}
LINK = re.compile(r"^\[link\]\n(?:.+\n)+", re.MULTILINE)


class Tapped:
    """Streams of one place, one after the other, and all that they bring; `cut` has the next answer lost."""

    def __init__(self, url):
        self._url = url
        self.heard = b""
        self.cut = False

    def __call__(self):
        self._stream = connect(self._url)
        self.write = self._stream.write
        self.close = self._stream.close
        self.heard += b"\0"  # what a cut left of a frame ends here
        return self

    def read(self, timeout_ms):
        data = self._stream.read(timeout_ms)
        if data and self.cut:
            self.cut = False
            raise closed(self._url)
        self.heard += data
        return data


class EvenCongestion(Congestion):
    """Messages as long as the reader takes, one by one, however the link fares: the same requests on a slow
    machine, and as many before a refusal is heard of."""

    def best_length(self, most):
        return most

    def allows(self, in_flight):
        return False


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


def certify(reader, records=None, kind="FSE", invoices=2, total=2 * sheets.FEE):
    reader.certify_lot(records or sheets.lot(2), kind=kind, mode="03", invoices=invoices, total=total)


def refused(call, *arguments, **named):
    """What must be refused, for the reader's reason and in its own words, which the transcript has."""
    with pytest.raises(Refused):
        call(*arguments, **named)


def faulty(name, *faults):
    card = load_card(name)
    for fault in faults:
        card.fail(Fault.from_text(fault))
    return card


def services(board, reader, tapped):
    """Cards read, an invoice and a lot certified; the same lot twice, the second time from memory."""
    reader.set_date(datetime(2026, 3, 2, 12))
    reader.read_ps_card()
    reader.read_vitale()
    reader.unlock("1234")
    reader.cards()
    reader.certify_invoice(sheets.invoice(1, 3), kind="FSE", mode="03", total=3 * sheets.FEE)
    certify(reader)
    certify(reader)


def refusals(board, reader, tapped):
    """Every layer says no: the card to a code, the rules to a total, a head, a record, a kind."""
    refused(certify, reader)  # locked
    refused(reader.unlock, "9999")
    reader.unlock("1234")
    refused(certify, reader, total=1)
    refused(certify, reader, invoices=3)
    refused(certify, reader, kind="DRE")
    refused(certify, reader, sheets.lot(2).replace(b"260302", b"269902", 1))
    refused(certify, reader, sheets.lot(2)[:-128])
    refused(reader.certify_invoice, sheets.invoice(1, 2), kind="FSE", mode="03", total=1)
    reader.abandon()
    certify(reader)


def bad_cards(board, reader, tapped):
    """No card, the wrong one, a card that fails half-way, an old one, one that goes and comes back."""
    board.remove("vitale")
    refused(reader.read_vitale)
    board.insert("vitale", load_card("vitale1"))
    refused(reader.read_vitale)
    board.insert("vitale", load_card("infirmiere"))
    refused(reader.read_vitale)
    board.insert("vitale", faulty("moreau", "replace at=atr byte=0 data=00 lasting"))
    refused(reader.read_vitale)
    board.insert("vitale", faulty("moreau", "removed at=B0 nth=2"))
    refused(reader.read_vitale)
    board.insert("vitale", faulty("moreau", "nulls at=B0 count=5"))
    reader.read_vitale()
    board.remove("ps")
    refused(certify, reader)
    board.insert("ps", load_card("infirmiere"))
    refused(certify, reader)  # locked again
    reader.unlock("1234")
    certify(reader)


def by_blocks(board, reader, tapped):
    """A CPS4, by T=1, on a good line and on one that spoils a block."""
    board.insert("ps", faulty("infirmiere-cps4", "replace at=B0 byte=5 data=FF"))
    reader.read_ps_card()
    refused(reader.unlock, "4321")
    reader.unlock("1234")
    refused(certify, reader)  # another professional's lot


def cuts(board, reader, tapped):
    """The answer is lost on its way, at each step of a certification: asked again, it is the same."""
    for step in (reader.read_ps_card, lambda: reader.unlock("1234"), reader.cards, lambda: certify(reader)):
        tapped.cut = True
        step()
        assert not tapped.cut


PARTS = (services, refusals, bad_cards, by_blocks, cuts)


def unix_with_the_link_of(other, folder):
    """The unix board, but for its messages, which are as long as the other board's."""
    unix = folder / "unix"
    unix.mkdir()
    for file in (BOARDS / "unix").iterdir():
        if file.name != "board.toml":
            (unix / file.name).symlink_to(file)
    link = LINK.search((BOARDS / other / "board.toml").read_text())[0]
    (unix / "board.toml").write_text(LINK.sub(link, (BOARDS / "unix" / "board.toml").read_text()))
    return unix


def transcript(place, folder):
    """Answers by part, each with fresh cards in a session of its own."""
    name, runtime = PLACES[place]
    told = {}
    place = BOARDS / name if name != "unix" else unix_with_the_link_of("lm3s", folder)
    with EmulatedBoard(place, runtime=runtime) as board:
        for number, part in enumerate(PARTS):
            board.insert("ps", load_card("infirmiere"))
            board.insert("vitale", load_card("moreau"))
            tapped = Tapped(board.link_url)
            with Reader(tapped, session=b"the same"[:7] + bytes((number,))) as reader:
                part(board, reader, tapped)
            told[part.__name__] = answers(tapped.heard)
    return told


@pytest.fixture(scope="module", autouse=True)
def _even_flow():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transmitter, "Congestion", EvenCongestion)
        yield


@pytest.fixture(scope="module")
def on_cpython(tmp_path_factory):
    return transcript("cpython", tmp_path_factory.mktemp("boards"))


@pytest.fixture(scope="module", params=["unix", "lm3s"])
def on_a_board(request, tmp_path_factory):
    return transcript(request.param, tmp_path_factory.mktemp("boards"))


@pytest.mark.parametrize(
    ("part", "least"), [(services, 15), (refusals, 25), (bad_cards, 20), (by_blocks, 7), (cuts, 8)]
)
def test_same_requests_get_the_same_answer_bytes(part, least, on_cpython, on_a_board):
    assert len(on_cpython[part.__name__]) >= least
    assert on_a_board[part.__name__] == on_cpython[part.__name__]
