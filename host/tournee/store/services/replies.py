"""Replies: what programs that ask over HTTP were answered, found again by the key that they gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from tournee.store.database import Database
from tournee.store.statements import Row

KEPT = timedelta(days=7)
"""For how long a reply is found again."""


@dataclass(frozen=True)
class KeptReply:
    """What was asked by a key: whether it is the same `asked` as now, and the answer: its HTTP `status`, 0
    while there is none, and its body.
    """

    is_same: bool
    status: int
    body: bytes = field(repr=False)


class Replies:
    """One of each key. Keys and what was asked stand there as keyed hashes, bodies encrypted."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, key: str, asked: bytes) -> KeptReply | None:
        """What is kept of a key, None for one that is new or too old."""
        with self._db.reading():
            row = self._row(key)
            if row is None or row["at"] < self._oldest():
                return None
            kept = row["body_sealed"]
            body = b"" if kept is None else self._db.decrypt(kept, "reply", "body", row["id"])
            return KeptReply(row["asked"] == self._hashed(asked), row["status"] or 0, body)

    def begin(self, key: str, asked: bytes) -> None:
        """Keep that this is asked by a key; what was kept of it before is no more."""
        with self._db.step("reply_begin"):
            self._db.write("DELETE FROM reply WHERE at < ? OR key = ?", self._oldest(), self._named(key))
            values = {"id": self._db.new_id("reply"), "key": self._named(key), "asked": self._hashed(asked)}
            self._db.insert("reply", **values, at=self._db.now())

    def end(self, key: str, status: int, body: bytes) -> None:
        """Keep the answer to what was begun by a key."""
        with self._db.step("reply_end"):
            row = self._row(key)
            if row is not None:
                kept = self._db.encrypt(body, "reply", "body", row["id"])
                values = {"status": status, "body_sealed": kept}
                self._db.update("reply", row["id"], **values)

    def forget(self, key: str) -> None:
        """Keep nothing of a key: what it asked was refused."""
        with self._db.step("reply_forget"):
            self._db.write("DELETE FROM reply WHERE key = ?", self._named(key))

    def _row(self, key: str) -> Row | None:
        query = "SELECT id, asked, at, status, body_sealed FROM reply WHERE key = ?"
        found = self._db.rows(query, self._named(key))
        return found[0] if found else None

    def _named(self, key: str) -> bytes:
        return self._db.cipher.name(key.encode(), "reply key")

    def _hashed(self, asked: bytes) -> bytes:
        return self._db.cipher.name(asked, "reply asked")

    def _oldest(self) -> str:
        return (self._db.time() - KEPT).isoformat(timespec="seconds")
