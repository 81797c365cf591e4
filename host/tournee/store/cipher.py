"""Encryption at rest: what names a patient is written to the journal only encrypted."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable

from tournee.crypto.ciphers import AesGcm
from tournee.crypto.values import NotAuthentic
from tournee.errors import StoreError

KEY_SIZE = 32
"""Bytes of a journal key (AES-256)."""

NAME_SIZE = 16
"""Bytes that stand for a value in an index."""

_NONCE_SIZE = 12
_TAG_SIZE = 16


class Cipher:
    """Encrypts and decrypts the journal's values with AES-256-GCM.

    An encrypted value is nonce (12 bytes), ciphertext, tag (16 bytes). Its `binding` ("table.column.row") is
    authenticated with it: a value moved to another row or column does not decrypt. `random` gives the nonces;
    none must ever come twice under one key.
    """

    def __init__(self, key: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(key) != KEY_SIZE:
            raise StoreError(
                f"La clé du journal doit faire {KEY_SIZE} octets, elle en fait {len(key)}.",
                next_step="restaurez la clé d’origine de ce journal.",
            )
        self._key, self._aead = key, AesGcm(key)
        self._naming = hmac.digest(key, b"names in the journal", "sha256")
        self._random = random

    @property
    def identity(self) -> str:
        """The id of the journal that has this key, in hex: a copy's is the same, another journal's never."""
        return self.name(b"identity", "journal").hex()

    def encrypt(self, plain: bytes, binding: str) -> bytes:
        """Encrypt `plain` for `binding`."""
        nonce = self._random(_NONCE_SIZE)
        return nonce + self._aead.encrypt(nonce, plain, binding.encode())

    def decrypt(self, encrypted: bytes, binding: str) -> bytes:
        """Decrypt what `encrypt` made for the same `binding`; StoreError for a wrong key, a value
        that was moved or damaged.
        """
        if len(encrypted) < _NONCE_SIZE + _TAG_SIZE:
            raise _unreadable(binding)
        try:
            return self._aead.decrypt(encrypted[:_NONCE_SIZE], encrypted[_NONCE_SIZE:], binding.encode())
        except NotAuthentic:
            raise _unreadable(binding) from None

    def wrapped(self, by: Cipher, binding: str) -> bytes:
        """This key itself, encrypted under another one's for `binding`."""
        return by.encrypt(self._key, binding)

    def name(self, value: bytes, purpose: str) -> bytes:
        """What stands for `value` in an index: the same each time for one `purpose`, and only by this key."""
        return hmac.digest(self._naming, purpose.encode() + b"\0" + value, "sha256")[:NAME_SIZE]


def _unreadable(binding: str) -> StoreError:
    return StoreError(
        f"Une valeur chiffrée du journal est illisible ({binding}).",
        cause="le journal est endommagé, ou ce n’est pas la clé avec laquelle il a été écrit",
        next_step="restaurez la dernière sauvegarde du journal avec sa clé.",
    )
