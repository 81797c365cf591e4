"""A host killed while it brings the list forward leaves the old list or the new one, whole (OCT-LOI-2)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from changes import Change, held

from tournee.opposition import applying
from tournee.opposition.applying import apply_increment

OLD = tuple(f"{800000000 + 3 * number}" for number in range(5000))
ADDED = tuple(f"{800000001 + 30 * number}" for number in range(400))
REMOVED = OLD[::20]
NEW = {*OLD, *ADDED}.difference(REMOVED)
NEXT = Change(1, 2, ADDED, REMOVED)


@pytest.fixture
def old(path: Path) -> Path:
    apply_increment(path, Change(0, 1, OLD))
    return path


def killed(act: Callable[[], object]) -> None:
    """Run `act` in a process that is to kill itself on the way."""
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("step", "after"), [("written", set(OLD)), ("synced", set(OLD)), ("replaced", NEW)])
def test_kill_at_a_step_leaves_one_list_whole(old: Path, step: str, after: set[str]) -> None:
    killed(lambda: apply_increment(old, NEXT, lambda told: die() if told == step else None))
    assert held(old) == after


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_kill_between_two_writes_leaves_the_old_list(old: Path, monkeypatch, writes: int) -> None:
    write, left = applying._Merge._write, [writes]

    def fatal(merge: object, data: bytes) -> None:
        if not left[0]:
            merge._file.flush()
            die()
        left[0] -= 1
        write(merge, data)

    monkeypatch.setattr(applying._Merge, "_write", fatal)
    killed(lambda: apply_increment(old, NEXT))
    assert held(old) == set(OLD)


def test_what_a_killed_host_left_behind_is_no_hindrance(old: Path) -> None:
    killed(lambda: apply_increment(old, NEXT, lambda _: die()))
    apply_increment(old, NEXT)
    assert held(old) == NEW
    assert [file.name for file in old.parent.iterdir()] == [old.name]


def test_full_disk_leaves_the_old_list_and_says_so(old: Path, monkeypatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(applying.OppositionError, match="plus de place"):
        apply_increment(old, NEXT)
    monkeypatch.undo()
    assert held(old) == set(OLD)
