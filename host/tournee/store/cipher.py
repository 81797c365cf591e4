"""Encryption at rest: what names a patient is written to the journal only sealed."""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tournee.errors import StoreError

KEY_SIZE = 32
"""Bytes of a journal key (AES-256)."""

_NONCE_SIZE = 12
_TAG_SIZE = 16


class Cipher:
    """Seals and opens the journal's values with AES-256-GCM.

    A sealed value is nonce (12 bytes), ciphertext, tag (16 bytes). Its `place` ("table.column.row") is
    authenticated with it: a value moved to another row or column does not open. `random` gives the nonces; a
    nonce must never come twice under one key.
    """

    def __init__(self, key: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(key) != KEY_SIZE:
            raise StoreError(
                f"La clé du journal doit faire {KEY_SIZE} octets, elle en fait {len(key)}.",
                next_step="Restaurez la clé d’origine de ce journal.",
            )
        self._aead = AESGCM(key)
        self._random = random

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt `plain` for `place`."""
        nonce = self._random(_NONCE_SIZE)
        return nonce + self._aead.encrypt(nonce, plain, place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what `seal` made for the same `place`; StoreError for a wrong key, a moved or a damaged
        value.
        """
        if len(sealed) < _NONCE_SIZE + _TAG_SIZE:
            raise _unreadable(place)
        try:
            return self._aead.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], place.encode())
        except InvalidTag:
            raise _unreadable(place) from None


def _unreadable(place: str) -> StoreError:
    return StoreError(
        f"Une valeur chiffrée du journal est illisible ({place}).",
        cause="le journal est endommagé, ou ce n’est pas la clé avec laquelle il a été écrit",
        next_step="Restaurez la dernière sauvegarde du journal avec sa clé.",
    )
