"""Ed25519 by the package `cryptography`: a signature verified, never made."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tournee.crypto.values import NoKeyError


def is_signed_by(name: str, pem: bytes, signature: bytes, data: bytes) -> bool:
    """Whether this key made the signature; NoKeyError for one that is none, by the editor's `name`."""
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise NoKeyError(name) from None
    if not isinstance(key, Ed25519PublicKey):
        raise NoKeyError(name)
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
