"""Loops over bytes in place, which a board may have in C or in machine code (`[image] native` of its
board.toml).

Nothing is allocated. What is asked for lies in its buffer: that is the caller's to know.
"""

from .port import const

_SPACE = const(32)
_ZERO = const(48)


def same(
    buf: bytes | bytearray | memoryview, at: int, other: bytes | bytearray, other_at: int, n: int
) -> bool:
    """Whether `n` bytes of `buf` at `at` are those of `other` at `other_at`."""
    for i in range(n):
        if buf[at + i] != other[other_at + i]:
            return False
    return True


def copy(buf: bytearray, at: int, other: bytes | bytearray, other_at: int, n: int) -> None:
    """Copy `n` bytes of `other` at `other_at` to `buf` at `at`; inside one buffer, only towards its start."""
    for i in range(n):
        buf[at + i] = other[other_at + i]


def mix(buf: bytearray, at: int, other: bytes | bytearray, other_at: int, n: int) -> None:
    """Exclusive-or `n` bytes of `other` at `other_at` into `buf` at `at`."""
    for i in range(n):
        buf[at + i] ^= other[other_at + i]


def wipe(buf: bytearray, at: int, n: int) -> None:
    """Set `n` bytes at `at` to zero."""
    for i in range(at, at + n):
        buf[i] = 0


def filled_with(buf: bytes | bytearray | memoryview, at: int, n: int, filler: int) -> bool:
    """Whether `n` bytes at `at` are all `filler`."""
    for offset in range(at, at + n):
        if buf[offset] != filler:
            return False
    return True


def digits(buf: bytes | bytearray | memoryview, at: int, n: int) -> int:
    """The decimal number written on `n` bytes at `at`; -1 when a character is no digit. Small up to 9
    digits."""
    value = 0
    for offset in range(at, at + n):
        digit = buf[offset] - _ZERO
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


def number_at(table: bytes, at: int) -> int:
    """The three columns at `at` of a table, as a number: spaces count as zeros."""
    return (table[at] & 15) * 100 + (table[at + 1] & 15) * 10 + (table[at + 2] & 15)


def piece_of(
    buf: bytes | bytearray | memoryview, at: int, length: int, pieces: bytes, start: int, width: int
) -> bool:
    """Whether the `length` bytes at `at` are one of those that stand side by side in pieces[start:start +
    width], up to a space."""
    piece = start
    while piece + length <= start + width and pieces[piece] != _SPACE:  # a range of this step is allocated
        if same(buf, at, pieces, piece, length):
            return True
        piece += length
    return False
