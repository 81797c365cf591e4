"""Check keys of the numbers that records carry, worked out in place: no allocation, small integers only.

All functions read ASCII bytes. They answer, they never raise: a number that cannot be right has no key. The
host has python-stdnum besides; the tests make each judge the other.
"""

from .port import const

NIR_LENGTH = const(13)
BILLING_LENGTH = const(9)
RPPS_LENGTH = const(11)
SIREN_LENGTH = const(9)
FINESS_LENGTH = const(9)

_NIR_MODULUS = const(97)
_DEPARTMENT = const(5)  # offset of the NIR's department: 2A and 2B are Corsica
_LETTER_A = const(65)
_LETTER_B = const(66)


def luhn_sum(buf: bytes | bytearray | memoryview, at: int, length: int) -> int:
    """Luhn sum of `length` digits at `at`, every second from the right doubled; -1 when one is no digit."""
    total = 0
    for index in range(length):
        digit = buf[at + length - 1 - index] - 48
        if digit < 0 or digit > 9:
            return -1
        if index & 1:
            digit += digit
            if digit > 9:
                digit -= 9
        total += digit
    return total


def luhn_ok(buf: bytes | bytearray | memoryview, at: int, length: int) -> bool:
    """Whether `length` digits at `at` pass the Luhn check, key included."""
    total = luhn_sum(buf, at, length)
    return total >= 0 and total % 10 == 0


def billing_ok(buf: bytes | bytearray | memoryview, at: int) -> bool:
    """Whether the 9 digits at `at` are a billing number: 8 digits and their key (domain 4.1)."""
    return luhn_ok(buf, at, BILLING_LENGTH)


def billing_key(number: bytes | bytearray | str) -> int:
    """Key 0..9 of the 8 digits of a billing number; -1 when they are not 8 digits."""
    digits = number.encode() if isinstance(number, str) else number
    if len(digits) != BILLING_LENGTH - 1:
        return -1
    total = luhn_sum(digits + b"0", 0, BILLING_LENGTH)
    return -1 if total < 0 else -total % 10


def rpps_ok(buf: bytes | bytearray | memoryview, at: int) -> bool:
    """Whether the 11 digits at `at` are an RPPS number (Luhn, domain 4.1)."""
    return luhn_ok(buf, at, RPPS_LENGTH)


def siren_ok(buf: bytes | bytearray | memoryview, at: int) -> bool:
    """Whether the 9 digits at `at` are a SIREN (Luhn, domain 4.1)."""
    return luhn_ok(buf, at, SIREN_LENGTH)


def finess_ok(buf: bytes | bytearray | memoryview, at: int) -> bool:
    """Whether the 9 characters at `at` are a FINESS number (Luhn, domain 4.1).

    In Corsica (2A, 2B) the letter counts as 1 or 2: the same sum as the rewriting 2A00 to 2001, 2B00 to 2002
    (domain 2.2).
    """
    letter = buf[at + 1]
    if letter != _LETTER_A and letter != _LETTER_B:
        return luhn_ok(buf, at, FINESS_LENGTH)
    rest = luhn_sum(buf, at + 2, FINESS_LENGTH - 2)
    return buf[at] == 50 and rest >= 0 and (rest + 2 + 2 * (letter - 64)) % 10 == 0


def nir_remainder(buf: bytes | bytearray | memoryview, at: int) -> int:
    """The 13 characters of a NIR at `at`, modulo 97; -1 when they are no NIR.

    Corsica: 2A counts 19, 2B 18 (domain 4.1).
    """
    remainder = 0
    for index in range(NIR_LENGTH):
        digit = buf[at + index] - 48
        if index == _DEPARTMENT or index == _DEPARTMENT + 1:
            letter = buf[at + _DEPARTMENT + 1]
            if letter == _LETTER_A or letter == _LETTER_B:
                if buf[at + _DEPARTMENT] != 50:
                    return -1
                digit = 1 if index == _DEPARTMENT else 9 - (letter - _LETTER_A)
        if digit < 0 or digit > 9:
            return -1
        remainder = (remainder * 10 + digit) % _NIR_MODULUS
    return remainder


def nir_key(nir: bytes | bytearray | str) -> int:
    """Key 1..97 of a NIR of 13 characters; -1 when it is none. Printed on two digits."""
    number = nir.encode() if isinstance(nir, str) else nir
    if len(number) != NIR_LENGTH:
        return -1
    remainder = nir_remainder(number, 0)
    return -1 if remainder < 0 else _NIR_MODULUS - remainder


def nir_ok(buf: bytes | bytearray | memoryview, at: int) -> bool:
    """Whether the 15 characters at `at` are a NIR and its key."""
    remainder = nir_remainder(buf, at)
    tens = buf[at + NIR_LENGTH] - 48
    units = buf[at + NIR_LENGTH + 1] - 48
    if remainder < 0 or tens < 0 or tens > 9 or units < 0 or units > 9:
        return False
    return tens * 10 + units == _NIR_MODULUS - remainder
