"""Brings the journal's copy at the practice's server forward after every step, as soon as it is reached."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from tournee import logs
from tournee.app.context import Office
from tournee.app.copies.bringing import bring_forward
from tournee.app.copies.standing import CopyFacts, CopyStanding, copy_facts
from tournee.errors import TourneeError
from tournee.web.live.news import News
from tournee.web.ports import Ports

LOOK_S = 1.0
"""Between two looks at the journal's last step."""

AWAY_S = (5.0, 15.0, 30.0)
"""Before the server is tried again: after the first time that it was not reached, the second, each other."""

_LOOKS_MAX = 10  # with a step since each one before: what is done without a pause is copied all the same
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CopySeen:
    """What the page says of the copy: how it stands, and why it was not brought forward the last time it was
    tried, None when it was.
    """

    facts: CopyFacts
    trouble: TourneeError | None = None

    @property
    def is_safe(self) -> bool:
        """Whether what lacks, if anything does, is on its way."""
        going = self.facts.standing is CopyStanding.BEHIND and self.trouble is None
        return going or self.facts.standing is CopyStanding.CURRENT

    @property
    def words(self) -> str:
        """In a few words."""
        if self.facts.standing is CopyStanding.STOPPED:
            return "Copie arrêtée"
        if self.facts.standing is CopyStanding.CURRENT:
            return "Copie à jour"
        if self.trouble is None and self.facts.standing is CopyStanding.BEHIND:
            return "Copie en cours"
        return "Seule copie" if self.facts.standing is CopyStanding.ONLY else "Copie en retard"


class CopyFollower:
    """One task. `seen` is what it last saw, None where the office is joined to nothing."""

    def __init__(self, ports: Ports, news: News) -> None:
        self.seen: CopySeen | None = None
        self._ports, self._news = ports, news
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._failed = 0
        self._step_seen, self._looks = -1, 0

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._run(), name="copy")

    async def stop(self) -> None:
        """Follow no more; what is cut goes on from there the next time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def wake(self) -> None:
        """The network is back, or somebody wants it now."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            try:
                wait = await self.look()
            except Exception:  # a follower that ended would leave the only copy here, without a word
                _log.exception("the copy's follower goes on")
                wait = AWAY_S[-1]
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()

    async def look(self) -> float:
        """Look once, and copy what is to be copied; the seconds until the next look."""
        try:
            facts = await self._ports.ask_journal(_facts)
        except TourneeError:  # nothing is set up, or it does not open: other screens say so
            facts = None
        if facts is None or facts.standing in (CopyStanding.CURRENT, CopyStanding.STOPPED):
            await self._saw(None if facts is None else CopySeen(facts))
            return LOOK_S
        trouble = self.seen.trouble if self.seen else None
        await self._saw(CopySeen(facts, trouble))
        if not self._woken.is_set() and self._goes_on(facts):
            return LOOK_S
        return await self._copy(facts)

    def _goes_on(self, facts: CopyFacts) -> bool:
        """Whether a step was made since the last look: the next one is waited for, so long."""
        step, self._step_seen = self._step_seen, facts.step
        if step == facts.step or self._looks >= _LOOKS_MAX:
            self._looks = 0
            return False
        self._looks += 1
        return True

    async def _copy(self, facts: CopyFacts) -> float:
        try:
            after = await self._ports.run_courier(bring_forward)
        except TourneeError as error:
            if self._failed == 0:
                _log.warning("the copy is not brought forward: %s", logs.where(error))
            self._failed += 1
            found = await self._ports.ask_journal(_facts)
            await self._saw(CopySeen(found or facts, error))
            return AWAY_S[min(self._failed, len(AWAY_S)) - 1]
        self._failed = 0
        await self._saw(CopySeen(after))
        return LOOK_S

    async def _saw(self, seen: CopySeen | None) -> None:
        """Keep it; the page is told of another state, and shows its screen anew unless that one passes."""
        before, self.seen = self.seen, seen
        if (before and before.words) != (seen and seen.words):
            safe = (before is None or before.is_safe) and (seen is None or seen.is_safe)
            await self._news.tell(quiet=safe)


def _facts(office: Office) -> CopyFacts | None:
    return copy_facts(office) if office.courier.knows_again else None
