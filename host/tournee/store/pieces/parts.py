"""The bytes of a file of pieces between its head and its tail: each piece that it joins, as it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tournee.store.database import Database
from tournee.store.tables.sealed_chunks import SealedChunks

_JOINED = (
    "SELECT id, dossier, before_sealed FROM proof WHERE file = ? AND before_sealed IS NOT NULL ORDER BY rank"
)


class PieceParts:
    """Reads them, chunk by chunk."""

    def __init__(self, db: Database, chunks: SealedChunks) -> None:
        self._db, self._chunks = db, chunks

    def of_file(self, file: int) -> Iterator[bytes]:
        """All of a file; nothing for a file of lots."""
        for row in self._db.rows(_JOINED, file):
            before = self._db.decrypt(row["before_sealed"], "proof", "before", row["id"])
            yield from self.one(before, row["dossier"])

    def one(self, before: bytes, dossier: int) -> Iterator[bytes]:
        """What stands before a piece, and its bytes."""
        return chain((before,), self._chunks.content("dossier", "attached", dossier))
