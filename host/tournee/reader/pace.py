"""How long to wait for a reader before a frame is sent again: what the link has shown itself to need.

A wait is measured against the frame's length: a slow line and a long connection interval both show. Only a
frame that was sent once is measured (Karn): of one sent twice nobody knows which sending was answered.
"""

_LEAST_MS = 120  # hosts and radios pause now and then; a frame sent once too often harms nothing
_MARGIN = 4  # times what it usually takes
_PATIENCE = 32
_TURN = 100  # bytes that a turn of the link is worth, besides the frame's own


class Pace:
    """The waits for one kind of answer."""

    def __init__(self) -> None:
        self._usual = 0.0  # milliseconds for each byte, the turn's included; 0: nothing measured
        self._patience = 1  # times as long, while nothing comes

    def wait_ms(self, longest: int, length: int = 0) -> int:
        """The wait for the answer to a frame of `length` bytes; `longest` as long as nothing is measured, and
        never more."""
        if not self._usual:
            return longest
        usual = int(_MARGIN * self._usual * (_TURN + length))
        return min(longest, max(_LEAST_MS, usual) * self._patience)

    def answered(self, spent_ms: int, length: int = 0) -> None:
        """A frame of `length` bytes, sent once, was answered after so long."""
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
