"""What a program says where an optional part is not installed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tournee.errors import ConfigError
from tournee.extras import EXTRAS, MODULES, extra_of, missing

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("extra", EXTRAS)
def test_missing_extra_is_one_line_with_the_command_that_installs_it(extra: str) -> None:
    told = missing(extra)
    assert isinstance(told, ConfigError)
    assert str(told).endswith(f": exécutez pip install 'tournee[{extra}]'")
    assert "\n" not in str(told)


def test_module_is_known_by_the_extra_that_brings_it() -> None:
    assert extra_of("tournee.emulation.board") == "emulation"
    assert extra_of("smartcard") == "pcsc"
    assert extra_of("tournee.maker.nowhere") is None
    assert set(MODULES) == set(EXTRAS)


def test_extras_named_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS) <= set(project["optional-dependencies"])
