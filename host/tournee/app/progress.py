"""How a use case tells who looks on what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told what is going on: its label, how much is done, of how much (0: nobody knows yet)."""


def silent(label: str, done: int, of: int) -> None:
    """Nobody watches."""
