"""SHA-256 continued from an intermediate state (FIPS 180-4 6.2): what a card does in PSO HASH.

`hashlib` cannot start from a state, hence this small one; the tests hold it against `hashlib`.
"""

INITIAL_STATE = bytes.fromhex("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19")
BLOCK = 64
STATE = 32
_WORD = 0xFFFFFFFF
_ROUND_CONSTANTS = bytes.fromhex(
    "428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 "
    "d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174 "
    "e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da "
    "983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 "
    "27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 "
    "a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 "
    "19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 "
    "748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2"
)
_ROUNDS = tuple(int.from_bytes(_ROUND_CONSTANTS[at : at + 4], "big") for at in range(0, 256, 4))


def _rotated(word: int, by: int) -> int:
    return (word >> by | word << 32 - by) & _WORD


def compress(state: bytes, block: bytes) -> bytes:
    """The state of 32 bytes after one more block of 64."""
    schedule = [int.from_bytes(block[at : at + 4], "big") for at in range(0, BLOCK, 4)]
    for at in range(16, 64):
        far, near = schedule[at - 15], schedule[at - 2]
        small0 = _rotated(far, 7) ^ _rotated(far, 18) ^ far >> 3
        small1 = _rotated(near, 17) ^ _rotated(near, 19) ^ near >> 10
        schedule.append((schedule[at - 16] + small0 + schedule[at - 7] + small1) & _WORD)
    words = [int.from_bytes(state[at : at + 4], "big") for at in range(0, STATE, 4)]
    a, b, c, d, e, f, g, h = words
    for constant, scheduled in zip(_ROUNDS, schedule, strict=True):
        big1 = _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)
        first = h + big1 + (e & f ^ ~e & g) + constant + scheduled
        second = (_rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = (first + second) & _WORD, a, b, c, (d + first) & _WORD, e, f, g
    after = zip(words, (a, b, c, d, e, f, g, h), strict=True)
    return b"".join((old + new & _WORD).to_bytes(4, "big") for old, new in after)


def finish(state: bytes, hashed_bits: int, last: bytes) -> bytes:
    """Digest once `last` (0..64 bytes) follows the `hashed_bits` (a multiple of 512) that gave `state`."""
    length = hashed_bits + 8 * len(last)
    padded = last + b"\x80" + bytes((BLOCK - 9 - len(last)) % BLOCK) + length.to_bytes(8, "big")
    for at in range(0, len(padded), BLOCK):
        state = compress(state, padded[at : at + BLOCK])
    return state
