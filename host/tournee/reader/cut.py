"""How much to put into one message: as much as the reader takes where all passes at its first sending, less
where it does not. On a bad link a short message gets through sooner, and less is lost with it."""

_CALM = 8  # messages in a row that must pass before a longer one is tried, once one did not


class Cut:
    """The units that the next message carries, from 1 to `most`."""

    def __init__(self) -> None:
        self._units = 1
        self._calm = 1
        self._passed = 0
        self._repeats = 0

    def units(self, most: int) -> int:
        """So many, where a message may carry `most` at least one."""
        return max(1, min(self._units, most))

    def answered(self, repeats: int, most: int) -> None:
        """A message was answered; `repeats` counts what has been sent again, whatever it was."""
        if repeats != self._repeats:
            self._repeats = repeats
            self._units = max(1, min(self._units, most) // 2)
            self._calm = _CALM
            self._passed = 0
            return
        self._passed += 1
        if self._passed >= self._calm:
            self._units = min(2 * self._units, most)
            self._passed = 0
