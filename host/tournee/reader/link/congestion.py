"""How much to send at once: in one message, and ahead of the answers.

A message is as long as what is around it costs as much as what is lost with it. Ahead goes what the link
holds, and as much again: what waits in a queue is behind a loss for nothing. How much waits shows in the time
that answers take against the least that they ever took (Brakmo and Peterson's Vegas, SIGCOMM 1994).
"""

from math import sqrt

from tournee.reader.link.send_window import PendingRequest

_START = 512  # bytes ahead, as long as nothing is measured
_GAIN = 2.0  # times what the link seems to hold: else it could never be seen to hold more
_SHARE = 4  # of a new measure in the estimate, where it is lower
_AROUND = 24  # bytes around the data of a message, in clear or protected
_DOUBT = 0.3  # losses that one may have been lucky not to see
_MEMORY = 98_304  # bytes: what was sent so long ago counts for a third
_RECENT = 8_192  # where more was lost than usual, so few bytes tell


class Losses:
    """Losses among the bytes that were sent: what was sent `memory` bytes ago counts for a third."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self.sent = 0.0
        self.lost = 0.0

    def add(self, length: int) -> None:
        """So many bytes were sent."""
        fade = 1 - length / self._memory if length < self._memory else 0.0
        self.sent = self.sent * fade + length
        self.lost *= fade

    @property
    def bytes_between(self) -> float:
        """Bytes between two losses."""
        return self.sent / (self.lost + _DOUBT)


class Congestion:
    """What one link bears, as losses and answers show it."""

    def __init__(self) -> None:
        self._least_ms = 0  # that an answer ever took; 0: nothing measured
        self._limit = float(_START)  # bytes in flight
        self._losses = Losses(_MEMORY)
        self._recent = Losses(_RECENT)

    def reset(self) -> None:
        """Nothing is in flight: the link may have become quicker or slower, which the first answers show."""
        self._least_ms = 0

    def sent(self, length: int) -> None:
        """A frame of so many bytes went out."""
        self._losses.add(length)
        self._recent.add(length)

    def lost(self) -> None:
        """Something has to be sent again."""
        self._losses.lost += 1
        self._recent.lost += 1

    def answered(self, request: PendingRequest, now_ms: int) -> None:
        """A request is answered; one of several in flight, sent once, tells what the link holds."""
        if not request.streamed or request.sendings > 1:
            return
        spent = max(now_ms - request.sent_ms, 1)
        self._least_ms = min(self._least_ms or spent, spent)
        limit = _GAIN * request.bytes_in_flight * self._least_ms / spent + request.length
        self._limit += (limit - self._limit) / (_SHARE if limit < self._limit else 1)

    def allows(self, in_flight: int) -> bool:
        """Whether more may be sent where so many bytes are in flight already."""
        return in_flight < self._limit

    def best_length(self, most: int) -> int:
        """Bytes of data that a message is best given, `most` at most."""
        recent = self._recent.bytes_between if self._recent.lost >= 1 else self._losses.bytes_between
        return min(most, int(sqrt(_AROUND * min(recent, self._losses.bytes_between))))
