"""Until when the reader's next reply is waited for: when that is over, whether it may be cut short, when
nothing is to be expected any more.
"""

TRIES = 6  # sendings into silence before the link counts as lost
WORK_MAX_MS = 180_000  # for one request in all


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
