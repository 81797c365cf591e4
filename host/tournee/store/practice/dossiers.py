"""The practice's file: sealed documents (patients, prescriptions, plans …) with all their revisions.

What a document says is not the store's matter. In clear stand its kind, its state, whose it is and its days;
what tells it from others stands as a keyed hash. It is found by words through pages of names.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from tournee.errors import StoreError
from tournee.store.practice.found import FoundDossiers
from tournee.store.practice.rows import UID_SIZE, DossierDraft, DossierRow, uids_of
from tournee.store.states import DossierState

CONTENT_MAX = 1 << 16
"""Bytes of what a document says."""

_NAMED = "dossier"


class Dossiers(FoundDossiers):
    """Documents by kind. Nothing is deleted; what is erased has no content and no name any more."""

    def add(self, kind: str, draft: DossierDraft, uid: bytes = b"", attached: bytes = b"") -> int:
        """Take in a new document, with bytes that go with it for ever; gives its id. StoreError when another
        of its kind has its name.
        """
        with self._db.step("add_dossier"):
            dossier = self._add(kind, draft, uid)
            self._attach(dossier, attached)
            return dossier

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
        self,
        kind: str,
        uid: bytes,
        revision: bytes,
        parents: Sequence[bytes],
        draft: DossierDraft,
        attached: bytes = b"",
    ) -> bool:
        """Take in a revision made on another device; whether it is new here. Both heads stay where that
        device and this one changed the same one; its words, days and name are those of the latest. What is
        said of a document that was merged here is said of the one that it became.
        """
        with self._db.step("take_in_dossier"):
            if self._db.rows("SELECT id FROM revision WHERE uid = ?", revision):
                return False
            known = self._db.rows("SELECT id FROM dossier WHERE uid = ?", uid)
            if not known:
                self._attach(self._add(kind, draft, uid, revision, b"".join(parents)), attached)
                return True
            row = self.root(self.get(known[0]["id"]))
            if row.state is DossierState.ERASED or row.kind != kind:
                return False
            if self._revise(row.id, revision, b"".join(parents), draft.content):
                self._keep(row.id, kind, draft, is_listed=row.state is DossierState.OPEN)
            return True

    def take_merge(self, uid: bytes, into: bytes, reason: str) -> bool:
        """Let two documents be one as they are on another device; whether this changed anything. What was
        said of the first here alone is a head of the one that it becomes. Where this device has them the
        other way round they stay so: they are one.
        """
        with self._db.step("take_merge"):
            rows = {row.uid: row for row in self.of_uids([uid, into])}
            if len(rows) < len({uid, into}):
                return False
            row, other = self.root(rows[uid]), self.root(rows[into])
            is_erased = DossierState.ERASED in (row.state, other.state)
            if row.id == other.id or row.kind != other.kind or is_erased:
                return False
            self._become(row, other, reason)
            said = self._db.rows("SELECT parents FROM revision WHERE dossier = ?", other.id)
            known = {one for told in said for one in uids_of(told["parents"])}
            for head in row.heads:
                if head.uid not in known:
                    self._db.write("UPDATE revision SET dossier = ? WHERE uid = ?", other.id, head.uid)
            return True

    def take_state(self, dossier_id: int, state: DossierState, since: str, words: str) -> bool:
        """Set a document aside, or take it up again, as another device did at `since` (local time); whether
        this changed anything. What was decided later stands; `words` are what an open one is found by.
        """
        with self._db.step("take_state"):
            row = self.get(dossier_id)
            settled = (DossierState.OPEN, DossierState.CLOSED)
            if state is row.state or {state, row.state} != set(settled) or since <= self.since(row.id):
                return False
            self._db.set_state(_NAMED, [row.id], state)
            self._db.remember([(_NAMED, row.id, state, "sur l’autre appareil")], min(since, self._db.now()))
            if state is DossierState.CLOSED:
                self._unlist(row.id)
            else:
                page = self._pages.write(None, row.kind, row.id, words)
                self._db.update("dossier", row.id, page=page)
            return True

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
            self._become(row, other, reason)
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
                self._chunks.erase("dossier", "attached", one)

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

    def _become(self, row: DossierRow, other: DossierRow, reason: str) -> None:
        if row.state is DossierState.CLOSED:
            self._db.move(_NAMED, [row.id], DossierState.OPEN, reason)
        self._db.move(_NAMED, [row.id], DossierState.MERGED, reason)
        self._unlist(row.id)
        self._db.update("dossier", row.id, became=other.id, name=None)
        self._db.write("UPDATE dossier SET patient = ? WHERE patient = ?", other.id, row.id)

    def _attach(self, dossier: int, attached: bytes) -> None:
        if attached:
            self._chunks.keep(attached, "dossier", "attached", dossier)

    def _keep(self, dossier: int, kind: str, draft: DossierDraft, *, is_listed: bool = True) -> None:
        """Write by what a document is found; one that is set aside is not, by words."""
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
        page = self._pages.write(row["page"], kind, dossier, draft.words if is_listed else "")
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
            "UPDATE revision SET head = 0 WHERE dossier = ? AND uid IN ({marks})", [dossier], uids_of(parents)
        )
        later = self._db.rows("SELECT parents FROM revision WHERE dossier = ?", dossier)
        is_head = not any(uid in uids_of(row["parents"]) for row in later)
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
