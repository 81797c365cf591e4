"""A card's RSA-2048 key over a SHA-256 digest: PKCS#1 v1.5, by which the same digest gives the same bytes, or
PSS."""

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

SIGNATURE = 256
DIGEST = 32


def read_key(pem: bytes) -> rsa.RSAPrivateKey:
    """The committed test key of a card; checked when it was made, so loading does not check again."""
    key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != 8 * SIGNATURE:
        raise ValueError("card keys are RSA-2048")
    return key


def sign_digest(key: rsa.RSAPrivateKey, digest: bytes, *, pss: bool = False) -> bytes:
    """256 bytes over a digest of 32 (RFC 8017 8.2.1, or 8.1.1 with a salt of 32 bytes)."""
    if pss:
        return key.sign(
            digest, padding.PSS(padding.MGF1(hashes.SHA256()), DIGEST), Prehashed(hashes.SHA256())
        )
    return key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
