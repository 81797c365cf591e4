"""How much to send at once: in one message, and ahead of the answers.

A message is as long as what is around it costs as much as what is lost with it. Ahead goes what the link
holds, and as much again; less on a link that loses, for a loss has all be sent again that is behind it, and
what waits in a queue is behind it for nothing. How much waits shows in the time that answers take against
the least that they ever took (Brakmo and Peterson's Vegas, SIGCOMM 1994).
"""

from math import sqrt

from tournee.reader.flight import Request

_START = 512  # bytes ahead, as long as nothing is measured
_GAIN = 2.0  # times what the link seems to hold: else it could never be seen to hold more
_LOSING_GAIN = 1.5  # where all that is behind a loss is lost with it
_SHARE = 4  # of a new measure in the estimate, where it is lower
_AROUND = 24  # bytes around the data of a message, in clear or protected
_DOUBT = 0.3  # losses that one may have been lucky not to see
_MEMORY = 32_768  # bytes: what was sent so long ago counts for a third


class Flow:
    """What one link bears, as losses and answers show it."""

    def __init__(self) -> None:
        self._least_ms = 0  # that an answer ever took; 0: nothing measured
        self._room = float(_START)
        self._gain = _GAIN
        self._sent = 0.0  # bytes, and
        self._lost = 0.0  # losses among them, the old ones fading

    def anew(self) -> None:
        """Nothing is under way: the link may have become quicker or slower, which the first answers show."""
        self._least_ms = 0

    def sent(self, length: int) -> None:
        """A frame of so many bytes went out."""
        fade = 1 - length / _MEMORY if length < _MEMORY else 0.0
        self._sent = self._sent * fade + length
        self._lost *= fade

    def lost(self) -> None:
        """Something has to be sent again."""
        self._lost += 1

    def refused(self, *, lost: bool, kept: bool) -> None:
        """A frame came before its turn: whether that tells of a loss, and whether such ones are kept."""
        self._lost += lost
        self._gain = _GAIN if kept else _LOSING_GAIN

    def answered(self, request: Request, now_ms: int) -> None:
        """A request is answered; one of several under way, sent once, tells what the link holds."""
        if not request.streamed or request.sendings > 1:
            return
        spent = max(now_ms - request.sent_ms, 1)
        self._least_ms = min(self._least_ms or spent, spent)
        room = self._gain * request.burden * self._least_ms / spent + request.length
        self._room += (room - self._room) / (_SHARE if room < self._room else 1)

    def holds(self, out: int) -> bool:
        """Whether more may be sent where `out` bytes are out already."""
        return out < self._room

    def length(self, most: int) -> int:
        """Bytes of data that a message is best given, `most` at most."""
        return min(most, int(sqrt(_AROUND * self._sent / (self._lost + _DOUBT))))
