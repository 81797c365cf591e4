"""The radio's segment, found by trying: a page does not know what the connection carries, and longer writes
are cut without a word. Zeros between frames are nothing, so a write filled up with zeros before its frame is
answered only if it arrived whole.
"""

from __future__ import annotations

SMALLEST = 20
"""Bytes that every connection carries at once."""

LARGEST = 512
_TRIED = (244, 182)


class SegmentTrial:
    """Which segment a connection carries: 20 bytes until the reader is heard, then larger ones are tried."""

    def __init__(self, known: int = 0) -> None:
        self.segment = max(SMALLEST, min(known, LARGEST))
        self._left = [] if known else list(_TRIED)
        self._out = 0  # the size that is being tried
        self._heard = False

    def heard(self) -> None:
        """Something came from the reader."""
        self._heard = True

    def fill(self, data: bytes) -> tuple[bytes, int]:
        """What is written for `data`, and the segment it is cut into."""
        if self._out:
            if self._heard:
                self.segment, self._left = self._out, []
            self._out = 0
            self._heard = True  # it was, before the trial
        if not (self._left and self._heard):
            return data, self.segment
        self._out = self._left.pop(0)
        self._heard = False
        return bytes(max(0, self._out - len(data))) + data, self._out
