"""Increments by hand, and the serials that a list then holds by a plain set of texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tournee.opposition.held import OppositionList


@dataclass(frozen=True)
class Change:
    before: int
    after: int
    additions: tuple[str, ...] = ()
    removals: tuple[str, ...] = ()
    date: str = "261115"


def held(path: Path) -> set[str]:
    with OppositionList.open(path) as found:
        serials = list(found.serials())
        assert len(serials) == len(set(serials)) == len(found)
        return set(serials)


def answers(path: Path, serials: Iterable[str]) -> set[str]:
    """Those of `serials` that a look-up finds."""
    with OppositionList.open(path) as found:
        return {serial for serial in serials if found.holds(serial)}
