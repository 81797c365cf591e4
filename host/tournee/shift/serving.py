"""One command at the agent: its messages carried to the reader, the answers back, what it leaves undone."""

from __future__ import annotations

import struct
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from tournee.errors import ReaderError
from tournee.firmware.sesam import messages
from tournee.reader import PS_UNLOCKED, codec
from tournee.reader.link.record_stream import RecordStream
from tournee.shift.endings import Reason
from tournee.shift.failures import as_values, ends_shift, reason_of
from tournee.shift.frames import RECORDS_MAX, FrameKind, LineLost, LocalLine, text_of, told, whole_of
from tournee.shift.paths import ShiftUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tournee.shift.agent import Agent

PROGRESS = struct.Struct(">2I")
"""Records taken, of how many."""

_SILENCE_S = 60.0  # a command that asks nothing for so long lets the reader go
_RECORDS_S = 10.0
_CHUNK_MAX, _AHEAD_MAX = 64, 1 << 20
_FOR_COMMANDS = frozenset(range(1, codec.number_of("STATE"))) - {messages.UNLOCK}
"""The code is the shift's; the maker's messages, from STATE on, want the reader for themselves."""


class Served:
    """A command that has the reader for itself until it goes."""

    def __init__(self, agent: Agent, line: LocalLine) -> None:
        self._agent = agent
        self._line = line
        self._streamed = False

    def run(self) -> None:
        """Serve it until it closes, stays silent or the shift ends, of which it is told."""
        agent, line = self._agent, self._line
        with self._working():
            agent.look_at_card()
        try:
            if agent.ending is None:
                link = agent.reader.link
                line.tell(FrameKind.HERE, **agent.status(), largest=link.largest, spoken=link.version)
            while agent.ending is None:
                self._take(*line.receive(_SILENCE_S, lambda: agent.ending is not None))
        except LineLost:
            if agent.ending is None:
                self._leave()
                return
        ending = agent.ending
        if ending is not None:
            with suppress(LineLost):
                line.tell(FrameKind.ENDED, reason=ending.reason, at=ending.at)

    def _take(self, kind: FrameKind, payload: bytearray) -> None:
        self._agent.used()
        if kind == FrameKind.ASK:
            self._ask(payload)
        elif kind == FrameKind.STREAM:
            self._stream(told(payload))
        elif kind == FrameKind.KEEP:
            values = told(payload)
            self._agent.keep(text_of(values, "name"), text_of(values, "value"))
        else:
            raise LineLost

    def _ask(self, message: bytearray) -> None:
        number = _number(message)
        if number not in _FOR_COMMANDS:
            refusal = ShiftUnavailable(
                "Cette demande ne passe pas par une vacation ouverte.", next_step="fermez d’abord la vacation"
            )
            self._line.tell(FrameKind.FAILED, **as_values(refusal))
            return
        with self._working():
            try:
                answer = self._agent.reader.link.request(message)
            except ReaderError as error:
                self._agent.end(reason_of(error))
                return
        if number == messages.CARDS and not _is_open(answer):
            self._agent.end(Reason.CARD)
            return
        self._line.send(FrameKind.ANSWER, answer)

    def _stream(self, values: dict[str, Any]) -> None:
        size = whole_of(values, "size", RECORDS_MAX)
        data = bytearray()
        while len(data) < size:
            kind, part = self._line.receive(_RECORDS_S)
            if kind != FrameKind.RECORDS or not part or len(data) + len(part) > size:
                raise LineLost
            data += part
        chunk, ahead = whole_of(values, "chunk", _CHUNK_MAX), whole_of(values, "ahead", _AHEAD_MAX)
        link = self._agent.reader.link
        self._streamed = True
        source = RecordStream(bytes(data), max(1, chunk), link.best_length, self._progress)
        with self._working():
            try:
                link.stream(source, ahead)
            except ReaderError as error:
                if ends_shift(error):
                    self._agent.end(reason_of(error))
                else:
                    self._line.tell(FrameKind.FAILED, **as_values(error))
                return
        self._line.send(FrameKind.STREAMED)

    def _progress(self, done: int, of: int) -> None:
        self._line.send(FrameKind.PROGRESS, PROGRESS.pack(done, of))

    def _leave(self) -> None:
        """What the command began and will not end is given up: nothing of it is signed."""
        if self._streamed:
            with self._working():
                try:
                    self._agent.reader.abandon()
                except ReaderError as error:
                    self._agent.end(reason_of(error))

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._agent.asking = True
        try:
            yield
        finally:
            self._agent.asking = False


def _number(message: bytearray) -> int:
    """The number of a message, 0 for what is none."""
    try:
        return codec.decode(bytes(message)).number
    except ReaderError:
        return 0


def _is_open(answer: bytes) -> bool:
    """Whether an answer to CARDS tells that the professional's card is open; no such answer: as it was."""
    try:
        told_state = codec.decode(answer)
    except ReaderError:
        return True
    return told_state.number == messages.FAILURE or told_state.uint("ps") == PS_UNLOCKED
