"""A practice to show the page with: sixty patients, a reader and an OCT, in a folder that goes with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tournee.emulation.cards import card_names, load_card
from tournee.emulation.cards.content import card_content
from tournee.emulation.control import ControlledBoard
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.extras import is_installed
from tournee.web.setting import TestCard

_SLOTS = {"cps": "ps", "vitale": "vitale"}


class BoardCards:
    """The test cards of an emulated board, as the page moves them (`tournee.web.setting.TestCards`)."""

    def __init__(self, desk: ControlledBoard) -> None:
        self._board = desk.board

    def known(self) -> Sequence[TestCard]:
        """Every card there is."""
        contents = [card_content(name) for name in card_names()]
        return [TestCard(one.name, _SLOTS[one.kind], one.about) for one in contents if one.kind in _SLOTS]

    def inside(self) -> dict[str, str]:
        """The card in each slot, "" for none."""
        return {slot: card.name if card else "" for slot, card in self._board.cards.items()}

    def insert(self, slot: str, name: str) -> None:
        """Put a card in. EmulationError."""
        self._board.insert(slot, load_card(name))

    def remove(self, slot: str) -> None:
        """Pull it out. EmulationError."""
        self._board.remove(slot)


@contextmanager
def showing() -> Iterator[tuple[Path, BoardCards]]:
    """The configuration of a practice that stands, and its cards."""
    with (
        tempfile.TemporaryDirectory(prefix="tournee-demo-") as folder,
        practice(Path(folder), populated=True, with_services=is_installed("services")) as desk,
    ):
        yield Path(folder) / CONFIG_NAME, BoardCards(desk)
