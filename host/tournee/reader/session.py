"""Joins a conversation to a stream: writes, reads, waits, and connects again when the stream is cut."""

from collections.abc import Callable
from typing import Protocol

from sesam import codes
from tournee.reader.conversation import WORK_MAX_MS, Conversation, State
from tournee.reader.failures import LinkLost, SessionForgotten, failure_of_status
from tournee.reader.protection import Protection
from tournee.reader.transport import Transport, TransportClosed

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


class Session:
    """One session with one reader; `request` either gives the answer or raises, always in bounded time."""

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
        self._end_ms = 0  # from then on a link that is heard but brings nothing through is lost

    @property
    def largest(self) -> int:
        """Bytes of the largest message that the reader takes; known once in session."""
        return self._talk.largest

    def open(self) -> None:
        """Connect and greet, if need be. LinkLost."""
        self._attempts = 0
        self._end_ms = self._clock.now_ms() + WORK_MAX_MS
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
        talk = self._talk
        try:
            self.open()
            if talk.forgotten:
                talk.forgotten = False
                raise SessionForgotten(asked=False)
            talk.ask(message, self._clock.now_ms())
        finally:
            message[:] = bytes(len(message))
        try:
            self._run(State.ANSWERED)
        except BaseException:
            talk.give_up()
            raise
        return talk.take_answer()

    def close(self) -> None:
        """Give the stream up."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _run(self, goal: State) -> None:
        """Let the conversation go on until it reaches `goal`."""
        talk = self._talk
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
        out = talk.outgoing()
        if out:
            try:
                stream.write(out)
            finally:
                out[:] = bytes(len(out))
        data = stream.read(talk.wait_ms(self._clock.now_ms()))
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
