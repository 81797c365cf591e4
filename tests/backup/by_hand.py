"""A second reader and writer of backups, from host/docs/backup.md alone: none of Tournée's code is in it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FAST = {"log_n": 1, "log_chunk": 12}
"""Costs of a file for a test: the reader takes it as any other."""


def keys(passphrase: bytes, salt: bytes, log_n: int, r: int, p: int) -> tuple[bytes, bytes]:
    made = hashlib.scrypt(passphrase, salt=salt, n=1 << log_n, r=r, p=p, maxmem=1 << 29, dklen=64)
    return made[:32], made[32:]


def head_of(length: int, salt: bytes, log_n: int, r: int, p: int, log_chunk: int, version: int = 1) -> bytes:
    facts = b"TOURNBAK" + version.to_bytes(2, "big") + bytes((log_n, r, p, log_chunk, 0, 0))
    return facts + length.to_bytes(8, "big") + salt


def seal(
    content: bytes,
    passphrase: bytes,
    salt: bytes = bytes(16),
    *,
    log_n: int = 17,
    r: int = 8,
    p: int = 1,
    log_chunk: int = 16,
    version: int = 1,
) -> bytes:
    """A sealed file."""
    key, mark_key = keys(passphrase, salt, log_n, r, p)
    facts = head_of(len(content), salt, log_n, r, p, log_chunk, version)
    head = facts + hmac.digest(mark_key, facts, "sha256")
    size = 1 << log_chunk
    pieces = [content[at : at + size] for at in range(0, len(content), size)] or [b""]
    sealed = head
    for number, piece in enumerate(pieces):
        nonce = number.to_bytes(11, "big") + (b"\1" if number == len(pieces) - 1 else b"\0")
        sealed += AESGCM(key).encrypt(nonce, piece, head)
    return sealed


def unseal(data: bytes, passphrase: bytes) -> bytes:
    """The content of a sealed file; an exception for anything that is not right."""
    head, rest = data[:72], data[72:]
    assert head[:10] == b"TOURNBAK\0\1"
    assert head[14:16] == b"\0\0"
    log_n, r, p, log_chunk = head[10:14]
    key, mark_key = keys(passphrase, head[24:40], log_n, r, p)
    assert hmac.compare_digest(hmac.digest(mark_key, head[:40], "sha256"), head[40:])
    length, size, content, number = int.from_bytes(head[16:24], "big"), 1 << log_chunk, b"", 0
    while True:
        last = length - len(content) <= size
        end = min(size, length - len(content)) + 16
        nonce = number.to_bytes(11, "big") + bytes((last,))
        content += AESGCM(key).decrypt(nonce, rest[:end], head)
        rest, number = rest[end:], number + 1
        if last:
            break
    assert not rest
    return content


def pack(files: Sequence[tuple[str, str, bytes]], /, **told: Any) -> bytes:
    """The content of a backup of these files: name, role, bytes. What is `told` stands in its list."""
    listed = {
        "format": 1,
        "made": "2026-03-02T18:30:05+01:00",
        "program": "0.1.0",
        "journal": {"identity": "00", "version": 1, "step": 1},
        "files": [{"name": name, "role": role, "size": len(data)} for name, role, data in files],
        **told,
    }
    data = json.dumps(listed).encode()
    return len(data).to_bytes(4, "big") + data + b"".join(data for _, _, data in files)


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The list of a backup, and its files by name."""
    at = 4 + int.from_bytes(content[:4], "big")
    listed, files = json.loads(content[4:at]), {}
    for one in listed["files"]:
        files[one["name"]] = content[at : at + one["size"]]
        at += one["size"]
    assert at == len(content)
    return listed, files
