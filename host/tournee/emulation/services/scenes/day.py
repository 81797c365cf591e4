"""A day in which every service around the invoice does its work, and one of each goes wrong.

A part of it is a *scene*: a module of `SCENES` with `play(stage)`. It works with the practice as a carer
does, by use cases, and tells in French what was done, and what went wrong and was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Protocol

from tournee.app.cards import open_reader
from tournee.app.context import Office, open_office
from tournee.config import load_config
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.services.registered import StandingServices
from tournee.reader import Reader

SCENES: tuple[str, ...] = (
    *("rights", "card_update", "proofs", "phone", "prescription"),
    *("insurers", "replacement", "papers"),
)
"""Modules of this room, in the order of the day."""


@dataclass(frozen=True)
class Scene:
    """What a service did: its `title`, what was `done`, and what went `wrong` and how that ended."""

    title: str
    done: tuple[str, ...]
    wrong: tuple[str, ...]


class SceneWatcher(Protocol):
    """Who looks on."""

    def step(self, text: str) -> None:
        """A new scene begins."""


@dataclass(frozen=True)
class Stage:
    """Where scenes play: `config`, the practice's configuration with its sixty patients and its OCT; the
    `board` whose cards are put in; the `services` that stand; a `clock` that a scene may be late by.
    """

    config: Path
    board: EmulatedBoard
    services: StandingServices

    @contextmanager
    def office(self, clock: datetime | None = None) -> Iterator[Office]:
        """The practice's journal; `clock`: at this moment."""
        with open_office(load_config(self.config), None if clock is None else lambda: clock) as office:
            yield office

    @contextmanager
    def reader(self, office: Office) -> Iterator[Reader]:
        """The reader at hand."""
        with open_reader(self.board.link_url, office.clock) as reader:
            yield reader

    def insert(self, slot: str, name: str) -> None:
        """Put a test card in."""
        self.board.insert(slot, load_card(name))


def play(stage: Stage, watch: SceneWatcher, names: Sequence[str] | None = None) -> list[Scene]:
    """Play these scenes, all when None, one after another."""
    played = []
    for name in SCENES if names is None else names:
        module = import_module(f"tournee.emulation.services.scenes.{name}")
        watch.step(module.TITLE)
        done, wrong = module.play(stage)
        played.append(Scene(module.TITLE, tuple(done), tuple(wrong)))
    return played
