"""The ports of a desk: threads that ask the journal, run the reader and send, each in its office."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tournee.app.context import Office
from tournee.errors import ReaderError, TourneeError
from tournee.reader import LinkLost, Reader
from tournee.web.ports import Found

OpenOffice = Callable[[], Office]
Connect = Callable[[], Reader]


class DeskPorts:
    """`open_office` opens the journal, once a thread; `connect` reaches the reader and sets it to the time.

    The office stays open, the reader too, whose session keeps the code porteur. Closed by `close`.
    """

    def __init__(self, open_office: OpenOffice, connect: Connect) -> None:
        self._open_office, self._connect = open_office, connect
        self._journal = ThreadPoolExecutor(1, "journal")
        self._readers = ThreadPoolExecutor(1, "reader")
        self._courier = ThreadPoolExecutor(1, "courier")
        self._offices: dict[str, Office] = {}  # by thread
        self._reader: Reader | None = None

    async def ask_journal(self, work: Callable[[Office], Found]) -> Found:
        """As `Ports` says."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._journal, lambda: work(self._office("journal")))

    async def run_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        """As `Ports` says. A link that is lost is opened anew by the next work."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._with_reader, work)

    async def run_courier(self, work: Callable[[Office], Found]) -> Found:
        """As `Ports` says."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._courier, lambda: work(self._office("courier")))

    async def let_reader_go(self) -> None:
        """As `Ports` says."""
        await asyncio.get_running_loop().run_in_executor(self._readers, self._drop)

    async def set_up_anew(self, between: Callable[[], None] = lambda: None) -> None:
        """Let all go, do what is `between`; the next work opens by the configuration as it is then."""
        await self.let_reader_go()
        loop = asyncio.get_running_loop()
        threads = (("reader", self._readers), ("courier", self._courier), ("journal", self._journal))
        for name, executor in threads:
            await loop.run_in_executor(executor, self._close_office, name)
        await loop.run_in_executor(self._journal, between)

    async def close(self) -> None:
        """Let the reader and all offices go."""
        await self.set_up_anew()
        for executor in (self._journal, self._readers, self._courier):
            executor.shutdown(wait=False)

    def _office(self, thread: str) -> Office:
        if thread not in self._offices:
            self._offices[thread] = self._open_office()
        return self._offices[thread]

    def _with_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        office = self._office("reader")
        if self._reader is None:
            self._reader = self._connect()
        try:
            return work(office, self._reader)
        except LinkLost:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._reader is not None:
            with suppress(ReaderError, OSError):
                self._reader.close()
            self._reader = None

    def _close_office(self, name: str) -> None:
        office = self._offices.pop(name, None)
        if office is not None:
            with suppress(TourneeError):
                office.journal.close()
