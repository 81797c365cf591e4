"""The requests that are out, oldest first: their numbers, what the reader replies to them, what to send.

A reader takes requests in the order of their numbers, one at a time. Of what comes behind a gap it keeps what
it has room for, says so, and drops the rest. So an answer of a number answers for all before it, and after a
loss the host sends again what the reader does not have. No time, no I/O.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile

from tournee.firmware.sesam.frame import NUMBERS

OUT_MAX = NUMBERS // 2  # requests out at most: their numbers tell them from those before
_HALF = NUMBERS // 2  # a number is looked for that far around the last one answered


@dataclass
class PendingRequest:
    """One request, until it is answered."""

    sequence: int  # in the session: 1, 2, 3… without end
    message: bytearray = field(repr=False)
    streamed: bool  # one of several in flight, answered at once
    length: int = 0  # bytes of its frame
    bytes_in_flight: int = 0  # when it was sent, its own included
    sendings: int = 0  # that its answer may be to
    tries: int = 0  # sendings in all
    first_ms: int = 0
    sent_ms: int = 0
    acked_ms: int | None = None
    due: bool = True  # to be sent, for the first time or again
    kept: bool = False  # the reader has it, and waits for one before it

    @property
    def number(self) -> int:
        """As frames carry it."""
        return _number(self.sequence)

    def sent(self, now_ms: int, length: int, bytes_in_flight: int) -> None:
        """Its frame of `length` bytes goes out: `bytes_in_flight` with all that was sent before it."""
        self.length = length
        self.bytes_in_flight = bytes_in_flight
        self.sent_ms = now_ms
        self.first_ms = self.first_ms if self.sendings else now_ms
        self.sendings += 1
        self.tries += 1
        self.acked_ms = None

    def acknowledged(self, now_ms: int | None) -> None:
        """The reader works on it since then; None: nobody knows any more."""
        self.acked_ms = now_ms

    def missed(self) -> None:
        """Its longest wait is over: what comes now answers what is sent now."""
        self.sendings = 0


class SendWindow:
    """The requests that are out: asked, and not answered yet."""

    def __init__(self) -> None:
        self._answered = 0  # sequence of the last one answered,
        self._taken = 0  # of the last one that the reader is known to have taken,
        self._last = 0  # and of the last one made: given up, it may have been taken
        self._out: list[PendingRequest] = []
        self._in_flight: deque[int] = deque()  # sequences as they were sent, of which nothing is known yet
        self._before_probe: deque[int] = deque()  # those that were in flight when the host went back
        self._damaged = 0  # replies to them that could not be read, or said that they could not be
        self.probing = False  # the one awaited is sent again, and nothing behind it before it is answered

    def __len__(self) -> int:
        return len(self._out)

    @property
    def length_behind(self) -> int:
        """Bytes of the frames that are out behind the oldest, those that wait to be sent again included."""
        return total_length(self._out) - self._out[0].length

    @property
    def length_not_kept(self) -> int:
        """Bytes of the frames that are out and that the reader does not keep."""
        return total_length([one for one in self._out if not one.kept])

    @property
    def newest(self) -> PendingRequest:
        """The one that was made last."""
        return self._out[-1]

    @property
    def in_flight(self) -> list[PendingRequest]:
        """Those that have been sent, and may not have come."""
        sent = set(self._in_flight)
        return [one for one in self._out if one.sequence in sent]

    @property
    def awaited(self) -> PendingRequest:
        """The one that is to be sent again first: its answer answers for those before it."""
        return self._at(min(self._taken + 1, self._answered + len(self._out)))

    def add(self, message: bytes | bytearray, *, streamed: bool) -> None:
        """Make one more request, which is `due`."""
        self._last = self._answered + len(self._out) + 1
        self._out.append(PendingRequest(self._last, bytearray(message), streamed))

    def due(self, more: bool) -> PendingRequest | None:
        """The next one to be sent; with `more` to others that are in flight."""
        if not self._out:
            return None
        awaited = self.awaited
        wanted = (
            self._out[awaited.sequence - self._answered - 1 :] if more and not self.probing else [awaited]
        )
        return next((one for one in wanted if one.due and not one.kept), None)

    def mark_sent(self, request: PendingRequest) -> None:
        """It is sent, and in flight from now on."""
        request.due = False
        self._in_flight.append(request.sequence)

    def find(self, number: int) -> PendingRequest | None:
        """The request of this number, if it is out."""
        sequence = self._sequence(number)
        return self._at(sequence) if 0 < sequence - self._answered <= len(self._out) else None

    def settle(self, request: PendingRequest) -> int:
        """An answer has come: it answers for those before it too. Return how many; their bytes are
        overwritten."""
        sequence = request.sequence
        if self.probing and sequence >= self.awaited.sequence:
            if sequence > self.awaited.sequence:  # what is behind was not lost, only late, or kept
                self._in_flight = self._before_probe
                for one in self.in_flight:
                    one.due = False
            self.probing = False
        count = sequence - self._answered
        _wipe(self._out[:count])
        del self._out[:count]
        self._answered = sequence
        self._has_taken(sequence)
        return count

    def mark_lost(self) -> bool:
        """One that is in flight was damaged, or the reply to it. Return whether all of them were: each frame
        brings one reply."""
        self._damaged += 1
        if self._damaged < len(self._in_flight):
            return False
        for request in self.in_flight:
            request.due = True
        self._in_flight.clear()
        self._damaged = 0
        return True

    def too_long_for_link(self, times: int, length: int) -> bool:
        """Whether the one awaited is to be sent again, longer than so many bytes and sent so often."""
        if not self._out:
            return False
        awaited = self.awaited
        return awaited.due and awaited.tries >= times and awaited.length > length

    def go_back(self) -> None:
        """Send the one awaited again, alone: nobody knows what the reader has."""
        if not self.probing:
            self._before_probe = self._in_flight
        self.probing = True
        self._know_nothing()

    def out_of_turn(self, number: int, last: int, kept: int) -> bool | None:
        """The reader has refused `number`: `last` is the last that it took, and the bits of `kept` are what
        it keeps of those from `last` + 2 on. Return whether something was lost, None when this cannot be
        about our session.

        Frames come in their order: what was sent before the one that was refused has come, or was lost. And
        where that one is not kept, nothing behind it will be that was sent before the one awaited: that one
        makes room.
        """
        taken, early = self._sequence(last), self._sequence(number)
        if taken > self._answered + len(self._out):
            return None
        news = self._has_taken(taken)
        if self.probing:  # sent to see how far the reader is; what was sent before may still be refused
            if news:
                self._go_on()
                self._note_kept(taken, kept)
            return news
        if taken < self._answered or not taken < early <= self._answered + len(self._out):
            return False  # a late reply, or an old frame came again
        self._note_kept(taken, kept)
        self._damaged = 0
        if early in self._in_flight:
            while self._in_flight.popleft() != early:
                pass
        sent, awaited = set(self._in_flight), self.awaited.sequence
        dropped = early not in sent and not self._at(early).kept
        doomed = set(takewhile(lambda one: one != awaited, self._in_flight)) if dropped else set()
        lost = False
        for request in self._out[self._taken - self._answered :]:
            missing = request.sequence not in sent
            gone = missing or (request.sequence in doomed and request.sequence > early)
            if gone and not request.kept and not request.due:
                request.due = True
                lost = lost or (missing and request.sequence != early)
        return lost

    def _note_kept(self, taken: int, kept: int) -> None:
        """The lowest bit is for the one behind the one that is missing, which is behind `taken`."""
        self.awaited.kept = False
        for request in self._out[taken + 1 - self._answered :]:
            request.kept = request.kept or bool(kept >> (request.sequence - taken - 2) & 1)

    def resume(self, last: int) -> bool:
        """A session goes on: `last` is the last that the reader took. False when it is none of ours."""
        taken = self._sequence(last)
        if not self._answered <= taken <= self._last:
            return False
        self._has_taken(taken)
        if not self._out:
            self._answered = self._last = taken
        return self._go_on()

    def begin(self, last: int) -> None:
        """Number from `last` on; what was out is dropped."""
        self.drop()
        self._answered = self._taken = self._last = last

    def drop(self) -> None:
        """Give up what is out, and overwrite it; which of it the reader has taken, `resume` will tell."""
        _wipe(self._out)
        self._out.clear()
        self._taken = self._answered
        self.probing = False
        self._know_nothing()

    def _has_taken(self, sequence: int) -> bool:
        """The reader has all up to `sequence`; whether that is news."""
        news = sequence > self._taken
        if news:
            self._taken = sequence
            self._damaged = 0
            self._in_flight = deque(one for one in self._in_flight if one > sequence)
        return news

    def _go_on(self) -> bool:
        """Send what the reader has not taken; when it has all, the last again, for its answer."""
        self.probing = False
        self._know_nothing()
        return True

    def _know_nothing(self) -> None:
        """Nothing is in flight, nothing is kept."""
        self._in_flight = deque()
        self._damaged = 0
        for request in self._out:
            request.kept = False
            request.due = True

    def _at(self, sequence: int) -> PendingRequest:
        return self._out[sequence - self._answered - 1]

    def _sequence(self, number: int) -> int:
        """The sequence next to the last one answered that has this number."""
        return self._answered + (number - _number(self._answered) + _HALF) % NUMBERS - _HALF


def total_length(requests: list[PendingRequest]) -> int:
    """Bytes of their frames in all."""
    return sum(one.length for one in requests)


def _wipe(requests: list[PendingRequest]) -> None:
    for one in requests:
        one.message[:] = bytes(len(one.message))


def _number(sequence: int) -> int:
    return (sequence - 1) % NUMBERS + 1 if sequence else 0
