"""Returns: taken whole before anything is deleted on the server, settled once, kept for ever."""

import hashlib
import sqlite3
from collections.abc import Sequence

from tournee.model import Effect, Target
from tournee.store.effects import Effects
from tournee.store.rows import EffectRow, PaymentRow, ReturnNotes, ReturnRow
from tournee.store.states import ReturnState

UNKNOWN = "unknown"
"""The kind of a return until it is settled."""

_REPEATED = "contenu déjà traité"


class Returns(Effects):
    """The part of the journal that takes returns in."""

    def take_return(self, raw: bytes, source: str) -> int | None:
        """Keep a message received, whole, before it is deleted where it was; None when these bytes are
        already here.
        """
        digest = hashlib.sha256(raw).hexdigest()
        with self._step("take_return"):
            if self._rows("SELECT 1 FROM received WHERE digest = ?", digest):
                return None
            received = self._new_id("received")
            self._db.execute(
                "INSERT INTO received (id, digest, source, taken, state, kind, raw_sealed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    received,
                    digest,
                    source,
                    self._now(),
                    ReturnState.TAKEN.value,
                    UNKNOWN,
                    self._seal(raw, "received", "raw", received),
                ),
            )
            self._remember("received", received, ReturnState.TAKEN, source)
            return received

    def settle_return(
        self,
        return_id: int,
        kind: str,
        summary: str,
        effects: Sequence[Effect],
        content: bytes = b"",
        *,
        body: bytes = b"",
        notes: Sequence[str] = (),
    ) -> tuple[EffectRow, ...]:
        """Apply what a return says, all in one step, and keep what it held (`content`, once unsealed) and
        what is odd in it (`notes`).

        A return already settled changes nothing; one whose content, or what tells it apart whatever its
        header (`body`), another return already brought is settled without effects. Gives the effects with
        what became of each: those that matched nothing are kept too.
        """
        with self._step("settle_return"):
            if self._state("received", return_id) is ReturnState.SETTLED:
                return self._effects(return_id)
            digest, body_digest = _digest(content), _digest(body)
            repeated = self._rows(
                "SELECT 1 FROM received WHERE state = 'settled' AND (content_digest = ? OR body_digest = ?)",
                digest,
                body_digest,
            )
            self._db.execute(
                "UPDATE received SET kind = ?, content_digest = ?, body_digest = ?, notes_sealed = ?,"
                " content_sealed = ?, summary_sealed = ? WHERE id = ?",
                (
                    kind,
                    digest,
                    body_digest,
                    self._seal("\n".join(notes), "received", "notes", return_id) if notes else None,
                    self._seal(content, "received", "content", return_id),
                    self._seal(summary, "received", "summary", return_id),
                    return_id,
                ),
            )
            self._move("received", return_id, ReturnState.SETTLED, _REPEATED if repeated else kind)
            self._give_reason("received", return_id, _REPEATED if repeated else "")
            for effect in () if repeated else effects:
                self._keep(return_id, effect)
            return self._effects(return_id)

    def quarantine_return(self, return_id: int, reason: str) -> None:
        """Keep a return that is not understood, with the reason; it can still be settled (OCT-RET-5)."""
        with self._step("quarantine_return"):
            self._move("received", return_id, ReturnState.QUARANTINED, reason)
            self._give_reason("received", return_id, reason)

    def returns(self, state: ReturnState | None = None) -> tuple[ReturnRow, ...]:
        """Returns in the order they were taken; those `TAKEN` wait to be settled after a crash."""
        with self._reading():
            rows = self._rows(
                "SELECT * FROM received WHERE ?1 IS NULL OR state = ?1 ORDER BY id",
                state.value if state else None,
            )
            return tuple(self._return_row(row) for row in rows)

    def return_ids(self, state: ReturnState | None = None) -> tuple[int, ...]:
        """The ids of the returns that `returns` gives, their bytes left where they are."""
        query = "SELECT id FROM received WHERE ?1 IS NULL OR state = ?1 ORDER BY id"
        with self._reading():
            return tuple(int(row["id"]) for row in self._rows(query, state.value if state else None))

    def return_notes(self) -> tuple[ReturnNotes, ...]:
        """What is odd in returns that were settled, in the order they were taken."""
        query = "SELECT id, kind, notes_sealed FROM received WHERE notes_sealed IS NOT NULL ORDER BY id"
        with self._reading():
            return tuple(ReturnNotes(row["id"], row["kind"], self._notes(row)) for row in self._rows(query))

    def sources(self) -> frozenset[str]:
        """Where the returns taken so far came from, as `take_return` was told."""
        with self._reading():
            return frozenset(str(row["source"]) for row in self._rows("SELECT source FROM received"))

    def received(self, return_id: int) -> ReturnRow:
        """One return."""
        with self._reading():
            return self._return_row(self._row("received", return_id))

    def effects(self, return_id: int | None = None) -> tuple[EffectRow, ...]:
        """What one return, or all, said, applied or not."""
        with self._reading():
            return self._effects(return_id)

    def unmatched(self) -> tuple[EffectRow, ...]:
        """Effects that matched nothing sent: kept, to be shown."""
        with self._reading():
            rows = self._rows("SELECT * FROM effect WHERE applied = 0 ORDER BY id")
            return tuple(map(self._effect_row, rows))

    def payments_outside(self) -> tuple[EffectRow, ...]:
        """Payments outside invoices that returns told of (RSP 900)."""
        query = """SELECT * FROM effect WHERE applied = 1 AND invoice IS NULL AND lot IS NULL AND file IS NULL
            ORDER BY id"""
        with self._reading():
            rows = map(self._effect_row, self._rows(query))
            return tuple(row for row in rows if row.effect.target is Target.PAYMENT)

    def payments(self, sheet_id: int) -> tuple[PaymentRow, ...]:
        """What returns said of the shares of a sheet."""
        with self._reading():
            return self._payments(sheet_id)

    def _keep(self, received: int, effect: Effect) -> None:
        done = self._apply(received, effect)
        row = self._new_id("effect")
        self._db.execute(
            "INSERT INTO effect VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row,
                received,
                int(done.applied),
                done.invoice,
                done.lot,
                done.file,
                self._seal(effect.as_json(), "effect", "told", row),
                self._seal(done.note, "effect", "note", row),
            ),
        )

    def _effects(self, received: int | None) -> tuple[EffectRow, ...]:
        query = "SELECT * FROM effect WHERE ?1 IS NULL OR received = ?1 ORDER BY id"
        return tuple(self._effect_row(row) for row in self._rows(query, received))

    def _effect_row(self, row: sqlite3.Row) -> EffectRow:
        note = self._unseal(row["note_sealed"], "effect", "note", row["id"]).decode()
        return EffectRow(row["received"], self._told_by(row), bool(row["applied"]), note)

    def _return_row(self, row: sqlite3.Row) -> ReturnRow:
        received = row["id"]
        return ReturnRow(
            received,
            row["digest"],
            row["source"],
            row["taken"],
            ReturnState(row["state"]),
            row["kind"],
            self._unseal(row["raw_sealed"], "received", "raw", received),
            self._unseal(row["content_sealed"], "received", "content", received),
            self._unseal(row["summary_sealed"], "received", "summary", received).decode(),
            self._unseal(row["reason_sealed"], "received", "reason", received).decode(),
            self._notes(row),
        )

    def _notes(self, row: sqlite3.Row) -> tuple[str, ...]:
        notes = self._unseal(row["notes_sealed"], "received", "notes", row["id"]).decode()
        return tuple(notes.split("\n")) if notes else ()


def _digest(content: bytes) -> str | None:
    return hashlib.sha256(content).hexdigest() if content else None
