"""What a half-done SHA-256 is to a card that finishes it: its eight words, and how many bits went in."""

from sesam.port import const

STATE = const(32)  # bytes of an intermediate state of SHA-256
COUNT = const(8)  # bytes of its bit count


def bits_into(length: int, out: bytearray, at: int) -> None:
    """Write the number of bits of `length` bytes (below 2**26, for small integers everywhere), big-endian on
    COUNT bytes."""
    bits = length * 8
    for i in range(COUNT - 1, -1, -1):
        out[at + i] = bits & 255
        bits >>= 8
