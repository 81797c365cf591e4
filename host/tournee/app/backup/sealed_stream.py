"""Bytes sealed by a passphrase, in chunks whose order, end and number are authenticated.

    head     72 bytes: magic, version, cost of scrypt, size of a chunk, length of the content, salt, mark
    chunks   each of the content's, the last one shorter, encrypted by AES-256-GCM, its tag (16 bytes) behind

scrypt makes 64 bytes of passphrase and salt: the chunks' key, then the key of the head's mark (HMAC-SHA-256
of all before it). The nonce of a chunk is its number from 0 (11 bytes) and 1 for the last one, 0 for any
other (Hoang, Reyhanitabar, Rogaway, Vizár: STREAM); the whole head is authenticated with each. Integers are
big-endian. `host/docs/backup.md` says it for who has to open one by hand.
"""

from __future__ import annotations

import hmac
import os
import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Self

from tournee.app.backup.errors import altered, extended, newer, not_a_backup, not_opened, partial
from tournee.crypto.ciphers import AesGcm
from tournee.crypto.derivation import scrypt
from tournee.crypto.values import NotAuthentic

MAGIC = b"TOURNBAK"
VERSION = 1
_FACTS = struct.Struct(">8sHBBBBxxQ16s")  # magic, version, log2 n, r, p, log2 chunk, length, salt
_MARK_SIZE = 32
HEAD_SIZE = _FACTS.size + _MARK_SIZE
TAG_SIZE = 16
_SALT_SIZE, _KEY_SIZE, _NUMBER_SIZE = 16, 32, 11

_LOG_N_MIN, _LOG_N_MAX = 1, 18
_R = 8
_P_MAX = 4
_LOG_CHUNK_MIN, _LOG_CHUNK_MAX = 12, 20


@dataclass(frozen=True)
class SealedHead:
    """What a head says: scrypt's n as a power of 2, its r and p; a chunk's size as a power of 2; the
    content's length in bytes; the salt.

    scrypt takes 128 · n · r bytes of memory: 128 MiB as it is written here, 256 MiB at most in a stranger's.
    """

    length: int
    salt: bytes
    log_n: int = 17
    r: int = _R
    p: int = 1
    log_chunk: int = 16

    @property
    def chunk(self) -> int:
        """Bytes of a chunk's content."""
        return 1 << self.log_chunk

    @property
    def whole(self) -> int:
        """Bytes of the whole file."""
        chunks = max(1, -(-self.length // self.chunk))
        return HEAD_SIZE + self.length + chunks * TAG_SIZE

    def keys(self, passphrase: str) -> tuple[bytes, bytes]:
        """The chunks' key and the mark's: a moment of work, as scrypt is meant to be."""
        text = unicodedata.normalize("NFC", passphrase).encode()
        made = scrypt(text, self.salt, 2 * _KEY_SIZE, n=1 << self.log_n, r=self.r, p=self.p)
        return made[:_KEY_SIZE], made[_KEY_SIZE:]

    def packed(self) -> bytes:
        """Its bytes before the mark."""
        return _FACTS.pack(MAGIC, VERSION, self.log_n, self.r, self.p, self.log_chunk, self.length, self.salt)

    @classmethod
    def read(cls, data: bytes, size: int) -> Self:
        """The head of a file of `size` bytes. BackupError for what is none, newer, or not as long as it
        says; a stranger's costs are bounded here, before anything is worked out with them.
        """
        if data[: len(MAGIC)] != MAGIC[: len(data)] or not data:
            raise not_a_backup("il ne commence pas comme une sauvegarde")
        if len(data) < HEAD_SIZE:
            raise partial(size, HEAD_SIZE)
        _, version, log_n, r, p, log_chunk, length, salt = _FACTS.unpack(data[: _FACTS.size])
        if version > VERSION:
            raise newer(f"format {version}")
        head = cls(length, salt, log_n, r, p, log_chunk)
        is_usual = _LOG_N_MIN <= log_n <= _LOG_N_MAX and r == _R and 1 <= p <= _P_MAX
        is_usual = is_usual and _LOG_CHUNK_MIN <= log_chunk <= _LOG_CHUNK_MAX
        if not version or not is_usual or head.packed() != data[: _FACTS.size]:
            raise not_a_backup("son début demande ce qu’aucune sauvegarde ne demande")
        if size < head.whole:
            raise partial(size, head.whole)
        if size > head.whole:
            raise extended(size, head.whole)
        return head


class SealingWriter:
    """Seals content of a told length into `file`: `write` as often as wanted, then `end`.

    `make_head` gives the costs, `random` the salt.
    """

    def __init__(
        self,
        file: IO[bytes],
        passphrase: str,
        length: int,
        make_head: Callable[[int, bytes], SealedHead] = SealedHead,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        head = make_head(length, random(_SALT_SIZE))
        key, mark_key = head.keys(passphrase)
        self._head = _marked(head, mark_key)
        self._file, self._aead, self._chunk = file, AesGcm(key), head.chunk
        self._left, self._number, self._waiting = length, 0, bytearray()
        file.write(self._head)

    def write(self, data: bytes) -> None:
        """Add to the content. ValueError beyond the length that was told."""
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("longer than told")
        self._waiting += data
        while len(self._waiting) > self._chunk:  # the last one is kept back: only `end` knows that it is
            self._seal(bytes(self._waiting[: self._chunk]), last=False)
            del self._waiting[: self._chunk]

    def end(self) -> None:
        """Write the last chunk. ValueError when the content is not as long as was told."""
        if self._left:
            raise ValueError("shorter than told")
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._aead.encrypt(_nonce(self._number, last), chunk, self._head))
        self._number += 1


def opened(file: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """The content of a sealed file, chunk after chunk, each authenticated before it is given.

    Nothing of it may be used before the last one came: only then the file is known to be whole. BackupError.
    """
    size = os.fstat(file.fileno()).st_size
    data = file.read(HEAD_SIZE)
    head = SealedHead.read(data, size)
    key, mark_key = head.keys(passphrase)
    if not hmac.compare_digest(_marked(head, mark_key), data):
        raise not_opened()
    aead, left, number = AesGcm(key), head.length, 0
    while True:
        last = left <= head.chunk
        sealed = file.read(min(left, head.chunk) + TAG_SIZE)
        try:
            yield aead.decrypt(_nonce(number, last), sealed, data)
        except NotAuthentic:
            raise altered() from None
        if last:
            break
        left, number = left - head.chunk, number + 1
    if file.read(1):  # it grew while it was read
        raise altered()


def _marked(head: SealedHead, mark_key: bytes) -> bytes:
    packed = head.packed()
    return packed + hmac.digest(mark_key, packed, "sha256")


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_SIZE, "big") + bytes((last,))
