"""Joins a conversation to a stream: writes, reads, waits, and connects again when the stream is cut."""

import contextlib
from collections.abc import Callable
from typing import Protocol

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes, frame
from tournee.reader.failures import LinkLost, SessionForgotten, failure_of_status
from tournee.reader.link.conversation import Conversation, State
from tournee.reader.link.deadlines import WORK_MAX_MS
from tournee.reader.link.secure_channel import Protection
from tournee.reader.transports.streams import Transport, TransportClosed

PAUSES_S = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0)  # before each new connection
_AHEAD = 127  # requests out at most: their numbers tell them from those before
_SILENCE = 2  # a stream that opens and stays silent costs as many attempts more: each takes seconds


Reach = Callable[[bool], None]
"""Told False when the reader is out of reach and being looked for, True once it is back."""


class Clock(Protocol):
    """Time, handed in."""

    def now_ms(self) -> int:
        """Milliseconds from any start, never backwards."""

    def pause(self, seconds: float) -> None:
        """Wait."""


class Source(Protocol):
    """Requests that may be asked one behind the other, and what becomes of their answers."""

    @property
    def left(self) -> bool:
        """Whether there is one more to make."""

    @property
    def length(self) -> int:
        """Bytes of the next one at most."""

    def make(self) -> bytearray:
        """The next one."""

    def take(self, answered: int, payload: bytes) -> None:
        """An answer's message; it answers for the `answered` oldest that are out."""


class Session:
    """One session with one reader; a request either gets its answer or raises, always in bounded time."""

    def __init__(
        self,
        connect: Callable[[], Transport],
        name: bytes,
        clock: Clock,
        protection: Protection | None = None,
        reach: Reach = lambda there: None,
    ) -> None:
        self._reach = reach
        self._missed = False  # it was told that the reader is out of reach
        self._connect = connect
        self._clock = clock
        self._talk = Conversation(name, protection)
        self._stream: Transport | None = None
        self._attempts = 0  # connections tried since anything was reached
        self._source: Source | None = None  # of the requests that are yet to be made,
        self._ahead = 0  # which may be so many bytes ahead
        self._end_ms = 0  # from then on a link that is heard but brings nothing through is lost

    @property
    def largest(self) -> int:
        """Bytes of the largest message that the reader takes; known once in session."""
        return self._talk.largest

    def best_length(self, most: int) -> int:
        """Bytes of data that a message is best given on this link, `most` at most."""
        return self._talk.flow.length(most)

    def open(self) -> None:
        """Connect and greet, if need be. LinkLost."""
        self._attempts = 0
        try:
            if self._stream is None or self._talk.lost:
                self._reconnect()
            elif self._talk.worn:
                self._talk.connected(self._clock.now_ms())
            self._run(State.IDLE)
        except BaseException:
            self._talk.give_up()
            raise

    def request(self, message: bytearray) -> bytes:
        """Ask and return the answer's message; `message` is overwritten.

        LinkLost when the reader stays out of reach; SessionForgotten when it came back without the session:
        `asked` then tells whether it may have carried the request out.
        """
        try:
            self._open_for_asking()
            self._talk.ask(message, self._clock.now_ms())
        finally:
            message[:] = bytes(len(message))
        return self._next_answer()[1]

    def stream(self, source: Source, ahead: int) -> None:
        """Ask what `source` makes, with at most `ahead` bytes of frames behind the one that is answered next.

        What is under way when its `take` raises is waited for. Errors as those of `request`.
        """
        talk = self._talk
        self._open_for_asking()
        talk.flow.anew()
        self._source = source
        self._ahead = ahead
        try:
            while source.left or not talk.settled:
                self._ask_ahead()
                source.take(*self._next_answer())
        except BaseException:
            self._source = None
            with contextlib.suppress(ReaderError):
                while not talk.settled:
                    self._next_answer()
            raise
        finally:
            self._source = None

    def _ask_ahead(self) -> None:
        """Ask what the source has and the reader and the link have room for."""
        while not self._talk.full and (source := self._asking):
            self._talk.ask(source.make(), self._clock.now_ms(), streamed=True)

    @property
    def _asking(self) -> Source | None:
        """The source, where it has one more request and there is room for it."""
        source = self._source
        return source if source and source.left and self._talk.open and self._room(source.length) else None

    def _room(self, message: int) -> bool:
        """Whether a message of so many bytes may be sent as well."""
        flight = self._talk.flight
        if not flight:
            return True
        behind = flight.length - flight.oldest.length + frame.encoded_max(message)
        return behind <= self._ahead and len(flight) < _AHEAD and self._talk.flow.holds(flight.burden)

    def _open_for_asking(self) -> None:
        self.open()
        if self._talk.forgotten:
            self._talk.forgotten = False
            raise SessionForgotten(asked=False)

    def _next_answer(self) -> tuple[int, bytes]:
        try:
            self._run(State.ANSWERED)
        except BaseException:
            self._talk.give_up()
            raise
        return self._talk.take_answer()

    def close(self) -> None:
        """Give the stream up."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _run(self, goal: State) -> None:
        """Let the conversation go on until it reaches `goal`."""
        talk = self._talk
        self._end_ms = self._clock.now_ms() + WORK_MAX_MS
        while talk.state is not goal:
            if talk.refusal != codes.OK:
                raise failure_of_status(talk.refusal)
            if talk.forgotten and goal is State.ANSWERED:
                talk.forgotten = False
                raise SessionForgotten(asked=True)
            try:
                self._step()
            except TransportClosed:
                talk.lost = True
            else:
                self._attempts += _SILENCE if talk.lost else 0
            if talk.lost:
                self._miss()
                if talk.heard and self._clock.now_ms() < self._end_ms:
                    self._attempts = 0  # a bad link, but one
                self._reconnect()
        self._attempts = 0
        if self._missed:
            self._missed = False
            self._reach(True)

    def _miss(self) -> None:
        if not self._missed:
            self._missed = True
            self._reach(False)

    def _step(self) -> None:
        talk, stream = self._talk, self._stream
        assert stream is not None
        talk.go_on(self._clock.now_ms())
        self._ask_ahead()
        out = talk.outgoing()
        if out:
            to_come = self._source is not None and self._source.left and len(talk.flight.under_way) > 1
            try:
                stream.write(out, more=talk.held_back or to_come)
            finally:
                out[:] = bytes(len(out))
        more = talk.held_back or self._asking is not None
        data = stream.read(0 if more else talk.wait_ms(self._clock.now_ms()))
        now = self._clock.now_ms()
        if data:
            talk.feed(data, now)
        talk.poll(now)

    def _reconnect(self) -> None:
        """Connect again, as often as `PAUSES_S` says until anything is reached. LinkLost."""
        error: TransportClosed | None = None
        while self._attempts < len(PAUSES_S):
            self.close()
            self._clock.pause(PAUSES_S[self._attempts])
            self._attempts += 1
            try:
                self._stream = self._connect()
            except TransportClosed as closed:
                error = closed
                self._miss()
                continue
            self._talk.connected(self._clock.now_ms())
            return
        self._missed = False
        raise LinkLost() from error
