"""What a program says where an optional part is not installed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tournee.errors import ConfigError
from tournee.extras import EXTRAS, MissingExtra, needed

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", ["nowhere_to_be_found", "tournee.emulation.nowhere"])
@pytest.mark.parametrize("extra", EXTRAS)
def test_missing_extra_is_one_line_with_the_command_that_installs_it(extra: str, module: str) -> None:
    with pytest.raises(MissingExtra) as told, needed(extra):
        __import__(module)
    assert isinstance(told.value, ConfigError)
    assert str(told.value).endswith(f": exécutez pip install 'tournee[{extra}]'")
    assert "\n" not in str(told.value)


def test_missing_module_of_ours_is_an_error_of_ours() -> None:
    with pytest.raises(ModuleNotFoundError), needed("maker"):
        __import__("tournee.maker.nowhere")


def test_extras_named_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS) <= set(project["optional-dependencies"])
