"""The card's end of a slot: in the same process for the reader's tests, or on a socket for an emulated board.

Emulated slot line, one byte stream a slot: frames `[tag][length][payload]`, tag 0 DATA (both ways, raw
bytes), 1 ACTIVATE (the card's end repeats it: what comes after is of this reset), 2 DEACTIVATE, 3 PRESENCE
(card to reader, one byte 0 or 1), 4 SPEED (one byte, TA1).
"""

import contextlib
import selectors
import socket
import threading
import time
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
        self.guard_time = 0  # etu, as the core told it last
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
        self.guard_time = 0
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

    def guard(self, n: int) -> None:
        """Leave `n` etu more between two bytes sent: no effect, for bytes here take no time."""
        self.guard_time = n

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


class SlotThread:
    """A slot served by a thread of its own over a socket of the slot line; cards come and go at any time.

    The thread ends with `close`, or when the reader closes its end.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._card: VirtualCard | None = None
        self._coming: deque[tuple[float, bytes]] = (
            deque()
        )  # due (monotonic seconds), raw bytes; b"" is the removal
        self._splitter = FrameSplitter()
        self._lock = threading.Lock()
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="slot", daemon=True)
        self._thread.start()

    @property
    def card(self) -> VirtualCard | None:
        """The card that is in, if any."""
        return self._card

    def insert(self, card: VirtualCard) -> None:
        """Put a card in, in place of what was there."""
        with self._lock:
            self._take_out()
            self._card = card
            self._send(PRESENCE, b"\x01")

    def remove(self) -> None:
        """Take the card out; nothing that it was about to send arrives."""
        with self._lock:
            self._take_out()

    def started_anew(self) -> None:
        """The reader has had another start, with the card in it: it takes a slot for empty until told."""
        with self._lock:
            self._coming.clear()
            if self._card is not None:
                self._card.deactivate()
                self._send(PRESENCE, b"\x01")

    def close(self) -> None:
        """End the thread and close the line."""
        with contextlib.suppress(OSError):
            self._waker.send(b"x")
        self._thread.join()
        for end in (self._line, self._wake, self._waker):
            end.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._line, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select(self._wait())}
                if self._wake in ready:
                    return
                with self._lock:
                    if self._line in ready and not self._receive():
                        return
                    self._send_what_is_due()

    def _wait(self) -> float | None:
        with self._lock:
            return max(0.0, self._coming[0][0] - time.monotonic()) if self._coming else None

    def _receive(self) -> bool:
        try:
            data = self._line.recv(4096)
        except ConnectionError:
            return False
        for tag, payload in self._splitter.feed(data):
            if tag == ACTIVATE:
                self._send(ACTIVATE, b"")
            if self._card is not None:
                self._obey(self._card, tag, payload)
        return bool(data)

    def _obey(self, card: VirtualCard, tag: int, payload: bytes) -> None:
        if tag == ACTIVATE:
            self._coming.clear()
            self._queue(card.activate())
        elif tag == DEACTIVATE:
            self._coming.clear()
            card.deactivate()
        elif tag == SPEED and payload:
            card.speed(payload[0])
        elif tag == DATA:
            self._queue(card.receive(payload))

    def _queue(self, emissions: list[Emission]) -> None:
        due = max(time.monotonic(), self._coming[-1][0] if self._coming else 0.0)
        for emission in emissions:
            due += emission.delay_ms / 1000
            if emission.data or emission.removed:
                self._coming.append((due, b"" if emission.removed else emission.data))

    def _send_what_is_due(self) -> None:
        while self._coming and self._coming[0][0] <= time.monotonic():
            data = self._coming.popleft()[1]
            if data:
                self._send(DATA, data)
            else:
                self._take_out()

    def _take_out(self) -> None:
        self._coming.clear()
        if self._card is not None:
            self._card.deactivate()
            self._card = None
            self._send(PRESENCE, b"\x00")

    def _send(self, tag: int, payload: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the board is gone: the next receive ends the thread
            self._line.sendall(frame(tag, payload))
