"""What one return changes, worked out in memory: rows are read by sets and once, and written by sets at the
end. A return of twenty payments makes as many statements as one of two.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from tournee.model import Effect, Outcome
from tournee.store.database import Database
from tournee.store.rows import PaymentRow
from tournee.store.statements import check_move, missing
from tournee.store.states import STATES, State
from tournee.store.tables.effects import Applied, Effects
from tournee.store.tables.payments import Payments

Record = dict[str, Any]
"""A row as it now is, by column."""

_COLUMNS = {
    "invoice": "id, visit, ps, number",
    "visit": "id, state",
    "sheet": "id, invoice, kind, amo, amc, state, lot, lot_rank, lot_before, nir_sealed",
    "lot": "id, number, date, state, file",
    "file": "id, state",
}


class Changes:
    """The rows that one step looks at and changes. What other parts read in the same step needs `write`."""

    def __init__(self, db: Database, effects: Effects, payments: Payments, received: int) -> None:
        self._db, self._effects, self._payments, self._received = db, effects, payments, received
        self.forget()
        self._moves: list[tuple[str, int, State, str]] = []
        self._reasons: dict[str, dict[int, str]] = {}
        self._paid: list[PaymentRow] = []
        self._told: list[tuple[Effect, Applied]] = []

    def forget(self) -> None:
        """Read again what is asked from now on."""
        self._held: dict[str, dict[int, Record]] = {table: {} for table in _COLUMNS}
        self._asked: dict[tuple[str, str], dict[Any, list[int]]] = {}
        self._payments_of: dict[int, list[PaymentRow]] = {}

    # --- reading ---

    def record(self, table: str, row_id: int) -> Record:
        """One row."""
        return self.records(table, [row_id])[0]

    def records(self, table: str, ids: Iterable[int]) -> list[Record]:
        """Rows by their ids, in this order."""
        wanted, held = list(ids), self._held[table]
        absent = sorted({one for one in wanted if one not in held})
        if absent:
            query = f"SELECT {_COLUMNS[table]} FROM {table} WHERE id IN ({{marks}})"  # noqa: S608
            self._hold(table, self._db.among(query, absent))
        for one in wanted:
            if one not in held:
                raise missing(table, one)
        return [held[one] for one in wanted]

    def by(self, table: str, column: str, values: Iterable[Any], order: str = "id") -> None:
        """Read at once the rows whose column has one of these values: `with_` then finds them."""
        known = self._asked.setdefault((table, column), {})
        fresh = sorted({value for value in values if value not in known})
        if not fresh:
            return
        known.update({value: [] for value in fresh})
        query = f"SELECT {_COLUMNS[table]} FROM {table} WHERE {column} IN ({{marks}}) ORDER BY {order}"  # noqa: S608
        for row in self._hold(table, self._db.among(query, fresh)):
            known[row[column]].append(row["id"])

    def with_(self, table: str, column: str, value: Any, order: str = "id") -> list[Record]:
        """Rows whose column has this value."""
        self.by(table, column, [value], order)
        return self.records(table, self._asked[table, column][value])

    def payments(self, sheets: Iterable[int]) -> None:
        """Read at once what returns said of these sheets."""
        fresh = sorted({sheet for sheet in sheets if sheet not in self._payments_of})
        if fresh:
            self._payments_of.update({sheet: [] for sheet in fresh} | self._payments.of_sheets(fresh))

    def payments_of(self, sheet: int) -> list[PaymentRow]:
        """What returns said of a sheet, this one too."""
        self.payments([sheet])
        return self._payments_of[sheet]

    def state(self, table: str, row_id: int) -> State:
        """The state of a thing."""
        return STATES[table](self.record(table, row_id)["state"])

    # --- changing ---

    def move(self, table: str, row_id: int, state: State, detail: str = "") -> None:
        """Bring a thing to a state; StoreError when that may not follow now."""
        check_move(table, row_id, self.state(table, row_id), state)
        self.record(table, row_id)["state"] = state.value
        self._moves.append((table, row_id, state, detail))

    def give_reason(self, table: str, row_id: int, reason: str) -> None:
        """Keep why a thing is in its state."""
        self._reasons.setdefault(table, {})[row_id] = reason

    def pay(self, sheet: int, share: str, effect: Effect) -> None:
        """Keep what a return says of a share of a sheet."""
        told = PaymentRow(sheet, self._received, share, effect.outcome.value, effect.asked, effect.paid)
        self.payments_of(sheet).append(told)
        self._paid.append(told)
        if effect.franchise:
            held = PaymentRow(sheet, self._received, share, Outcome.FRANCHISE.value, effect.franchise, 0)
            self.payments_of(sheet).append(held)
            self._paid.append(held)

    def tell(self, effect: Effect, done: Applied) -> None:
        """Keep an effect with what became of it."""
        self._told.append((effect, done))

    def write(self) -> None:
        """Write all that is new: each thing in its last state, the history of all."""
        last: dict[tuple[str, State], list[int]] = {}
        for (table, row_id), state in {(table, one): state for table, one, state, _ in self._moves}.items():
            last.setdefault((table, state), []).append(row_id)
        for (table, state), ids in last.items():
            self._db.set_state(table, ids, state)
        self._db.remember(self._moves)
        for table, reasons in self._reasons.items():
            encrypted = {one: self._db.encrypted_reason(table, one, text) for one, text in reasons.items()}
            self._db.update_each(table, "reason_sealed", encrypted)
        self._insert_payments()
        self._effects.keep(self._received, self._told)
        self._moves, self._reasons, self._paid, self._told = [], {}, [], []

    def _insert_payments(self) -> None:
        if self._paid:
            first = self._db.new_id("payment")
            self._db.insert_all(
                "payment",
                ("id", "sheet", "received", "share", "outcome", "asked", "paid"),
                [
                    (row, one.sheet_id, one.return_id, one.share, one.outcome, one.asked, one.paid)
                    for row, one in enumerate(self._paid, first)
                ],
            )

    def _hold(self, table: str, rows: Sequence[Any]) -> list[Record]:
        """Rows just read, or what they have become since."""
        held = self._held[table]
        return [held.setdefault(row["id"], dict(row)) for row in rows]
