"""The answer to reset: walked byte by byte as it comes, then asked for its meaning (ISO 7816-3 8)."""

from sesam.port import const

LONGEST = 33  # TS and at most 32 characters
DIRECT = 0x3B
INVERSE = 0x3F
DEFAULT_TA1 = 0x11  # Fi 372, Di 1

MORE = 0
WHOLE = 1
BAD = -1

_CLOCKS = (
    372,
    372,
    558,
    744,
    1116,
    1488,
    1860,
    0,
    0,
    512,
    768,
    1024,
    1536,
    2048,
    0,
    0,
)  # Fi, ISO 7816-3 table 7
_BITRATES = (0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0)  # Di, table 8
_DEFAULT_WI = const(10)


class Atr:
    """What one answer to reset says. `raw[:length]` holds it, TS first, in the card's values (3B or 3F)."""

    def __init__(self, raw: bytearray) -> None:
        self.raw = raw
        self.clear()

    def clear(self) -> None:
        """Forget the last answer."""
        self.length = 0
        self.protocols = 0  # bit n: T=n offered
        self.first = -1  # the protocol offered first
        self.ta1 = -1  # as sent, -1 when absent
        self.ta2 = -1  # specific mode when not -1
        self.wi = _DEFAULT_WI  # work waiting integer, TC2
        self.guard = 0  # extra guard time in etu, TC1 (255: the shortest)
        self.historical = 0  # where the historical bytes start
        self.historical_length = 0

    def feed(self, byte: int) -> int:
        """Take the next character; return MORE, WHOLE or BAD (no such TS, a wrong TCK, RFU values)."""
        raw = self.raw
        raw[self.length] = byte
        self.length += 1
        if self.length == 1:
            return MORE if byte == DIRECT or byte == INVERSE else BAD
        return self._walk()

    def _walk(self) -> int:
        raw = self.raw
        n = self.length
        at = 1  # T0, then each TD
        level = 0
        protocols = 0
        while True:
            if at >= n:
                return MORE
            indicator = raw[at]
            level += 1
            if level == 1:
                self.historical_length = indicator & 15
            else:
                protocol = indicator & 15
                if level == 2:
                    self.first = protocol
                if protocol < 15:  # T=15 announces global interface bytes, it is no protocol
                    protocols |= 1 << protocol
            count = 0
            for bit in range(4, 8):
                count += indicator >> bit & 1
            if at + count >= LONGEST:
                return BAD
            if at + count >= n:
                return MORE
            self._interface(level, indicator, at + 1)
            at += count
            if not indicator & 0x80:
                break
        if level == 1:
            self.first = 0
            protocols = 1
        self.protocols = protocols
        self.historical = at + 1
        end = at + 1 + self.historical_length
        check = protocols != 1
        if check:
            end += 1
        if end > LONGEST:
            return BAD
        if n < end:
            return MORE
        return BAD if check and self._checksum() else self._meaning()

    def _interface(self, level: int, indicator: int, at: int) -> None:
        raw = self.raw
        if indicator & 0x10:
            if level == 1:
                self.ta1 = raw[at]
            elif level == 2:
                self.ta2 = raw[at]
            at += 1
        if indicator & 0x20:
            at += 1
        if indicator & 0x40:
            if level == 1:
                self.guard = raw[at]
            elif level == 2:
                self.wi = raw[at]

    def _checksum(self) -> int:
        check = 0
        for i in range(1, self.length):
            check ^= self.raw[i]
        return check

    def _meaning(self) -> int:
        if self.wi == 0 or (self.ta1 >= 0 and not (clock_of(self.ta1) and bitrate_of(self.ta1))):
            return BAD
        return WHOLE


def clock_of(ta1: int) -> int:
    """Return Fi, clock cycles, of a TA1; 0 when reserved."""
    return _CLOCKS[ta1 >> 4]


def bitrate_of(ta1: int) -> int:
    """Return Di of a TA1; 0 when reserved."""
    return _BITRATES[ta1 & 15]
