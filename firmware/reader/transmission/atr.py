"""The answer to reset: walked byte by byte as it comes, then asked for its meaning (ISO 7816-3 8)."""

from sesam.port import const

LONGEST = const(33)  # TS and at most 32 characters
DIRECT = const(0x3B)
INVERSE = const(0x3F)
DEFAULT_TA1 = const(0x11)  # Fi 372, Di 1
LEAST_GUARD = const(255)  # N of a card that wants no more than its protocol's least guard time

MORE = const(0)
WHOLE = const(1)
BAD = const(-1)

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
        self.guard = 0  # N: extra guard time, TC1
        self.wi = _DEFAULT_WI  # work waiting integer, TC2
        self.ifsc = 32  # of T=1 (11.4): bytes of a block, block and character waiting integers, CRC or LRC
        self.bwi = 4
        self.cwi = 13
        self.crc = 0
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
        blocks = 0  # level of the first interface bytes of T=1
        checked = 0  # 1 when TCK closes the answer: all but T=0 alone (8.2.5)
        while True:
            if at >= n:
                return MORE
            indicator = raw[at]
            level += 1
            if level > 1:
                protocol = indicator & 15
                if level == 2:
                    self.first = protocol
                if protocol:
                    checked = 1
                if protocol < 15:  # T=15 announces global interface bytes, it is no protocol
                    protocols |= 1 << protocol
            last = at
            for bit in range(4, 8):
                last += indicator >> bit & 1
            if last >= LONGEST:
                return BAD
            if last >= n:
                return MORE
            if level > 2 and indicator & 15 == 1 and not blocks:
                blocks = level
            following = at + 1
            if indicator & 0x10:  # TA
                if level == 1:
                    self.ta1 = raw[following]
                elif level == 2:
                    self.ta2 = raw[following]
                elif level == blocks:
                    self.ifsc = raw[following]
                following += 1
            if indicator & 0x20:  # TB: programming voltage, long gone, before level 3
                if level == blocks:
                    self.bwi = raw[following] >> 4
                    self.cwi = raw[following] & 15
                following += 1
            if indicator & 0x40:  # TC
                if level == 1:
                    self.guard = raw[following]
                elif level == 2:
                    self.wi = raw[following]
                elif level == blocks:
                    self.crc = raw[following]
            at = last
            if not indicator & 0x80:  # no TD
                break
        if level == 1:
            self.first = 0
            protocols = 1
        self.protocols = protocols
        self.historical = at + 1
        self.historical_length = raw[1] & 15
        end = self.historical + self.historical_length
        if end + checked > LONGEST:
            return BAD
        if n < end + checked:
            return MORE
        check = 0
        if checked:
            for i in range(1, n):
                check ^= raw[i]
        if check or not self.wi or not clock_of(self.ta1):
            return BAD
        return BAD if self.bwi > 9 or self.crc > 1 or not 0 < self.ifsc < 255 else WHOLE


def clock_of(ta1: int) -> int:
    """Return Fi, in clock cycles, of a TA1, or of its default for -1; 0 when Fi or Di is reserved."""
    if ta1 < 0:
        return _CLOCKS[DEFAULT_TA1 >> 4]
    return _CLOCKS[ta1 >> 4] if _BITRATES[ta1 & 15] else 0


def rate_of(ta1: int) -> int:
    """Return Di, bits in Fi clock cycles, of a TA1, or of its default for -1."""
    return _BITRATES[ta1 & 15] if ta1 >= 0 else 1
