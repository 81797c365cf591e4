"""What may be long, of any size in the same memory: bytes given and read chunk by chunk."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

CHUNK = 256 * 1024
"""Clear bytes of a chunk; what is not longer has no other."""

Content = bytes | Iterable[bytes]
"""Bytes, held in memory or given chunk by chunk."""


@dataclass(frozen=True)
class Kept:
    """Bytes that the journal keeps, `size` of them: read when asked for, while the journal is open.

    Goes through its chunks when iterated over, as often as wanted; `bytes(kept)` is the whole.
    """

    size: int
    read: Callable[[], Iterator[bytes]]

    def __iter__(self) -> Iterator[bytes]:
        return self.read()

    def __bytes__(self) -> bytes:
        return b"".join(self.read())


def recut(content: Content) -> Iterator[bytes]:
    """The same bytes in chunks of `CHUNK`, the last one shorter; nothing at all is one empty chunk."""
    held = bytearray()
    given = False
    for chunk in (content,) if isinstance(content, bytes) else content:
        for start in range(0, len(chunk), CHUNK):
            held += chunk[start : start + CHUNK]
            if len(held) > CHUNK:  # so that no empty chunk ends it
                yield bytes(held[:CHUNK])
                given = True
                del held[:CHUNK]
    if held or not given:
        yield bytes(held)
