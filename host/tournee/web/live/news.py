"""What happened by itself, for the page that waits to hear it: a card went in, the reader is out of reach."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

_KEPT = 32
"""Happenings a page that was away may still hear."""


@dataclass(frozen=True)
class Happening:
    """One thing: `go` is the screen to open, "" for none; `call` names it to a carer who types meanwhile and
    is not led away, "" where it is then not worth a word; `said` what a screen reader says; `sound` the kind
    of sound and vibration: `ok`, `error`, or ""; `quiet`: of the journal's copy, which few screens say;
    `out`: the patient's card is gone.
    """

    number: int
    go: str = ""
    said: str = ""
    sound: str = ""
    quiet: bool = False
    call: str = ""
    out: bool = False


class News:
    """Happenings numbered from 1, the last ones kept; a change of state is one without words."""

    def __init__(self) -> None:
        self._kept: list[Happening] = []
        self._number = 0
        self._changed = asyncio.Condition()
        self._ended = False

    @property
    def number(self) -> int:
        """Of the last happening."""
        return self._number

    async def tell(
        self,
        go: str = "",
        said: str = "",
        sound: str = "",
        quiet: bool = False,
        call: str = "",
        out: bool = False,
    ) -> None:
        """Something happened."""
        async with self._changed:
            self._number += 1
            one = Happening(self._number, go, said, sound, quiet, call, out)
            self._kept = [*self._kept[1 - _KEPT :], one]
            self._changed.notify_all()

    async def end(self) -> None:
        """Nothing happens any more: who waits is answered at once."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def after(self, number: int, seconds: float) -> list[Happening]:
        """What happened after that one; waits so long for something to happen. A number of another run of the
        host gives nothing but the last one.
        """
        if number > self._number:
            return self._kept[-1:]
        with suppress(TimeoutError):  # what happens as it is over counts all the same
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._ended or self._number > number)
        return [one for one in self._kept if one.number > number]
