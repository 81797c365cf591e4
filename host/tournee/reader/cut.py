"""How much to put into one message: as much as the reader takes where all passes at its first sending, less
where it does not. On a bad link a short message gets through sooner, and less is lost with it; but messages
that are too short do not keep a good link busy, so a single loss costs a third, not more."""

_CALM = 2  # answers in a row without a repetition before one unit more is tried, once something was repeated


class Cut:
    """The units that the next message carries, from 1 to `most`."""

    def __init__(self) -> None:
        self._units = 1
        self._spoilt = False  # something was repeated once: it no longer doubles
        self._passed = 0
        self._repeats = 0

    def units(self, most: int) -> int:
        """So many, where a message may carry `most` at least one."""
        return max(1, min(self._units, most))

    def answered(self, repeats: int, most: int) -> None:
        """A message was answered; `repeats` counts what has been sent again, whatever it was."""
        if repeats != self._repeats:
            self._repeats = repeats
            self._units = max(1, min(self._units, most) * 2 // 3)
            self._spoilt = True
            self._passed = 0
            return
        self._passed += 1
        if not self._spoilt:
            self._units = min(2 * self._units, most)
        elif self._passed >= _CALM:
            self._units = min(self._units + 1, most)
            self._passed = 0
