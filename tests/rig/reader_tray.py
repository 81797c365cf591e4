"""Blank emulated readers, put one after another at one port: a file of flash for each."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tournee.emulation.board import EmulatedBoard


class ReaderTray:
    """A context; `link` is the port. `number` counts the readers that were put there, from 1."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "reader"
        self.number = 0
        self._folder = folder
        self._board: EmulatedBoard | None = None

    def next(self, seen: str = "") -> None:
        """Take away what is there, and put a blank reader in its place."""
        self.put(self.number + 1)

    def put(self, number: int) -> None:
        """Put the reader of this number, with what it keeps."""
        self.take_away()
        self.number = max(self.number, number)
        self._board = EmulatedBoard(flash=self.flash(number)).start()
        self.link.symlink_to(self._board.link_url)

    def take_away(self) -> None:
        """Leave the port without a reader."""
        self.link.unlink(missing_ok=True)
        if self._board is not None:
            self._board.stop()
            self._board = None

    def flash(self, number: int) -> Path:
        """What a reader keeps without power."""
        return self._folder / f"flash-{number}"

    def numbers_in(self, number: int, serials: list[str]) -> list[str]:
        """Which of these serial numbers stand in a reader's flash."""
        kept = self.flash(number).read_bytes()
        return [serial for serial in serials if serial.encode() in kept]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.take_away()
