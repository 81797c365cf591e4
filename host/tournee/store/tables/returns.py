"""Returns: taken whole before anything is deleted on the server, settled once, kept for ever."""

import hashlib
from collections.abc import Callable, Sequence

from tournee.errors import StoreError
from tournee.model import Effect
from tournee.store.database import Database
from tournee.store.integrity.keyed_digests import keyed_text
from tournee.store.rows import EffectRow, ReturnNotes, ReturnRow, Settlement
from tournee.store.statements import Row
from tournee.store.states import DoubtState, ReturnState
from tournee.store.tables.effects import Effects
from tournee.store.tables.sealed_chunks import SealedChunks

UNKNOWN = "unknown"
"""The kind of a return until it is settled."""

_REPEATED = "contenu déjà traité"

_COLUMNS = "id, source, taken, state, kind, summary_sealed, reason_sealed, notes_sealed"

_RETURNS = f"SELECT {_COLUMNS} FROM received"  # noqa: S608 (columns of ours)

_SETTLED_ALREADY = """SELECT id FROM received WHERE state = 'settled' AND content_digest = ?
    UNION SELECT id FROM received WHERE state = 'settled' AND body_digest = ?"""

Apply = Callable[[int, Sequence[Effect]], tuple[EffectRow, ...]]
"""Applies what a return says, inside the step that settles it, and keeps it."""


