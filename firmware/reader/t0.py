"""T=0: one command, one answer, byte by byte under the card's procedure bytes (ISO 7816-3 10)."""

from reader.arena import HEADER
from reader.line import failure
from sesam import codes
from sesam.port import const

_EXCHANGE_MS = const(
    20000
)  # longest a command may take, NULL bytes included; an RSA-2048 signature takes about 2 s
_NULLS = const(256)  # most NULL bytes in one command
_ROUNDS = const(8)  # most commands on the line for one exchange: first try, 6Cxx, GET RESPONSEs

_NULL = const(0x60)
_GET_RESPONSE = const(0xC0)


class T0:
    """Exchanges over one line; `response[:length]` and `sw` hold the last answer."""

    def __init__(self, line: object, arena: object) -> None:
        self._line = line
        self.command = arena.command
        self.response = arena.response
        self._again = arena.get_response
        self.length = 0
        self.sw = 0
        self.waiting_ms = 0

    def start(self, wi: int, fi: int, clock_khz: int) -> None:
        """Set the work waiting time: WI × 960 × Fi clock cycles (10.2); D does not count, it shortens the etu
        it multiplies."""
        self.waiting_ms = (wi * 960 * fi + clock_khz - 1) // clock_khz

    def exchange(self, lc: int, le: int) -> int:
        """Send `command` with `lc` data bytes (0–255); take at most `le` bytes (1–256), or none with -1.

        Returns 0, with `sw` whatever the card answered, or CARD_SILENT, CARD_REMOVED or CARD_PROTOCOL.
        """
        command = self.command
        again = self._again
        self.length = 0
        self._line.begin(_EXCHANGE_MS)
        command[4] = lc if lc else le & 255 if le > 0 else 0
        status = self._one(command, lc, 0 if lc or le < 0 else le)
        again[0] = command[0]
        again[1] = _GET_RESPONSE
        header = command
        for _ in range(_ROUNDS):
            if status or le < 0:
                return status
            kind = self.sw >> 8
            if kind == 0x61:
                header = again
            elif kind != 0x6C or (lc and header is command):
                return 0
            wanted = self.sw & 255 or 256
            if kind == 0x61 and wanted > le - self.length:
                wanted = le - self.length
                if not wanted:
                    return codes.CARD_PROTOCOL
            header[4] = wanted & 255
            status = self._one(header, 0, wanted)
        return codes.CARD_PROTOCOL

    def _one(self, header: bytearray, lc: int, expected: int) -> int:
        """One command on the line: the header, then what the procedure bytes ask for, then SW1 SW2."""
        line = self._line
        response = self.response
        waiting = self.waiting_ms
        ins = header[1]
        left = lc + expected
        at = HEADER
        nulls = 0
        if self.length + expected > len(response):
            return codes.CARD_PROTOCOL
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
