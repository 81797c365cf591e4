"""Long work: begun at once, told as it goes (server-sent events), its end kept for some days.

A piece of work has a name that is given when it begins. Its end is kept in the journal: a client that lost
the line, or a server that was started again, still tells it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum

from pydantic import BaseModel

from tournee.api import (
    CertifiedVisit,
    ClosedLot,
    FetchedReturns,
    Practice,
    SentFile,
    TourneeError,
    WrittenBackup,
)
from tournee.http.problems import ProblemDetails, Refusal, details_of, refused
from tournee.logs import where

WAITING_MAX, LISTENERS_MAX = 32, 64
ACCEPTED = 202
"""The status by which work begins."""

_KEPT_MAX, _TOLD_MAX = 200, 5_000
_ALIVE_S = 10.0
_THREADS = 4
_log = logging.getLogger(__name__)

Tell = Callable[[str, str], None]
"""Tells who listens: an event's name, and what is told, as JSON."""


class WorkState(StrEnum):
    """`RUNNING`; `DONE`; `FAILED`, what was done of it is done; `INTERRUPTED`: the server ended before it."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


WorkResult = (
    tuple[CertifiedVisit, ...] | tuple[ClosedLot, ...] | tuple[SentFile, ...] | FetchedReturns | WrittenBackup
)
"""What work gives, by its kind."""


class Work(BaseModel):
    """A piece of work: its name, which kind (`certifications`, `sendings`, …), its state; `result` once it is
    done, as its kind says; `problem` when it failed.
    """

    id: str
    kind: str
    state: WorkState
    result: WorkResult | None = None
    problem: ProblemDetails | None = None


class _Running:
    """One piece of work and what was told of it so far, for any number of listeners."""

    def __init__(self, work: Work, subject: str) -> None:
        self.work, self.subject = work, subject
        self._told: list[tuple[str, str]] = []
        self._waiting: set[Callable[[], object]] = set()
        self._lock = threading.Lock()

    def tell(self, event: str, data: str) -> None:
        with self._lock:
            if len(self._told) < _TOLD_MAX:
                self._told.append((event, data))
        self._wake()

    def end(self, work: Work, text: str) -> None:
        with self._lock:
            self.work = work
            self._told.append((work.state.value, text))
        self._wake()

    async def since(self, rank: int, seconds: float) -> list[tuple[str, str]]:
        """What was told from `rank` on; waits for it so long, and holds no thread meanwhile."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._lock:
            if len(self._told) > rank or self.work.state is not WorkState.RUNNING:
                return self._told[rank:]
            self._waiting.add(wake)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()
        with self._lock:
            self._waiting.discard(wake)
            return self._told[rank:]

    def _wake(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for wake in waiting:
            with suppress(RuntimeError):  # the server ended
                wake()


def location_of(name: str) -> str:
    """Where a piece of work is asked for."""
    return f"/v1/works/{name}"


class Works:
    """All work of a server. Four pieces at a time, which take turns where they need the same thing."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._threads = ThreadPoolExecutor(_THREADS, "tournee-work")
        self._all: OrderedDict[str, _Running] = OrderedDict()
        self._lock = threading.Lock()
        self._listeners = 0

    def begin(self, kind: str, subject: str, do: Callable[[Tell], WorkResult]) -> Work:
        """Have it done; gives it as it begins. Refusal 429 when too much waits."""
        name = secrets.token_urlsafe(16)
        one = _Running(Work(id=name, kind=kind, state=WorkState.RUNNING), subject)
        with self._lock:
            if sum(held.work.state is WorkState.RUNNING for held in self._all.values()) >= WAITING_MAX:
                raise Refusal(429, f"{WAITING_MAX} travaux attendent déjà", {"retry-after": "5"})
            self._forget()
            self._all[name] = one
        begun = one.work
        try:
            self._practice._ask_journal(lambda office: office.journal.replies.begin(_key(subject, name), b""))
            self._threads.submit(self._do, one, do)
        except BaseException:
            with self._lock:
                del self._all[name]  # it never runs: it takes nobody's place
            raise
        return begun

    def find(self, name: str, subject: str) -> Work:
        """One of this asker. Refusal 404 for one that there is not, or that is another's."""
        running = self._all.get(name)
        if running is not None and running.subject == subject:
            return running.work
        kept = self._practice._ask_journal(
            lambda office: office.journal.replies.find(_key(subject, name), b"")
        )
        if kept is None:
            raise Refusal(404, "aucun travail de ce nom, ou plus depuis longtemps")
        if not kept.status:
            return Work(id=name, kind="", state=WorkState.INTERRUPTED)
        return Work.model_validate_json(kept.body)

    async def events(self, name: str, subject: str, after: int) -> AsyncIterator[bytes]:
        """What is told of one from an event's number on, to its end; a sign of life while nothing is."""
        work = await asyncio.to_thread(self.find, name, subject)
        running, rank = self._all.get(name), after
        if running is None:
            yield _event(1, work.state, work.model_dump_json())
            return
        self._listeners += 1
        try:
            while True:
                told = await running.since(rank, _ALIVE_S)
                for event, data in told:
                    rank += 1
                    yield _event(rank, event, data)
                if not told:
                    if running.work.state is not WorkState.RUNNING:
                        return
                    yield b": ...\n\n"
        finally:
            self._listeners -= 1

    def check_listeners(self) -> None:
        """Refusal 429 while as many listen as may."""
        if self._listeners >= LISTENERS_MAX:
            raise Refusal(429, f"{LISTENERS_MAX} écoutes sont déjà ouvertes", {"retry-after": "5"})

    def close(self) -> None:
        """Let what runs end; what waits is not begun."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _do(self, one: _Running, do: Callable[[Tell], WorkResult]) -> None:
        begun = one.work
        try:
            end = begun.model_copy(update={"state": WorkState.DONE, "result": do(one.tell)})
        except TourneeError as error:
            end = begun.model_copy(update={"state": WorkState.FAILED, "problem": details_of(error)})
        except Exception as error:
            _log.error("work %s: %s", begun.kind, where(error))
            problem = ProblemDetails.model_validate_json(bytes(refused(500).body))
            end = begun.model_copy(update={"state": WorkState.FAILED, "problem": problem})
        text = end.model_dump_json()
        with suppress(TourneeError):  # it is told all the same
            self._practice._ask_journal(
                lambda office: office.journal.replies.end(_key(one.subject, begun.id), 200, text.encode())
            )
        one.end(end, text)

    def _forget(self) -> None:
        for name in [name for name, one in self._all.items() if one.work.state is not WorkState.RUNNING]:
            if len(self._all) < _KEPT_MAX:
                return
            del self._all[name]


def _key(subject: str, name: str) -> str:
    return f"{subject}\nwork\n{name}"


def _event(number: int, event: str, data: str) -> bytes:
    return f"id: {number}\nevent: {event}\ndata: {data}\n\n".encode()
