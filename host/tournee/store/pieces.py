"""Files and messages kept in pieces, each sealed for its place.

The first piece stands in its row's own column, the others in the table `piece`. Each is bound to its rank and
the last one to being the last, so that none can be left out, moved or added.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

from tournee.errors import StoreError
from tournee.store.content import Kept
from tournee.store.database import translate
from tournee.store.ledger import Ledger

_SEALED_MORE = 28  # bytes that sealing adds: nonce and tag


class Contents(Ledger):
    """The part of the journal that keeps what may be long."""

    def _keep_content(self, pieces: Iterator[bytes], table: str, column: str, row: int) -> bytes:
        """Keep these pieces, as `recut` gives them, for a row about to be written; give back the sealed first
        one, for the row's own column.
        """
        place = f"{table}.{column}"
        first = next(pieces)
        rank, before = 0, None
        for piece in pieces:
            if before is not None:
                self._insert_piece(place, row, rank, before, end=False)
            rank, before = rank + 1, piece
        if before is None:
            return self._seal(first, table, column, row)
        self._insert_piece(place, row, rank, before, end=True)
        return self._cipher.seal(first, _bound(place, row, 0, end=False))

    def _content(self, table: str, column: str, row: int) -> Kept:
        """What is kept for a row; its first piece is in the column named `column` and `_sealed`."""
        place = f"{table}.{column}"
        own = f"SELECT {column}_sealed AS sealed FROM {table} WHERE id = ?"  # noqa: S608 (names of ours)
        (size,) = self._db.execute(
            f"""SELECT (SELECT length({column}_sealed) - ?3 FROM {table} WHERE id = ?2)
            + (SELECT coalesce(sum(length(sealed) - ?3), 0) FROM piece WHERE place = ?1 AND row = ?2)""",  # noqa: S608
            (place, row, _SEALED_MORE),
        ).fetchone()

        def read() -> Iterator[bytes]:
            highest = "SELECT coalesce(max(rank), 0) FROM piece WHERE place = ? AND row = ?"
            last = self._one(highest, place, row)
            bound = _bound(place, row, 0, end=False) if last else f"{place}.{row}"
            yield self._cipher.unseal(self._one(own, row), bound)
            for rank in range(1, last + 1):
                sealed = self._one(
                    "SELECT sealed FROM piece WHERE place = ? AND row = ? AND rank = ?", place, row, rank
                )
                yield self._cipher.unseal(sealed or b"", _bound(place, row, rank, end=rank == last))

        return Kept(size, read)

    def _insert_piece(self, place: str, row: int, rank: int, piece: bytes, *, end: bool) -> None:
        sealed = self._cipher.seal(piece, _bound(place, row, rank, end=end))
        self._db.execute("INSERT INTO piece VALUES (?, ?, ?, ?)", (place, row, rank, sealed))

    def _one(self, query: str, *values: object) -> Any:
        try:
            found = self._db.execute(query, values).fetchone()
        except sqlite3.ProgrammingError as error:
            raise StoreError("Le journal est fermé : ce contenu ne peut plus être lu.") from error
        except sqlite3.Error as error:
            raise translate(error) from error
        return None if found is None else found[0]


def _bound(place: str, row: int, rank: int, *, end: bool) -> str:
    return f"{place}.{row}.{rank}" + (".end" if end else "")
