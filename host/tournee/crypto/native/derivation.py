"""scrypt by `cryptography`."""

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt


def scrypt(secret: bytes, salt: bytes, length: int, *, n: int, r: int, p: int) -> bytes:
    """`length` bytes out of a passphrase (RFC 7914); takes 128 · n · r bytes of memory."""
    return Scrypt(salt, length, n, r, p).derive(secret)
