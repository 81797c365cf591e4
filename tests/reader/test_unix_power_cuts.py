"""The unix board's process killed at its writes to flash: what a reader that starts again remembers."""

import shutil
import time

import pytest
import reader_sheets as sheets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.errors import EmulationError
from tournee.reader import LinkLost, Reader
from tournee.reader.transports.open import connect

# A write that kills its own process, half way or when it is done: `CUT_AT` counts half writes.
KILLER = """

import os
from sys import implementation

_left = int(os.getenv("CUT_AT") or 0)


def _kill():
    if implementation.name == "micropython":
        os.system("kill -9 $PPID")
    os.kill(os.getpid(), 9)


def _half(write, buf):
    global _left
    half = len(buf) // 2
    for part in (buf[:half], buf[half:]):
        write(part)
        _left -= 1
        if not _left:
            _kill()


class _Cut:
    def __init__(self, file):
        self.seek = file.seek
        self.readinto = file.readinto
        self._write = file.write

    def write(self, buf):
        _half(self._write, bytes(buf))


class Flash(Flash):
    def __init__(self, number, running, page, bank):
        self.banks = ()
        self.journal = Part(_Cut(open(number, "r+b", 0)), 2 * bank + 2 * page, page, page // 2)
"""
TURNS = 3  # certifications that fill the page of 2048 bytes


class Impatient:
    """A clock for who does not wait for a dead reader."""

    def now_ms(self):
        return time.monotonic_ns() // 1_000_000

    def pause(self, seconds):
        pass


@pytest.fixture(scope="module")
def killer(tmp_path_factory):
    """A copy of the unix board whose flash kills its process."""
    unix = shutil.copytree(BOARDS / "unix", tmp_path_factory.mktemp("boards") / "unix")
    driver = (unix / "flash.py").read_text()
    (unix / "flash.py").write_text(driver + KILLER)
    return unix


@pytest.fixture
def cards():
    return [load_card("infirmiere"), load_card("moreau")]


def certify(board, flash, cards, number):
    """Start the board, certify one invoice; what was made."""
    with EmulatedBoard(board, flash=flash) as running:
        for slot, card in zip(("ps", "vitale"), cards, strict=True):
            running.insert(slot, card)
        with Reader(lambda: connect(running.link_url), clock=Impatient()) as reader:
            reader.unlock("1234")
            return reader.certify_invoice(sheets.invoice(number), kind="FSE", mode="03", total=sheets.FEE)


def verify(made, number):
    for name, signature in (("infirmiere", made.signature), ("moreau", made.seal)):
        key = card_content(name).key.public_key()
        key.verify(signature, sheets.invoice(number), padding.PKCS1v15(), hashes.SHA256())


def test_reader_that_starts_again_gives_the_signatures_it_made(tmp_path, cards):
    made = certify(BOARDS / "unix", tmp_path / "flash", cards, 1)
    verify(made, 1)
    assert certify(BOARDS / "unix", tmp_path / "flash", cards, 1) == made
    assert [card.signatures for card in cards] == [1, 1]


def test_cpython_remembers_in_the_same_file(tmp_path, cards):
    with EmulatedBoard(runtime="cpython", flash=tmp_path / "flash") as board:
        for slot, card in zip(("ps", "vitale"), cards, strict=True):
            board.insert(slot, card)
        with Reader.open(board.link_url) as reader:
            reader.unlock("1234")
            made = reader.certify_invoice(sheets.invoice(1), kind="FSE", mode="03", total=sheets.FEE)
    assert certify(BOARDS / "unix", tmp_path / "flash", cards, 1) == made
    assert cards[0].signatures == 1


def test_nothing_is_allocated_by_a_certification_that_is_written_down(tmp_path, cards):
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        for slot, card in zip(("ps", "vitale"), cards, strict=True):
            board.insert(slot, card)
        with Reader.open(board.link_url) as reader:
            reader.unlock("1234")
            used = []
            for number in range(1, 16):
                reader.certify_invoice(sheets.invoice(number), kind="FSE", mode="03", total=sheets.FEE)
                used.append(reader.identify().heap_used)
    assert used == used[:1] * 15


# Half writes: an intent takes 8, the signatures 14; as the page turns, 512 erase, 158 copy, 2 write the head.
POINTS = {False: (1, 5, 8, 9, 12, 21, 22), True: (300, 530, 679, 680, 690)}


@pytest.mark.parametrize("full", [False, True], ids=["in_a_page", "as_the_page_turns"])
def test_killed_at_a_write_it_never_signs_twice_what_it_wrote_down(
    tmp_path, cards, killer, monkeypatch, full
):
    flash = tmp_path / "flash"
    monkeypatch.setenv("CUT_AT", "0")
    before = TURNS if full else 1
    for number in range(before):
        certify(killer, flash, cards, number + 2)
    kept = flash.read_bytes()
    expected = certify(killer, flash, cards, 1)
    verify(expected, 1)
    outcomes = []
    for at in POINTS[full]:
        flash.write_bytes(kept)
        counted = cards[0].signatures
        monkeypatch.setenv("CUT_AT", str(at))
        with pytest.raises((LinkLost, EmulationError)):
            certify(killer, flash, cards, 1)
        monkeypatch.setenv("CUT_AT", "0")
        signed = cards[0].signatures - counted
        assert certify(killer, flash, cards, 1) == expected
        outcomes.append((signed, cards[0].signatures - counted))
    if full:
        assert outcomes == [(1, 2)] * 5, "the intent was written before the page turned"
    else:
        assert outcomes == [(0, 1), (0, 1), (0, 1), (1, 2), (1, 2), (1, 2), (1, 1)]
