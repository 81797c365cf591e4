"""Which card is in a slot, by its answer to reset (domain 3.1); a wrong card can then be named."""

UNKNOWN = 0  # these numbers are the detail of UNKNOWN_CARD
CPS3 = 1  # CPS2ter and CPS3 answer alike in contact
VITALE_2 = 2
VITALE_1 = 3
CPS4 = 4

_DOT = ord(".")
_DIGITS = b"0123456789ABCDEF"

# The kind's number, then the answer in hexadecimal; `..` is any byte. New fifth bytes of Vitale 2 keep appearing.
ATRS = (
    b"1 3BAC00402A001225006480000310009000",
    b"1 3BAC00402A001225006480820212009000",
    b"2 3B75130000..09EA9000",
    b"2 3B75130000..09FA9000",
    b"3 3F652500..09..9000",
    b"4 3BDC18FF00001225006480000401009000",
    b"4 3B9B1880010012250064800401000090..",
    b"4 3B9B188001001225006480000401009044",
)


def kind_of(raw: bytearray, length: int) -> int:
    """Return the kind of the card that answered `raw[:length]`."""
    for row in ATRS:
        if len(row) == 2 + 2 * length and _matches(row, raw, length):
            return row[0] - ord("0")
    return UNKNOWN


def _matches(row: bytes, raw: bytearray, length: int) -> bool:
    for i in range(length):
        high = row[2 + 2 * i]
        if high != _DOT and (high != _DIGITS[raw[i] >> 4] or row[3 + 2 * i] != _DIGITS[raw[i] & 15]):
            return False
    return True
