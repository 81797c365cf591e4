"""Documents of the practice's file as they are found: by id, uid, name, words, days; all they ever said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tournee.store.content import Kept
from tournee.store.database import Database
from tournee.store.practice.name_pages import NamePages
from tournee.store.practice.rows import DossierRow, Revision, uids_of
from tournee.store.statements import Row
from tournee.store.states import DossierState
from tournee.store.tables.sealed_chunks import SealedChunks

_ROWS = """SELECT dossier.id, dossier.uid, dossier.kind, dossier.state, dossier.patient, dossier.ps,
    dossier.first_day, dossier.last_day, dossier.became,
    revision.id AS revision, revision.uid AS revision_uid, revision.at, revision.parents,
    revision.content_sealed
    FROM dossier LEFT JOIN revision ON revision.dossier = dossier.id AND revision.head = 1"""


class FoundDossiers:
    """Documents by kind, read."""

    def __init__(self, db: Database, chunks: SealedChunks) -> None:
        self._db, self._pages, self._chunks = db, NamePages(db), chunks

    def get(self, dossier_id: int) -> DossierRow:
        """One document; StoreError when there is none."""
        with self._db.reading():
            self._db.row("dossier", "id", dossier_id)
            return self._gathered(self._db.rows(f"{_ROWS} WHERE dossier.id = ?", dossier_id))[0]

    def get_all(self, ids: Iterable[int]) -> tuple[DossierRow, ...]:
        """These documents, by their ids."""
        with self._db.reading():
            return self._gathered(self._db.among(f"{_ROWS} WHERE dossier.id IN ({{marks}})", ids))

    def of_uids(self, uids: Iterable[bytes]) -> tuple[DossierRow, ...]:
        """Those of these uids that are there, whatever their state."""
        with self._db.reading():
            return self._gathered(self._db.among(f"{_ROWS} WHERE dossier.uid IN ({{marks}})", uids))

    def named(self, kind: str, name: str) -> DossierRow | None:
        """The one of this kind that bears this name, whatever its state but merged and erased."""
        with self._db.reading():
            query = "SELECT id FROM dossier WHERE kind = ? AND name = ? AND became IS NULL"
            found = self._db.rows(query, kind, self._name(kind, name))
            return self.get(found[0]["id"]) if found else None

    def find(
        self,
        kind: str,
        *,
        state: DossierState | None = DossierState.OPEN,
        patient: int | None = None,
        ps: str = "",
        first: str = "",
        last: str = "",
    ) -> tuple[DossierRow, ...]:
        """Those of a kind, in the order they came: of a patient, of a carer, that have a day between `first`
        and `last`; one without a last day has no end.
        """
        with self._db.reading():
            wanted = {
                "dossier.kind = ?": kind,
                "dossier.state = ?": state.value if state else "",
                "dossier.patient = ?": patient,
                "dossier.ps = ?": ps,
                "dossier.first_day <= ?": last,
                "(dossier.last_day = '' OR dossier.last_day >= ?)": first,
            }
            return self._gathered(self._db.where(_ROWS, "dossier.id", wanted))

    def first_ps(self, kind: str) -> str:
        """The lowest billing number that one of a kind is of, "" where none is of a carer."""
        with self._db.reading():
            query = "SELECT coalesce(min(ps), '') AS ps FROM dossier WHERE kind = ? AND ps <> ''"
            return str(self._db.rows(query, kind)[0]["ps"])

    def latest(self, kind: str, limit: int) -> tuple[DossierRow, ...]:
        """Those of a kind whose first day is the latest, `limit` at most, the latest first, in any state."""
        with self._db.reading():
            query = "SELECT id FROM dossier WHERE kind = ? ORDER BY first_day DESC, id DESC LIMIT ?"
            ids = [row["id"] for row in self._db.rows(query, kind, limit)]
            rows = {row.id: row for row in self.get_all(ids)}
            return tuple(rows[one] for one in ids)

    def search(self, kind: str, words: Sequence[str], limit: int | None = None) -> tuple[DossierRow, ...]:
        """Those whose words hold each of these, anywhere, in the order of their words, `limit` at most; none
        asked for: all. Open ones alone.
        """
        with self._db.reading():
            found = self._pages.search(kind, words)[:limit]
            rows = {row.id: row for row in self.get_all(found)}
            return tuple(rows[one] for one in found)

    def count(self, kind: str, words: Sequence[str]) -> int:
        """How many `search` finds."""
        with self._db.reading():
            return len(self._pages.search(kind, words))

    def revisions(self, dossier_id: int) -> tuple[Revision, ...]:
        """Everything that a document said, oldest first."""
        with self._db.reading():
            rows = self._db.rows(
                "SELECT id, uid, at, parents, content_sealed FROM revision WHERE dossier = ? ORDER BY id",
                dossier_id,
            )
            return tuple(self._head(row, row["id"], row["uid"]) for row in rows)

    def attached(self, dossier_id: int) -> Kept:
        """The bytes that go with a document: none where none were given, or it is erased."""
        with self._db.reading():
            return self._chunks.content("dossier", "attached", dossier_id)

    def merged_into(self, dossier_id: int) -> tuple[int, ...]:
        """The documents that became this one, whatever the way."""
        with self._db.reading():
            found: list[int] = []
            waiting = [dossier_id]
            while waiting:
                rows = self._db.rows("SELECT id FROM dossier WHERE became = ?", waiting.pop())
                waiting += [row["id"] for row in rows]
                found += [row["id"] for row in rows]
            return tuple(found)

    def root(self, row: DossierRow) -> DossierRow:
        """The document that a merged one became, itself else."""
        while row.became is not None:
            row = self.get(row.became)
        return row

    def since(self, dossier_id: int) -> str:
        """When a document came to its state, "" when it is in the one that it began with."""
        with self._db.reading():
            query = "SELECT at, state FROM history WHERE subject = 'dossier' AND subject_id = ? ORDER BY id"
            told = self._db.rows(query, dossier_id)
            changes = [
                row["at"]
                for row, before in zip(told[1:], told, strict=False)
                if row["state"] != before["state"]
            ]
            return changes[-1] if changes else ""

    # --- its own ---

    def _name(self, kind: str, name: str) -> bytes:
        return self._db.cipher.name(name.encode(), f"dossier {kind}")

    def _gathered(self, rows: Sequence[Row]) -> tuple[DossierRow, ...]:
        heads: dict[int, list[Revision]] = {}
        for row in rows:
            found = heads.setdefault(row["id"], [])
            if row["revision"] is not None:  # all that a merged one said may be said of what it became
                found.append(self._head(row, row["revision"], row["revision_uid"]))
        first = {row["id"]: row for row in reversed(rows)}
        return tuple(self._row(first[one], found) for one, found in heads.items())

    def _head(self, row: Row, revision: int, uid: bytes) -> Revision:
        content = self._db.decrypt(row["content_sealed"], "revision", "content", revision)
        return Revision(uid, row["at"], content, tuple(uids_of(row["parents"])))

    def _row(self, row: Row, heads: Sequence[Revision]) -> DossierRow:
        return DossierRow(
            id=row["id"],
            uid=row["uid"],
            kind=row["kind"],
            state=DossierState(row["state"]),
            patient=row["patient"],
            ps=row["ps"],
            first_day=row["first_day"],
            last_day=row["last_day"],
            became=row["became"],
            heads=tuple(sorted(heads, key=lambda head: (head.at, head.uid))),
        )
