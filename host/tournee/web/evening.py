"""The evening's sending as a task of the face: one at a time, told while it goes on, wherever the page is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tournee.app.evening.run import (
    EveningOutcome,
    EveningStep,
    EveningStoppedError,
    close,
    hand_over,
    is_network,
    needs_reader,
    outcome,
    stoppable,
    take_in,
)
from tournee.app.outbound import make_files
from tournee.app.services.taking_up import NOTHING, TakenUp, needs_card, something_waits, take_up
from tournee.errors import ReaderError, TourneeError
from tournee.web.words import plainly

if TYPE_CHECKING:
    from tournee.web.face import Face

_TOLD_EVERY_S = 0.4
_COUNTED = ("lots", "fichier", "retours")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EveningState:
    """One run: the step it is at, None once it ended; how far that is (`of` 0: nobody knows); the steps that
    are behind; what stopped it or a part of it; what came of it, None while it goes on; of `services` too.
    """

    step: EveningStep | None = EveningStep.CLOSE
    label: str = ""
    done: int = 0
    of: int = 0
    behind: tuple[EveningStep, ...] = ()
    error: TourneeError | None = None
    outcome: EveningOutcome | None = None
    services: TakenUp = NOTHING
    stopping: bool = False

    @property
    def is_offline(self) -> bool:
        """Whether the network was away."""
        return self.error is not None and is_network(self.error)

    @property
    def was_stopped(self) -> bool:
        """Whether the carer stopped it."""
        return isinstance(self.error, EveningStoppedError)

    @property
    def percent(self) -> int:
        """How far it is, each step a quarter."""
        steps = len(EveningStep)
        part = self.done / self.of if self.of else 0
        return min(99, round(100 * (len(self.behind) + part) / steps))


@dataclass
class Evening:
    """The run that goes on, or the last one; `state` None before there was one. `asked_to_stop`: the carer
    did, where her asking is not heard before the step is over.
    """

    state: EveningState | None = None
    offline: bool = False
    asked_to_stop: Callable[[], bool] = bool
    _task: asyncio.Task[None] | None = field(default=None, repr=False)
    _mark: int | None = None  # of the history, where a run began that was not finished: the next one goes on
    _told: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether one goes on."""
        return self._task is not None and not self._task.done()

    def start(self, face: Face, *, again: bool = False, fetch_only: bool = False) -> None:
        """Begin one; while one goes on, it is that one. `again` reads the returns set aside too."""
        if not self.is_running:
            self.state = EveningState()
            self._task = asyncio.create_task(self._run(face, again, fetch_only), name="evening")

    def stop(self) -> None:
        """Ask it to stop where that cuts nothing."""
        if self.is_running and self.state is not None:
            self.state = replace(self.state, stopping=True)

    async def ended(self) -> None:
        """Wait for its end."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, face: Face, again: bool, fetch_only: bool) -> None:
        await face.shown()
        mark, error = self._mark, None
        if mark is None:
            mark = await face.ports.ask_journal(lambda office: office.journal.sendings.mark())
        try:
            error = await self._steps(face, again, fetch_only)
        except TourneeError as raised:
            error = raised
        except Exception as raised:
            _log.exception("the evening stopped")
            error = TourneeError(
                "L’envoi s’est arrêté sur une erreur du programme.", cause=type(raised).__name__
            )
        assert self.state is not None
        self._mark = None if error is None else mark
        came = await face.ports.ask_journal(lambda office: outcome(office, mark, face.watch.state.ps))
        self.state = replace(self.state, step=None, error=error, outcome=came)
        self.offline = self.state.is_offline
        said = came.line if error is None else plainly(error.message)
        await face.news.tell(said=said, sound="ok" if error is None and not came.refused else "error")

    async def _steps(self, face: Face, again: bool, fetch_only: bool) -> TourneeError | None:
        """All steps; gives the first error that stopped a part and not the run."""
        assert self.state is not None
        tell = stoppable(
            self._teller(face, asyncio.get_running_loop()),
            lambda: self.asked_to_stop() or bool(self.state and self.state.stopping),
        )
        errors: list[TourneeError] = []
        if not fetch_only:
            await self._enter(face, EveningStep.CLOSE)
            if await face.ports.ask_journal(needs_reader):
                await face.ports.run_reader(lambda office, reader: close(office, reader, tell))
            await self._enter(face, EveningStep.MAKE)
            await face.ports.run_courier(lambda office: make_files(office, tell))
            await self._enter(face, EveningStep.SEND)
            errors += await face.ports.run_courier(lambda office: hand_over(office, tell))
        network = next(filter(is_network, errors), None)
        if network is not None:
            return network
        await self._enter(face, EveningStep.FETCH)
        errors += await face.ports.run_courier(lambda office: take_in(office, tell, again=again))
        if not any(map(is_network, errors)):
            self.state = replace(self.state, services=await _take_up(face))
        await self._enter(face, None)
        return next(filter(is_network, errors), errors[0] if errors else None)

    async def _enter(self, face: Face, step: EveningStep | None) -> None:
        assert self.state is not None
        was = self.state.step
        behind = self.state.behind if was in (None, step) else (*self.state.behind, was)
        self.state = replace(self.state, step=step, label="", done=0, of=0, behind=behind)
        await face.news.tell()

    def _teller(self, face: Face, loop: asyncio.AbstractEventLoop) -> Callable[[str, int, int], None]:
        """Progress from whatever thread, told to the page a few times a second."""

        def told(label: str, done: int, of: int) -> None:
            loop.call_soon_threadsafe(self._progress, face, label, done, of)

        return told

    def _progress(self, face: Face, label: str, done: int, of: int) -> None:
        if self.state is None or self.state.step is None:
            return
        if label.startswith(_COUNTED):  # and not the records of one lot
            self.state = replace(self.state, label=label, done=done, of=of)
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY_S:
            self._told = now
            _telling.add(task := asyncio.ensure_future(face.news.tell()))
            task.add_done_callback(_telling.discard)


async def _take_up(face: Face) -> TakenUp:
    """What waits for services, by the card in the reader where one is to sign."""
    if not await face.ports.ask_journal(something_waits):
        return NOTHING
    if await face.ports.ask_journal(needs_card):
        ps = face.watch.state.ps
        try:
            return await face.ports.run_reader(lambda office, reader: take_up(office, reader, ps))
        except ReaderError as error:
            _log.info("services without a reader: %s", type(error).__name__)
    return await face.ports.run_courier(take_up)


_telling: set[asyncio.Future[None]] = set()
