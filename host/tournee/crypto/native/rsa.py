"""RSA by `cryptography`; the port's `rsa` says what each takes and gives."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.crypto.values import NotAuthentic, RsaKey

_KEYS_KEPT = 64


def verify(key: RsaKey, signature: bytes, data: bytes) -> None:
    """Check a signature over the SHA-256 of `data`. NotAuthentic."""
    try:
        _key(key).verify(signature, data, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise NotAuthentic from None


def wrap(key: RsaKey, secret: bytes) -> bytes:
    """Encrypt a content key for the holder of `key`. ValueError."""
    return _key(key).encrypt(secret, PKCS1v15())


@lru_cache(_KEYS_KEPT)
def _key(key: RsaKey) -> RSAPublicKey:
    return RSAPublicNumbers(key.e, key.n).public_key()
