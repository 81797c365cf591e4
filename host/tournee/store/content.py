"""What may be long, of any size in the same memory: bytes given and read piece by piece."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

PIECE = 256 * 1024
"""Clear bytes of a piece; what is not longer has no other."""

Content = bytes | Iterable[bytes]
"""Bytes, held in memory or given piece by piece."""


@dataclass(frozen=True)
class Kept:
    """Bytes that the journal keeps, `size` of them: read when asked for, while the journal is open.

    Goes through its pieces when iterated over, as often as wanted; `bytes(kept)` is the whole.
    """

    size: int
    read: Callable[[], Iterator[bytes]]

    def __iter__(self) -> Iterator[bytes]:
        return self.read()

    def __bytes__(self) -> bytes:
        return b"".join(self.read())


def recut(content: Content) -> Iterator[bytes]:
    """The same bytes in pieces of `PIECE`, the last one shorter; nothing at all is one empty piece."""
    held = bytearray()
    given = False
    for chunk in (content,) if isinstance(content, bytes) else content:
        for start in range(0, len(chunk), PIECE):
            held += chunk[start : start + PIECE]
            if len(held) > PIECE:  # so that no empty piece ends it
                yield bytes(held[:PIECE])
                given = True
                del held[:PIECE]
    if held or not given:
        yield bytes(held)
