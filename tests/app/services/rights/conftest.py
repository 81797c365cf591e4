"""A reader, the services and a journal: the reader and the services stand for a whole module."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rights_office import Clock, RightsOffice

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.services.registered import StandingServices
from tournee.emulation.services.standing import Trouble


@pytest.fixture(scope="module")
def standing(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[EmulatedBoard, StandingServices, Clock]]:
    clock = Clock()
    with (
        EmulatedBoard() as board,
        StandingServices(tmp_path_factory.mktemp("services"), clock, ["droits"]) as services,
    ):
        yield board, services, clock


@pytest.fixture
def practice(tmp_path: Path, standing) -> Iterator[RightsOffice]:
    board, services, clock = standing
    clock.reset()
    with RightsOffice(tmp_path / "journal.db", board, services, clock) as made:
        yield made
    services["droits"].trouble = Trouble()
    services["droits"].counterpart.busy = 0
    for slot in ("ps", "vitale"):
        board.remove(slot)
