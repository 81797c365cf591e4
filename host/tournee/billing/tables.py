"""Billing's data files: dated tariffs, covers, recipients; each read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return the content of `name`.toml, which stands beside this module."""
    return tomllib.loads(files("tournee.billing").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
