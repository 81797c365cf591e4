"""Follows the reader while nothing else uses it: cards that come and go, the link lost and back.

The card is the remote control: a Vitale card that goes in opens its patient's visit, one that comes out after
it was signed brings the round back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tournee.app.cards import VitaleInReader, read_ps, read_vitale
from tournee.app.certifying.last_read import keep_cards
from tournee.app.context import Office
from tournee.errors import ConfigError, ReaderError, TourneeError
from tournee.reader import PS_UNLOCKED, CardsState, LinkLost, PsState, Reader
from tournee.web.live.news import News
from tournee.web.live.reader_seen import CardLeads, LinkState, ReaderSeen
from tournee.web.ports import Ports

LOOK_S = 0.5
"""Between two looks at the slots."""

AWAY_S = 2.0
"""Between two tries to reach a reader that is not there."""

CODE_KEPT = timedelta(hours=4)
"""A code porteur is asked again after so long (the CPS's own rule for a shift)."""

_log = logging.getLogger(__name__)

Opened = Callable[[ReaderSeen], Awaitable[CardLeads]]
"""Told what a Vitale card says, gives the screen to open for it."""


class ReaderWatch:
    """One task; `state` is what it last saw. `opened` and `left` say which screen a card's coming and going
    opens.
    """

    def __init__(self, ports: Ports, news: News, clock: Callable[[], datetime], opened: Opened) -> None:
        self.state = ReaderSeen()
        self.code_kept = CODE_KEPT
        self.brings_back = False  # the card that is in is done with: pulled out, the round comes back
        self._away = ""  # serial of the Vitale card that was in when the reader was lost
        self._ports, self._news, self._clock, self._opened = ports, news, clock, opened
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling: asyncio.Future[None] | None = None  # kept while it runs

    def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name="reader watch")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # a watch that ended would leave the page blind
                _log.exception("the reader's watch goes on")
            await asyncio.sleep(LOOK_S if self.state.link is LinkState.HERE else AWAY_S)

    async def look(self) -> None:
        """Look once at what the slots hold, and tell what changed; a code kept long enough is forgotten."""
        given = self.state.unlocked
        if given is not None and self._clock() - given >= self.code_kept:
            await self._ports.let_reader_go()
        phone = self.state.phone
        if phone is not None and phone.ends is not None and phone.ends <= self._clock():
            self.state = _without_phone(self.state)

        def work(office: Office, reader: Reader) -> tuple[ReaderSeen, CardsState, ReaderSeen]:
            before = self.state  # once it is its turn: what was done with the reader meanwhile is in it
            return before, *self._seen(office, reader, before)

        try:
            before, seen, now = await self._ports.run_reader(work)
        except (ReaderError, ConfigError) as error:
            await self._lost(error)
            return
        if now == before:
            return
        self.state, away, self._away = now, self._away, ""
        stayed = bool(away) and now.vitale is not None and now.vitale.serial == away
        if seen.vitale and not before.has_vitale and not stayed:
            self.brings_back = False
            leads = await self._opened(now)
            await self._news.tell(leads.address, sound="error" if now.problem else "", call=leads.whose)
        elif (before.has_vitale or away) and not seen.vitale:
            back, self.brings_back = self.brings_back, False
            await self._news.tell("/tournee" if back else "", out=True)
        else:
            await self._news.tell()

    def reach(self, there: bool) -> None:
        """The reader went out of reach in the middle of a work, or is back; told by the reader's thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._reached, there)

    def _reached(self, there: bool) -> None:
        was, now = (LinkState.FAR, LinkState.HERE) if there else (LinkState.HERE, LinkState.FAR)
        if self.state.link is was:
            self.state = replace(self.state, link=now)
            self._telling = asyncio.ensure_future(self._news.tell(sound="" if there else "error"))

    async def unlocked(self) -> None:
        """The code porteur was accepted."""
        self.state = replace(self.state, ps_state=PsState(PS_UNLOCKED), unlocked=self._clock())
        await self._news.tell()

    async def phone_read(self, phone: VitaleInReader | None) -> None:
        """A patient's phone was read, in place of a card; None: it is put away."""
        self.state = _without_phone(self.state)
        if phone is not None:
            self.brings_back = False
            self.state = replace(self.state, phone=phone, vitale=phone, read_at=self._clock(), problem=None)
        await self._news.tell()

    async def read_again(self) -> None:
        """Forget what the cards said, so that the next look reads them anew."""
        self.state = replace(self.state, has_vitale=False, vitale=None, ps=None, problem=None)

    async def _lost(self, error: TourneeError) -> None:
        was = self.state.link
        link = LinkState.NONE if was is LinkState.NONE else LinkState.FAR
        if isinstance(error, LinkLost) or was is not LinkState.HERE:
            if self.state.has_vitale and self.state.vitale is not None:
                self._away = self.state.vitale.serial
            self.state = ReaderSeen(link, self.state.label, problem=error, phone=self.state.phone)
        else:
            self.state = replace(self.state, problem=error)
        if was is LinkState.HERE:
            _log.warning("reader lost: %s", type(error).__name__)
            await self._news.tell(sound="error")

    def _seen(self, office: Office, reader: Reader, before: ReaderSeen) -> tuple[CardsState, ReaderSeen]:
        cards = reader.cards()
        now = replace(before, link=LinkState.HERE, ps_state=cards.ps, has_vitale=cards.vitale)
        if before.link is not LinkState.HERE:
            now = replace(now, label=reader.identify().board, problem=None)
        if cards.ps != PS_UNLOCKED:
            now = replace(now, unlocked=None)
        elif before.unlocked is None:
            now = replace(now, unlocked=self._clock())
        if cards.ps is PsState.ABSENT:
            now = replace(now, ps=None)
        elif now.ps is None:
            now = self._read_ps(office, reader, now)
        if not cards.vitale:
            at = before.read_at if now.phone is not None else None
            problem = None if before.has_vitale else now.problem
            return cards, replace(now, vitale=now.phone, read_at=at, problem=problem)
        if not before.has_vitale:
            now = self._read_vitale(office, reader, replace(now, phone=None))
        return cards, now

    def _read_ps(self, office: Office, reader: Reader, now: ReaderSeen) -> ReaderSeen:
        try:
            ps = read_ps(reader)
        except TourneeError as error:
            return replace(now, problem=error)
        keep_cards(office, ps, None)
        return replace(now, ps=ps)

    def _read_vitale(self, office: Office, reader: Reader, now: ReaderSeen) -> ReaderSeen:
        try:
            vitale = read_vitale(office, reader)
        except LinkLost:
            raise
        except TourneeError as error:
            return replace(now, vitale=None, problem=error, read_at=self._clock())
        keep_cards(office, None, vitale)
        return replace(now, vitale=vitale, problem=None, read_at=self._clock())


def _without_phone(state: ReaderSeen) -> ReaderSeen:
    """No phone any more; a card that is in stays."""
    return replace(state, phone=None, vitale=state.vitale if state.has_vitale else None)
