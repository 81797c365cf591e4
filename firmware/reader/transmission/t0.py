"""T=0: one command, one answer, byte by byte under the card's procedure bytes (ISO 7816-3 10)."""

from reader.arena import HEADER
from reader.transmission.atr import clock_of
from reader.transmission.line import failure
from sesam import codes
from sesam.port import const

_NULLS = const(256)  # most NULL bytes in one command
_NULL = const(0x60)


class T0:
    """Commands over one line; `response[:length]` grows by what the card sends, `sw` is its last status
    word."""

    def __init__(self, line: object, arena: object) -> None:
        self._line = line
        self.response = arena.response
        self.length = 0
        self.sw = 0
        self.waiting_ms = 0

    def start(self, atr: object, ta1: int, clock_khz: int) -> int:
        """Set the work waiting time: WI × 960 × Fi clock cycles (10.2); D does not count, it shortens the etu
        it multiplies. Return 0."""
        self.waiting_ms = (atr.wi * 960 * clock_of(ta1) + clock_khz - 1) // clock_khz
        return 0

    def exchange(self, header: bytearray, lc: int, le: int) -> int:
        """One command: the header, then what the procedure bytes ask for, then SW1 SW2.

        `lc` data bytes (0–255) follow the header in its buffer; without any, `le` bytes are expected (-1:
        none). Returns 0, with `sw` whatever the card answered, or CARD_SILENT, CARD_REMOVED, CARD_PROTOCOL.
        """
        expected = 0 if lc or le < 0 else le
        line = self._line
        response = self.response
        waiting = self.waiting_ms
        ins = header[1]
        left = lc + expected
        at = HEADER
        nulls = 0
        if self.length + expected > len(response):
            return codes.CARD_PROTOCOL
        header[HEADER - 1] = (lc or expected) & 255
        line.send(header, 0, HEADER)
        while True:
            byte = line.receive(waiting)
            if byte < 0:
                return failure(byte)
            if byte == _NULL:
                nulls += 1
                if nulls > _NULLS:
                    return codes.CARD_SILENT
                continue
            if byte == ins or byte == ins ^ 0xFF:
                if not left:
                    return codes.CARD_PROTOCOL
                n = left if byte == ins else 1
                left -= n
                if lc:
                    line.send(header, at, n)
                    at += n
                    continue
                for _ in range(n):
                    byte = line.receive(waiting)
                    if byte < 0:
                        return failure(byte)
                    response[self.length] = byte
                    self.length += 1
                continue
            if byte & 0xF0 != 0x60 and byte & 0xF0 != 0x90:
                return codes.CARD_PROTOCOL
            self.sw = byte << 8
            byte = line.receive(waiting)
            if byte < 0:
                return failure(byte)
            self.sw |= byte
            return 0
