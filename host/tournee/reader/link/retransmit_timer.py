"""How long to wait for a reader before a frame is sent again: what the link has shown itself to need.

A wait is measured against the bytes in flight: a slow line and a long connection interval both show. Only
a frame that was sent once is measured (Karn): of one sent twice nobody knows which sending was answered, but
for an answer that comes too soon to be one to the second. `Deadlines` is until when: of the next reply, and
of a request in all.
"""

from tournee.reader.link.send_window import PendingRequest

TRIES = 6  # sendings into silence before the link counts as lost
WORK_MAX_MS = 180_000  # for one request in all
ACK_WAIT_MS = 1_000  # at most for an ACK or ANSWER, and
BYTE_WAIT_MS = 2  # as much again for each byte in flight (9600 baud carries one a millisecond)
WORK_WAIT_MS = 3_500  # at most between two ACKs of a request that is being worked on,
_ALIVE_MS = 1_000  # which come as often as that
HELLO_WAIT_MS = 1_000  # for a WELCOME

_LEAST_MS = 120  # hosts and radios pause now and then; a frame sent once too often harms nothing
_MARGIN = 4  # times what it usually takes
_BACKOFF_MAX = 32
_TURN = 100  # bytes that a turn of the link is worth, besides the frame's own


class ResponseTime:
    """The measured time of one kind of answer, and the wait that follows from it."""

    def __init__(self) -> None:
        self._usual = 0.0  # milliseconds for each byte, the turn's included; 0: nothing measured
        self._backoff = 1  # times as long, while nothing comes

    @property
    def known(self) -> bool:
        """Whether anything is measured."""
        return self._usual > 0

    def usual_ms(self, length: int = 0) -> float:
        """What an answer usually takes with `length` bytes in flight; 0 as long as nothing is measured."""
        return self._usual * (_TURN + length)

    def wait_ms(self, longest: int, length: int = 0, guess: int = 0) -> int:
        """The wait for an answer with `length` bytes in flight, never more than `longest`, which it is as
        long as nothing is measured and there is no `guess`."""
        if self._usual:
            guess = max(_LEAST_MS, int(_MARGIN * self.usual_ms(length)))
        return min(longest, guess * self._backoff) if guess else longest

    def answered(self, spent_ms: int, length: int = 0) -> None:
        """With `length` bytes in flight, the last of them sent once, their answer took so long."""
        seen = max(spent_ms, 1) / (_TURN + length)
        share = 2 if seen > self._usual else 8  # slower is believed sooner than faster
        self._usual = seen if not self._usual else self._usual + (seen - self._usual) / share
        self._backoff = 1

    def missed(self) -> None:
        """Nothing was answered in that time: wait twice as long, until something comes."""
        self._backoff = min(2 * self._backoff, _BACKOFF_MAX)

    def on_activity(self) -> None:
        """Something came, readable or not: what is missing was lost, not late."""
        self._backoff = 1


