"""The agent of a shift: it holds the reader, lets one command at a time use it, and ends when it must."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tournee import __version__
from tournee.errors import ReaderError
from tournee.reader import PS_UNLOCKED, Reader
from tournee.shift.endings import Ending, Reason
from tournee.shift.failures import reason_of
from tournee.shift.frames import PROTOCOL, FrameKind, LineLost, LocalLine, text_of, told
from tournee.shift.paths import is_ours
from tournee.shift.serving import Served
from tournee.shift.terms import Remaining, ShiftTime, Terms

_TICK_S = 0.2
_CARD_S = 5.0  # between two looks at the card
_GREET_S = 5.0
_BUSY_S = 2.0  # a command waits so long for the one before it
_LAST_S = 3.0  # what is under way when the shift ends has so long
_LOCK_S = 8.0
_CALLERS = 8
_KEPT, _WORD_MAX = 8, 200
_FORGOTTEN = frozenset({Reason.CARD, Reason.LINK, Reason.RESTART})
"""Ends after which the reader has no card open any more, or is not to be reached."""


@dataclass(frozen=True)
class About:
    """Whose shift it is: the reader's port, the configuration, the professional (name, billing number)."""

    port: str
    config: str
    name: str
    number: str


class Agent:
    """One shift, from the code to its end. `noted` is told the end as soon as it is sure; `reopen` opens the
    reader's session anew, which makes it forget the one before, and the code with it."""

    def __init__(
        self,
        reader: Reader,
        about: About,
        terms: Terms,
        time: ShiftTime,
        noted: Callable[[str, Ending], None],
        reopen: Callable[[], Reader],
    ) -> None:
        self.reader = reader
        self.ending: Ending | None = None
        self.asking = False  # the reader works for a command
        self.name = secrets.token_hex(8)
        self._about = about
        self._time = time
        self._since = time.wall()
        self._remaining = Remaining(terms, time)
        self._noted = noted
        self._reopen = reopen
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._lease = threading.Lock()
        self._holder = ("", 0)  # command and process
        self._line: LocalLine | None = None
        self._kept: dict[str, str] = {}
        self._callers = threading.Semaphore(_CALLERS)

    def serve(self, listener: socket.socket) -> None:
        """Answer commands until the end, then have the reader forget the session."""
        listener.settimeout(_TICK_S)
        threading.Thread(target=self._watch_card, name="card", daemon=True).start()
        while self.ending is None:
            try:
                self._answer(listener.accept()[0])
            except TimeoutError:
                pass
            except OSError:
                self.end(Reason.STOPPED)
            if self.asking:
                self._remaining.used()
            reason = self._remaining.reason()
            if reason is not None:
                self.end(reason)
        listener.close()
        self._lock_reader()

    def end(self, reason: Reason) -> None:
        """End the shift; the first reason counts."""
        with self._guard:
            if self.ending is None:
                self.ending = Ending(reason, self._time.wall())
                self._noted(self.name, self.ending)
        self._over.set()

    def used(self) -> None:
        """A command asked something."""
        self._remaining.used()

    def tell_reach(self, there: bool) -> None:
        """Tell the command that has the reader that it is out of reach, or back."""
        line = self._line
        if line is not None:
            with suppress(LineLost):
                line.send(FrameKind.REACH, bytes((there,)))

    def look_at_card(self) -> None:
        """End the shift unless the professional's card is there and open."""
        try:
            open_still = self.reader.cards().ps == PS_UNLOCKED
        except ReaderError as error:
            self.end(reason_of(error))
        else:
            if not open_still:
                self.end(Reason.CARD)

    def keep(self, name: str, value: str) -> None:
        """Keep an answer that is asked once a shift; a few short ones."""
        if name in self._kept or len(self._kept) < _KEPT:
            self._kept[name[:_WORD_MAX]] = value[:_WORD_MAX]

    def status(self) -> dict[str, str | float]:
        """What a command is told: times in seconds, `kept.…` what was asked once."""
        idle, most = self._remaining.seconds()
        command, process = self._holder
        values: dict[str, str | float] = {
            "shift": self.name,
            "version": __version__,
            "process": os.getpid(),
            "port": self._about.port,
            "config": self._about.config,
            "name": self._about.name,
            "number": self._about.number,
            "since": self._since,
            "idle": round(idle, 1),
            "most": round(most, 1),
            "command": command,
            "command_process": process,
        }
        return values | {f"kept.{name}": value for name, value in self._kept.items()}

    def _answer(self, caller: socket.socket) -> None:
        if not self._callers.acquire(blocking=False):
            caller.close()
            return

        def attend() -> None:
            line = LocalLine(caller)
            try:
                self._attend(line)
            except LineLost:
                pass
            finally:
                line.close()
                self._callers.release()

        threading.Thread(target=attend, name="command", daemon=True).start()

    def _attend(self, line: LocalLine) -> None:
        kind, payload = line.receive(_GREET_S)
        if not is_ours(line.socket):
            line.tell(FrameKind.REFUSED, why="user")
            return
        greeting = told(payload)
        if kind == FrameKind.CLOSE:
            self.end(Reason.LOCKED if text_of(greeting, "reason") == Reason.LOCKED else Reason.CLOSED)
        elif kind == FrameKind.GREET:
            self._greet(line, greeting)

    def _greet(self, line: LocalLine, greeting: dict[str, object]) -> None:
        if greeting.get("protocol") != PROTOCOL or greeting.get("version") != __version__:
            line.tell(FrameKind.REFUSED, why="version", version=__version__)
            return
        if greeting.get("purpose") == "status":
            self._look_if_free()
        if self.ending is not None:
            line.tell(FrameKind.ENDED, reason=self.ending.reason, at=self.ending.at)
        elif greeting.get("purpose") == "status":
            line.tell(FrameKind.HERE, **self.status())
        elif greeting.get("config") != self._about.config:
            line.tell(FrameKind.REFUSED, why="config", config=self._about.config)
        elif not self._lease.acquire(timeout=_BUSY_S):
            command, process = self._holder
            line.tell(FrameKind.REFUSED, why="busy", command=command, process=process)
        else:
            whose = greeting.get("process")
            self._holder = text_of(greeting, "command")[:_WORD_MAX], whose if isinstance(whose, int) else 0
            self._line = line
            try:
                Served(self, line).run()
            finally:
                self._line = None
                self._holder = ("", 0)
                self._lease.release()

    def _watch_card(self) -> None:
        while not self._over.wait(_CARD_S):
            self._look_if_free()

    def _look_if_free(self) -> None:
        if self._lease.acquire(blocking=False):
            try:
                self.look_at_card()
            finally:
                self._lease.release()

    def _lock_reader(self) -> None:
        """Have the reader forget the code, as far as it answers in time; what works on it has a moment."""
        if not self._lease.acquire(timeout=_LAST_S):
            return

        def lock() -> None:
            with suppress(ReaderError):
                self.reader.close()
                if self.ending is not None and self.ending.reason not in _FORGOTTEN:
                    self._reopen().close()

        last = threading.Thread(target=lock, name="lock", daemon=True)
        last.start()
        last.join(_LOCK_S)
