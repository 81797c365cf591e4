"""A page on a real port, over a device that has no practice yet."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "app"))
sys.path.insert(0, str(Path(__file__).parents[2] / "server"))
sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).parent))

from loopback import bound, serving
from screens_asked import OpenDevice, Screens

from tournee.web.desk.server import desk


@pytest.fixture
def open_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenDevice]:
    """Opens the page of a device by its name: its folder of its own, empty at first."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with ExitStack() as opened:

        def one(name: str) -> Screens:
            listener, port = bound()
            made = desk(tmp_path / name / "tournee.toml", port)
            opened.callback(lambda: asyncio.run(made.ports.close()))  # once its server has ended
            served = opened.enter_context(serving(made.app, listener))
            return Screens(served, made, tmp_path / name)

        yield one
