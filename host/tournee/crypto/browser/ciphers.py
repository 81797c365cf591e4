"""AES by noble, in JavaScript; the port's `ciphers` says what each takes and gives."""

import tournee_door as door
from pyodide.ffi import to_js

from tournee.crypto.values import NotAuthentic

_KEY_SIZES = (16, 24, 32)
_BLOCK = 16
_GCM_TAG = 16
_GCM_NONCE_MIN, _GCM_NONCE_MAX = 8, 128  # as `cryptography` has it
_CCM_NONCE_MIN, _CCM_NONCE_MAX = 7, 13
_CCM_TAGS = range(4, 17, 2)


class DoorGcm:
    """AES-GCM under one key (NIST SP 800-38D)."""

    def __init__(self, key: bytes) -> None:
        self._key = _checked(key)

    def encrypt(self, nonce: bytes, data: bytes | bytearray, bound: bytes = b"") -> bytes:
        """Ciphertext and tag; `bound` is authenticated with it."""
        _check_nonce(nonce, _GCM_NONCE_MIN, _GCM_NONCE_MAX)
        return _bytes(door.gcm_encrypt(self._key, to_js(nonce), to_js(data), to_js(bound)))

    def decrypt(self, nonce: bytes, encrypted: bytes, bound: bytes = b"") -> bytes:
        """What was encrypted. NotAuthentic."""
        _check_nonce(nonce, _GCM_NONCE_MIN, _GCM_NONCE_MAX)
        if len(encrypted) < _GCM_TAG:
            raise NotAuthentic
        return _bytes(door.gcm_decrypt(self._key, to_js(nonce), to_js(encrypted), to_js(bound)))


class DoorCcm:
    """AES-CCM under one key (NIST SP 800-38C), with a tag of so many bytes."""

    def __init__(self, key: bytes, tag_length: int) -> None:
        self._key = _checked(key)
        if tag_length not in _CCM_TAGS:
            raise ValueError(f"a tag of {tag_length} bytes")
        self._tag = tag_length

    def encrypt(self, nonce: bytes, data: bytes | bytearray) -> bytes:
        """Ciphertext and tag. ValueError for more than a nonce of this length can count."""
        self._check(nonce, len(data))
        return _bytes(door.ccm_encrypt(self._key, to_js(nonce), to_js(data), self._tag))

    def decrypt(self, nonce: bytes, encrypted: bytes) -> bytes:
        """What was encrypted. NotAuthentic."""
        self._check(nonce, len(encrypted) - self._tag)
        if len(encrypted) < self._tag:
            raise NotAuthentic
        return _bytes(door.ccm_decrypt(self._key, to_js(nonce), to_js(encrypted), self._tag))

    def _check(self, nonce: bytes, length: int) -> None:
        _check_nonce(nonce, _CCM_NONCE_MIN, _CCM_NONCE_MAX)
        if length >= 1 << 8 * (15 - len(nonce)):
            raise ValueError("longer than this nonce can count")


class DoorCbc:
    """AES-CBC of a content in chunks, PKCS#7 padding at its end (RFC 5652 6.3)."""

    def __init__(self, key: bytes, iv: bytes) -> None:
        self._key = _checked(key)
        _check_nonce(iv, _BLOCK, _BLOCK)
        self._chain, self._rest = iv, b""

    def update(self, chunk: bytes) -> bytes:
        """Ciphertext of what is whole by now."""
        data = self._rest + chunk
        whole = len(data) // _BLOCK * _BLOCK
        self._rest = data[whole:]
        return self._encrypted(data[:whole])

    def finalize(self) -> bytes:
        """Ciphertext of the rest."""
        missing = _BLOCK - len(self._rest)
        return self._encrypted(self._rest + bytes((missing,)) * missing)

    def _encrypted(self, data: bytes) -> bytes:
        if not data:
            return b""
        made = _bytes(door.cbc_encrypt(self._key, to_js(self._chain), to_js(data)))
        self._chain = made[-_BLOCK:]
        return made


def _checked(key: bytes) -> object:
    if len(key) not in _KEY_SIZES:
        raise ValueError(f"an AES key of {len(key)} bytes")
    return to_js(key)


def _check_nonce(nonce: bytes, least: int, most: int) -> None:
    if not least <= len(nonce) <= most:
        raise ValueError(f"a nonce of {len(nonce)} bytes")


def _bytes(made: object) -> bytes:
    """What came through the door; nothing comes where a tag is not right."""
    if made is None:
        raise NotAuthentic
    return bytes(made.to_bytes())  # type: ignore[attr-defined]
