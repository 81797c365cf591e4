"""How long to wait for a reader before a frame is sent again: what the link has shown itself to need.

A wait is measured against the bytes that are out: a slow line and a long connection interval both show. Only
a frame that was sent once is measured (Karn): of one sent twice nobody knows which sending was answered, but
for an answer that comes too soon to be one to the second.
"""

from tournee.reader.link.send_window import Request

ACK_WAIT_MS = 1_000  # at most for an ACK or ANSWER, and
BYTE_WAIT_MS = 2  # as much again for each byte that is out (9600 baud carries one a millisecond)
WORK_WAIT_MS = 3_500  # at most between two ACKs of a request that is being worked on,
_ALIVE_MS = 1_000  # which come as often as that
GREET_WAIT_MS = 1_000  # for a WELCOME

_LEAST_MS = 120  # hosts and radios pause now and then; a frame sent once too often harms nothing
_MARGIN = 4  # times what it usually takes
_PATIENCE = 32
_TURN = 100  # bytes that a turn of the link is worth, besides the frame's own


class Pace:
    """The waits for one kind of answer."""

    def __init__(self) -> None:
        self._usual = 0.0  # milliseconds for each byte, the turn's included; 0: nothing measured
        self._patience = 1  # times as long, while nothing comes

    @property
    def known(self) -> bool:
        """Whether anything is measured."""
        return self._usual > 0

    def usual_ms(self, length: int = 0) -> float:
        """What an answer usually takes with `length` bytes out; 0 as long as nothing is measured."""
        return self._usual * (_TURN + length)

    def wait_ms(self, longest: int, length: int = 0, guess: int = 0) -> int:
        """The wait for an answer with `length` bytes out, never more than `longest`, which it is as long as
        nothing is measured and there is no `guess`."""
        if self._usual:
            guess = max(_LEAST_MS, int(_MARGIN * self.usual_ms(length)))
        return min(longest, guess * self._patience) if guess else longest

    def answered(self, spent_ms: int, length: int = 0) -> None:
        """With `length` bytes out, the last of them sent once, their answer took so long."""
        seen = max(spent_ms, 1) / (_TURN + length)
        share = 2 if seen > self._usual else 8  # slower is believed sooner than faster
        self._usual = seen if not self._usual else self._usual + (seen - self._usual) / share
        self._patience = 1

    def missed(self) -> None:
        """Nothing was answered in that time: wait twice as long, until something comes."""
        self._patience = min(2 * self._patience, _PATIENCE)

    def stirred(self) -> None:
        """Something came, readable or not: what is missing was lost, not late."""
        self._patience = 1


class Waits:
    """The waits of one link: for a first word, apart for requests that are answered without an ACK, and from
    an ACK to what follows it, for each kind of request."""

    def __init__(self) -> None:
        self._single = Pace()
        self._streamed = Pace()
        self._works: dict[bytes, Pace] = {}

    def wait_ms(self, under_way: list[Request], out: int) -> int:
        """The wait for the next word on what is under way, `out` bytes in all."""
        oldest = under_way[0]
        if oldest.acked_ms is not None:
            guess = _ALIVE_MS + self.pause_ms if self._single.known else 0
            return self._work(oldest).wait_ms(WORK_WAIT_MS, guess=guess)
        return self._best(oldest).wait_ms(ACK_WAIT_MS + BYTE_WAIT_MS * out, out)

    @property
    def pause_ms(self) -> int:
        """How long the link may pause within a frame."""
        return self._single.wait_ms(ACK_WAIT_MS)

    def usual_ms(self, under_way: list[Request], out: int) -> int:
        """How long that usually takes; the whole wait where nobody knows."""
        return int(self._best(under_way[0]).usual_ms(out)) or self.wait_ms(under_way, out)

    def answered(self, request: Request, now_ms: int) -> None:
        """Something answers it: an ACK, or the answer itself."""
        if request.acked_ms is not None:
            self._work(request).answered(now_ms - request.acked_ms)
            return
        pace = self._pace(request)
        spent = now_ms - request.sent_ms
        if request.sendings > 1 and 2 * spent < pace.usual_ms(request.burden):
            pace.answered(now_ms - request.first_ms, request.burden)  # that was for the first sending
        elif request.sendings == 1:
            pace.answered(spent, request.burden)

    def heard(self, request: Request, spent_ms: int, out: int) -> None:
        """A word that is no answer, on something that came damaged or in part: as long as nothing better is
        known, that tells what a turn takes."""
        if request.acked_ms is None and not self._best(request).known:
            self._pace(request).answered(spent_ms, out)

    def missed(self, request: Request) -> None:
        """It was not answered in its time."""
        pace = self._work(request) if request.acked_ms is not None else self._best(request)
        pace.missed()
        if not self._best(request).known:
            request.sendings = 0  # that was the longest wait: what comes now answers what is sent now

    def stirred(self) -> None:
        """Something came."""
        self._single.stirred()
        self._streamed.stirred()

    def _pace(self, request: Request) -> Pace:
        return self._streamed if request.streamed else self._single

    def _best(self, request: Request) -> Pace:
        """Its own, or that of the others as long as its own is not known."""
        own = self._pace(request)
        return self._single if self._single.known and not own.known else own

    def _work(self, request: Request) -> Pace:
        """Its kind stands in its first bytes."""
        return self._works.setdefault(bytes(request.message[1:4]), Pace())
