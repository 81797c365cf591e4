"""`libtournee_ssv` built once a worker by the machine's compiler, and an emulated reader with both cards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tournee.cabi.building import BuiltLibrary, build_library
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> BuiltLibrary:
    return build_library(tmp_path_factory.mktemp("cabi"))


@pytest.fixture(scope="module")
def board() -> Iterator[EmulatedBoard]:
    with EmulatedBoard() as started:
        started.insert("ps", load_card("infirmiere"))
        started.insert("vitale", load_card("moreau"))
        yield started
