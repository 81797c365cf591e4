"""The ports of a tablet: one thread for all, so the reader is a matter of turns and the journal of none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tournee.app.context import Office
from tournee.errors import ReaderError, TourneeError
from tournee.reader import LinkLost, Reader
from tournee.web.ports import Found


async def _nobody() -> None:
    """Lets nobody in."""


class TabletPorts:
    """`open_office` opens the journal, `connect` reaches the reader and sets it to the time; `let_in` gives
    way to what was asked meanwhile, before a work that may keep it waiting.

    Work on the journal never waits, so it runs at once and whole. Work on the reader waits for the radio, and
    work on the journal runs meanwhile: the reader's has an office of its own, and so has the network's.
    """

    def __init__(
        self,
        open_office: Callable[[], Office],
        connect: Callable[[], Reader],
        let_in: Callable[[], Awaitable[None]] = _nobody,
    ) -> None:
        self._open_office, self._connect, self._let_in = open_office, connect, let_in
        self._turn, self._courier_turn = asyncio.Lock(), asyncio.Lock()
        self._settled = asyncio.Event()
        self._settled.set()
        self._journal: Office | None = None
        self._beside_reader: Office | None = None
        self._beside_network: Office | None = None
        self._reader: Reader | None = None

    async def ask_journal(self, work: Callable[[Office], Found]) -> Found:
        """As `Ports` says; while all is set up anew, by what it will be."""
        await self._settled.wait()
        if self._journal is None:
            self._journal = self._open_office()
        return work(self._journal)

    async def run_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        """As `Ports` says. A link that is lost is opened anew by the next work."""
        async with self._turn:
            await self._let_in()
            if self._beside_reader is None:
                self._beside_reader = self._open_office()
            if self._reader is None:
                self._reader = self._connect()
            try:
                return work(self._beside_reader, self._reader)
            except LinkLost:
                self._drop()
                raise

    async def run_courier(self, work: Callable[[Office], Found]) -> Found:
        """As `Ports` says."""
        async with self._courier_turn:
            await self._let_in()
            if self._beside_network is None:
                self._beside_network = self._open_office()
            return work(self._beside_network)

    async def let_reader_go(self) -> None:
        """As `Ports` says."""
        async with self._turn:
            self._drop()

    async def set_up_anew(self, between: Callable[[], None] = lambda: None) -> None:
        """Let all go, do what is `between`; the next work opens by the configuration as it is then."""
        async with self._turn, self._courier_turn:
            self._settled.clear()
            try:
                self._drop()
                offices = (self._beside_reader, self._beside_network, self._journal)
                self._beside_reader = self._beside_network = self._journal = None
                for office in offices:
                    if office is not None:
                        with suppress(TourneeError):
                            office.journal.close()
                between()
            finally:
                self._settled.set()

    def _drop(self) -> None:
        if self._reader is not None:
            with suppress(ReaderError, OSError):
                self._reader.close()
            self._reader = None
