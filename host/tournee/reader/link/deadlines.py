"""The wait for the reader's next word: when it is over, whether it may be cut short, when it is in vain."""

TRIES = 6  # sendings into silence before the link counts as lost
WORK_MAX_MS = 180_000  # for one request in all


class Wait:
    """One wait after the other; what has begun to come holds it up until its rest is there, or overdue."""

    def __init__(self) -> None:
        self._due_ms = 0
        self._rest_ms: int | None = None
        self.sent_ms = 0  # when what is waited for was asked for last
        self._end_ms = 0
        self._silent = 0  # sendings since anything came
        self._hurried = False  # this wait was cut short once already

    def begin(self, now_ms: int) -> None:
        """Something else is waited for, `WORK_MAX_MS` at most."""
        self._end_ms = now_ms + WORK_MAX_MS
        self.anew()

    def anew(self) -> None:
        """The reader has nothing to make good for."""
        self._silent = 0
        self._hurried = False
        self._rest_ms = None

    def stirred(self) -> None:
        """Something came: a link that is heard is alive."""
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

    def rest_until(self, due_ms: int | None) -> None:
        """Something has begun to come, whose rest is to be there by then; None: nothing has."""
        self._rest_ms = due_ms

    def left_ms(self, now_ms: int) -> int:
        """How long nothing but incoming bytes matters."""
        return max(0, (self._due_ms if self._rest_ms is None else self._rest_ms) - now_ms)

    def rest_over(self, now_ms: int) -> bool:
        """Whether that rest is not to be expected any more; told once."""
        over = self._rest_ms is not None and now_ms >= self._rest_ms
        if over:
            self._rest_ms = None
        return over

    def answered(self) -> None:
        """It came, or part of it."""
        self._hurried = False

    def over(self, now_ms: int) -> bool:
        """Whether it is time to ask again; then the next wait begins."""
        if self._rest_ms is not None or now_ms < self._due_ms:
            return False
        self._hurried = False
        return True

    def in_vain(self, now_ms: int) -> bool:
        """Whether nothing is to be expected any more."""
        return self._silent >= TRIES or self.too_long(now_ms)

    def too_long(self, now_ms: int) -> bool:
        """Whether all the time that there is has passed."""
        return now_ms >= self._end_ms

    def hurry(self, now_ms: int, usual_ms: int) -> bool:
        """Whether to ask again at once, for something was damaged: once in a wait, or in `usual_ms`, which
        an answer usually takes. Noise may bring many."""
        if self._hurried and now_ms - self.sent_ms < usual_ms:
            return False
        self._due_ms = now_ms
        return True

    def hurried(self) -> None:
        """It was asked again at once."""
        self._hurried = True
