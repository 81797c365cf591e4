"""A shift under a clock that only the test moves."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tournee.emulation.board import EmulatedBoard
from tournee.reader import Reader
from tournee.shift.agent import About, Agent
from tournee.shift.endings import Ending, Reason, write_note
from tournee.shift.joining import JoinedLink, join
from tournee.shift.paths import ShiftPaths
from tournee.shift.process import listen
from tournee.shift.terms import Terms

CONFIG = "/practice/tournee.toml"


class MovedTime:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.passed = 0.0
        self.calendar = 1_800_000_000.0

    def whole(self) -> float:
        return self.passed + self.slept

    def awake(self) -> float:
        return self.passed

    def wall(self) -> float:
        return self.calendar + self.whole()


@dataclass
class Shift:
    """A shift that is open: its board, its agent, its time, how often its reader was opened again."""

    board: EmulatedBoard
    port: str
    agent: Agent
    time: MovedTime
    thread: threading.Thread
    reopened: list[float] = field(default_factory=list)

    def join(self, config: str = CONFIG, command: str = "tournee certify") -> JoinedLink:
        """Another command's link."""
        link = join(self.port, config, command)
        assert link is not None
        return link

    def unplug(self) -> None:
        """Take the reader away, cable and all."""
        Path(self.port).unlink()
        self.board.stop()

    def ended(self) -> Ending:
        """How it ended; its agent is gone."""
        self.thread.join(20)
        assert not self.thread.is_alive()
        assert self.agent.ending is not None
        return self.agent.ending

    def line(self) -> socket.socket:
        """A connection that says nothing yet."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(20)
        line.connect(str(ShiftPaths.of(self.port).socket))
        return line


@contextmanager
def shift_on(board: EmulatedBoard) -> Iterator[Shift]:
    """The nurse's shift on a board, of 15 minutes without a demand and of four hours at most."""
    cable = Path(os.environ["XDG_RUNTIME_DIR"]) / "reader"
    cable.symlink_to(board.link_url)
    port = str(cable)
    reopened: list[float] = []
    with agent_on(port, lambda: Reader.open(port), reopened) as (agent, time, thread):
        yield Shift(board, port, agent, time, thread, reopened)


@contextmanager
def agent_on(
    port: str, open_reader: Callable[[], Reader], reopened: list[float]
) -> Iterator[tuple[Agent, MovedTime, threading.Thread]]:
    """The agent of a shift on any reader, in a thread."""
    paths = ShiftPaths.of(port)
    paths.make()
    reader = open_reader()
    reader.unlock("1234")
    time = MovedTime()

    def reopen() -> Reader:
        reopened.append(time.whole())
        return open_reader()

    def noted(name: str, ending: Ending) -> None:
        write_note(paths.note, name, ending)

    about = About(port, CONFIG, "Claire Lefebvre", "756000121")
    agent = Agent(reader, about, Terms(), time, noted, reopen)
    thread = threading.Thread(target=agent.serve, args=(listen(paths),), daemon=True)
    thread.start()
    try:
        yield agent, time, thread
    finally:
        agent.end(Reason.CLOSED)
        thread.join(20)
