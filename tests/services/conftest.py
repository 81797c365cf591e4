"""A service that stands for a whole module, and a bad one by its trouble."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from echo import Echo, point_of

from tournee.emulation.services.standing import StandingService, Trouble, own_tls


@pytest.fixture(scope="module")
def own_certificates(tmp_path_factory: pytest.TempPathFactory):
    return own_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, own_certificates) -> Iterator[StandingService]:
    with StandingService(Echo(), tmp_path_factory.mktemp("echo"), own_certificates) as service:
        yield service


@pytest.fixture
def service(standing: StandingService) -> Iterator[StandingService]:
    yield standing
    standing.trouble = Trouble()


@pytest.fixture
def point(service: StandingService):
    return point_of(service)
