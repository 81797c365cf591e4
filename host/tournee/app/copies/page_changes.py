"""What changed between two states of a journal's file, page by page, and put back on top of the first.

    part     head, then entries
    head     page size (u32), number of pages (u32), whether it is the last one of its run (u8), SHA-256 of
             the file as of then (32 bytes, zeros before the last)
    entry    page number from 0 (u32), length (u32), the page deflated with what it was as its dictionary

Big-endian. A part may be lost with all that follow it, never one in the middle: who keeps them chains them.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tournee.errors import StoreError

PART_AIM = 4 * 2**20
_HEAD = struct.Struct(">IIB32s")
_ENTRY = struct.Struct(">II")
_BLOCK = 2**20
_PAGE_SIZES = frozenset(2**power for power in range(9, 17))
_PAGES_MAX = 2**24
_SIZE_AT = slice(16, 18)
_RAW = -15


@dataclass(frozen=True)
class ChangedPages:
    """One part: its bytes, and whether it is the last of its run, with which the copy is whole."""

    data: bytes
    is_last: bool


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal; "" where there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changes(before: Path | None, now: Path) -> Iterator[ChangedPages]:
    """The parts that make the file `now` of the file `before` (None: of nothing), each about `PART_AIM` bytes
    at most before they are deflated. The same files give the same parts.
    """
    size = _page_size(now)
    count = now.stat().st_size // size
    made, length = [], 0
    whole = hashlib.sha256()
    for number, page, old in _pages(before, now, size, whole):
        entry = _deflated(page, old)
        made.append(_ENTRY.pack(number, len(entry)) + entry)
        length += len(entry) + _ENTRY.size
        if length >= PART_AIM:
            yield ChangedPages(_HEAD.pack(size, count, 0, bytes(32)) + b"".join(made), False)
            made, length = [], 0
    yield ChangedPages(_HEAD.pack(size, count, 1, whole.digest()) + b"".join(made), True)


def put_back(data: bytes, file: IO[bytes]) -> bool:
    """Put one part on top of a file that is open to be read and written; whether it was the last of its run,
    and the file is then as it was. StoreError when the part is not one of ours, or the file is another.
    """
    try:
        size, count, last, digest = _HEAD.unpack_from(data)
        if size not in _PAGE_SIZES or not 0 < count <= _PAGES_MAX:
            raise ValueError(size)
        at = _HEAD.size
        while at < len(data):
            number, length = _ENTRY.unpack_from(data, at)
            at += _ENTRY.size
            if number >= count or at + length > len(data):
                raise ValueError(number)
            file.seek(number * size)
            page = _inflated(data[at : at + length], file.read(size), size)
            file.seek(number * size)
            file.write(page)
            at += length
    except (ValueError, struct.error, zlib.error) as error:
        raise _unfit("une de ses parties ne se lit pas") from error
    file.truncate(count * size)
    if last:
        file.flush()
        file.seek(0)
        if hashlib.file_digest(file, "sha256").digest() != digest:  # type: ignore[arg-type]
            raise _unfit("le journal qu’elle rend n’est pas celui qui fut copié")
    return bool(last)


def _pages(
    before: Path | None, now: Path, size: int, whole: hashlib._Hash
) -> Iterator[tuple[int, bytes, bytes]]:
    """Each page that differs: its number, itself, and what it was (b"": nothing)."""
    old_file = before.open("rb") if before is not None and before.exists() else None
    try:
        with now.open("rb") as file:
            start = 0
            while block := file.read(_BLOCK):
                whole.update(block)
                old = old_file.read(_BLOCK) if old_file else b""
                if block != old:
                    for at in range(0, len(block), size):
                        page, was = block[at : at + size], old[at : at + size]
                        if page != was:
                            yield (start + at) // size, page, was
                start += len(block)
    finally:
        if old_file:
            old_file.close()


def _page_size(path: Path) -> int:
    with path.open("rb") as file:
        told = int.from_bytes(file.read(100)[_SIZE_AT], "big")
    size = 65536 if told == 1 else told
    if size not in _PAGE_SIZES:
        raise _unfit("ce n’est pas un journal")
    return size


def _deflated(page: bytes, old: bytes) -> bytes:
    squeeze = zlib.compressobj(6, zlib.DEFLATED, _RAW, 9, zlib.Z_DEFAULT_STRATEGY, old[-32768:])
    return squeeze.compress(page) + squeeze.flush()


def _inflated(data: bytes, old: bytes, size: int) -> bytes:
    stretch = zlib.decompressobj(_RAW, old[-32768:])
    page = stretch.decompress(data, size + 1)
    if len(page) != size:
        raise ValueError("not a page")
    return page


def _unfit(why: str) -> StoreError:
    return StoreError(
        "Cette copie du journal ne peut pas servir.",
        cause=why,
        next_step="restaurez une sauvegarde, ou demandez une copie plus ancienne",
    )
