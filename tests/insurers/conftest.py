"""The emulated insurers, standing for a module; a practice that asks them, for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account_life import practice
from insured import Desk

from tournee.emulation.services.amc import EmulatedAmc
from tournee.emulation.services.standing import StandingService, Trouble, own_tls

NOW = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandingService]:
    folder = tmp_path_factory.mktemp("amc")
    tls = own_tls(tmp_path_factory.mktemp("tls"))
    with StandingService(EmulatedAmc(folder, lambda: NOW), folder, tls) as service:
        yield service


@pytest.fixture
def amc(standing: StandingService) -> Iterator[StandingService]:
    yield standing
    standing.trouble = Trouble()


@pytest.fixture
def desk(amc: StandingService, tmp_path: Path) -> Iterator[Desk]:
    with practice(tmp_path / "journal.db") as made:
        yield Desk(made, amc)
