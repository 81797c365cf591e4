"""The standing attack counts what breaks, keeps it, and tells it from what is typed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tournee.errors import StoreError

HERE = Path(__file__).resolve().parents[2] / "tools" / "attack"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(str(HERE))
    module = import_module("engine")
    monkeypatch.setattr(module, "FOUND", tmp_path / "found")
    return module


def break_on(data: bytes) -> None:
    if data == b"untyped":
        raise KeyError(data)
    if data == b"typed":
        raise StoreError("…")


def test_an_untyped_error_is_counted_and_its_input_kept(engine: ModuleType, tmp_path: Path) -> None:
    tally, target = engine.Tally("x"), engine.Target("x", break_on, ())
    for data in (b"typed", b"untyped", b"good"):
        engine.attempt(tally, target, data)
    assert (tally.tried, tally.untyped, tally.hangs, tally.held) == (3, 1, 0, False)
    assert [path.read_bytes() for path in (tmp_path / "found").iterdir()] == [b"untyped"]


def test_the_same_seed_draws_the_same_inputs(engine: ModuleType) -> None:
    drawn: list[list[bytes]] = [[], []]
    for kept in drawn:
        engine.drive(engine.Tally("x"), engine.Target("x", kept.append, (b"seed",)), iter([0]), 7)
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 20


def test_mail_servers_lie_in_every_answer(engine: ModuleType) -> None:
    assert len(import_module("attack_servers").SCRIPTS) >= 85
