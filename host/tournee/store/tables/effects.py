"""Effects: each thing that a return said, applied or kept with the reason why it changed nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tournee.model import Effect, Target
from tournee.store.database import Database
from tournee.store.rows import EffectRow
from tournee.store.statements import Row
from tournee.store.states import DoubtState

OTHER_INSURED = "autre assuré"
"""Why nothing was applied: the NIR is not the invoice's, and all else is."""

OTHER_PS = "d’un autre professionnel"
"""Why nothing was applied: a file of several professionals tells it of one who is not of this journal."""

OTHER_STATION = "d’un autre poste"
"""Why nothing was applied: another host on the same mailbox gave these numbers."""

_ACCEPTED, _LEFT = "autre NIR, accepté", "autre NIR, laissé"

_EFFECTS = """SELECT id, received, applied, invoice, lot, file, told_sealed, note_sealed FROM effect"""

_SETTLED_AFTER = """SELECT subject_id FROM history
    WHERE subject = 'received' AND state = 'settled' AND id > ?"""

_COLUMNS = (
    *("id", "received", "applied", "invoice", "lot", "file", "outcome", "code", "share", "level"),
    *("told_sealed", "note_sealed"),
)


@dataclass(frozen=True)
class Applied:
    """What became of one effect: whether it was matched, what it touched, a note where it changed nothing,
    and the doubt that the carer must settle, if any.
    """

    applied: bool
    note: str = ""
    invoice: int | None = None
    lot: int | None = None
    file: int | None = None
    doubt: DoubtState | None = None


class Effects:
    """All that returns said, and what became of it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, return_id: int, effects: Sequence[tuple[Effect, Applied]]) -> None:
        """Inside a step: keep what a return said, in order."""
        if not effects:
            return
        first = self._db.new_id("effect")
        self._db.insert_all(
            "effect",
            _COLUMNS,
            [
                (
                    *(row, return_id, int(done.applied), done.invoice, done.lot, done.file),
                    *(effect.outcome.value, effect.code, effect.share, effect.level),
                    self._db.encrypt(effect.as_json(), "effect", "told", row),
                    self._db.encrypt(done.note, "effect", "note", row) if done.note else b"",
                )
                for row, (effect, done) in enumerate(effects, first)
            ],
        )
        doubts = [
            ("effect", row, done.doubt, done.note)
            for row, (_, done) in enumerate(effects, first)
            if done.doubt is not None
        ]
        self._db.remember(doubts)

    def of_return(self, return_id: int) -> tuple[EffectRow, ...]:
        """What one return said."""
        return self._find("WHERE received = ?", return_id)

    def unmatched(self) -> tuple[EffectRow, ...]:
        """Effects that matched nothing sent: kept, to be shown."""
        return self._find("WHERE applied = 0")

    def other_insured(self) -> tuple[EffectRow, ...]:
        """What returns said of our invoices for another insured person, and nobody accepted since."""
        return tuple(row for row in self.unmatched() if row.note == OTHER_INSURED)

    def payments_outside(self, since: int = 0) -> tuple[EffectRow, ...]:
        """Payments outside invoices that returns told of (RSP 900), to professionals of this journal; those
        of returns settled after `since`, a mark of the history.
        """
        where = "WHERE applied = 1 AND invoice IS NULL AND lot IS NULL AND file IS NULL"
        rows = self._find(f"{where} AND received IN ({_SETTLED_AFTER})", since)
        return tuple(row for row in rows if row.effect.target is Target.PAYMENT)

    # --- for what is settled and put right ---

    def accept_insured(self, return_id: int) -> list[Effect]:
        """Inside a step: what a return said for another insured person, unmatched no longer, to apply."""
        found = []
        for row in self._db.rows(f"{_EFFECTS} WHERE applied = 0 AND received = ? ORDER BY id", return_id):
            if self._row(row).note == OTHER_INSURED:
                note = self._db.encrypt(_ACCEPTED, "effect", "note", row["id"])
                self._db.update("effect", row["id"], applied=1, note_sealed=note)
                found.append(replace(self._told(row), nir=""))
        return found

    def leave_insured(self, returns: Collection[int]) -> list[int]:
        """Inside a step: what these returns said for another insured person stays unmatched, and waits for
        nobody; gives the effects.
        """
        found = []
        for row in self._db.among(f"{_EFFECTS} WHERE applied = 0 AND received IN ({{marks}})", returns):
            if self._row(row).note == OTHER_INSURED:
                note = self._db.encrypt(_LEFT, "effect", "note", row["id"])
                self._db.update("effect", row["id"], note_sealed=note)
                found.append(int(row["id"]))
        return found

    def applied_to(self, column: str, row_id: int) -> list[tuple[Effect, Row]]:
        """What was applied to a `file`, a `lot` or an `invoice`, with its row."""
        rows = self._db.rows(f"{_EFFECTS} WHERE {column} = ? AND applied = 1 ORDER BY id", row_id)
        return [(self._told(row), row) for row in rows]

    def get_all(self, effects: Sequence[int]) -> dict[int, tuple[EffectRow, int | None]]:
        """These effects by id, each with the id of the invoice that it touched."""
        rows = self._db.among(f"{_EFFECTS} WHERE id IN ({{marks}})", effects)
        return {row["id"]: (self._row(row), row["invoice"]) for row in rows}

    def touching(self, invoices: Sequence[int], lots: Sequence[int], files: Sequence[int]) -> list[EffectRow]:
        """What was said of these invoices, of these lots as such, of these files as such."""
        rows = [
            *self._db.among(f"{_EFFECTS} WHERE invoice IN ({{marks}})", invoices),
            *self._db.among(f"{_EFFECTS} WHERE lot IN ({{marks}}) AND invoice IS NULL", lots),
            *self._db.among(
                f"{_EFFECTS} WHERE file IN ({{marks}}) AND invoice IS NULL AND lot IS NULL", files
            ),
        ]
        return [self._row(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

    def _find(self, where: str, *values: int) -> tuple[EffectRow, ...]:
        with self._db.reading():
            return tuple(map(self._row, self._db.rows(f"{_EFFECTS} {where} ORDER BY id", *values)))

    def _told(self, row: Row) -> Effect:
        return Effect.from_json(self._db.decrypt(row["told_sealed"], "effect", "told", row["id"]))

    def _row(self, row: Row) -> EffectRow:
        return EffectRow(
            return_id=row["received"],
            effect=self._told(row),
            applied=bool(row["applied"]),
            note=self._db.decrypt_text(row["note_sealed"], "effect", "note", row["id"]),
        )
