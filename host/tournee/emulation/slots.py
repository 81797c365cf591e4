"""The card's end of a slot: in the same process for the reader's tests, or on a socket for an emulated board.

Emulated slot line, one byte stream a slot: frames `[tag][length][payload]`, tag 0 DATA (both ways, raw bytes), 1 ACTIVATE,
2 DEACTIVATE, 3 PRESENCE (card to reader, one byte 0 or 1), 4 SPEED (one byte, TA1).
"""

from collections import deque
from collections.abc import Iterator

from tournee.emulation.cards import Emission, VirtualCard

DATA, ACTIVATE, DEACTIVATE, PRESENCE, SPEED = range(5)
PAYLOAD_MAX = 255
TIMED_OUT = -1
REMOVED = -2
_HEADER_LENGTH = 2


class FakeClock:
    """Milliseconds that pass only when somebody waits; call it for the time, as the core's `ticks`."""

    def __init__(self) -> None:
        self.now_ms = 0

    def __call__(self) -> int:
        """Milliseconds since the clock was made."""
        return self.now_ms

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now_ms += milliseconds


class DirectSlot:
    """The slot driver that the core expects, with a virtual card in it and a clock that only waiting moves.

    A removal is latched as on the boards: `present` answers False once even when a card is back already.
    """

    def __init__(self, card: VirtualCard | None, clock: FakeClock) -> None:
        self.card = card
        self._clock = clock
        self._removed = False
        self._coming: deque[tuple[int, bytes]] = deque()  # due time, raw bytes; b"" is the removal

    def insert(self, card: VirtualCard) -> None:
        """Put a card in, in place of what was there."""
        self.remove()
        self.card = card

    def remove(self) -> None:
        """Take the card out; nothing that it was about to send arrives."""
        self._coming.clear()
        if self.card is not None:
            self.card.deactivate()
            self.card = None
            self._removed = True

    def present(self) -> bool:
        """Whether a card is there and has been since the last call."""
        removed, self._removed = self._removed, False
        return self.card is not None and not removed

    def activate(self) -> None:
        """Power and cold reset; the ATR's bytes follow."""
        self._coming.clear()
        if self.card is not None:
            self._queue(self.card.activate())

    def deactivate(self) -> None:
        """Power off."""
        self._coming.clear()
        if self.card is not None:
            self.card.deactivate()

    def speed(self, ta1: int) -> None:
        """Run the line at this TA1 value."""
        if self.card is not None:
            self.card.speed(ta1)

    def write(self, buf: bytes | bytearray | memoryview, start: int, n: int) -> None:
        """Send raw bytes to the card."""
        if self.card is not None:
            self._queue(self.card.receive(bytes(buf[start : start + n])))

    def read(self, timeout_ms: int) -> int:
        """The next raw byte, `TIMED_OUT` after that many milliseconds of the clock, or `REMOVED`."""
        if self.card is None:
            return REMOVED
        if not self._coming or self._coming[0][0] > self._clock.now_ms + timeout_ms:
            self._clock.advance(timeout_ms)
            return TIMED_OUT
        due, data = self._coming.popleft()
        self._clock.now_ms = max(self._clock.now_ms, due)
        if not data:
            self.remove()
            return REMOVED
        if data[1:]:
            self._coming.appendleft((due, data[1:]))
        return data[0]

    def _queue(self, emissions: list[Emission]) -> None:
        due = max(self._clock.now_ms, self._coming[-1][0] if self._coming else 0)
        for emission in emissions:
            due += emission.delay_ms
            if emission.data or emission.removed:
                self._coming.append((due, b"" if emission.removed else emission.data))


def frame(tag: int, payload: bytes = b"") -> bytes:
    """Frames of the slot line for a payload; DATA longer than a frame takes several."""
    parts = [payload[at : at + PAYLOAD_MAX] for at in range(0, len(payload), PAYLOAD_MAX)] or [b""]
    return b"".join(bytes((tag, len(part))) + part for part in parts)


class FrameSplitter:
    """Cuts a byte stream into the slot line's frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take what arrived; tag and payload of each frame now complete."""
        self._buffer += data
        while len(self._buffer) >= _HEADER_LENGTH and len(self._buffer) >= _HEADER_LENGTH + self._buffer[1]:
            end = _HEADER_LENGTH + self._buffer[1]
            tag, payload = self._buffer[0], bytes(self._buffer[_HEADER_LENGTH:end])
            del self._buffer[:end]
            yield tag, payload
