"""HMAC-SHA-256 in pieces (RFC 2104), and the key derivation that is made of it (RFC 5869)."""

from sesam.port import const

DIGEST = const(32)
_BLOCK = const(64)
_INNER = const(0x36)
_OUTER = const(0x5C)


class Hmac:
    """One running HMAC; a key is 64 bytes at most."""

    def __init__(self, sha256: object) -> None:
        self._hash = sha256()
        self._block = bytearray(_BLOCK)
        self._digest = bytearray(DIGEST)

    def begin(self, key: bytes | bytearray, at: int, n: int) -> None:
        """Start under key[at:at+n]."""
        block = self._block
        for i in range(_BLOCK):
            block[i] = (key[at + i] if i < n else 0) ^ _INNER
        self._hash.reset()
        self._hash.update(block, 0, _BLOCK)

    def update(self, buf: bytes | bytearray, at: int, n: int) -> None:
        """Take buf[at:at+n]."""
        self._hash.update(buf, at, n)

    def finish(self, out: bytearray, at: int) -> None:
        """Write the 32 bytes, and forget the key."""
        block = self._block
        self._hash.digest_into(self._digest, 0)
        for i in range(_BLOCK):
            block[i] ^= _INNER ^ _OUTER
        self._hash.reset()
        self._hash.update(block, 0, _BLOCK)
        self._hash.update(self._digest, 0, DIGEST)
        self._hash.digest_into(out, at)
        for i in range(_BLOCK):
            block[i] = 0
