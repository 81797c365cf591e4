"""AES-128, one block at a time (FIPS 197): for boards whose MicroPython has none in C.

`Aes(key).encrypt(block, out)` is what `cryptolib.aes(key, 1)` offers as well: a board hands in the one it
has. Only encryption: CCM needs no more.
"""

from sesam.port import const

_ROUNDS = const(10)
_BLOCK = const(16)
_KEY = const(16)
_REDUCE = const(0x11B)  # x^8 + x^4 + x^3 + x + 1


def _double(value: int) -> int:
    value <<= 1
    return value ^ _REDUCE if value & 0x100 else value


def _s_box() -> bytes:
    """Inverses in GF(2^8) by powers of the generator 3, then the affine map."""
    powers = bytearray(256)
    logs = bytearray(256)
    value = 1
    for i in range(255):
        powers[i] = value
        logs[value] = i
        value = _double(value) ^ value
    box = bytearray(256)
    for i in range(256):
        inverse = powers[(255 - logs[i]) % 255] if i else 0
        mixed = inverse
        for _ in range(4):
            inverse = (inverse << 1 | inverse >> 7) & 0xFF
            mixed ^= inverse
        box[i] = mixed ^ 0x63
    return bytes(box)


_BOX = _s_box()


class Aes:
    """One key of 16 bytes."""

    def __init__(self, key: bytes) -> None:
        words = bytearray(_BLOCK * (_ROUNDS + 1))
        words[:_KEY] = key
        constant = 1
        for at in range(_KEY, len(words), 4):
            if at % _KEY:
                for i in range(4):
                    words[at + i] = words[at + i - _KEY] ^ words[at + i - 4]
                continue
            for i in range(4):
                words[at + i] = words[at + i - _KEY] ^ _BOX[words[at - 4 + (i + 1) % 4]]
            words[at] ^= constant
            constant = _double(constant)
        self._words = words
        self._state = bytearray(_BLOCK)
        self._mixed = bytearray(_BLOCK)

    def encrypt(self, block: bytearray, out: bytearray) -> None:
        """Write the encryption of `block`, 16 bytes, to `out`; they may be the same."""
        words = self._words
        state = self._state
        mixed = self._mixed
        for i in range(_BLOCK):
            state[i] = block[i] ^ words[i]
        for at in range(_BLOCK, _BLOCK * _ROUNDS, _BLOCK):
            for i in range(_BLOCK):  # SubBytes and ShiftRows: column i // 4 takes row i % 4 from further on
                mixed[i] = _BOX[state[(i + 4 * (i & 3)) & 15]]
            for column in range(0, _BLOCK, 4):
                a = mixed[column]
                b = mixed[column + 1]
                c = mixed[column + 2]
                d = mixed[column + 3]
                every = a ^ b ^ c ^ d
                state[column] = a ^ every ^ _double(a ^ b) ^ words[at + column]
                state[column + 1] = b ^ every ^ _double(b ^ c) ^ words[at + column + 1]
                state[column + 2] = c ^ every ^ _double(c ^ d) ^ words[at + column + 2]
                state[column + 3] = d ^ every ^ _double(d ^ a) ^ words[at + column + 3]
        at = _BLOCK * _ROUNDS
        for i in range(_BLOCK):
            out[i] = _BOX[state[(i + 4 * (i & 3)) & 15]] ^ words[at + i]
