"""The practice's file: sealed documents (patients, prescriptions, plans …) with all their revisions.

What a document says is not the store's matter. In clear stand its kind, its state, whose it is and its days;
what tells it from others stands as a keyed hash. It is found by words through pages of names.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.practice.name_pages import NamePages
from tournee.store.practice.rows import DossierDraft, DossierRow, Revision
from tournee.store.statements import Row
from tournee.store.states import DossierState

CONTENT_MAX = 1 << 16
"""Bytes of one document."""

UID_SIZE = 16
_NAMED = "dossier"

_ROWS = """SELECT dossier.id, dossier.uid, dossier.kind, dossier.state, dossier.patient, dossier.ps,
    dossier.first_day, dossier.last_day, dossier.became,
    revision.id AS revision, revision.uid AS revision_uid, revision.at, revision.parents,
    revision.content_sealed
    FROM dossier JOIN revision ON revision.dossier = dossier.id AND revision.head = 1"""


class Dossiers:
    """Documents by kind. Nothing is deleted; what is erased has no content and no name any more."""

    def __init__(self, db: Database) -> None:
        self._db, self._pages = db, NamePages(db)

    def add(self, kind: str, draft: DossierDraft, uid: bytes = b"") -> int:
        """Take in a new document; gives its id. StoreError when another of its kind has its name."""
        with self._db.step("add_dossier"):
            return self._add(kind, draft, uid)

    def change(self, dossier_id: int, draft: DossierDraft, bases: Sequence[bytes]) -> None:
        """Write what a document says now, made from the heads `bases`: all of them, when there were two.

        StoreError when it was changed since, is closed, or its name is another's.
        """
        with self._db.step("change_dossier"):
            row = self.get(dossier_id)
            if {head.uid for head in row.heads} != set(bases):
                raise StoreError(
                    "Ce dossier vient d’être changé.",
                    cause="une autre fenêtre ou un autre appareil vient de le faire",
                    next_step="relisez-le, puis recommencez",
                )
            self._require_open(row)
            self._keep(row.id, row.kind, draft)
            self._revise(row.id, secrets.token_bytes(UID_SIZE), b"".join(bases), draft.content)

    def take_in(
        self, kind: str, uid: bytes, revision: bytes, parents: Sequence[bytes], draft: DossierDraft
    ) -> bool:
        """Take in a revision made on another device; whether it is new here. Both heads stay where that
        device and this one changed the same one; its words, days and name are those of the latest.
        """
        with self._db.step("take_in_dossier"):
            if self._db.rows("SELECT id FROM revision WHERE uid = ?", revision):
                return False
            known = self._db.rows("SELECT id FROM dossier WHERE uid = ?", uid)
            if not known:
                self._add(kind, draft, uid, revision, b"".join(parents))
                return True
            row = self.get(known[0]["id"])
            if row.state is DossierState.ERASED:
                return False
            if self._revise(row.id, revision, b"".join(parents), draft.content):
                self._keep(row.id, kind, draft)
            return True

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

    def close(self, dossier_id: int, reason: str) -> None:
        """Set a document aside: it is found by its id, and no longer by words or days."""
        with self._db.step("close_dossier"):
            self._db.move(_NAMED, [dossier_id], DossierState.CLOSED, reason)
            self._unlist(dossier_id)

    def reopen(self, dossier_id: int, words: str, reason: str) -> None:
        """Take up again a document that was set aside; it is found by these words."""
        with self._db.step("reopen_dossier"):
            self._db.move(_NAMED, [dossier_id], DossierState.OPEN, reason)
            (row,) = self._db.rows("SELECT kind FROM dossier WHERE id = ?", dossier_id)
            self._db.update(
                "dossier", dossier_id, page=self._pages.write(None, row["kind"], dossier_id, words)
            )

    def merge(self, dossier_id: int, into: int, draft: DossierDraft, reason: str) -> None:
        """Let two documents be one: what is about the first is about `into`, which says `draft` from now on.
        The first keeps its revisions.
        """
        with self._db.step("merge_dossiers"):
            row, other = self.get(dossier_id), self.get(into)
            if row.id == other.id or row.kind != other.kind:
                raise StoreError("Ces deux dossiers ne peuvent pas être réunis.")
            self._require_open(other)
            self._db.move(_NAMED, [row.id], DossierState.MERGED, reason)
            self._unlist(row.id)
            self._db.update("dossier", row.id, became=other.id, name=None)
            self._db.write("UPDATE dossier SET patient = ? WHERE patient = ?", other.id, row.id)
            self._keep(other.id, other.kind, draft)
            parents = b"".join(head.uid for head in (*other.heads, *row.heads))
            self._revise(other.id, secrets.token_bytes(UID_SIZE), parents, draft.content)

    def erase(self, dossiers: Sequence[int], reason: str) -> None:
        """Overwrite what these documents ever said, and what they are found by; that they were stays."""
        with self._db.step("erase_dossiers"):
            self._db.move(_NAMED, dossiers, DossierState.ERASED, reason)
            for one in dossiers:
                self._unlist(one)
                self._db.update("dossier", one, name=None, first_day="", last_day="")
                self._db.write("UPDATE revision SET content_sealed = NULL WHERE dossier = ?", one)

    def note(self, dossier_id: int, word: str) -> None:
        """Write into the history what was done with a document, beside its changes."""
        with self._db.step("note_dossier"):
            state = self._db.state(_NAMED, dossier_id)
            self._db.remember([(_NAMED, dossier_id, state, word)])

    # --- its own ---

    def _add(
        self, kind: str, draft: DossierDraft, uid: bytes, revision: bytes = b"", parents: bytes = b""
    ) -> int:
        dossier = self._db.new_id("dossier")
        self._db.insert(
            "dossier",
            id=dossier,
            uid=uid or secrets.token_bytes(UID_SIZE),
            kind=kind,
            state=DossierState.OPEN.value,
            ps=draft.ps,
            first_day="",
            last_day="",
        )
        self._keep(dossier, kind, draft)
        self._revise(dossier, revision or secrets.token_bytes(UID_SIZE), parents, draft.content)
        self._db.remember([(_NAMED, dossier, DossierState.OPEN, "")])
        return dossier

    def _keep(self, dossier: int, kind: str, draft: DossierDraft) -> None:
        """Write by what a document is found."""
        name = self._name(kind, draft.name) if draft.name else None
        if name is not None:
            query = "SELECT id FROM dossier WHERE kind = ? AND name = ? AND became IS NULL AND id <> ?"
            if others := self._db.rows(query, kind, name, dossier):
                raise StoreError(
                    f"Un autre dossier porte déjà ce nom (dossier {others[0]['id']}).",
                    next_step="complétez celui-là, ou réunissez les deux",
                )
        self._db.update(
            "dossier",
            dossier,
            patient=draft.patient,
            ps=draft.ps,
            name=name,
            first_day=draft.first_day,
            last_day=draft.last_day,
        )
        (row,) = self._db.rows("SELECT page FROM dossier WHERE id = ?", dossier)
        page = self._pages.write(row["page"], kind, dossier, draft.words)
        self._db.update("dossier", dossier, page=page)

    def _unlist(self, dossier: int) -> None:
        (row,) = self._db.rows("SELECT page, kind FROM dossier WHERE id = ?", dossier)
        self._db.update("dossier", dossier, page=self._pages.write(row["page"], row["kind"], dossier, ""))

    def _revise(self, dossier: int, uid: bytes, parents: bytes, content: bytes) -> bool:
        """Write a revision; whether it is a head: one that was made of it may have come before."""
        if len(content) > CONTENT_MAX:
            raise StoreError(
                f"Ce dossier est trop long : {len(content)} octets, {CONTENT_MAX} au plus.",
                next_step="raccourcissez ses notes",
            )
        self._db.write_among(
            "UPDATE revision SET head = 0 WHERE dossier = ? AND uid IN ({marks})", [dossier], _uids(parents)
        )
        later = self._db.rows("SELECT parents FROM revision WHERE dossier = ?", dossier)
        is_head = not any(uid in _uids(row["parents"]) for row in later)
        revision = self._db.new_id("revision")
        self._db.insert(
            "revision",
            id=revision,
            uid=uid,
            dossier=dossier,
            parents=parents,
            at=self._db.now(),
            head=int(is_head),
            content_sealed=self._db.encrypt(content, "revision", "content", revision),
        )
        return is_head

    def _require_open(self, row: DossierRow) -> None:
        if row.state is not DossierState.OPEN:
            raise StoreError(f"Ce dossier est {row.state.label}.", next_step="rouvrez-le pour le changer")

    def _name(self, kind: str, name: str) -> bytes:
        return self._db.cipher.name(name.encode(), f"dossier {kind}")

    # --- rows ---

    def _gathered(self, rows: Sequence[Row]) -> tuple[DossierRow, ...]:
        heads: dict[int, list[Revision]] = {}
        for row in rows:
            heads.setdefault(row["id"], []).append(self._head(row, row["revision"], row["revision_uid"]))
        first = {row["id"]: row for row in reversed(rows)}
        return tuple(self._row(first[one], found) for one, found in heads.items())

    def _head(self, row: Row, revision: int, uid: bytes) -> Revision:
        content = self._db.decrypt(row["content_sealed"], "revision", "content", revision)
        return Revision(uid, row["at"], content, tuple(_uids(row["parents"])))

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


def _uids(together: bytes) -> list[bytes]:
    return [together[start : start + UID_SIZE] for start in range(0, len(together), UID_SIZE)]
