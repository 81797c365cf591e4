"""The page's own handlers, asked as a browser asks them, over an office and perhaps a reader; no window."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import httpx

from tournee.app.context import Office
from tournee.errors import ReaderError
from tournee.reader import Reader
from tournee.web.application import application
from tournee.web.setting import Setting

Found = TypeVar("Found")
SCREEN = "X-Tournee-Ecran"
_LINK = re.compile(r'href="#(/regler/[a-z_]+-[0-9a-f]{12})')


class Inline:
    """Works run at once, on one office and one reader."""

    def __init__(self, office: Office, reader: Reader | None) -> None:
        self.office, self.reader = office, reader

    async def ask_journal(self, work: Callable[[Office], Found]) -> Found:
        return work(self.office)

    async def run_courier(self, work: Callable[[Office], Found]) -> Found:
        return work(self.office)

    async def run_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        if self.reader is None:
            raise ReaderError("Aucun lecteur.")
        return work(self.office, self.reader)

    async def let_reader_go(self) -> None:
        pass


class NoDoor:
    """A page that nobody guards."""

    lock_after = 0.0
    has_code = False


class Asked:
    """Screens and buttons, one after the other; what goes on by itself has ended when an answer is given."""

    def __init__(self, office: Office, *, link: str = "", config: Path | None = None) -> None:
        async def anew(between: Callable[[], None] = lambda: None) -> None:
            between()

        setting = Setting(config or office.journal.path, NoDoor(), anew)  # type: ignore[arg-type]
        self._opened = ExitStack()
        self.reader = self._opened.enter_context(Reader.open(link)) if link else None
        self.app = application(Inline(office, self.reader), lambda: office.clock(), setting=setting)
        self.face = self.app.state.face
        self._loop = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.close()
        self._opened.close()

    def show(self, address: str) -> str:
        """A screen's text; AssertionError for an error."""
        return self._ask("GET", address).text

    def post(self, address: str, **fields: str) -> str:
        """Touch a button; the address of the screen that comes."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, content=urlencode(fields), headers=kind).headers[SCREEN]

    def things(self) -> list[str]:
        """The addresses of what waits, as the list links them."""
        return _LINK.findall(self.show("/regler"))

    def thing(self, kind: str) -> str:
        """The address of the first thing of a kind."""
        return next(one for one in self.things() if one.startswith(f"/regler/{kind}-"))

    def kinds(self) -> set[str]:
        """The kinds that wait."""
        return {one.removeprefix("/regler/").partition("-")[0] for one in self.things()}

    def _ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                answer = await client.request(method, f"/ecran{address}", **more)
                await self.face.evening.ended()
                return answer

        answer = self._loop.run(asked())
        assert answer.status_code in (200, 204), f"{address}: {answer.text}"
        return answer
