"""One card's I/O line: its convention, and waits that are always bounded (ISO 7816-3 7, 8.1).

The slot moves raw bytes as a direct-convention UART sees them. An inverse-convention card sends the
complement of each byte, bits reversed: its TS, 3F, is seen as 03.
"""

from sesam import codes
from sesam.octets import wipe
from sesam.port import const, ticks_diff

TIMEOUT = const(-1)  # what a slot's read() says when nothing came
REMOVED = const(-2)  # the card is gone
_SLICE_MS = const(250)  # longest silence between two signs of life to the host
_TOLD_MS = const(1000)  # as long, while the card's bytes come and come
_REQUEST_MS = const(150000)  # longest that a card may take over one request; the host gives up after 180 s


# The value of each byte of an inverse-convention card, and the byte of each value: complement, bits reversed.
_INVERSE = (
    b"\xff\x7f\xbf\x3f\xdf\x5f\x9f\x1f\xef\x6f\xaf\x2f\xcf\x4f\x8f\x0f"
    b"\xf7\x77\xb7\x37\xd7\x57\x97\x17\xe7\x67\xa7\x27\xc7\x47\x87\x07"
    b"\xfb\x7b\xbb\x3b\xdb\x5b\x9b\x1b\xeb\x6b\xab\x2b\xcb\x4b\x8b\x0b"
    b"\xf3\x73\xb3\x33\xd3\x53\x93\x13\xe3\x63\xa3\x23\xc3\x43\x83\x03"
    b"\xfd\x7d\xbd\x3d\xdd\x5d\x9d\x1d\xed\x6d\xad\x2d\xcd\x4d\x8d\x0d"
    b"\xf5\x75\xb5\x35\xd5\x55\x95\x15\xe5\x65\xa5\x25\xc5\x45\x85\x05"
    b"\xf9\x79\xb9\x39\xd9\x59\x99\x19\xe9\x69\xa9\x29\xc9\x49\x89\x09"
    b"\xf1\x71\xb1\x31\xd1\x51\x91\x11\xe1\x61\xa1\x21\xc1\x41\x81\x01"
    b"\xfe\x7e\xbe\x3e\xde\x5e\x9e\x1e\xee\x6e\xae\x2e\xce\x4e\x8e\x0e"
    b"\xf6\x76\xb6\x36\xd6\x56\x96\x16\xe6\x66\xa6\x26\xc6\x46\x86\x06"
    b"\xfa\x7a\xba\x3a\xda\x5a\x9a\x1a\xea\x6a\xaa\x2a\xca\x4a\x8a\x0a"
    b"\xf2\x72\xb2\x32\xd2\x52\x92\x12\xe2\x62\xa2\x22\xc2\x42\x82\x02"
    b"\xfc\x7c\xbc\x3c\xdc\x5c\x9c\x1c\xec\x6c\xac\x2c\xcc\x4c\x8c\x0c"
    b"\xf4\x74\xb4\x34\xd4\x54\x94\x14\xe4\x64\xa4\x24\xc4\x44\x84\x04"
    b"\xf8\x78\xb8\x38\xd8\x58\x98\x18\xe8\x68\xa8\x28\xc8\x48\x88\x08"
    b"\xf0\x70\xb0\x30\xd0\x50\x90\x10\xe0\x60\xa0\x20\xc0\x40\x80\x00"
)


class Line:
    """Bytes to and from one card, with a bound on each wait and on the whole exchange.

    `ticks` gives milliseconds (wrapping), `alive` is called as an exchange begins, at least every 250 ms of
    waiting, and once a second between the bytes of a card that sends without end.
    """

    def __init__(self, slot: object, arena: object, ticks: object, alive: object) -> None:
        self.slot = slot
        self.inverse = False
        self._wire = arena.wire
        self._ticks = ticks
        self._alive = alive
        self._asked = 0
        self._limit = 0  # of what is under way, in milliseconds since then
        self._told = 0  # when the host was last told of it between two bytes

    def ask(self) -> None:
        """Start a request: all its exchanges together have 150 s."""
        self._asked = self._ticks()
        self._told = 0

    def begin(self, timeout_ms: int) -> None:
        """Start an exchange that must be over in `timeout_ms`, and in what is left of the request."""
        self._alive()
        limit = ticks_diff(self._ticks(), self._asked) + timeout_ms
        self._limit = limit if limit < _REQUEST_MS else _REQUEST_MS

    def receive(self, timeout_ms: int) -> int:
        """Return the next byte within `timeout_ms` and what is left of the exchange, TIMEOUT or REMOVED."""
        now = ticks_diff(self._ticks(), self._asked)
        left = self._limit - now
        if now - self._told >= _TOLD_MS:
            self._told = now
            self._alive()
        if timeout_ms < left:
            left = timeout_ms
        slot = self.slot
        while left > 0:
            byte = slot.read(left if left < _SLICE_MS else _SLICE_MS)
            if byte != TIMEOUT:
                return _INVERSE[byte] if self.inverse and byte >= 0 else byte
            self._alive()
            left -= _SLICE_MS
        return TIMEOUT

    def send(self, buf: bytearray, start: int, n: int) -> None:
        """Send `n` bytes of `buf` from `start`; nothing of them stays here: they may be a code porteur."""
        if not self.inverse:
            self.slot.write(buf, start, n)
            return
        wire = self._wire
        filled = 0
        for i in range(start, start + n):
            wire[filled] = _INVERSE[buf[i]]
            filled += 1
            if filled == len(wire):
                self.slot.write(wire, 0, filled)
                filled = 0
        if filled:
            self.slot.write(wire, 0, filled)
        wipe(wire, 0, len(wire))


def failure(byte: int) -> int:
    """Return the status that stands for a negative answer of `Line.receive`."""
    return codes.CARD_REMOVED if byte == REMOVED else codes.CARD_SILENT
