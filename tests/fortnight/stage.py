"""The practice of a fortnight: tablets with a journal each, a reader each, one OCT, one mail address."""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch
from zoneinfo import ZoneInfo

from click.testing import CliRunner
from clock import Clock, told_by
from tablets import configure

from tournee.cli import status
from tournee.cli.main import tournee
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.world import SCENARIO, World

CODE, PASSPHRASE = "1234", "quatre mots sans aucun lien"
SECONDS_A_COMMAND = 20
_SURROUNDINGS = {"NO_COLOR": "1", "COLUMNS": "220", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
_ASKS_CODE = ("certify", "lot close", "countersign", "shift open", "round go")
_ASKS_PASSPHRASE = ("backup ", "restore ", "patient send ", "patient receive ")


@dataclass(frozen=True)
class Typed:
    """One command as it was typed, what it said (on both screens; `told`: to a program), its exit status."""

    tablet: str
    line: str
    said: str
    status: int
    told: str = ""


@dataclass
class Tablet:
    """One folder with its configuration and journal, and the reader that belongs to it."""

    name: str
    folder: Path
    board: EmulatedBoard
    lost: bool = False

    @property
    def config(self) -> Path:
        """Its configuration file."""
        return self.folder / "tournee.toml"


@dataclass
class Stage:
    """All of it; `typed` is what the carers typed so far, `bytes_typed` how much that was, day files too;
    `letters` counts those of others, `lose` is how many messages the next server loses.
    """

    directory: Path
    clock: Clock = field(default_factory=lambda: Clock(ZoneInfo("Europe/Paris")))
    tablets: dict[str, Tablet] = field(default_factory=dict)
    typed: list[Typed] = field(default_factory=list)
    bytes_typed: int = 0
    letters: int = 900
    lose: int = 0

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._open.enter_context(told_by(self.clock))
        self._open.enter_context(patch.dict(os.environ, _SURROUNDINGS))
        draw = Random(1)  # which numbers a tablet takes when it may not go on with its own
        self._open.enter_context(patch.object(secrets, "randbelow", draw.randrange))
        self.world = World(self.directory, self.clock, replace(SCENARIO, rejected={}), seal_returns=True)
        self._open.enter_context(patch.object(self.world.server, "_receive", self._receive))
        self._open.enter_context(self.world)
        return self

    def _receive(self, raw: bytes) -> list[bytes]:
        """What the OCT answers; a message that is lost on its way has no answer."""
        if self.lose:
            self.lose -= 1
            return []
        return self.world.oct.receive(raw)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, name: str, station: int | None = None) -> Tablet:
        """A new tablet, in a folder of its own, with its own reader."""
        board = self._open.enter_context(EmulatedBoard())
        tablet = self._put(name, board)
        configure(tablet.folder, self.world, board.link_url, station)
        return tablet

    def take_over(self, name: str, other: str) -> Tablet:
        """A tablet with nothing on it, before the reader of another one."""
        return self._put(name, self.tablets[other].board)

    def _put(self, name: str, board: EmulatedBoard) -> Tablet:
        folder = self.directory / name
        folder.mkdir()
        tablet = Tablet(name, folder, board)
        self.tablets[name] = tablet
        return tablet

    def at(self, day: date, hour: str) -> None:
        """The hour that it now is."""
        self.clock.set(day, hour)

    def insert(self, tablet: str, slot: str, card: str) -> None:
        """A card goes into the reader of a tablet; "" takes it out."""
        board = self.tablets[tablet].board
        board.insert(slot, load_card(card)) if card else board.remove(slot)

    def write(self, tablet: str, name: str, text: str) -> Path:
        """A file that the carer writes on a tablet."""
        path = self.tablets[tablet].folder / name
        path.write_text(text, "utf-8")
        self.bytes_typed += len(text.encode())
        return path

    def type(self, tablet: str, line: str, answer: str = "", cards: Sequence[str] = ()) -> Typed:
        """One command, typed in the folder of a tablet; its code porteur where it asks for one. `cards` go in
        one after the other, each with one key, and one key more ends it.
        """
        code = CODE if any(line.startswith(word) for word in _ASKS_CODE) else ""
        code = PASSPHRASE if any(word in line for word in _ASKS_PASSPHRASE) else code
        self.bytes_typed += len(f"tournee {line}\n{code}\n") + (len(cards) + 1 if cards else 0)
        told = answer or (f"{code}\n" if code else "")
        done = self._run(tablet, line, _Hand(self, tablet, told.encode(), list(cards)) if cards else told)
        self.typed.append(done)
        return done

    def look(self, tablet: str, line: str) -> dict[str, Any]:
        """What a command tells a program; it counts as looked at, not as typed."""
        done = self._run(tablet, f"{line} --json", "")
        assert done.status == 0, done
        told: dict[str, Any] = json.loads(done.told)
        return told

    def _run(self, tablet: str, line: str, answer: str | _Hand) -> Typed:
        where = self.tablets[tablet]
        assert not where.lost, f"{tablet} is lost"
        self.clock.pass_(SECONDS_A_COMMAND)
        here = Path.cwd()
        os.chdir(where.folder)
        try:
            run = CliRunner().invoke(tournee, shlex.split(line), input=answer)
        finally:
            os.chdir(here)
        said, code = run.stdout if line.endswith("--json") else run.output, run.exit_code
        if isinstance(run.exception, Exception):
            said, code = f"{said}{run.exception}", status.of(run.exception)
        return Typed(tablet, line, said, code, run.stdout)

    def number_of(self, tablet: str, what: str, whom: str) -> str:
        """The number of the last visit, invoice, lot, file or return of a patient (by name), as shown."""
        if what == "visit":
            return self._first(tablet, f"day visits --patient {whom}", "visits", "id")
        if what == "return":
            return self._first(tablet, "return list", "returns", "id")
        if what == "invoice":
            return self._first(tablet, f"status --all --patient {whom}", "invoices", "number")
        return self._first(tablet, f"status --all --patient {whom}", "invoices", f"{what}s")

    def _first(self, tablet: str, line: str, rows: str, column: str) -> str:
        """What a column has in the first row of a list, the last of several; "?" where nothing is shown."""
        found = [row[column] for row in self.look(tablet, line)[rows][:1]]
        last = found and (found[0][-1:] if isinstance(found[0], list) else found)
        return str(last[0]) if last else "?"

    def filled(self, tablet: str, line: str) -> str:
        """A line with its numbers looked up: `{visit moreau}`, `{lot pereira}`, `{return last}`."""
        return re.sub(r"\{(\w+) ([\w-]+)\}", lambda found: self.number_of(tablet, found[1], found[2]), line)


class _Hand(BytesIO):
    """What a hand gives a command that waits for it: what it types first, then each card and a key."""

    def __init__(self, stage: Stage, tablet: str, first: bytes, cards: list[str]) -> None:
        super().__init__(first)
        self._stage, self._tablet, self._cards = stage, tablet, cards

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line; a card is in before it is there."""
        line = super().readline(size)
        if line or not self._cards:
            return line
        self._stage.insert(self._tablet, "vitale", self._cards.pop(0))
        self._stage.clock.pass_(SECONDS_A_COMMAND)
        return b"\n"
