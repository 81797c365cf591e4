"""Visits put right by hand: at once while nothing of them left, or once what left stands no more.

An invoice that left is live money until its insurer refuses it, takes it back or gives it up: its correction
waits until then, so that a visit never has two claims. Paid after all, it stands again, and so waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.inserts import VisitDraft
from tournee.store.statements import Row
from tournee.store.states import CorrectionState, SheetState, VisitState
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.visits import Visits

DEAD = (SheetState.ABANDONED, SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
"""States of a sheet that stands no more, as the journal's `visit.invoice` has it."""

_DEAD = ", ".join(f"'{state.value}'" for state in DEAD)
_COLUMNS = "id, visit, invoice, state, since, before_sealed, after_sealed, reason_sealed"
_STANDS = f"""EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = correction.invoice
    AND sheet.state NOT IN ({_DEAD}))"""  # noqa: S608 (ours)

_DUE = f"""SELECT {_COLUMNS} FROM correction WHERE state = 'waiting' AND NOT {_STANDS} ORDER BY id"""  # noqa: S608
_UNDONE = f"""SELECT {_COLUMNS} FROM correction WHERE state = 'made' AND {_STANDS}
    AND invoice = (SELECT visit.invoice FROM visit WHERE visit.id = correction.visit) ORDER BY id"""  # noqa: S608


@dataclass(frozen=True)
class CorrectionRow:
    """What a visit was billed as and what it is to be: payloads as the visit's; since when, and why."""

    id: int
    visit_id: int
    invoice_id: int
    state: CorrectionState
    since: str
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    reason: str = field(repr=False)


