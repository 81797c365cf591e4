"""Joins a conversation to a stream: writes, reads, waits, and connects again when the stream is cut."""

import contextlib
import time
from collections.abc import Callable
from typing import Protocol

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes
from tournee.reader.failures import LinkLost, SessionForgotten, failure_of_status
from tournee.reader.link.conversation import Conversation, ConversationState
from tournee.reader.link.record_stream import RecordStream
from tournee.reader.link.retransmit_timer import WORK_MAX_MS
from tournee.reader.link.secure_channel import SecureChannel
from tournee.reader.transports.streams import Transport, TransportClosed

PAUSES_S = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0)  # before each new connection
_SILENCE = 2  # a stream that opens and stays silent costs as many attempts more: each takes seconds


Reach = Callable[[bool], None]
"""Told False when the reader is out of reach and being looked for, True once it is back."""


class Clock(Protocol):
    """Time, handed in."""

    def now_ms(self) -> int:
        """Milliseconds from any start, never backwards."""

    def pause(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own time."""

    def now_ms(self) -> int:
        """Milliseconds of a clock that is never set back."""
        return time.monotonic_ns() // 1_000_000

    def pause(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class RequestSource(Protocol):
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


class ReaderLink(Protocol):
    """A session as the client needs it: `Session`, or one that another program holds."""

    @property
    def version(self) -> int:
        """Version of the protocol that the reader and we both speak; known once in session."""

    @property
    def largest(self) -> int:
        """Bytes of the largest message that the reader takes."""

    def best_length(self, most: int) -> int:
        """Bytes of data that a message is best given, `most` at most."""

    def open(self) -> None:
        """Connect and greet, if need be. ReaderError."""

    def request(self, message: bytearray) -> bytes:
        """Ask and return the answer's message; `message` is overwritten. ReaderError."""

    def stream(self, source: RecordStream, ahead: int) -> None:
        """Ask what `source` makes, with at most `ahead` bytes of frames under way. ReaderError."""

    def close(self) -> None:
        """Give it up."""


class Session:
    """One session with one reader; a request either gets its answer or raises, always in bounded time."""

    def __init__(
        self,
        connect: Callable[[], Transport],
        name: Callable[[], bytes],
        clock: Clock,
        channel: SecureChannel | None = None,
        reach: Reach = lambda there: None,
    ) -> None:
        self._reach = reach
        self._missed = False  # it was told that the reader is out of reach
        self._connect = connect
        self._clock = clock
        self._conversation = Conversation(name, channel)
        self._stream: Transport | None = None
        self._attempts = 0  # connections tried since anything was reached
        self._source: RequestSource | None = None  # of the requests that are yet to be made,
        self._ahead = 0  # which may be so many bytes ahead
        self._end_ms = 0  # from then on a link that is alive but brings nothing through is lost

    @property
    def version(self) -> int:
        """Version of the protocol that the reader and we both speak; known once in session."""
        return self._conversation.version

    @property
    def largest(self) -> int:
        """Bytes of the largest message that the reader takes; known once in session."""
        return self._conversation.largest

    def best_length(self, most: int) -> int:
        """Bytes of data that a message is best given on this link, `most` at most."""
        return self._conversation.best_length(most)

    def open(self) -> None:
        """Connect and greet, if need be. LinkLost."""
        self._attempts = 0
        try:
            if self._stream is None or self._conversation.lost:
                self._reconnect()
            elif self._conversation.exhausted:
                self._conversation.connected(self._clock.now_ms())
            self._advance_to(ConversationState.IDLE)
        except BaseException:
            self._conversation.give_up()
            raise

    def request(self, message: bytearray) -> bytes:
        """Ask and return the answer's message; `message` is overwritten.

        LinkLost when the reader stays out of reach; SessionForgotten when it came back without the session:
        `asked` then tells whether it may have carried the request out.
        """
        try:
            self._open_for_asking()
            self._conversation.ask(message, self._clock.now_ms())
        finally:
            message[:] = bytes(len(message))
        return self._next_answer()[1]

    def stream(self, source: RequestSource, ahead: int) -> None:
        """Ask what `source` makes, with at most `ahead` bytes of frames behind the one that is answered next.

        What is under way when its `take` raises is waited for. Errors as those of `request`.
        """
        conversation = self._conversation
        self._open_for_asking()
        conversation.reset_congestion()
        self._source = source
        self._ahead = ahead
        try:
            while source.left or not conversation.settled:
                self._ask_ahead()
                source.take(*self._next_answer())
        except BaseException:
            self._source = None
            with contextlib.suppress(ReaderError):
                while not conversation.settled:
                    self._next_answer()
            raise
        finally:
            self._source = None

    def _ask_ahead(self) -> None:
        """Ask what the source has and the reader and the link have room for."""
        while not self._conversation.full and (source := self._asking):
            self._conversation.ask(source.make(), self._clock.now_ms(), streamed=True)

    @property
    def _asking(self) -> RequestSource | None:
        """The source, where it has one more request and there is room for it."""
        source = self._source
        if source and source.left and self._conversation.may_stream(source.length, self._ahead):
            return source
        return None

    def _open_for_asking(self) -> None:
        self.open()
        if self._conversation.take_forgotten():
            raise SessionForgotten(asked=False)

    def _next_answer(self) -> tuple[int, bytes]:
        try:
            self._advance_to(ConversationState.ANSWERED)
        except BaseException:
            self._conversation.give_up()
            raise
        return self._conversation.take_answer()

    def close(self) -> None:
        """Give the stream up."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _advance_to(self, goal: ConversationState) -> None:
        """Let the conversation go on until it reaches `goal`."""
        conversation = self._conversation
        self._end_ms = self._clock.now_ms() + WORK_MAX_MS
        while conversation.state is not goal:
            if conversation.refusal != codes.OK:
                raise failure_of_status(conversation.refusal)
            if goal is ConversationState.ANSWERED and conversation.take_forgotten():
                raise SessionForgotten(asked=True)
            try:
                self._step()
            except TransportClosed:
                conversation.disconnected()
            else:
                self._attempts += _SILENCE if conversation.lost else 0
            if conversation.lost:
                self._miss()
                if conversation.received and self._clock.now_ms() < self._end_ms:
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
        conversation, stream = self._conversation, self._stream
        assert stream is not None
        conversation.send_held_back(self._clock.now_ms())
        self._ask_ahead()
        out = conversation.outgoing()
        if out:
            to_come = self._source is not None and self._source.left and conversation.in_flight > 1
            try:
                stream.write(out, more=conversation.held_back or to_come)
            finally:
                out[:] = bytes(len(out))
        more = conversation.held_back or self._asking is not None
        data = stream.read(0 if more else conversation.wait_ms(self._clock.now_ms()))
        now = self._clock.now_ms()
        if data:
            conversation.feed(data, now)
        conversation.poll(now)

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
            self._conversation.connected(self._clock.now_ms())
            return
        self._missed = False
        raise LinkLost() from error
