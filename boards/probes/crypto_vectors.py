"""Runs on a board in place of the reader: hash, CRC and AES of fixed inputs, printed in hex."""

from reader.crypto.aes import Aes
from reader.crypto.sha256 import Sha256
from sesam.cobs import crc16

DATA = bytes(range(251)) * 2
SIZES = (0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 500)


def show(buf):
    print("".join("%02x" % byte for byte in buf))


def run():
    """Intermediate states, tails, digests, CRCs in one piece and in two, blocks in place and apart."""
    state = bytearray(32)
    for size in SIZES:
        hashed = Sha256()
        for part in (0, 1):
            hashed.update(DATA, size // 3 * part, size // 3 if not part else size - size // 3)
        hashed.state_into(state, 0)
        show(state)
        show(hashed.tail[: hashed.tail_length])
        print(hashed.hashed, hashed.tail_length)
        hashed.digest_into(state, 0)
        show(state)
        hashed.reset()
        print(crc16(DATA, 0, size), crc16(DATA, size // 2, size, crc16(DATA, 0, size // 2)))
    block = bytearray(DATA[100:116])
    other = bytearray(16)
    for start in (0, 16, 77):
        aes = Aes(DATA[start : start + 16])
        aes.encrypt(block, other)
        show(other)
        aes.encrypt(block, block)
        show(block)


if __name__ == "__main__":  # CPython
    run()
