"""How much to put into one message, and how many to send ahead: as much as the reader takes where all passes
at its first sending, less where it does not. On a bad link a short message gets through sooner, and less is
lost with it; but messages that are too short do not keep a good link busy, so a loss costs a third.
"""

_CALM = 2  # messages in a row that must pass before a longer one is tried,
_LONG_CALM = 8  # and before one more is sent ahead
_SHORT = 1  # units of a message that cannot be made much shorter
_LEAST_AHEAD = 2  # with one alone the link would stand still while the reader works


class Cut:
    """The units that the next message carries, from 1 to `most`, and how many messages may be under way."""

    def __init__(self) -> None:
        self._units = 1
        self._ahead = 0  # 0: as many as the reader takes
        self._spoilt = False  # something went wrong once: it no longer doubles
        self._passed = 0
        self._long_passed = 0
        self._troubles = 0

    def units(self, most: int) -> int:
        """So many, where a message may carry `most` at least one."""
        return max(1, min(self._units, most))

    def ahead(self, window: int) -> int:
        """How many messages may be under way, where the reader takes `window`: a loss has all be sent again
        that is behind it."""
        self._ahead = min(self._ahead or window, window)
        return self._ahead

    def answered(self, troubles: int, most: int) -> None:
        """A message was answered; `troubles` counts what went wrong on the link, whatever it was."""
        if troubles != self._troubles:
            self._troubles = troubles
            self._units = max(1, min(self._units, most) * 2 // 3)
            if self._units <= _SHORT:  # else shorter messages are remedy enough, and fewer leave a link idle
                self._ahead = max(min(self._ahead, _LEAST_AHEAD), self._ahead * 2 // 3)
            self._spoilt = True
            self._passed = self._long_passed = 0
            return
        self._passed += 1
        self._long_passed += 1
        if self._passed >= _CALM:
            self._units = min(self._units + 1 if self._spoilt else 2 * self._units, most)
            self._passed = 0
        if self._long_passed >= _LONG_CALM and self._ahead:
            self._ahead += 1
            self._long_passed = 0
