"""The socket of a shift: frames of any kind from a command, a stranger, and what says that it is an agent.

After each, the agent serves a true command with the card still open; one that was closed was closed by a word
that means it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import sys
import tempfile
import threading
from pathlib import Path

from engine import Target, attack

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "shift"))

from shift_rig import CONFIG, Shift, shift_on

from tournee import __version__
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.errors import ReaderError
from tournee.reader import Reader
from tournee.reader.link.record_stream import RecordStream
from tournee.shift.endings import Reason
from tournee.shift.frames import FrameKind, LineLost, LocalLine, told
from tournee.shift.joining import JoinedLink
from tournee.shift.paths import ShiftPaths

_BOUND = 30.0
_ANSWER = b"\xa3\x00\x18\x49\x01\x02\x02\x01"  # CARDS_STATE: the card is open, no Vitale card


def run(seconds: float, seed: int) -> int:
    """Words to the agent two thirds of the time, words of an agent the rest."""
    broken: list[threading.ExceptHookArgs] = []
    threading.excepthook = broken.append
    with tempfile.TemporaryDirectory(prefix="shift-") as folder, EmulatedBoard() as board:
        os.environ["XDG_RUNTIME_DIR"] = folder
        board.insert("ps", load_card("infirmiere"))
        with contextlib.ExitStack() as shifts:
            standing = _Standing(board, Path(folder), shifts)

            def to_the_agent(data: bytes) -> None:
                standing.hear(data)
                if broken:
                    fault = broken.pop()
                    raise RuntimeError("the agent's thread") from fault.exc_value

            def greeted(data: bytes) -> None:
                to_the_agent(_greeting() + data)

            targets = [
                Target("to the agent, greeted", greeted, _words(), (), _BOUND, pure=False),
                Target("to the agent", to_the_agent, [_greeting(), *_words()], (), _BOUND, pure=False),
                Target("from an agent", _from_an_agent, _answers(), (ReaderError,), _BOUND),
            ]
            return attack(targets, seconds, seed)


class _Standing:
    """A shift that is opened again when a true word has closed it."""

    def __init__(self, board: EmulatedBoard, folder: Path, shifts: contextlib.ExitStack) -> None:
        self._board, self._folder, self._shifts = board, folder, shifts
        self._shift = self._opened()

    def hear(self, data: bytes) -> None:
        """These bytes, then a true command."""
        shift = self._shift
        with shift.line() as line, contextlib.suppress(OSError):
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65_536):
                pass
        if shift.agent.ending is not None:
            assert shift.agent.ending.reason in (Reason.CLOSED, Reason.LOCKED), shift.agent.ending
            shift.ended()
            self._shift = self._opened()
            return
        with Reader.over(shift.join()) as reader:
            assert reader.cards().ps.name == "UNLOCKED"

    def _opened(self) -> Shift:
        (self._folder / "reader").unlink(missing_ok=True)
        return self._shifts.enter_context(shift_on(self._board))


def _from_an_agent(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs, contextlib.closing(LocalLine(ours)) as line:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        here = {"largest": 1280, "spoken": 1, "shift": "0123456789abcdef"}
        link = JoinedLink(line, here, ShiftPaths.of("/dev/none"), lambda there: None)
        with contextlib.suppress(ReaderError):
            Reader.over(link).cards()
        with contextlib.suppress(ReaderError):
            link.stream(RecordStream(bytes(1280), 4, link.best_length, None), 4096)
        link.request(bytearray(b"\xa1\x00\x01"))
        with contextlib.suppress(LineLost):
            told(data)


def _greeting() -> bytes:
    words = {"protocol": 1, "version": __version__, "purpose": "reader", "config": CONFIG, "command": "x"}
    return _frame(FrameKind.GREET, json.dumps(words).encode())


def _words() -> list[bytes]:
    ask = b"".join(_frame(FrameKind.ASK, bytes((0xA1, 0, number))) for number in (1, 9, 10, 16, 21))
    stream = _frame(FrameKind.STREAM, b'{"size":256,"chunk":4,"ahead":0}')
    stream += _frame(FrameKind.RECORDS, bytes(256))
    kept = _frame(FrameKind.KEEP, b'{"name":"situation","value":"2"}')
    close = _frame(FrameKind.CLOSE, b'{"protocol":1,"reason":"locked"}')
    return [ask, stream, kept, ask + kept + stream, close]


def _answers() -> list[bytes]:
    failed = _frame(FrameKind.FAILED, b'{"status":57600,"record":1,"column":2,"detail":0,"field":"2.nir"}')
    other = _frame(FrameKind.FAILED, b'{"message":"m","cause":"c","next_step":"n","kind":"LinkLost"}')
    ends = [_frame(FrameKind.ENDED, b'{"reason":"card","at":%s}' % at) for at in (b"1800000000.5", b"1e300")]
    progress = _frame(FrameKind.PROGRESS, bytes(8)) + _frame(FrameKind.REACH, b"\0")
    answered = _frame(FrameKind.ANSWER, _ANSWER)
    whole = answered + progress + _frame(FrameKind.STREAMED, b"") + answered
    return [whole, failed + other, *(progress + ended for ended in ends), *ends]


def _frame(kind: FrameKind, payload: bytes) -> bytes:
    return struct.pack(">BI", kind, len(payload)) + payload
