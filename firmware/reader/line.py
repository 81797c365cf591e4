"""One card's I/O line: its convention, and waits that are always bounded (ISO 7816-3 7, 8.1).

The slot moves raw bytes as a direct-convention UART sees them. An inverse-convention card sends the complement of
each byte, bits reversed: its TS, 3F, is seen as 03.
"""

from sesam import codes
from sesam.port import const, ticks_diff

TIMEOUT = -1  # what a slot's read() says when nothing came
REMOVED = -2  # the card is gone
SLICE_MS = 250  # longest silence between two signs of life to the host


def inverse_into(table: bytearray) -> None:
    """Fill the 256 entries that turn an inverse-convention byte into its value, and back: the table is its own inverse."""
    for raw in range(256):
        value = 0
        for bit in range(8):
            if not raw & 1 << bit:
                value |= 0x80 >> bit
        table[raw] = value


class Line:
    """Bytes to and from one card, with a bound on each wait and on the whole exchange.

    `ticks` gives milliseconds (wrapping), `alive` is called at least every SLICE_MS of waiting.
    """

    def __init__(self, slot: object, arena: object, ticks: object, alive: object) -> None:
        self.slot = slot
        self.inverse = False
        self._table = arena.inverse
        self._wire = arena.wire
        self._ticks = ticks
        self._alive = alive
        self._began = 0
        self._limit = 0

    def begin(self, limit_ms: int) -> None:
        """Start an exchange that must be over in `limit_ms`."""
        self._began = self._ticks()
        self._limit = limit_ms

    def receive(self, timeout_ms: int) -> int:
        """Return the next byte within `timeout_ms` and what is left of the exchange, TIMEOUT or REMOVED."""
        left = self._limit - ticks_diff(self._ticks(), self._began)
        if timeout_ms < left:
            left = timeout_ms
        read = self.slot.read
        while left > 0:
            byte = read(left if left < SLICE_MS else SLICE_MS)
            if byte != TIMEOUT:
                return self._table[byte] if self.inverse and byte >= 0 else byte
            self._alive()
            left -= SLICE_MS
        return TIMEOUT

    def send(self, buf: bytearray, start: int, n: int) -> None:
        """Send `n` bytes of `buf` from `start`."""
        if not self.inverse:
            self.slot.write(buf, start, n)
            return
        wire = self._wire
        table = self._table
        for i in range(n):
            wire[i] = table[buf[start + i]]
        self.slot.write(wire, 0, n)


def failure(byte: int) -> int:
    """Return the status that stands for a negative answer of `Line.receive`."""
    return codes.CARD_REMOVED if byte == REMOVED else codes.CARD_SILENT
