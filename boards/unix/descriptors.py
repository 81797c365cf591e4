"""Link and card slots of the unix board, on non-blocking file descriptors.

A slot is a stream of frames, `tag length payload`: DATA both ways, ACTIVATE, DEACTIVATE and SPEED (one byte,
TA1) to the card, PRESENCE (one byte) from it.
"""

import select
import sys

from reader.line import REMOVED, TIMEOUT
from sesam.port import const, ticks_diff, ticks_ms

_DATA = const(0)
_ACTIVATE = const(1)
_DEACTIVATE = const(2)
_PRESENCE = const(3)
_SPEED = const(4)
_PAYLOAD = const(255)
_HEADER = const(2)
_QUEUE = const(512)  # bytes taken from the card and not yet read


class _Descriptor:
    """A non-blocking file descriptor; allocates nothing on MicroPython."""

    def __init__(self, number: int) -> None:
        self._file = open(number, "r+b", 0)
        poller = select.poll()
        poller.register(self._file, select.POLLIN)
        self._poll = getattr(poller, "ipoll", poller.poll)

    def wait(self, timeout_ms: int) -> bool:
        """Whether something can be read within `timeout_ms`, or the other end is gone."""
        for _ in self._poll(timeout_ms):
            return True
        return False

    def take(self, buf: bytearray) -> int:
        """Bytes read now; 0: none are there; -1: the other end is gone."""
        n = self._file.readinto(buf)
        return 0 if n is None else n or -1

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes written now, 0 when none can be."""
        if sys.implementation.name == "micropython":
            return self._file.write(buf, start, n) or 0  # in place: no view is made
        return self._file.write(memoryview(buf)[start : start + n]) or 0


class Stream:
    """The link's bytes, as the core wants them."""

    def __init__(self, number: int) -> None:
        self._file = _Descriptor(number)
        self.write = self._file.write

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read within `timeout_ms`; 0: none came; -1: the line is closed for good."""
        return self._file.take(buf) if self._file.wait(timeout_ms) else 0


class EmulatedSlot:
    """A card slot, as the core wants it; a removal is latched until `present` has told it."""

    def __init__(self, number: int) -> None:
        self._file = _Descriptor(number)
        self._queue = bytearray(_QUEUE)
        self._at = 0  # next byte of the queue
        self._end = 0
        self._kind = 0  # of the frame that comes in
        self._left = -_HEADER  # bytes of its payload still to come; negative: of its header
        self._present = False
        self._removed = False
        self._out = bytearray(_HEADER + _PAYLOAD)

    def present(self) -> bool:
        """Whether a card is there, and has been since the last call."""
        while self._next(0) >= 0:
            pass  # nothing is awaited: what comes is stray
        removed = self._removed
        self._removed = False
        return self._present and not removed

    def activate(self) -> None:
        """Power and cold reset; what was still coming is dropped."""
        while self._next(0) >= 0:
            pass
        self._send(_ACTIVATE, 0)

    def deactivate(self) -> None:
        """Power off."""
        self._send(_DEACTIVATE, 0)

    def speed(self, ta1: int) -> None:
        """Run the line at this TA1 value."""
        self._out[_HEADER] = ta1
        self._send(_SPEED, 1)

    def write(self, buf: bytearray, start: int, n: int) -> None:
        """Send raw bytes, at most 255."""
        out = self._out
        for i in range(n):
            out[_HEADER + i] = buf[start + i]
        self._send(_DATA, n)
        for i in range(n):
            out[_HEADER + i] = 0  # it may have been the code porteur

    def read(self, timeout_ms: int) -> int:
        """The next raw byte, TIMEOUT or REMOVED."""
        began = ticks_ms()
        left = timeout_ms
        while not self._removed and self._present:
            byte = self._next(left)
            if byte >= 0:
                return byte
            left = timeout_ms - ticks_diff(ticks_ms(), began)
            if left <= 0:
                return TIMEOUT
        return REMOVED

    def _send(self, kind: int, n: int) -> None:
        self._out[0] = kind
        self._out[1] = n
        if self._file.write(self._out, 0, _HEADER + n) != _HEADER + n:
            self._gone()  # nobody takes bytes at the other end

    def _gone(self) -> None:
        self._removed = self._removed or self._present
        self._present = False

    def _next(self, timeout_ms: int) -> int:
        """One byte of DATA, or -1 when none came within `timeout_ms`; takes note of PRESENCE on the way."""
        while True:
            if self._at == self._end:
                if not self._file.wait(timeout_ms):
                    return -1
                self._at = 0
                self._end = self._file.take(self._queue)
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
            else:
                self._left = self._left - 1 or -_HEADER
                if self._kind == _DATA:
                    return byte
                if self._kind == _PRESENCE:
                    self._gone()
                    self._present = byte != 0
                    if not self._removed:
                        continue
                    return -1
