"""T=1: commands and answers in blocks, checked, numbered, and repeated when damaged (ISO 7816-3 11)."""

from reader.arena import HEADER
from reader.transmission.atr import clock_of, rate_of
from reader.transmission.line import REMOVED, TIMEOUT
from sesam import codes
from sesam.port import const

_START_MS = const(5000)  # longest that a card may take over its first S-block
_SLACK_MS = const(250)  # on each wait: a driver hands bytes over some time after they came
_TRIES = const(3)  # of one block (rule 7.4)
_ASKED = const(100)  # most S-blocks of a card in one command
_NOISE = const(300)  # most bytes of a damaged block that are waited out

_PROLOGUE = const(3)
_NUMBER = const(0x40)  # N(S) in an I-block
_MORE = const(0x20)  # an I-block that the chain goes on behind
_R = const(0x80)
_S = const(0xC0)
_RESPONSE = const(0x20)
_RESYNCH = const(0xC0)
_IFS = const(0xC1)
_ABORT = const(0xC2)
_WTX = const(0xC3)
_LARGEST = const(254)  # information bytes of a block

_DAMAGED = const(-3)  # beside TIMEOUT and REMOVED: the check is wrong, or the block was cut short
_WRONG = const(-4)  # no such block

_SELECT = const(0xA4)  # commands that a card may take twice: after RESYNCH nobody knows whether it had them
_READ_BINARY = const(0xB0)


