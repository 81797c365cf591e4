"""Keys out of secrets: HKDF of a good one, scrypt of a passphrase or a code."""

import hmac
import sys

if sys.platform == "emscripten":
    from tournee.crypto.browser.derivation import scrypt
else:
    from tournee.crypto.native.derivation import scrypt

__all__ = ["hkdf", "scrypt"]

_HASH_SIZE = 32


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 (RFC 5869 2): `length` bytes, 8160 at most (ValueError)."""
    if not 0 < length <= 255 * _HASH_SIZE:
        raise ValueError(f"HKDF cannot make {length} bytes")
    key = hmac.digest(salt or bytes(_HASH_SIZE), secret, "sha256")
    made = block = b""
    while len(made) < length:
        block = hmac.digest(key, block + info + bytes((len(made) // _HASH_SIZE + 1,)), "sha256")
        made += block
    return made[:length]
