"""The requests that are out, oldest first: their numbers, what the reader's words say of them, what to send.

A reader takes requests in the order of their numbers, one at a time. Of what comes behind a gap it keeps what
it has room for, says so, and drops the rest. So an answer of a number answers for all before it, and after a
loss the host sends again what the reader does not have. No time, no I/O.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile

from tournee.firmware.sesam.frame import NUMBERS

_HALF = NUMBERS // 2  # a number is looked for that far around the last one answered


@dataclass
class Request:
    """One request, until it is answered."""

    place: int  # in the session: 1, 2, 3… without end
    message: bytearray = field(repr=False)
    streamed: bool  # one of several under way, answered at once
    length: int = 0  # bytes of its frame
    burden: int = 0  # bytes that were out when it was sent, its own included
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
        return _number(self.place)

    def sent(self, now_ms: int, length: int, burden: int) -> None:
        """Its frame of `length` bytes goes out, `burden` bytes with all that is out before it."""
        self.length = length
        self.burden = burden
        self.sent_ms = now_ms
        self.first_ms = self.first_ms if self.sendings else now_ms
        self.sendings += 1
        self.tries += 1
        self.acked_ms = None


class Flight:
    """The requests that are out."""

    def __init__(self) -> None:
        self._base = 0  # place of the last one answered,
        self._taken = 0  # of the last one that the reader is known to have taken,
        self._top = 0  # and of the last one made: given up, it may have been taken
        self._out: list[Request] = []
        self._air: deque[int] = deque()  # places as they were sent, of which nothing is known yet
        self._before: deque[int] = deque()  # those that were there when the host went back
        self._spoilt = 0  # words of them that could not be read, or were that they could not
        self.alone = False  # the one awaited is sent again, and nothing behind it before it is answered

    def __len__(self) -> int:
        return len(self._out)

    @property
    def length(self) -> int:
        """Bytes of the frames that are out, those that wait to be sent again included."""
        return burden_of(self._out)

    @property
    def burden(self) -> int:
        """Bytes of those that the reader does not keep."""
        return burden_of([one for one in self._out if not one.kept])

    @property
    def oldest(self) -> Request:
        """The one that is answered first."""
        return self._out[0]

    @property
    def newest(self) -> Request:
        """The one that was made last."""
        return self._out[-1]

    @property
    def under_way(self) -> list[Request]:
        """Those that have been sent, and may not have come."""
        air = set(self._air)
        return [one for one in self._out if one.place in air]

    @property
    def awaited(self) -> Request:
        """The one that is to be sent again first: its answer answers for those before it."""
        return self._at(min(self._taken + 1, self._base + len(self._out)))

    def add(self, message: bytes | bytearray, *, streamed: bool) -> None:
        """Make one more request, which is `due`."""
        self._top = self._base + len(self._out) + 1
        self._out.append(Request(self._top, bytearray(message), streamed))

    def due(self, more: bool) -> Request | None:
        """The next one to be sent; with `more` to others that are under way."""
        if not self._out:
            return None
        awaited = self.awaited
        wanted = self._out[awaited.place - self._base - 1 :] if more and not self.alone else [awaited]
        return next((one for one in wanted if one.due and not one.kept), None)

    def leaves(self, request: Request) -> None:
        """It is sent, and under way from now on."""
        request.due = False
        self._air.append(request.place)

    def find(self, number: int) -> Request | None:
        """The request of this number, if it is out."""
        place = self._place(number)
        return self._at(place) if 0 < place - self._base <= len(self._out) else None

    def settle(self, request: Request) -> int:
        """An answer has come: it answers for those before it too. Return how many; their bytes are
        overwritten."""
        place = request.place
        if self.alone and place >= self.awaited.place:
            if place > self.awaited.place:  # what is behind was not lost, only late, or kept
                self._air = self._before
                for one in self.under_way:
                    one.due = False
            self.alone = False
        count = place - self._base
        _wipe(self._out[:count])
        del self._out[:count]
        self._base = place
        self._has_taken(place)
        return count

    def spoil(self) -> bool:
        """One that is under way was damaged, or the word of it. Return whether all of them were: each frame
        brings one word."""
        self._spoilt += 1
        if self._spoilt < len(self._air):
            return False
        for request in self.under_way:
            request.due = True
        self._air.clear()
        self._spoilt = 0
        return True

    def in_vain(self, times: int, length: int) -> bool:
        """Whether the one awaited is to be sent again, longer than so many bytes and sent so often."""
        if not self._out:
            return False
        awaited = self.awaited
        return awaited.due and awaited.tries >= times and awaited.length > length

    def go_back(self) -> None:
        """Send the one awaited again, alone: nobody knows what the reader has."""
        if not self.alone:
            self._before = self._air
        self.alone = True
        self._know_nothing()

    def out_of_turn(self, number: int, last: int, kept: int) -> bool | None:
        """The reader has refused `number`: `last` is the last that it took, and the bits of `kept` are what
        it keeps of those from `last` + 2 on. Return whether something was lost, None when this cannot be
        about our session.

        Frames come in their order: what was sent before the one that was refused has come, or was lost. And
        where that one is not kept, nothing behind it will be that was sent before the one awaited: that one
        makes room.
        """
        taken, early = self._place(last), self._place(number)
        if taken > self._base + len(self._out):
            return None
        news = self._has_taken(taken)
        if self.alone:  # sent to see how far the reader is; what was sent before may still be refused
            if news:
                self._go_on()
                self._note_kept(taken, kept)
            return news
        if taken < self._base or not taken < early <= self._base + len(self._out):
            return False  # a late word, or an old frame came again
        self._note_kept(taken, kept)
        self._spoilt = 0
        if early in self._air:
            while self._air.popleft() != early:
                pass
        air, awaited = set(self._air), self.awaited.place
        dropped = early not in air and not self._at(early).kept
        doomed = set(takewhile(lambda place: place != awaited, self._air)) if dropped else set()
        lost = False
        for request in self._out[self._taken - self._base :]:
            missing = request.place not in air
            gone = missing or (request.place in doomed and request.place > early)
            if gone and not request.kept and not request.due:
                request.due = True
                lost = lost or (missing and request.place != early)
        return lost

    def _note_kept(self, taken: int, kept: int) -> None:
        """The lowest bit is for the place behind the one that is missing, which is behind `taken`."""
        self.awaited.kept = False
        for request in self._out[taken + 1 - self._base :]:
            request.kept = request.kept or bool(kept >> (request.place - taken - 2) & 1)

    def joined(self, last: int) -> bool:
        """A session goes on: `last` is the last that the reader took. False when it is none of ours."""
        taken = self._place(last)
        if not self._base <= taken <= self._top:
            return False
        self._has_taken(taken)
        if not self._out:
            self._base = self._top = taken
        return self._go_on()

    def begin(self, last: int) -> None:
        """Number from `last` on; what was out is dropped."""
        self.drop()
        self._base = self._taken = self._top = last

    def drop(self) -> None:
        """Give up what is out, and overwrite it; which of it the reader has taken, `joined` will tell."""
        _wipe(self._out)
        self._out.clear()
        self._taken = self._base
        self.alone = False
        self._know_nothing()

    def _has_taken(self, place: int) -> bool:
        """The reader has all up to `place`; whether that is news."""
        news = place > self._taken
        if news:
            self._taken = place
            self._spoilt = 0
            self._air = deque(one for one in self._air if one > place)
        return news

    def _go_on(self) -> bool:
        """Send what the reader has not taken; when it has all, the last again, for its answer."""
        self.alone = False
        self._know_nothing()
        return True

    def _know_nothing(self) -> None:
        """Nothing is under way, nothing is kept."""
        self._air = deque()
        self._spoilt = 0
        for request in self._out:
            request.kept = False
            request.due = True

    def _at(self, place: int) -> Request:
        return self._out[place - self._base - 1]

    def _place(self, number: int) -> int:
        """The place next to the last one answered that has this number."""
        return self._base + (number - _number(self._base) + _HALF) % NUMBERS - _HALF


def burden_of(requests: list[Request]) -> int:
    """Bytes of their frames in all."""
    return sum(one.length for one in requests)


def _wipe(requests: list[Request]) -> None:
    for one in requests:
        one.message[:] = bytes(len(one.message))


def _number(place: int) -> int:
    return (place - 1) % NUMBERS + 1 if place else 0
