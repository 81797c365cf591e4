"""RSA with a public key by `pow`; the port's `rsa` says what each takes and gives."""

import hashlib
import os

from tournee.crypto.values import NotAuthentic, RsaKey

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017 9.2, note 1
_PADDING_MIN = 8


def verify(key: RsaKey, signature: bytes, data: bytes) -> None:
    """Check a signature over the SHA-256 of `data` (RFC 8017 8.2.2). NotAuthentic."""
    size = (key.key_size + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= key.n:
        raise NotAuthentic
    info = _SHA256_INFO + hashlib.sha256(data).digest()
    padding = size - len(info) - 3
    if padding < _PADDING_MIN:
        raise NotAuthentic
    wanted = b"\0\1" + b"\xff" * padding + b"\0" + info
    if pow(number, key.e, key.n).to_bytes(size, "big") != wanted:
        raise NotAuthentic


def wrap(key: RsaKey, secret: bytes) -> bytes:
    """Encrypt a content key for the holder of `key` (RFC 8017 7.2.1). ValueError."""
    size = (key.key_size + 7) // 8
    wanted = size - len(secret) - 3
    if wanted < _PADDING_MIN:
        raise ValueError("longer than the key can wrap")
    padding = b""
    while len(padding) < wanted:  # of bytes that are not 0
        padding += os.urandom(wanted - len(padding)).replace(b"\0", b"")
    number = int.from_bytes(b"\0\2" + padding + b"\0" + secret, "big")
    return pow(number, key.e, key.n).to_bytes(size, "big")
