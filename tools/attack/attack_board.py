"""Frames of any kind at an emulated board, cards that fail anyhow: the reader goes on, and says so."""

from __future__ import annotations

import os
import random
from datetime import datetime

from engine import Tally, Target, attempt, rounds

from tournee.app.cards import open_reader, read_ps
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.line.faults import KINDS, Fault
from tournee.errors import ReaderError, TourneeError

_BOUND = 60.0  # seconds: a mute card is waited for as long as its ATR asks
CARDS = ("infirmiere", "infirmiere-cps4", "kine", "cps2ter")


def run(seconds: float, seed: int) -> int:
    """Frames half of the time, cards the other half."""
    drawn = random.Random(seed)
    frames, cards = Tally("frames at the board"), Tally("hostile cards")
    with EmulatedBoard() as board:
        at_board = Target(frames.name, lambda data: _framed(board, data), (), (ReaderError,), _BOUND)
        for _ in rounds(seconds / 2):
            attempt(frames, at_board, _frames(drawn))
        in_slot = Target(cards.name, lambda data: _inserted(board, data), (), (TourneeError,), _BOUND)
        for _ in rounds(seconds / 2):
            attempt(cards, in_slot, drawn.randbytes(8))
        board.check()
    print(frames, cards, sep="\n")
    return 0 if frames.held and cards.held else 1


def _frames(drawn: random.Random) -> bytes:
    """Noise, frames cut short, and messages of the table under any number."""
    parts = []
    for _ in range(drawn.randrange(1, 12)):
        kind = drawn.randrange(4)
        if kind == 0:
            parts.append(drawn.randbytes(drawn.randrange(300)))
        elif kind == 1:
            parts.append(bytes((drawn.randrange(1, 255),)) * drawn.randrange(1, 3000) + b"\0")
        elif kind == 2:
            parts.append(b"\0" * drawn.randrange(1, 40))
        else:
            parts.append(drawn.randbytes(drawn.randrange(1, 60)).replace(b"\0", b"\1") + b"\0")
    return b"".join(parts)


def _framed(board: EmulatedBoard, data: bytes) -> None:
    link = os.open(board.link_url, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(link, data)
        os.write(link, b"\0")
    finally:
        os.close(link)
    with open_reader(board.link_url, datetime.now) as reader:
        assert reader.identify().firmware
    board.check()


def _inserted(board: EmulatedBoard, data: bytes) -> None:
    drawn = random.Random(data)
    card = load_card(drawn.choice(CARDS))
    card.fail(_fault(drawn))
    board.insert("ps", card)
    try:
        with open_reader(board.link_url, datetime.now) as reader:
            read_ps(reader)
    finally:
        board.check()
        board.remove("ps")
        with open_reader(board.link_url, datetime.now) as reader:
            assert reader.identify().firmware


def _fault(drawn: random.Random) -> Fault:
    at = drawn.choice(["atr", "pps", "A4", "B0", "C0", "B2", "CA"])
    return Fault(
        drawn.choice(KINDS),
        at,
        nth=drawn.randrange(1, 4),
        byte=drawn.randrange(4),
        count=drawn.randrange(1, 5),
        delay_ms=drawn.randrange(50),
        data=drawn.randbytes(drawn.randrange(1, 9)),
        lasting=drawn.random() < 0.5,
    )
