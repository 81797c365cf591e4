"""The real firmware in the emulated board: cards reach it over the slot lines, slow or faulty."""

import time

import pytest

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import Fault, load_card
from tournee.emulation.cards.content import card_content
from tournee.emulation.cards.line.style import Style
from tournee.reader import Reader
from tournee.reader.failures import CardAbsent, CardFailed
from tournee.reader.maker import MakerReader


@pytest.fixture(scope="module")
def board():
    with EmulatedBoard() as running:
        yield running


@pytest.fixture(scope="module")
def reader(board):
    with Reader.open(board.link_url) as client:
        yield client


def test_firmware_reads_what_the_card_holds(board, reader):
    board.insert("vitale", load_card("moreau"))
    assert reader.read_vitale().zone == card_content("moreau").zone


@pytest.mark.parametrize(
    "style", [Style(singly=-1), Style(nulls=4, null_ms=1), Style(chunk=231), Style(pps="default")]
)
def test_every_style_of_card_is_read(board, reader, style):
    board.insert("vitale", load_card("lambert", style=style))
    assert reader.read_vitale().zone == card_content("lambert").zone


def test_card_in_place_of_another_is_noticed(board, reader):
    for name in ("garnier", "robin", "garnier"):
        board.insert("vitale", load_card(name))
        assert reader.read_vitale().zone == card_content(name).zone


def test_card_removed_in_the_middle_is_told_and_the_next_one_read(board, reader):
    card = load_card("lambert")
    card.fail(Fault("removed", "B0", byte=20))
    board.insert("vitale", card)
    with pytest.raises(CardAbsent):
        reader.read_vitale()
    board.insert("vitale", card)
    assert reader.read_vitale().zone == card_content("lambert").zone


@pytest.mark.parametrize(
    "fault", ["garbage at=A4 data=0102", "silence at=B0 byte=7", "replace at=B0 byte=0 data=77"]
)
def test_card_that_talks_nonsense_is_told_and_answers_the_second_time(board, reader, fault):
    card = load_card("lambert")
    card.fail(Fault.from_text(fault))
    board.insert("vitale", card)
    with pytest.raises(CardFailed):
        reader.read_vitale()
    assert reader.read_vitale().zone == card_content("lambert").zone


def test_professional_card_is_read_and_unlocked(board, reader):
    board.insert("ps", load_card("kine"))
    assert reader.read_ps_card().zone == card_content("kine").zone
    assert reader.unlock("1234") == 3
    assert board.cards["ps"].signatures == 0


def test_same_firmware_runs_on_cpython():
    with EmulatedBoard(runtime="cpython") as board, Reader.open(board.link_url) as reader:
        board.insert("vitale", load_card("lambert"))
        assert reader.read_vitale().zone == card_content("lambert").zone


@pytest.mark.parametrize("name", ["unix", "mps2"])
def test_reader_that_starts_anew_finds_the_cards_that_stayed_in(tmp_path, name):
    with EmulatedBoard(BOARDS / name, flash=tmp_path / "flash") as board:
        board.insert("ps", load_card("kine"))
        with MakerReader.open(board.link_url) as reader:
            reader.unlock("1234")
            reader.restart()
            end = time.monotonic() + 10
            while not reader.cards().ps and time.monotonic() < end:
                pass  # asked over and over
            assert (reader.cards().ps, reader.cards().vitale) == (1, False)  # in, and locked
            assert reader.unlock("1234") == 3
            board.remove("ps")
            assert reader.cards().ps == 0