class RetransmitTimers:
    """The waits of one link: for a first reply, apart for requests that are answered without an ACK, and from
    an ACK to what follows it, for each kind of request."""

    def __init__(self) -> None:
        self._single = ResponseTime()
        self._streamed = ResponseTime()
        self._works: dict[bytes, ResponseTime] = {}

    def wait_ms(self, in_flight: list[PendingRequest], length: int) -> int:
        """The wait for the next reply to what is in flight, `length` bytes in all."""
        oldest = in_flight[0]
        if oldest.acked_ms is not None:
            guess = _ALIVE_MS + self.pause_ms if self._single.known else 0
            return self._work(oldest).wait_ms(WORK_WAIT_MS, guess=guess)
        return self._best(oldest).wait_ms(ACK_WAIT_MS + BYTE_WAIT_MS * length, length)

    @property
    def pause_ms(self) -> int:
        """How long the link may pause within a frame."""
        return self._single.wait_ms(ACK_WAIT_MS)

    def usual_ms(self, in_flight: list[PendingRequest], length: int) -> int:
        """How long that usually takes; the whole wait where nobody knows."""
        return int(self._best(in_flight[0]).usual_ms(length)) or self.wait_ms(in_flight, length)

    def answered(self, request: PendingRequest, now_ms: int) -> None:
        """Something answers it: an ACK, or the answer itself."""
        if request.acked_ms is not None:
            self._work(request).answered(now_ms - request.acked_ms)
            return
        time = self._own(request)
        spent = now_ms - request.sent_ms
        if request.sendings > 1 and 2 * spent < time.usual_ms(request.bytes_in_flight):
            spent = now_ms - request.first_ms  # that was to the first sending
            time.answered(spent, request.bytes_in_flight)
        elif request.sendings == 1:
            time.answered(spent, request.bytes_in_flight)

    def received(self, request: PendingRequest, spent_ms: int, length: int) -> None:
        """A reply that is no answer, on something that came damaged or in part: as long as nothing better is
        known, that tells what a turn takes."""
        if request.acked_ms is None and not self._best(request).known:
            self._own(request).answered(spent_ms, length)

    def missed(self, request: PendingRequest) -> None:
        """It was not answered in its time."""
        time = self._work(request) if request.acked_ms is not None else self._best(request)
        time.missed()
        if not self._best(request).known:
            request.missed()

    def on_activity(self) -> None:
        """Something came."""
        self._single.on_activity()
        self._streamed.on_activity()

    def _own(self, request: PendingRequest) -> ResponseTime:
        return self._streamed if request.streamed else self._single

    def _best(self, request: PendingRequest) -> ResponseTime:
        """Its own, or that of the others as long as its own is not known."""
        own = self._own(request)
        return self._single if self._single.known and not own.known else own

    def _work(self, request: PendingRequest) -> ResponseTime:
        """Its kind stands in its first bytes."""
        return self._works.setdefault(bytes(request.message[1:4]), ResponseTime())


class Deadlines:
    """The deadline of the next reply, and that of a request in all."""

    def __init__(self) -> None:
        self._due_ms = 0
        self.sent_ms = 0  # when what is waited for was asked for last
        self._end_ms = 0
        self._silent = 0  # sendings since anything came
        self._fast_retransmitted = False  # this wait was cut short once already

    def begin(self, now_ms: int) -> None:
        """Something else is waited for, `WORK_MAX_MS` at most."""
        self._end_ms = now_ms + WORK_MAX_MS
        self.reset()

    def reset(self) -> None:
        """The reader has nothing to make good for."""
        self._silent = 0
        self._fast_retransmitted = False

    def on_activity(self) -> None:
        """Something came: a link on which anything is received is alive."""
        self._silent = 0

    def sent(self, now_ms: int) -> None:
        """What is waited for was asked for."""
        self._silent += 1
        self.sent_ms = now_ms

    def until(self, due_ms: int) -> None:
        """Wait until then."""
        self._due_ms = due_ms

    def no_longer_than(self, due_ms: int) -> None:
        """Wait until then at most."""
        self._due_ms = min(self._due_ms, due_ms)

    def left_ms(self, now_ms: int) -> int:
        """How long nothing but incoming bytes matters."""
        return max(0, self._due_ms - now_ms)

    def received(self) -> None:
        """What was waited for came, or part of it."""
        self._fast_retransmitted = False

    def over(self, now_ms: int) -> bool:
        """Whether it is time to ask again; then the next wait begins."""
        if now_ms < self._due_ms:
            return False
        self._fast_retransmitted = False
        return True

    def expired(self, now_ms: int) -> bool:
        """Whether nothing is to be expected any more."""
        return self._silent >= TRIES or self.overdue(now_ms)

    def overdue(self, now_ms: int) -> bool:
        """Whether all the time that there is has passed."""
        return now_ms >= self._end_ms

    def cut_short(self, now_ms: int, usual_ms: int) -> bool:
        """Whether to ask again at once, for something was damaged: once in a wait, or in `usual_ms`, which
        an answer usually takes. Noise may bring many."""
        if self._fast_retransmitted and now_ms - self.sent_ms < usual_ms:
            return False
        self._due_ms = now_ms
        return True

    def fast_retransmit(self) -> None:
        """It was asked again at once."""
        self._fast_retransmitted = True
