"""What the tests of the fortnight share: their own modules, and the fortnight, lived typed and planned."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from comes_to import Told, told_of
from story import HERE, Lived, live


@pytest.fixture(scope="session")
def once() -> dict[str, Told]:
    """What fortnights that were lived came to, so that none is lived again for it."""
    return {}


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory, once: dict[str, Told]) -> Iterator[Lived]:
    """Both carers' fourteen days, over: what was typed, what each tablet and the OCT are left with."""
    with live(tmp_path_factory.mktemp("fortnight")) as lived:
        once["typed"] = told_of(lived)
        yield lived


@pytest.fixture(scope="session")
def typed(tmp_path_factory: pytest.TempPathFactory, once: dict[str, Told]) -> Told:
    """The fortnight with each visit typed."""
    if "typed" not in once:
        with live(tmp_path_factory.mktemp("typed")) as lived:
            once["typed"] = told_of(lived)
    return once["typed"]


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The same fortnight, its care told by plans."""
    plans = tomllib.loads((HERE / "planned.toml").read_text("utf-8"))
    with live(tmp_path_factory.mktemp("planned"), plans) as lived:
        return told_of(lived)
