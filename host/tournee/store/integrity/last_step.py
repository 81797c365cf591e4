"""The number of the last step and the rows' sums as of it, kept encrypted; what they tell at an opening."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple

from tournee.errors import StoreError
from tournee.store.cipher import Cipher
from tournee.store.engines.engine import Alteration
from tournee.store.integrity.head import Head
from tournee.store.integrity.host_note import Host, HostNote
from tournee.store.integrity.row_sums import SCHEMA, RowSums, added, differing
from tournee.store.integrity.row_tags import RowTags
from tournee.store.statements import THINGS

_BINDING = "last_step.kept_sealed.1"
_GIVEN = """SELECT (SELECT holder FROM number_range WHERE holder <> '' ORDER BY id DESC LIMIT 1),
    (SELECT value FROM counter WHERE owner = '' AND kind = 'given')"""
_THINGS = {
    **THINGS,
    "payment": "paiement",
    "patient_payment": "paiement d’un patient",
    "bank_match": "rapprochement bancaire",
    "effect": "effet d’un retour",
    "history": "historique",
    "counter": "numéro donné",
    "number_range": "plage de numéros",
    "day": "journée",
    "sheet_bytes": "enregistrements d’une feuille",
    "sealed_chunk": "contenu gardé",
    SCHEMA: "forme des tables, index et déclencheurs",
}
_SHOWN = 3


class _Kept(NamedTuple):
    step: int
    sums: dict[str, int]


class LastStep:
    """Keeps that of one open journal. The caller holds transactions and locks, and translates errors."""

    def __init__(self, path: Path, cipher: Cipher, host: Host) -> None:
        self._cipher = cipher
        self._head = Head(path, cipher)
        self.host_note = HostNote(path, cipher, host)
        self._gives = False  # this step gives numbers, or lets the journal go on with those it has
        self._before = self._head.looks()  # before anything of ours touches the file
        self._noted = self._head.read()
        here = self.host_note.read()
        self._reached = max(self._noted.step if self._noted else 0, here.step if here else 0)
        self._has_it = False  # it keeps its last step, as those of an older version have not
        self._ready = False
        self._unread = False  # some rows could not be looked at
        self.is_older = False  # than what was noted: it stays so, and is told, until it is accepted
        self.alterations: tuple[Alteration, ...] = ()

    def open(self, connection: sqlite3.Connection) -> None:
        """The journal's connection is there."""
        self._connection = connection
        self._head.open()
        self._sums, self._tags = RowSums(connection, self._cipher), RowTags(connection)

    @property
    def _is_kept(self) -> bool:
        if not self._has_it:
            query = "SELECT 1 FROM main.sqlite_master WHERE name = 'last_step'"
            self._has_it = self._connection.execute(query).fetchone() is not None
        return self._has_it

    def look(self, *, wholly: bool = False) -> tuple[Alteration, ...]:
        """What is amiss, now: the step against what was noted; and the rows against their sums, `wholly` or
        when the file does not look as it was left."""
        if not self._is_kept:
            return ()
        kept = self._read()
        if kept is None:
            self.alterations = (_altered("ses sommes"),)
            return self.alterations
        found = []
        if kept.step < self._reached:
            self.is_older = True
            found.append(_older(self._reached - kept.step))
        if wholly or self._noted is None or self._noted.looks != self._before:
            tables = differing(kept.sums, self._whole())
            found += [_altered(self._named(table)) for table in tables]
        self.alterations = tuple(found)
        return self.alterations

    def start(self) -> None:
        """The tables are as they stay: from now on steps are counted."""
        self._ready = True

    def begin(self) -> None:
        """A step begins: what it writes is counted."""
        if self._head.is_replaced():
            raise StoreError(
                "Un autre journal a été mis à la place de celui-ci.",
                cause="une sauvegarde vient d’être restaurée dans une autre fenêtre",
                next_step="fermez ce programme et recommencez ; rien de cette étape n’est fait",
            )
        if self._ready and self._is_kept:
            self._sums.watch()

    def drop(self) -> None:
        """The step was taken back."""
        self._gives = False
        self.host_note.release()
        self._sums.take()

    def end(self) -> int:
        """The step is about to be kept: add what it changed; its number, 0 when nothing was."""
        changes, rows = self._sums.take()
        kept = self._read() if changes and self._is_kept else None
        if kept is None:
            return 0
        if self._has_tags:
            self._tags.keep(rows)
        step = kept.step if self.is_older else kept.step + 1
        self._write(_Kept(step, added(kept.sums, changes)))
        return step

    def bring_forward(self) -> None:
        """The tables were made anew: their rows count as they are now."""
        if self._is_kept:
            self._write(_Kept(self.last_step() + (not self.is_older), self._sums_as_they_are()))

    def accept(self) -> int:
        """Let the rows count as they are, as what comes after all that was noted; the step's number."""
        self._sums.take()
        noted, here = self._head.read(), self.host_note.read()
        step = max(self.last_step(), noted.step if noted else 0, here.step if here else 0) + 1
        self._write(_Kept(step, self._sums_as_they_are()))
        self._noted, self._reached, self.is_older, self.alterations = None, 0, False, ()
        return step

    def note(self, step: int, *, closing: bool = False) -> None:
        """Note beside the journal how far it is, and what it looks like; and on this machine how far it is,
        unless nothing was done since: it is `closing`.
        """
        if self.is_older:  # what was noted stays until this is accepted
            step = max(step, self._reached)
        if self._gives:
            holder, given = self._connection.execute(_GIVEN).fetchone()
            self.host_note.note(holder or "", given or 0, step)
        elif not closing:
            self.host_note.advance(step)
        self._gives = False
        self.host_note.release()
        self._head.note(step, trusted=not self.alterations and not self._unread)

    def begin_here(self) -> None:
        """The journal is about to be one that this machine vouches for: made, or of an older version."""
        if self.host_note.read() is None:
            self.host_note.note("", 0, self.last_step())

    def gives(self) -> None:
        """This step gives numbers: what this machine notes of them changes with it."""
        self._gives = True

    def last_step(self) -> int:
        """The number of the last step; 0 where none is kept."""
        kept = self._read() if self._is_kept else None
        return kept.step if kept else 0

    @property
    def _has_tags(self) -> bool:
        return self._tags.is_kept()

    def _sums_as_they_are(self) -> dict[str, int]:
        """The sums of the rows as they stand, whose tags are kept."""
        if self._has_tags:
            self._tags.keep_all(self._sums.rows())
        return self._sums.whole()

    def _named(self, table: str) -> str:
        """What is amiss in a table: its rows by their numbers, as far as that can be told."""
        thing = _THINGS.get(table, table)
        rows = self._tags.amiss(table, self._sums.rows(table)) if self._has_tags and table != SCHEMA else []
        if not rows:
            return thing
        told = [f"n° {key} {what}" if isinstance(key, int) else what for key, what in rows[:_SHOWN]]
        more = f" et {len(rows) - _SHOWN} autres" if len(rows) > _SHOWN else ""
        return f"{thing} {', '.join(told)}{more}"

    def _whole(self) -> dict[str, int]:
        kept = self._read()
        known = kept.sums if kept else {}
        try:
            whole = self._sums.whole()
        except sqlite3.DatabaseError:  # damaged: what looks at pages tells that
            self._unread = True
            return known
        if SCHEMA not in known:  # a journal of an older version: they did not count
            del whole[SCHEMA]
        return whole

    def _read(self) -> _Kept | None:
        row = self._connection.execute("SELECT kept_sealed FROM last_step").fetchone()
        if row is None:
            return None
        try:
            told = json.loads(self._cipher.decrypt(row[0], _BINDING))
        except StoreError:  # put there by another hand
            return None
        return _Kept(told["step"], {table: int(sum_, 16) for table, sum_ in told["sums"].items()})

    def _write(self, kept: _Kept) -> None:
        told = {"step": kept.step, "sums": {table: f"{sum_:x}" for table, sum_ in kept.sums.items()}}
        encrypted = self._cipher.encrypt(json.dumps(told).encode(), _BINDING)
        self._connection.execute(
            "INSERT INTO last_step (id, kept_sealed) VALUES (1, ?)"
            " ON CONFLICT (id) DO UPDATE SET kept_sealed = excluded.kept_sealed",
            (encrypted,),
        )


def _older(steps: int) -> Alteration:
    return Alteration(
        f"copie plus ancienne, il y manque ce qui a été fait depuis ({steps} étapes)",
        "remettez la copie la plus récente ; si vous avez restauré une sauvegarde à dessein, vérifiez ce qui "
        "a été facturé et envoyé depuis, puis acceptez-la",
    )


def _altered(thing: str) -> Alteration:
    return Alteration(
        f"modifié par un autre programme que Tournée ({thing})",
        "restaurez la dernière sauvegarde ; si le changement est de vous, vérifiez-le, puis acceptez-le",
    )
