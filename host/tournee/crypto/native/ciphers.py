"""AES by `cryptography`; the port's `ciphers` says what each takes and gives."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from tournee.crypto.values import NotAuthentic


class NativeGcm:
    """AES-GCM under one key (NIST SP 800-38D)."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes | bytearray, bound: bytes = b"") -> bytes:
        """Ciphertext and tag; `bound` is authenticated with it."""
        return self._aead.encrypt(nonce, data, bound)

    def decrypt(self, nonce: bytes, encrypted: bytes, bound: bytes = b"") -> bytes:
        """What was encrypted. NotAuthentic."""
        try:
            return self._aead.decrypt(nonce, encrypted, bound)
        except InvalidTag:
            raise NotAuthentic from None


class NativeCcm:
    """AES-CCM under one key (NIST SP 800-38C), with a tag of so many bytes."""

    def __init__(self, key: bytes, tag_length: int) -> None:
        self._aead = AESCCM(key, tag_length)
        self._tag = tag_length

    def encrypt(self, nonce: bytes, data: bytes | bytearray) -> bytes:
        """Ciphertext and tag. ValueError for more than a nonce of this length can count."""
        _check_count(nonce, len(data))
        return self._aead.encrypt(nonce, data, None)

    def decrypt(self, nonce: bytes, encrypted: bytes) -> bytes:
        """What was encrypted. NotAuthentic."""
        _check_count(nonce, len(encrypted) - self._tag)
        try:
            return self._aead.decrypt(nonce, encrypted, None)
        except InvalidTag:
            raise NotAuthentic from None


class NativeCbc:
    """AES-CBC of a content in chunks, PKCS#7 padding at its end (RFC 5652 6.3)."""

    def __init__(self, key: bytes, iv: bytes) -> None:
        self._padder = PKCS7(AES.block_size).padder()
        self._encryptor = BlockCipher(AES(key), CBC(iv)).encryptor()

    def update(self, chunk: bytes) -> bytes:
        """Ciphertext of what is whole by now."""
        return self._encryptor.update(self._padder.update(chunk))

    def finalize(self) -> bytes:
        """Ciphertext of the rest."""
        return self._encryptor.update(self._padder.finalize()) + self._encryptor.finalize()


def _check_count(nonce: bytes, length: int) -> None:
    """ValueError before OpenSSL has an error of its own (NIST SP 800-38C A.1)."""
    if length >= 1 << 8 * max(15 - len(nonce), 0):
        raise ValueError("longer than this nonce can count")
