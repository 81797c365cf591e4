"""Several threads at one practice: each kind of work has one thread of its own, and takes turns there.

A journal serves the thread that opened it alone. So each lane has a thread, which opens what it works with;
a call waits for its turn. Whatever an editor gave to be called (a code, a transport) is called in the thread
of the one who called, for it may have things that no other thread may touch.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tournee.api.problems import CallError, PracticeClosedError
from tournee.errors import TourneeError

_R = TypeVar("_R")
_T = TypeVar("_T")
_inside = threading.local()
"""The lanes that this thread is waiting for."""


class Caller:
    """Who waits for a lane's work, and does in its own thread what the work asks of it."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._gone = threading.Event()

    def ask(self, work: Callable[[], _R]) -> _R:
        """From the lane: have this done in the caller's thread; what it raises is raised here. CallError when
        the caller waits no more.
        """
        answer: Future[_R] = Future()

        def do() -> None:
            try:
                answer.set_result(work())
            except BaseException as error:
                answer.set_exception(error)
                if not isinstance(error, Exception):
                    raise

        self._asked.put(do)
        while True:
            try:
                return answer.result(0.5)
            except TimeoutError:
                if answer.done():
                    raise
                if self._gone.is_set():
                    raise CallError("Celui qui attendait ce travail est parti.") from None

    def wait(self, future: Future[_R]) -> _R:
        """From the caller's thread: do what is asked until the work is done."""
        future.add_done_callback(lambda _: self._asked.put(None))
        try:
            while (asked := self._asked.get()) is not None:
                asked()
            return future.result()
        finally:
            self._gone.set()


@dataclass
class _Kept(Generic[_T]):
    value: _T | None = None


class Lane(Generic[_T]):
    """One thread with what it works with: `open_it` makes it when it is needed, `close_it` lets it go.

    `from_within`: it may be asked from a function that another lane waits for; of the others two could wait
    for each other for ever.
    """

    def __init__(
        self,
        name: str,
        open_it: Callable[[], _T],
        close_it: Callable[[_T], None],
        *,
        from_within: bool = False,
    ) -> None:
        self._from_within = from_within
        self._open_it, self._close_it = open_it, close_it
        self._kept: _Kept[_T] = _Kept()
        self._thread = ThreadPoolExecutor(1, f"tournee-{name}")
        self._closed, self._closing = False, threading.Lock()

    def do(self, work: Callable[[_T, Caller], _R]) -> _R:
        """Have this done in its thread, after those who asked before. PracticeClosedError, CallError."""
        held: set[Any] = _inside.__dict__.setdefault("lanes", set())
        if self in held or (held and not self._from_within):
            raise _within()
        caller = Caller()
        held.add(self)
        try:
            return caller.wait(self._submit(lambda: work(self._opened(), caller)))
        finally:
            held.discard(self)

    def drop(self) -> None:
        """From the lane: let go of what it works with; the next work opens it anew."""
        value, self._kept.value = self._kept.value, None
        if value is not None:
            with suppress(TourneeError, OSError):
                self._close_it(value)

    def close(self) -> None:
        """Let all go, once what was asked is done. CallError from within what a lane waits for."""
        if _inside.__dict__.get("lanes"):
            raise _within()
        with self._closing:
            dropped = None if self._closed else self._thread.submit(self.drop)
            self._closed = True
        if dropped is not None:
            dropped.result()
        self._thread.shutdown(wait=True)

    def _submit(self, work: Callable[[], _R]) -> Future[_R]:
        with self._closing:  # nothing is asked behind what lets all go
            if self._closed:
                raise _closed()
            return self._thread.submit(work)

    def _opened(self) -> _T:
        if self._kept.value is None:
            self._kept.value = self._open_it()
        return self._kept.value


def _closed() -> PracticeClosedError:
    return PracticeClosedError(
        "Ce cabinet est fermé.",
        cause="un autre appel l’a fermé, ou le programme se termine",
        next_step="ouvrez-le de nouveau",
    )


def _within() -> CallError:
    return CallError(
        "Cet appel attendrait sa propre fin.",
        cause="il est fait dans une fonction que vous avez donnée à Tournée (code, transport)",
        next_step="faites-le une fois que l’appel en cours est rendu",
    )
