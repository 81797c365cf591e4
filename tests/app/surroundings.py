"""What the use cases meet: the real firmware with both cards, and the emulated OCT with its mail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from days import MOMENT, PS_CARD, VITALE_CARD

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.oct.identity import make_oct_identity
from tournee.emulation.world import World


@dataclass
class Surroundings:
    """What a host meets: the board with both cards in it, and the world of the OCT."""

    board: EmulatedBoard
    world: World
    journal: Path

    def signatures(self) -> dict[str, int]:
        """How many signatures each card made."""
        return {slot: card.signatures for slot, card in self.board.cards.items() if card}

    def received(self) -> int:
        """How many messages the OCT was handed."""
        return len(list((self.world.directory / "sent").glob("*.eml")))


@cache
def _identity() -> TemporaryDirectory[str]:
    """The OCT's key and certificate, made once: a moment of work each."""
    made = TemporaryDirectory()
    make_oct_identity(Path(made.name) / "oct", MOMENT)
    return made


@contextmanager
def new_surroundings(directory: Path) -> Iterator[Surroundings]:
    """A board and an OCT that have seen nothing yet."""
    shutil.copytree(_identity().name, directory, dirs_exist_ok=True)
    with World(directory, lambda: MOMENT) as world, EmulatedBoard() as board:
        board.insert("ps", load_card(PS_CARD))
        board.insert("vitale", load_card(VITALE_CARD))
        yield Surroundings(board, world, directory / "journal.db")