class T1:
    """Commands over one line; `response[:length]` grows by what the card sends, `sw` is its last status
    word."""

    def __init__(self, line: object, arena: object) -> None:
        self._line = line
        self._block = arena.block  # prologue, the one byte of an S-block, epilogue
        self.response = arena.response
        self.length = 0
        self.sw = 0
        self._crc = 0  # 1: the check is a CRC, of two bytes
        self._sum = 0
        self._size = 0  # information bytes that the card takes at once (IFSC)
        self._block_ms = 0  # to the first byte of a block (BWT)
        self._byte_ms = 0  # to each next one (CWT)
        self._times = 1  # BWT that the card asked for, for its next block
        self._ours = 0  # N(S) of our next I-block, 0 or _NUMBER
        self._theirs = 0  # and of the card's

    def start(self, atr: object, ta1: int, clock_khz: int) -> int:
        """Take sizes, waits and check from the answer to reset (11.4) and tell the card how much we take at
        once; return 0 or a status. A card that will not hear of it sends 32 bytes at most."""
        fi = clock_of(ta1)
        rate = rate_of(ta1) * clock_khz  # an etu lasts fi / rate milliseconds
        self._crc = atr.crc
        self._size = atr.ifsc
        self._byte_ms = (11 + (1 << atr.cwi)) * fi // rate + _SLACK_MS
        self._block_ms = (960 * 372 << atr.bwi) // clock_khz + 11 * fi // rate + _SLACK_MS
        self._ours = self._theirs = 0
        self.length = 0
        self._line.begin(_START_MS)
        return self._ask(_IFS, _LARGEST)

    def exchange(self, header: bytearray, lc: int, le: int) -> int:
        """One command: `lc` data bytes (0–255) behind the header, `le` bytes expected (1–256; -1: none).

        Returns 0, with `sw` whatever the card answered, or CARD_SILENT, CARD_REMOVED or CARD_PROTOCOL.
        """
        n = HEADER - 1
        if lc:
            header[n] = lc
            n = HEADER + lc
        if le > 0:
            header[n] = le & 255
            n += 1
        start = self.length
        status = self._carry(header, n)
        if (status == codes.CARD_PROTOCOL or status == codes.CARD_SILENT) and (
            header[1] == _SELECT or header[1] == _READ_BINARY
        ):
            self.length = start
            if not self._ask(_RESYNCH, -1):
                self._ours = self._theirs = 0
                status = self._carry(header, n)
        if status:
            return status
        end = self.length - 2
        if end < start or (end > start and end - start > le):
            return codes.CARD_PROTOCOL
        self.sw = self.response[end] << 8 | self.response[end + 1]
        self.length = end
        return 0

    def _carry(self, buf: bytearray, n: int) -> int:
        """Send the `n` bytes of a command in a chain of I-blocks, take the chain of the answer (11.6); 0 or a
        status."""
        at = 0  # of what the card has acknowledged
        size = self._send_part(buf, 0, n)
        answering = False  # the card has begun its answer
        asked = 0
        tries = 1
        while True:
            kind = self._receive()
            if kind == REMOVED:
                return codes.CARD_REMOVED
            if kind >= _S:
                asked += 1
                if asked > _ASKED:
                    return codes.CARD_SILENT
                if self._grant(kind):
                    continue
                if kind == _ABORT:
                    return codes.CARD_PROTOCOL
            elif kind >= _R:
                wanted = (kind & 0x10) << 2
                if wanted != self._ours and at + size < n:  # ours has arrived: the next part
                    at += size
                    self._ours ^= _NUMBER
                    size = self._send_part(buf, at, n)
                    tries = 1
                    continue
                if (wanted == self._ours) and tries < _TRIES:  # ours did not arrive
                    tries += 1
                    if answering:
                        self._acknowledge(0)
                    else:
                        self._send(self._ours | (_MORE if at + size < n else 0), buf, at, size)
                    continue
            elif kind >= 0 and kind & _NUMBER == self._theirs and at + size == n:
                if not answering:
                    answering = True
                    self._ours ^= _NUMBER
                self._theirs ^= _NUMBER
                self.length += self._block[2]
                if not kind & _MORE:
                    return 0
                if self._block[2]:  # an empty part would let a chain go on for ever
                    self._acknowledge(0)
                    tries = 1
                    continue
            tries += 1
            if tries > _TRIES:
                return codes.CARD_SILENT if kind == TIMEOUT else codes.CARD_PROTOCOL
            self._acknowledge(1 if kind == _DAMAGED else 2)

    def _send_part(self, buf: bytearray, at: int, n: int) -> int:
        """Send the I-block that begins at `at` of `n` bytes; return its size."""
        size = n - at
        if size > self._size:
            size = self._size
        self._send(self._ours | (_MORE if at + size < n else 0), buf, at, size)
        return size

    def _acknowledge(self, error: int) -> None:
        """Ask for the card's next I-block, or for the same again."""
        self._send(_R | self._theirs >> 2 | error, self._block, 0, 0)

    def _grant(self, kind: int) -> bool:
        """Do as the card's S-block asks (rules 3, 4 and 9); False when nothing is to go on behind it."""
        value = self._block[_PROLOGUE]
        if kind == _WTX and value:
            self._times = value
        elif kind == _IFS and 0 < value <= _LARGEST:
            self._size = value
        elif kind != _ABORT:
            return False
        self._send(kind | _RESPONSE, self._block, _PROLOGUE, self._block[2])
        return kind != _ABORT

    def _ask(self, kind: int, value: int) -> int:
        """Send our own S-block, with `value` unless that is -1, until it is answered in kind; 0 or a status.
        To an IFS any block is an answer, for a card need not know it."""
        block = self._block
        n = 0 if value < 0 else 1
        answer = TIMEOUT
        for _ in range(_TRIES):
            block[_PROLOGUE] = value & 255
            self._send(kind, block, _PROLOGUE, n)
            answer = self._receive()
            if answer == REMOVED:
                return codes.CARD_REMOVED
            if answer == kind | _RESPONSE and (not n or block[_PROLOGUE] == value):
                return 0
        if answer == TIMEOUT:
            return codes.CARD_SILENT
        return 0 if answer >= 0 and kind == _IFS else codes.CARD_PROTOCOL

    def _send(self, pcb: int, buf: bytearray, at: int, n: int) -> None:
        block = self._block
        line = self._line
        block[0] = 0  # NAD: one card, one reader
        block[1] = pcb
        block[2] = n
        self._sum = 0xFFFF if self._crc else 0
        for i in range(_PROLOGUE):
            self._add(block[i])
        for i in range(at, at + n):
            self._add(buf[i])
        line.send(block, 0, _PROLOGUE)
        if n:
            line.send(buf, at, n)
        block[4] = self._sum >> 8
        block[5] = self._sum & 255
        line.send(block, 5 - self._crc, 1 + self._crc)

    def _receive(self) -> int:
        """Take a block: an I-block's bytes at `length` of the response, an S-block's at _PROLOGUE.

        Returns its PCB, TIMEOUT, REMOVED, _DAMAGED or _WRONG.
        """
        block = self._block
        response = self.response
        wait = self._block_ms * self._times
        self._times = 1
        self._sum = 0xFFFF if self._crc else 0
        body = _PROLOGUE  # where the epilogue starts
        check = 0
        i = 0
        while i <= body + self._crc:
            byte = self._line.receive(wait)
            if byte < 0:
                return byte if byte == REMOVED or not i else _DAMAGED
            wait = self._byte_ms
            if i >= body and i >= _PROLOGUE:
                check = check << 8 | byte
            else:
                self._add(byte)
                if i < _PROLOGUE:
                    block[i] = byte
                    if i == 2:
                        body += byte
                elif block[1] & _R:
                    block[_PROLOGUE] = byte
                elif self.length + i - _PROLOGUE < len(response):
                    response[self.length + i - _PROLOGUE] = byte
            i += 1
        kind = block[1]
        n = block[2]
        if check != self._sum:
            return self._wait_out(_DAMAGED)
        if kind >= _S:
            known = n == (kind & 1) and kind & 0xDC == _S
        elif kind >= _R:
            known = n == 0 and kind & 0x6C == 0
        else:
            known = n <= _LARGEST and kind & 0x1F == 0 and self.length + n <= len(response)
        return kind if known and not block[0] else _WRONG

    def _wait_out(self, fault: int) -> int:
        """Let what is still coming of a damaged block pass; return `fault` or REMOVED."""
        for _ in range(_NOISE):
            byte = self._line.receive(self._byte_ms)
            if byte < 0:
                return byte if byte == REMOVED else fault
        return fault

    def _add(self, byte: int) -> None:
        """Carry the check on: exclusive or, or CRC (ISO/IEC 13239: 8408 reflected, from FFFF)."""
        value = self._sum ^ byte
        if self._crc:
            for _ in range(8):
                value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
        self._sum = value
