"""Card slots of the emulated boards: streams of frames, `tag length payload` (the boards' README)."""

from reader.transmission.line import REMOVED, TIMEOUT
from sesam.port import const, ticks_diff, ticks_ms

_DATA = const(0)
_ACTIVATE = const(1)
_DEACTIVATE = const(2)
_PRESENCE = const(3)
_SPEED = const(4)
_HEADER = const(2)
_IN = const(1)
_GONE = const(2)
_QUEUE = const(128)  # bytes taken from the card at once


class EmulatedSlot:
    """A card slot, as the core wants it, on a stream; a removal is latched until `present` has told it."""

    def __init__(self, stream: object) -> None:
        self._file = stream
        self._queue = bytearray(_QUEUE)
        self._at = 0  # next byte of the queue
        self._end = 0
        self._kind = 0  # tag of the frame that comes in
        self._left = -_HEADER  # bytes of its payload still to come; negative: of its header
        self._card = 0  # _IN, _GONE: what of a card was seen since `present` was asked
        self._stale = 0  # ACTIVATE frames that the card's end has not come to yet
        self._out = bytearray(_HEADER + 1)

    def present(self) -> bool:
        """Whether a card is there, and has been since the last call."""
        while self._next(0) >= 0:
            pass  # nothing is awaited: what comes is stray
        card = self._card
        self._card &= _IN
        return card == _IN

    def activate(self) -> None:
        """Power and cold reset; what was still coming, or on its way, is dropped."""
        self._stale += 1
        self._send(_ACTIVATE, self._out, 0, 0)

    def deactivate(self) -> None:
        """Power off."""
        self._send(_DEACTIVATE, self._out, 0, 0)

    def speed(self, ta1: int) -> None:
        """Run the line at this TA1 value."""
        self._out[_HEADER] = ta1
        self._send(_SPEED, self._out, _HEADER, 1)

    def guard(self, n: int) -> None:
        """Leave `n` etu more between two bytes sent: nothing to do, for a stream has no etu."""

    def write(self, buf: bytearray, start: int, n: int) -> None:
        """Send raw bytes, at most 255."""
        self._send(_DATA, buf, start, n)

    def read(self, timeout_ms: int) -> int:
        """The next raw byte, TIMEOUT or REMOVED."""
        began = ticks_ms()
        left = timeout_ms
        while self._card == _IN:
            byte = self._next(left)
            if byte >= 0:
                return byte
            left = timeout_ms - ticks_diff(ticks_ms(), began)
            if left <= 0:
                return TIMEOUT
        return REMOVED

    def _send(self, kind: int, buf: bytearray, start: int, n: int) -> None:
        self._out[0] = kind
        self._out[1] = n
        sent = self._file.write(self._out, 0, _HEADER)
        if n:
            sent += self._file.write(buf, start, n)
        if sent != _HEADER + n:
            self._gone()  # nobody takes bytes at the other end

    def _gone(self) -> None:
        self._card = _GONE if self._card else 0

    def _next(self, timeout_ms: int) -> int:
        """One byte of DATA, or -1 when none came in time or the card went; PRESENCE is noted on the way."""
        while True:
            if self._at == self._end:
                self._at = 0
                self._end = self._file.read(self._queue, timeout_ms)
                if self._end <= 0:
                    if self._end < 0:
                        self._gone()
                    self._end = 0
                    return -1
            byte = self._queue[self._at]
            self._at += 1
            if self._left == -_HEADER:
                self._kind = byte
                self._left += 1
            elif self._left < 0:
                self._left = byte or -_HEADER
                if self._kind == _ACTIVATE:
                    self._stale -= 1
            else:
                self._left = self._left - 1 or -_HEADER
                if self._kind == _DATA and not self._stale:
                    return byte
                if self._kind == _PRESENCE:
                    self._gone()
                    if byte:
                        self._card |= _IN
                    if self._card & _GONE:
                        return -1
