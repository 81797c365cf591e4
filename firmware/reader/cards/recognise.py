"""Which card is in a slot, by its answer to reset (domain 3.1); a wrong card can then be named."""

from sesam.port import const

CPS3 = const(1)  # a kind's number is the detail of WRONG_CARD and OUTDATED_CARD; 0: never seen
VITALE_2 = const(2)
VITALE_1 = const(3)
CPS4 = const(4)
CPS2TER = const(5)  # not by its answer to reset, which is a CPS3's, but by what it says to commands

_DOT = const(46)
_ZERO = const(48)
_DIGITS = b"0123456789ABCDEF"

# 1 CPS2ter and CPS3 (alike in contact), 2 Vitale 2, 3 Vitale 1, 4 CPS4: number, then answer to reset; `..` is
# any byte, for new fifth bytes of Vitale 2 keep appearing.
_ATRS = (
    b"1 3BAC00402A001225006480000310009000",
    b"1 3BAC00402A001225006480820212009000",
    b"2 3B75130000..09EA9000",
    b"2 3B75130000..09FA9000",
    b"3 3F652500..09..9000",
    b"4 3BDC18FF00001225006480000401009000",
    b"4 3B9B188001001225006480040100009044",
    b"4 3B9B188001001225006480000401009044",
)


def kind_of(raw: bytearray, length: int) -> int:
    """Return the kind of the card that answered `raw[:length]`, 0 when unknown."""
    for row in _ATRS:
        if len(row) == 2 + 2 * length and _same(row, raw, length):
            return row[0] - _ZERO
    return 0


def _same(row: bytes, raw: bytearray, length: int) -> bool:
    for i in range(length):
        high = row[2 + 2 * i]
        if high != _DOT and (high != _DIGITS[raw[i] >> 4] or row[3 + 2 * i] != _DIGITS[raw[i] & 15]):
            return False
    return True