class Returns:
    """All messages received."""

    def __init__(self, db: Database, chunks: SealedChunks, effects: Effects, apply: Apply) -> None:
        self._db, self._chunks, self._effects, self._apply = db, chunks, effects, apply

    def take(self, raw: bytes, source: str) -> int | None:
        """Keep a message received, whole, before it is deleted where it was; None when these bytes are
        already here.
        """
        digest = self._digest(raw)
        with self._db.step("take_return"):
            if self._db.rows("SELECT id FROM received WHERE digest = ?", digest):
                return None
            received = self._db.new_id("received")
            self._db.insert(
                "received",
                id=received,
                digest=digest,
                source=source,
                taken=self._db.now(),
                state=ReturnState.TAKEN.value,
                kind=UNKNOWN,
            )
            self._chunks.keep(raw, "received", "raw", received)
            self._db.remember([("received", received, ReturnState.TAKEN, source)])
            return received

    def settle(
        self,
        return_id: int,
        kind: str,
        summary: str,
        effects: Sequence[Effect],
        content: bytes = b"",
        *,
        body: bytes = b"",
        notes: Sequence[str] = (),
        doubt: tuple[DoubtState, str] | None = None,
    ) -> Settlement:
        """Apply what a return says, all in one step, and keep what it held (`content`, once unsealed) and
        what is odd in it (`notes`); `doubt` is what the carer must settle of the return itself, and why.

        A return already settled changes nothing; one whose content, or what tells it apart whatever its
        header (`body`), another return already brought is settled without effects. Gives the return as it now
        is and its effects with what became of each: those that matched nothing are kept too.
        """
        with self._db.step("settle_return"):
            if self._db.state("received", return_id) is ReturnState.SETTLED:
                return Settlement(self.get(return_id), self._effects.of_return(return_id))
            digest = self._digest(content) if content else None
            body_digest = self._digest(body) if body else None
            repeated = bool(self._db.rows(_SETTLED_ALREADY, digest, body_digest))
            reason = _REPEATED if repeated else ""
            self._db.update(
                "received",
                return_id,
                kind=kind,
                content_digest=digest,
                body_digest=body_digest,
                notes_sealed=self._db.encrypt("\n".join(notes), "received", "notes", return_id)
                if notes
                else None,
                summary_sealed=self._db.encrypt(summary, "received", "summary", return_id),
                reason_sealed=self._db.encrypted_reason("received", return_id, reason),
            )
            if content:
                self._chunks.keep(content, "received", "content", return_id)
            self._db.move("received", [return_id], ReturnState.SETTLED, reason or kind)
            done = () if repeated else self._apply(return_id, effects)
            if doubt is not None and not repeated:
                self._db.remember([("return", return_id, *doubt)])
            return Settlement(self.get(return_id), done)

    def accept_insured(self, return_id: int) -> Settlement:
        """Apply what a return says of invoices for another insured person than theirs, as a NIR given anew
        makes it; all else must still agree. StoreError when it says no such thing, or was accepted.
        """
        with self._db.step("accept_return"):
            told = self._effects.accept_insured(return_id)
            if not told:
                raise StoreError(
                    f"Le retour {return_id} ne parle d’aucune facture pour un autre assuré.",
                    next_step="regardez dans les alertes de quel retour il s’agit",
                )
            return Settlement(self.get(return_id), self._apply(return_id, told))

    def quarantine(self, return_id: int, reason: str) -> ReturnRow:
        """Keep a return that is not understood, with the reason; it can still be settled (OCT-RET-5)."""
        with self._db.step("quarantine_return"):
            self._db.move("received", [return_id], ReturnState.QUARANTINED, reason)
            self._db.give_reason("received", return_id, reason)
            return self.get(return_id)

    def find(
        self,
        state: ReturnState | None = None,
        *,
        since: str = "",
        newest_first: bool = False,
        limit: int = 0,
        before: int = 0,
    ) -> tuple[ReturnRow, ...]:
        """Returns in the order they were taken, or the other way; those `TAKEN` wait to be settled after a
        crash. Taken from `since` (ISO 8601) on; at most `limit` (0: no limit), of those whose id is below
        `before` (0: all), for the next page.
        """
        wanted = {"state = ?": state.value if state else "", "taken >= ?": since, "id < ?": before}
        order = "id DESC" if newest_first else "id"
        with self._db.reading():
            rows = self._db.where(_RETURNS, f"{order}{f' LIMIT {int(limit)}' if limit else ''}", wanted)
            return tuple(map(self._row, rows))

    def known(self, raw: bytes) -> int | None:
        """The id of the return that has these bytes, if any."""
        found = self._db.rows("SELECT id FROM received WHERE digest = ?", self._digest(raw))
        return int(found[0]["id"]) if found else None

    def ids(self, state: ReturnState) -> tuple[int, ...]:
        """The ids of the returns in a state, in the order they were taken."""
        with self._db.reading():
            rows = self._db.rows("SELECT id FROM received WHERE state = ? ORDER BY id", state.value)
            return tuple(int(row["id"]) for row in rows)

    def notes(self) -> tuple[ReturnNotes, ...]:
        """What is odd in returns that were settled, in the order they were taken."""
        query = "SELECT id, kind, notes_sealed FROM received WHERE notes_sealed IS NOT NULL ORDER BY id"
        with self._db.reading():
            return tuple(
                ReturnNotes(row["id"], row["kind"], self._notes(row)) for row in self._db.rows(query)
            )

    def sources(self) -> frozenset[str]:
        """Where the returns taken so far came from, as `take` was told."""
        with self._db.reading():
            return frozenset(str(row["source"]) for row in self._db.rows("SELECT source FROM received"))

    def get(self, return_id: int) -> ReturnRow:
        """One return."""
        with self._db.reading():
            return self._row(self._db.row("received", _COLUMNS, return_id))

    def get_all(self, returns: Sequence[int]) -> tuple[ReturnRow, ...]:
        """These returns, in the order they were taken."""
        with self._db.reading():
            query = f"{_RETURNS} WHERE id IN ({{marks}}) ORDER BY id"
            return tuple(map(self._row, self._db.among(query, returns)))

    def _digest(self, data: bytes) -> str:
        return keyed_text(self._db.cipher, hashlib.sha256(data).hexdigest(), "received")

    def _row(self, row: Row) -> ReturnRow:
        received = row["id"]
        return ReturnRow(
            id=received,
            source=row["source"],
            taken=row["taken"],
            state=ReturnState(row["state"]),
            kind=row["kind"],
            read_raw=lambda: bytes(self._chunks.content("received", "raw", received)),
            read_content=lambda: bytes(self._chunks.content("received", "content", received)),
            summary=self._db.decrypt_text(row["summary_sealed"], "received", "summary", received),
            reason=self._db.decrypt_text(row["reason_sealed"], "received", "reason", received),
            notes=self._notes(row),
        )

    def _notes(self, row: Row) -> tuple[str, ...]:
        notes = self._db.decrypt_text(row["notes_sealed"], "received", "notes", row["id"])
        return tuple(notes.split("\n")) if notes else ()
