"""How much to put into one message: as much as the reader takes where all passes at its first sending, less
where it does not. On a bad link a short message gets through sooner, and less is lost with it; but messages
that are too short do not keep a good link busy, so a single loss costs a third, not more."""

_CALM = 2  # messages in a row that must pass before a longer one is tried


class Cut:
    """The units that the next message carries, from 1 to `most`."""

    def __init__(self) -> None:
        self._units = 1
        self._spoilt = False  # something went wrong once: it no longer doubles
        self._passed = 0
        self._troubles = 0

    def units(self, most: int) -> int:
        """So many, where a message may carry `most` at least one."""
        return max(1, min(self._units, most))

    def answered(self, troubles: int, most: int) -> None:
        """A message was answered; `troubles` counts what went wrong on the link, whatever it was."""
        if troubles != self._troubles:
            self._troubles = troubles
            self._units = max(1, min(self._units, most) * 2 // 3)
            self._spoilt = True
            self._passed = 0
            return
        self._passed += 1
        if self._passed >= _CALM:
            self._units = min(self._units + 1 if self._spoilt else 2 * self._units, most)
            self._passed = 0
