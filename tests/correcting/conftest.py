"""One practice before a reader and an OCT, made once for a module; each test has a journal of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "app")]

from chain import Chain, Practice, opened_practice  # noqa: E402 (its folder is on the path now)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with opened_practice(tmp_path_factory.mktemp("practice")) as made:
        yield made


@pytest.fixture
def chain(practice: Practice) -> Iterator[Chain]:
    with practice.chain() as made:
        yield made
