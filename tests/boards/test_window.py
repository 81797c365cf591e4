"""RECORDS sent ahead, as many as the board says it takes: signed as one by one, no heap taken for it."""

import re
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets

from sesam import frame, messages
from tournee.boards import BOARDS, build
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader import codec
from tournee.reader.link.framing import FrameReader, encode_frame
from tournee.reader.link.record_stream import AROUND
from tournee.reader.link.secure_channel import SecureChannel
from tournee.reader.transports.open import connect

SECRET = bytes(range(100, 132))
SESSION = b"a window"
INVOICES = 20
LOT = sheets.lot(INVOICES)
RECORDS = len(LOT) // 128
PLACES = (
    ("unix", "clear"),
    ("unix", "protected"),
    ("lm3s", "clear"),
    ("mps2", "clear"),
    ("mps2", "protected"),
)
PATIENCE = 300  # reads of 50 ms that bring nothing


class Wire:
    """Raw frames to a board and back: in clear, or over the protected channel when a secret is known."""

    def __init__(self, url, secret=None):
        self._stream = connect(url)
        self._frames = FrameReader(8192)
        self._come = []
        self._channel = SecureChannel(secret) if secret else None
        if secret:
            self._shake_hands()
        hello = {"session": SESSION, "version": 1, "resume": 0}
        self.put(frame.HELLO, 1, codec.encode(messages.HELLO, hello))
        self._number = codec.decode(self.next(frame.WELCOME).payload).values["last_number"]

    def _shake_hands(self):
        channel = self._channel
        self._stream.write(encode_frame(frame.HELLO, 1, channel.begin(SESSION)))
        proof = channel.prove(codec.decode(self.next(frame.WELCOME).payload))
        self._stream.write(encode_frame(frame.HELLO, 2, proof))
        self.next(frame.WELCOME)
        channel.establish()

    def close(self):
        self._stream.close()

    def framed(self, kind, number, payload):
        if self._channel is not None and self._channel.established:
            return bytes(encode_frame(frame.PROTECTED, 0, self._channel.protect(kind, number, payload)))
        return bytes(encode_frame(kind, number, payload))

    def put(self, kind, number, payload):
        self._stream.write(self.framed(kind, number, payload))

    def next(self, kind):
        """The next frame of a kind."""
        silent = 0
        while silent < PATIENCE:
            while self._come:
                one = self._come.pop(0)
                if one.kind == frame.PROTECTED:
                    one = self._channel.open(one.payload)
                assert one.kind != frame.NAK, one
                if one.kind == kind:
                    return one
            data = self._stream.read(50)
            silent += not data
            self._come += self._frames.feed(data)
        raise AssertionError("the board is silent")

    def request(self, message, **values):
        """The next request's frame, not yet sent."""
        self._number = self._number % 255 + 1
        return self.framed(frame.REQUEST, self._number, codec.encode(message, values))

    def send(self, data):
        self._stream.write(data)

    def answer(self):
        return codec.decode(self.next(frame.ANSWER).payload).values

    def ask(self, message, **values):
        self.send(self.request(message, **values))
        return self.answer()

    def certify(self, window):
        """The signature of the lot, with so many RECORDS under way, the first of them in one write."""
        chunk = self.ask(messages.CERTIFY, what=2, kind=1, mode=3)["chunk"]
        firsts = range(0, RECORDS, chunk)
        ahead = [
            self.request(messages.RECORDS, first=first, data=LOT[first * 128 : (first + chunk) * 128])
            for first in firsts
        ]
        self.send(b"".join(ahead[:window]))
        for rank, first in enumerate(firsts):
            assert self.answer() == {"next": min(first + chunk, RECORDS)}
            self.send(b"".join(ahead[rank + window : rank + window + 1]))
        signed = self.ask(messages.SIGN, invoices=INVOICES, total=INVOICES * sheets.FEE)
        return signed["signature"]

    def wait_for_card(self):
        """Until the reader has seen another PS's card, which is locked."""
        for _ in range(PATIENCE):
            if self.ask(messages.CARDS)["ps"] == 1:
                return
        raise AssertionError("the card is not seen")

    def window(self):
        """As the reader says."""
        return self.ask(messages.CERTIFY, what=2, kind=1, mode=3)["window"]

    def heap_used(self):
        return self.ask(messages.IDENTIFY)["heap_used"]


def window_of(name):
    """As the board's `board.toml` has it."""
    return build.window(tomllib.loads((BOARDS / name / "board.toml").read_text())["link"])


@pytest.fixture(scope="module", params=PLACES, ids=[f"{name}-{how}" for name, how in PLACES])
def place(request, tmp_path_factory):
    """A board and the secret that its maker has given it, if it has."""
    name, how = request.param
    secret = SECRET if how == "protected" else None
    flash = tmp_path_factory.mktemp("flash") / "flash" if secret else None
    with EmulatedBoard(BOARDS / name, flash=flash) as board:
        if secret:
            board.provision("TEST-0001", secret)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield name, board, secret


@pytest.fixture
def wire(place):
    _, board, secret = place
    with closing(Wire(board.link_url, secret)) as wire:
        wire.ask(messages.UNLOCK, code=b"1234")
        yield wire


def test_reader_says_the_window_of_its_board(place, wire):
    assert wire.window() == window_of(place[0]) >= 3


def test_lot_with_a_full_window_under_way_is_signed_as_one_by_one(place, wire):
    one_by_one = wire.certify(1)
    _, board, _ = place
    board.insert("ps", load_card("infirmiere"))  # what is signed is signed anew: the kept one is forgotten
    wire.wait_for_card()
    wire.ask(messages.UNLOCK, code=b"1234")
    assert wire.certify(wire.window()) == one_by_one


def test_nothing_is_allocated_for_a_record_under_way(wire):
    window = wire.window()
    wire.certify(window)
    before = wire.heap_used()
    wire.certify(window)
    assert wire.heap_used() == before


ROW = re.compile(r"^\| (`[^|]+) \| ([\d,]+) \| (\d+) \| ([\d,]+) \| (\d+) \| ([\d,]+|–) \|$", re.MULTILINE)


def test_table_of_windows_is_what_the_boards_say():
    text = (BOARDS / "README.md").read_text().split("## How many frames", 1)[1].split("\n## ", 1)[0]
    told = {
        name: [int(figure.replace(",", "").replace("–", "0")) for figure in figures]
        for names, *figures in ROW.findall(text)
        for name in re.findall("`(.+?)`", names)
    }
    links = {
        file.parent.name: tomllib.loads(file.read_text())["link"] for file in BOARDS.glob("*/board.toml")
    }
    assert told == {
        name: [
            link["message"],
            (link["message"] - AROUND) // 128,
            link["ring"],
            build.window(link),
            link.get("early", 0),
        ]
        for name, link in links.items()
        if "ring" in link
    }


def test_ring_holds_the_frames_that_wait_and_no_more():
    longest = frame.encoded_max(912)
    assert [build.window({"message": 912, "ring": n * longest - 1}) for n in (1, 2, 5)] == [1, 2, 5]
    assert build.window({"message": 912, "ring": longest}) == 2
    assert build.window({"message": 912}) == 1
    assert build.window({"message": 64, "ring": 1_000_000}) == 127
