"""Detached Ed25519 signatures of what an editor gives: tables of acts, directories. Not in a page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from tournee.crypto import IS_NATIVE
from tournee.crypto.values import NoKeyError, NotDoneHere

__all__ = ["KEY_MAX", "SIGNATURE_MAX", "NoKeyError", "signer_of"]
SIGNATURE_SIZE = 64
SIGNATURE_MAX, KEY_MAX = 1 << 10, 1 << 14
"""Bytes of the files of a signature and of a public key in PEM."""


def signer_of(data: bytes, signature: bytes, keys: Mapping[str, bytes]) -> str:
    """Whose signature (raw or in base64) these bytes have, of editors by name with their keys in PEM; ""
    when it is nobody's. NoKeyError, NotDoneHere in a page.
    """
    if not IS_NATIVE:
        raise NotDoneHere(
            "Une signature d’éditeur ne se vérifie pas sur cet appareil.",
            cause="il n’a pas de quoi vérifier une signature Ed25519",
            next_step="faites-le sur l’ordinateur du cabinet",
        )
    from tournee.crypto.native.ed25519 import is_signed_by

    signed = _raw(signature)
    return next((name for name, pem in keys.items() if is_signed_by(name, pem, signed, data)), "")


def _raw(data: bytes) -> bytes:
    if len(data) == SIGNATURE_SIZE:
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return b""