class Corrections:
    """All that was put right by hand, and what waits to be."""

    def __init__(self, db: Database, visits: Visits, invoices: Invoices) -> None:
        self._db, self._visits, self._invoices = db, visits, invoices

    def find(self, state: CorrectionState | None = None, visit_id: int = 0) -> tuple[CorrectionRow, ...]:
        """In the order they were asked for: in one state, of one visit, or all."""
        wanted = {"state = ?": state.value if state else "", "visit = ?": visit_id}
        with self._db.reading():
            query = f"SELECT {_COLUMNS} FROM correction"  # noqa: S608 (columns of ours)
            return tuple(map(self._row, self._db.where(query, "id", wanted)))

    def due(self) -> tuple[CorrectionRow, ...]:
        """Those that wait although nothing of their invoice stands any more."""
        with self._db.reading():
            return tuple(map(self._row, self._db.rows(_DUE)))

    def undone(self) -> tuple[CorrectionRow, ...]:
        """Those that were made and whose invoice stands again, being the one of its visit: it was paid."""
        with self._db.reading():
            return tuple(map(self._row, self._db.rows(_UNDONE)))

    def edit(self, visit_id: int, before: bytes, draft: VisitDraft, date: str, reason: str) -> str:
        """Put a visit right of which nothing is in a lot: an invoice of it is given up, and its number (9
        digits), lost for good, given; "" when it had none. StoreError when it is no more as it was `before`.
        """
        with self._db.step("edit_visit"):
            self._require_unchanged(visit_id, before)
            live, number = self._visits.live_invoice(visit_id), ""
            if live is not None:
                number = f"{self._db.row('invoice', 'number', live)['number']:09}"
                self._invoices.give_up(live, reason)
            self._visits.put_right(visit_id, draft, date, reason)
            return number

    def note(self, visit_id: int, before: bytes, draft: VisitDraft, date: str, reason: str) -> None:
        """Put a visit right in what its invoice does not bill: that one stands. StoreError when it is no more
        as it was `before`.
        """
        with self._db.step("edit_visit"):
            self._require_unchanged(visit_id, before)
            self._visits.put_right(visit_id, draft, date, reason, billed=True)

    def cancel(self, visit_id: int, reason: str) -> str:
        """Set aside a visit of which nothing is in a lot or stands: an invoice of it is given up, and its
        number, lost for good, given; "" when it had none.
        """
        with self._db.step("cancel_visit"):
            live, number = self._visits.live_invoice(visit_id), ""
            if live is not None:
                number = f"{self._db.row('invoice', 'number', live)['number']:09}"
                self._invoices.give_up(live, reason)
            self._drop(visit_id, reason)
            self._set_aside(visit_id, reason)
            return number

    def correct(self, invoice_id: int, before: bytes, draft: VisitDraft, date: str, reason: str) -> int:
        """Put right the visit of an invoice that stands no more, to be billed anew; gives the correction."""
        with self._db.step("correct_invoice"):
            visit = int(self._db.row("invoice", "visit", invoice_id)["visit"])
            self._require_unchanged(visit, before)
            row = self._keep(visit, invoice_id, CorrectionState.MADE, before, draft.payload, reason)
            self._visits.put_right(visit, draft, date, reason)
            return row

    def wait(self, invoice_id: int, before: bytes, after: bytes, reason: str) -> int:
        """Keep what an invoice that stands is to be once it does no more, in the place of what was told of it
        before; gives the correction.
        """
        with self._db.step("await_correction"):
            visit = int(self._db.row("invoice", "visit", invoice_id)["visit"])
            self._require_unchanged(visit, before)
            self._drop(visit, "remplacée par une autre")
            return self._keep(visit, invoice_id, CorrectionState.WAITING, before, after, reason)

    def make(self, correction_id: int, draft: VisitDraft, date: str) -> None:
        """Put its visit right now that nothing of its invoice stands; the visit is to be billed."""
        with self._db.step("make_correction"):
            row = self._row(self._db.row("correction", _COLUMNS, correction_id))
            self._db.move("correction", [correction_id], CorrectionState.MADE, row.reason)
            self._visits.put_right(row.visit_id, draft, date, row.reason)

    def make_nothing(self, correction_id: int) -> None:
        """Set its visit aside now that nothing of its invoice stands: it is not to be billed."""
        with self._db.step("make_correction"):
            row = self._row(self._db.row("correction", _COLUMNS, correction_id))
            self._db.move("correction", [correction_id], CorrectionState.MADE, row.reason)
            self._set_aside(row.visit_id, row.reason)

    def undo(self, correction_id: int, draft: VisitDraft, date: str, reason: str) -> None:
        """Put its visit back to what was billed, for that invoice stands again; what the visit was by now
        waits, however often it was corrected since.
        """
        with self._db.step("undo_correction"):
            row = self._row(self._db.row("correction", _COLUMNS, correction_id))
            visit = self._visits.get(row.visit_id)
            if visit.invoice_id != row.invoice_id:
                raise StoreError(f"La visite {row.visit_id} n’est plus celle de cette facture.")
            self._drop(row.visit_id, reason)
            self._db.move("correction", [correction_id], CorrectionState.WAITING, reason)
            wanted = visit.payload if row.after else b""  # one that was not to be billed is not, still
            after = self._db.encrypt(wanted, "correction", "after", correction_id)
            self._db.update("correction", correction_id, after_sealed=after, since=self._db.now())
            self._visits.put_right(row.visit_id, draft, date, reason, billed=True)

    def drop(self, visit_id: int, reason: str) -> bool:
        """Leave a visit as it was billed: nothing waits for it any more. Tells whether something did."""
        with self._db.step("drop_correction"):
            return self._drop(visit_id, reason)

    def _set_aside(self, visit_id: int, reason: str) -> None:
        if self._db.state("visit", visit_id) is VisitState.DONE:
            self._db.move("visit", [visit_id], VisitState.PENDING, reason)
        self._db.move("visit", [visit_id], VisitState.ABANDONED, reason)

    def _require_unchanged(self, visit_id: int, before: bytes) -> None:
        if self._visits.get(visit_id).payload != before:
            raise StoreError(
                f"La visite {visit_id} vient d’être changée.",
                cause="une autre fenêtre y travaille",
                next_step="affichez-la, puis recommencez.",
            )

    def _drop(self, visit_id: int, reason: str) -> bool:
        waiting = self._db.rows("SELECT id FROM correction WHERE visit = ? AND state = 'waiting'", visit_id)
        for row in waiting:
            self._db.move("correction", [row["id"]], CorrectionState.DROPPED, reason)
        return bool(waiting)

    def _keep(
        self, visit: int, invoice: int, state: CorrectionState, before: bytes, after: bytes, reason: str
    ) -> int:
        row = self._db.new_id("correction")
        encrypt = self._db.encrypt
        self._db.insert(
            "correction",
            id=row,
            visit=visit,
            invoice=invoice,
            state=state.value,
            since=self._db.now(),
            before_sealed=encrypt(before, "correction", "before", row),
            after_sealed=encrypt(after, "correction", "after", row),
            reason_sealed=encrypt(reason, "correction", "reason", row),
        )
        self._db.remember([("correction", row, state, reason)])
        return row

    def _row(self, row: Row) -> CorrectionRow:
        decrypt = self._db.decrypt
        return CorrectionRow(
            id=row["id"],
            visit_id=row["visit"],
            invoice_id=row["invoice"],
            state=CorrectionState(row["state"]),
            since=row["since"],
            before=decrypt(row["before_sealed"], "correction", "before", row["id"]),
            after=decrypt(row["after_sealed"], "correction", "after", row["id"]),
            reason=decrypt(row["reason_sealed"], "correction", "reason", row["id"]).decode(),
        )
