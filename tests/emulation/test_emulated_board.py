"""The process around the firmware: started, watched, killed. These tests bring a firmware of ten lines."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import serial

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.errors import EmulationError

HUNG = "import signal; signal.pause()"
KILLED_HOST = """
import pathlib, signal, sys
from tournee.emulation.board import EmulatedBoard
with EmulatedBoard(pathlib.Path(sys.argv[1])):
    print("up", flush=True)
    signal.pause()
"""
PATIENCE_S = 10


def opened(board):
    return serial.serial_for_url(board.link_url, timeout=PATIENCE_S)


def children_of(pid):
    return [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text().split()
    ]


def has_ended(pidfd):
    ended, _, _ = select.select([pidfd], [], [], PATIENCE_S)
    os.close(pidfd)
    return bool(ended)


def test_link_carries_any_byte_both_ways(echo_board):
    every_byte = bytes(range(256))
    with (
        EmulatedBoard(echo_board) as board,
        opened(board) as link,
    ):
        link.write(every_byte)
        assert link.read(256) == every_byte


def test_link_can_be_closed_and_opened_again(echo_board):
    with EmulatedBoard(echo_board) as board:
        for _ in range(3):
            with opened(board) as link:
                link.write(b"again")
                assert link.read(5) == b"again"


def test_leaving_kills_the_firmware(echo_board):
    before = children_of(os.getpid())
    with EmulatedBoard(echo_board):
        (child,) = set(children_of(os.getpid())) - set(before)
        pidfd = os.pidfd_open(child)
    assert has_ended(pidfd)


def test_firmware_that_dies_is_reported_with_its_traceback(echo_board):
    with (
        pytest.raises(EmulationError, match="ValueError: told to die"),
        EmulatedBoard(echo_board) as board,
        opened(board) as link,
    ):
        link.write(b"die")
        link.read(1)


def test_killed_host_leaves_no_orphan_even_a_hung_one(echo_board):
    (echo_board / "main.py").write_text(HUNG)
    host = subprocess.Popen([sys.executable, "-c", KILLED_HOST, str(echo_board)], stdout=subprocess.PIPE)
    with host:
        assert host.stdout.readline() == b"up\n"
        (child,) = children_of(host.pid)
        pidfd = os.pidfd_open(child)
        host.send_signal(signal.SIGKILL)
    assert has_ended(pidfd)


def test_cards_are_seen_in_their_slots(echo_board):
    with EmulatedBoard(echo_board) as board:
        board.insert("ps", load_card("kine"))
        board.insert("vitale", load_card("lambert"))
        board.remove("ps")
        assert board.cards["ps"] is None
        assert board.cards["vitale"].name == "lambert"


def test_unknown_slot_is_refused(echo_board):
    with EmulatedBoard(echo_board) as board, pytest.raises(EmulationError, match="vitale"):
        board.insert("third", load_card("kine"))


def test_missing_board_is_refused(tmp_path):
    with pytest.raises(EmulationError, match="« none »"):
        EmulatedBoard(tmp_path / "boards" / "none")


def test_board_without_micropython_says_what_runs_it(echo_board):
    assert "CPython" in EmulatedBoard(echo_board).runtime


@pytest.mark.parametrize("name", ["rp2040", "rp2350w", "pcsc", "nowhere"])
def test_board_that_no_emulator_runs_is_refused_with_those_that_one_does(name):
    with pytest.raises(EmulationError, match="lm3s, mps2, netduino, unix"):
        EmulatedBoard(BOARDS / name)
