"""What may be long, kept in chunks, each encrypted for its row and rank.

Each is bound to its rank and the last one to being the last, so that none can be left out, moved or added.
"""

from collections.abc import Iterator

from tournee.store.content import Content, Kept, recut
from tournee.store.database import Database

_SEALED_MORE = 28  # bytes that sealing adds: nonce and tag


class SealedChunks:
    """Bytes of any size, by the table and column that they belong to."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, content: Content, table: str, column: str, row: int) -> None:
        """Keep bytes for a row, chunk by chunk."""
        place, rank, held = f"{table}.{column}", 0, None
        for chunk in recut(content):
            if held is not None:
                self._insert(place, row, rank, held, end=False)
                rank += 1
            held = chunk
        self._insert(place, row, rank, held or b"", end=True)

    def erase(self, table: str, column: str, row: int) -> None:
        """Overwrite what is kept for a row: nothing is."""
        query = "UPDATE sealed_chunk SET place = ?, sealed = ? WHERE place = ? AND row = ?"
        self._db.write(query, f"{table}.{column}.erased", b"", f"{table}.{column}", row)

    def content(self, table: str, column: str, row: int) -> Kept:
        """What is kept for a row: nothing at all where nothing was."""
        place = f"{table}.{column}"
        (told,) = self._db.rows(
            "SELECT count(*) AS chunks, coalesce(sum(length(sealed)), 0) AS size FROM sealed_chunk"
            " WHERE place = ? AND row = ?",
            *(place, row),
        )

        def read() -> Iterator[bytes]:
            last = self._last(place, row)
            for rank in range(last + 1):
                found = self._db.rows(
                    "SELECT sealed FROM sealed_chunk WHERE place = ? AND row = ? AND rank = ?",
                    place,
                    row,
                    rank,
                )
                sealed = found[0]["sealed"] if found else b""
                yield self._db.cipher.decrypt(sealed, _bound(place, row, rank, end=rank == last))

        return Kept(told["size"] - _SEALED_MORE * told["chunks"], read)

    def _last(self, place: str, row: int) -> int:
        highest = "SELECT coalesce(max(rank), -1) AS last FROM sealed_chunk WHERE place = ? AND row = ?"
        return int(self._db.rows(highest, place, row)[0]["last"])

    def _insert(self, place: str, row: int, rank: int, chunk: bytes, *, end: bool) -> None:
        sealed = self._db.cipher.encrypt(chunk, _bound(place, row, rank, end=end))
        self._db.insert("sealed_chunk", place=place, row=row, rank=rank, sealed=sealed)


def _bound(place: str, row: int, rank: int, *, end: bool) -> str:
    """What a chunk is bound to; one that is alone is bound to its place, like every sealed value."""
    if end and not rank:
        return f"{place}.{row}"
    return f"{place}.{row}.{rank}" + (".end" if end else "")
