"""The requests that are out, oldest first: their numbers, what the reader's words say of them, what to send.

A reader takes requests in the order of their numbers, one at a time, and drops what comes behind a gap. So an
answer of a number answers for all before it, and a loss makes the host go back. No time, no I/O.
"""

from dataclasses import dataclass, field

_NUMBERS = 255  # requests are numbered 1 to 255, then from 1 again; 0 stands for none yet
_HALF = _NUMBERS // 2  # a number is looked for that far around the last one answered


@dataclass
class Request:
    """One request, until it is answered."""

    place: int  # in the session: 1, 2, 3… without end
    message: bytearray = field(repr=False)
    streamed: bool  # one of several under way, answered at once
    length: int = 0  # bytes of its frame
    burden: int = 0  # bytes that were out when it was sent, its own included
    sendings: int = 0
    first_ms: int = 0
    sent_ms: int = 0
    acked_ms: int | None = None

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
        self.acked_ms = None


class Flight:
    """The requests that are out."""

    def __init__(self) -> None:
        self._base = 0  # place of the last one answered,
        self._taken = 0  # of the last one that the reader is known to have taken,
        self._sent = 0  # of the last one sent since the host went back,
        self._before = 0  # of the last one sent before that: it may yet be answered,
        self._top = 0  # and of the last one made: given up, it may have been taken
        self._out: list[Request] = []
        self._alone = False  # the one awaited is sent again, and nothing behind it before it is answered
        self._gap = (-1, -1)  # the last gap told: the last place taken, and the one that came too early

    def __len__(self) -> int:
        return len(self._out)

    @property
    def length(self) -> int:
        """Bytes of the frames that are out, those that wait to be sent again included."""
        return burden_of(self._out)

    @property
    def oldest(self) -> Request:
        """The one that is answered first."""
        return self._out[0]

    @property
    def under_way(self) -> list[Request]:
        """Those that have been sent, and may not have been taken."""
        return self._out[self._awaited - self._base - 1 : self._sent - self._base]

    @property
    def awaited(self) -> Request:
        """The one that is to be sent again first: its answer answers for those before it."""
        return self._out[self._awaited - self._base - 1]

    def add(self, message: bytes | bytearray, *, streamed: bool) -> None:
        """Make one more request; `next_due` sends it."""
        self._top = self._base + len(self._out) + 1
        self._out.append(Request(self._top, bytearray(message), streamed))

    def next_due(self, more: bool) -> Request | None:
        """The next one to be sent, which is then under way; with `more` to others that are."""
        place = max(self._sent + 1, self._awaited)
        if place > self._base + len(self._out) or (place > self._awaited and (self._alone or not more)):
            return None
        self._sent = place
        return self._out[place - self._base - 1]

    def find(self, number: int) -> Request | None:
        """The request of this number, if it is out."""
        at = self._place(number) - self._base - 1
        return self._out[at] if 0 <= at < len(self._out) else None

    def settle(self, request: Request) -> int:
        """An answer has come: it answers for those before it too. Return how many; their bytes are
        overwritten."""
        if self._alone and request.place >= self._awaited:
            self._alone = False
            if request.place > self._sent:  # nothing was lost, only late
                self._sent = self._before
        count = request.place - self._base
        _wipe(self._out[:count])
        del self._out[:count]
        self._base = request.place
        self._taken = max(self._taken, self._base)
        self._sent = max(self._sent, self._base)
        return count

    def go_back(self) -> None:
        """Send the one awaited again, alone: nobody knows what the reader has."""
        if not self._alone:
            self._before = self._sent
        self._alone = True
        self._sent = self._awaited - 1

    def out_of_turn(self, number: int, last: int) -> bool | None:
        """The reader has refused `number`: `last` is the last that it took. Return whether something is to
        be sent, None when this cannot be about our session.

        Every request behind a gap is refused, each with the same `last`: going back once is enough.
        """
        taken, early = self._place(last), self._place(number)
        if taken > self._base + len(self._out):
            return None
        news = taken > self._taken
        self._taken = max(self._taken, taken)
        if self._alone:  # sent to see how far the reader is; what was sent before may still be refused
            return news and self._go_on()
        if taken < self._base or early <= taken:
            return False  # a late word, or an old frame came again
        same = taken == self._gap[0] and early > self._gap[1]
        self._gap = (taken, early)
        return not same and self._go_on()

    def joined(self, last: int) -> bool:
        """A session goes on: `last` is the last that the reader took. False when it is none of ours."""
        taken = self._place(last)
        if not self._base <= taken <= self._top:
            return False
        self._taken = max(self._taken, taken)
        if not self._out:
            self._base = self._sent = self._top = taken
        return self._go_on()

    def begin(self, last: int) -> None:
        """Number from `last` on; what was out is dropped."""
        self.drop()
        self._base = self._taken = self._sent = self._top = last

    def drop(self) -> None:
        """Give up what is out, and overwrite it; which of it the reader has taken, `joined` will tell."""
        _wipe(self._out)
        self._out.clear()
        self._sent = self._base
        self._taken = self._base
        self._alone = False
        self._gap = (-1, -1)

    def _go_on(self) -> bool:
        """Send what the reader has not taken; when it has all, the last again, for its answer."""
        self._alone = False
        self._sent = self._awaited - 1
        return True

    @property
    def _awaited(self) -> int:
        return min(self._taken + 1, self._base + max(len(self._out), 1))

    def _place(self, number: int) -> int:
        """The place next to the last one answered that has this number."""
        return self._base + (number - _number(self._base) + _HALF) % _NUMBERS - _HALF


def burden_of(requests: list[Request]) -> int:
    """Bytes of their frames in all."""
    return sum(one.length for one in requests)


def _wipe(requests: list[Request]) -> None:
    for one in requests:
        one.message[:] = bytes(len(one.message))


def _number(place: int) -> int:
    return (place - 1) % _NUMBERS + 1 if place else 0
