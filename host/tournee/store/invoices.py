"""Days, visits, invoices and their sheets: from an imported day to certified FSE and DRE."""

import sqlite3
from collections.abc import Callable, Sequence

from tournee.errors import StoreError
from tournee.model import Sheet
from tournee.store.numbers import check_number
from tournee.store.payments import Payments
from tournee.store.rows import InvoiceRow, SheetRow, VisitRow
from tournee.store.states import SheetState, VisitState

LAST_INVOICE = 999_999_999
"""An invoice number has 9 digits (record 2, 30+9) and is never given twice to one PS."""

_SHEETS = """SELECT sheet.*, invoice.number AS number, invoice.ps AS ps,
    EXISTS (SELECT 1 FROM payment WHERE payment.sheet = sheet.id)
        OR EXISTS (SELECT 1 FROM invoice AS one WHERE one.visit = invoice.visit AND one.id <> sheet.invoice)
        AS judged
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice WHERE """
_SHEETS_IN = _SHEETS + "(?1 IS NULL OR sheet.state = ?1) AND (?2 = '' OR invoice.ps = ?2) ORDER BY sheet.id"
_SHEETS_OF = _SHEETS + "sheet.invoice = ? ORDER BY sheet.id"  # each of its own, so that it finds its index
_SHEET = _SHEETS + "sheet.id = ?"

_VISITS = """SELECT visit.*, day.date, day.ps, live_invoice.id AS invoice
    FROM visit JOIN day ON day.id = visit.day LEFT JOIN live_invoice ON live_invoice.visit = visit.id
    WHERE (?1 IS NULL OR visit.day = ?1) AND (?2 IS NULL OR visit.state = ?2)
    ORDER BY visit.day, visit.rank"""

_FIRST_VISIT = """SELECT visit.*, day.date, day.ps, live_invoice.id AS invoice
    FROM visit JOIN day ON day.id = visit.day LEFT JOIN live_invoice ON live_invoice.visit = visit.id
    WHERE visit.id = (SELECT min(visit.id) FROM visit JOIN day ON day.id = visit.day WHERE day.ps = ?)"""

_OF_VISIT = """SELECT id, number FROM invoice WHERE visit = ? AND EXISTS
    (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned') ORDER BY id"""

_REFUSED_OF_VISIT = """SELECT number FROM invoice WHERE visit = ? AND EXISTS (SELECT 1 FROM sheet
    WHERE sheet.invoice = invoice.id AND state IN ('refused', 'payment_refused')) ORDER BY id DESC LIMIT 1"""


class Invoices(Payments):
    """The part of the journal that follows a carer's day up to its certified sheets."""

    def add_day(self, digest: str, ps: str, date: str, visits: Sequence[bytes]) -> int:
        """Import a day's visits as pending, and give its id; the same `digest` adds nothing."""
        with self._step("add_day"):
            known = self._rows("SELECT id FROM day WHERE digest = ?", digest)
            if known:
                return int(known[0]["id"])
            day = self._new_id("day")
            self._db.execute("INSERT INTO day VALUES (?, ?, ?, ?)", (day, digest, ps, date))
            for rank, payload in enumerate(visits, 1):
                visit = self._new_id("visit")
                sealed = self._seal(payload, "visit", "payload", visit)
                self._db.execute(
                    "INSERT INTO visit VALUES (?, ?, ?, ?, ?)",
                    (visit, day, rank, VisitState.PENDING.value, sealed),
                )
                self._remember("visit", visit, VisitState.PENDING, "")
            return day

    def has_day(self, digest: str) -> bool:
        """Whether a day of this `digest` was imported."""
        with self._reading():
            return bool(self._rows("SELECT 1 FROM day WHERE digest = ?", digest))

    def visits(self, day_id: int | None = None, state: VisitState | None = None) -> tuple[VisitRow, ...]:
        """Visits in order, of one day or of all, in one state or in any."""
        with self._reading():
            rows = self._rows(_VISITS, day_id, state.value if state else None)
            return tuple(self._visit_row(row) for row in rows)

    def first_visit(self, ps: str) -> VisitRow | None:
        """The first visit of a professional, if any."""
        with self._reading():
            rows = self._rows(_FIRST_VISIT, ps)
            return self._visit_row(rows[0]) if rows else None

    def live_invoice(self, visit_id: int) -> int | None:
        """The id of the invoice that stands for a visit now, if any."""
        with self._reading():
            return self._live_invoice(visit_id)

    def make_invoice(self, visit_id: int, ps: str, build: Callable[[int], Sequence[Sheet]]) -> int:
        """Give the next invoice number of `ps` to a pending visit, and journal the sheets that
        `build(number)` makes of it.

        Number and sheets are one step: what `build` raises leaves no trace. A visit has one live invoice:
        called again, its id is given and nothing is made. Returns the invoice's id; StoreError when the visit
        is no longer pending.
        """
        with self._step("make_invoice"):
            live = self._live_invoice(visit_id)
            if live is not None:
                return live
            if self._state("visit", visit_id) is not VisitState.PENDING:
                raise StoreError(
                    f"La visite {visit_id} n’est plus à facturer.",
                    next_step="Rouvrez la visite pour la facturer de nouveau.",
                )
            number = self._next_number(ps, "invoice", LAST_INVOICE, cycles=False)
            sheets = build(number)
            if not sheets:
                raise StoreError(f"La facture {number:09} n’a ni FSE ni DRE.")
            invoice = self._new_id("invoice")
            self._db.execute(
                "INSERT INTO invoice VALUES (?, ?, ?, ?, ?)", (invoice, visit_id, ps, number, self._now())
            )
            for draft in sheets:
                check_number(draft.records, "2", "facture", number)
                self._insert_sheet(invoice, draft)
            return invoice

    def sheet_certified(self, sheet_id: int, sevens: bytes) -> None:
        """Keep the records 7 of a sheet; the visit is done when all its sheets have theirs.

        The same certificate again changes nothing, so that a certification cut short can be finished.
        """
        with self._step("sheet_certified"):
            row = self._row("sheet", sheet_id)
            if self._unseal(row["sevens_sealed"], "sheet", "sevens", sheet_id) == sevens and sevens:
                return
            self._move("sheet", sheet_id, SheetState.CERTIFIED)
            sealed = self._seal(sevens, "sheet", "sevens", sheet_id)
            self._db.execute("UPDATE sheet SET sevens_sealed = ? WHERE id = ?", (sealed, sheet_id))
            waiting = self._rows("SELECT 1 FROM sheet WHERE invoice = ? AND state = 'made'", row["invoice"])
            if not waiting:
                visit = int(self._row("invoice", row["invoice"])["visit"])
                self._move("visit", visit, VisitState.DONE)

    def abandon_invoice(self, invoice_id: int, reason: str) -> None:
        """Give up an invoice none of whose sheets is in a lot; its number is lost for good and its visit
        pending again.
        """
        with self._step("abandon_invoice"):
            visit = int(self._row("invoice", invoice_id)["visit"])
            for row in self._rows("SELECT id FROM sheet WHERE invoice = ? ORDER BY id", invoice_id):
                self._move("sheet", row["id"], SheetState.ABANDONED, reason)
                self._give_reason("sheet", row["id"], reason)
            if self._state("visit", visit) is VisitState.DONE:
                self._move("visit", visit, VisitState.PENDING, reason)

    def abandon_visit(self, visit_id: int, reason: str) -> None:
        """Set a pending visit aside: it is not billed; StoreError while an invoice of it lives."""
        with self._step("abandon_visit"):
            if self._live_invoice(visit_id) is not None:
                raise StoreError(
                    f"La visite {visit_id} a une facture.", next_step="Abandonnez d’abord la facture."
                )
            self._move("visit", visit_id, VisitState.ABANDONED, reason)

    def reopen_visit(self, visit_id: int, reason: str) -> None:
        """Bill a visit again, under a new number, when it was set aside or all its invoices were refused."""
        with self._step("reopen_visit"):
            if self._live_invoice(visit_id) is not None:
                raise StoreError(f"La visite {visit_id} a une facture qui n’est pas refusée.")
            self._move("visit", visit_id, VisitState.PENDING, reason)

    def refused_invoice(self, visit_id: int) -> str:
        """Number of the last invoice of a visit that was refused, "" when none was."""
        with self._reading():
            return _number(self._rows(_REFUSED_OF_VISIT, visit_id))

    def invoice(self, invoice_id: int) -> InvoiceRow:
        """One invoice with its sheets."""
        with self._reading():
            row = self._row("invoice", invoice_id)
            sheets = self._rows(_SHEETS_OF, invoice_id)
            return InvoiceRow(
                invoice_id,
                row["visit"],
                row["ps"],
                f"{row['number']:09}",
                row["made"],
                tuple(self._sheet_row(sheet) for sheet in sheets),
                *self._neighbours(invoice_id, row["visit"]),
            )

    def sheets(self, state: SheetState | None = None, ps: str = "") -> tuple[SheetRow, ...]:
        """Sheets in the order they were made, in one state or in any, of one PS or of all."""
        with self._reading():
            rows = self._rows(_SHEETS_IN, state.value if state else None, ps)
            return tuple(self._sheet_row(row) for row in rows)

    def sheet(self, sheet_id: int) -> SheetRow:
        """One sheet."""
        with self._reading():
            self._row("sheet", sheet_id)
            return self._sheet_row(self._rows(_SHEET, sheet_id)[0])

    def _visit_row(self, row: sqlite3.Row) -> VisitRow:
        payload = self._unseal(row["payload_sealed"], "visit", "payload", row["id"])
        state = VisitState(row["state"])
        return VisitRow(
            row["id"], row["day"], row["date"], row["ps"], row["rank"], state, payload, row["invoice"]
        )

    def _neighbours(self, invoice: int, visit: int) -> tuple[str, str]:
        """Numbers of the invoices of the same visit just before and after it, but for those given up."""
        before = [row for row in self._rows(_OF_VISIT, visit) if row["id"] < invoice]
        after = [row for row in self._rows(_OF_VISIT, visit) if row["id"] > invoice]
        return _number(before[-1:]), _number(after[:1])

    def _live_invoice(self, visit_id: int) -> int | None:
        found = self._rows("SELECT id FROM live_invoice WHERE visit = ?", visit_id)
        return int(found[0]["id"]) if found else None

    def _insert_sheet(self, invoice: int, draft: Sheet) -> None:
        sheet = self._new_id("sheet")
        self._db.execute(
            """INSERT INTO sheet (id, invoice, kind, crf, mode, organisme, acts, fee, amo, amc, state,
            patient_sealed, nir_sealed, records_sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                sheet,
                invoice,
                draft.kind,
                draft.crf,
                draft.mode,
                draft.organisme,
                draft.acts,
                draft.fee,
                draft.amo,
                draft.amc,
                SheetState.MADE.value,
                self._seal(draft.patient, "sheet", "patient", sheet),
                self._seal(draft.nir, "sheet", "nir", sheet),
                self._seal(draft.records, "sheet", "records", sheet),
            ),
        )
        self._remember("sheet", sheet, SheetState.MADE, "")

    def _sheet_row(self, row: sqlite3.Row) -> SheetRow:
        sheet = row["id"]
        return SheetRow(
            sheet,
            row["invoice"],
            f"{row['number']:09}",
            row["ps"],
            row["kind"],
            row["crf"],
            row["mode"],
            row["organisme"],
            row["acts"],
            row["fee"],
            row["amo"],
            row["amc"],
            self._unseal(row["patient_sealed"], "sheet", "patient", sheet).decode(),
            self._unseal(row["nir_sealed"], "sheet", "nir", sheet).decode(),
            SheetState(row["state"]),
            self._unseal(row["records_sealed"], "sheet", "records", sheet),
            self._unseal(row["sevens_sealed"], "sheet", "sevens", sheet),
            row["lot"],
            self._sheet_reason(row),
        )


def _number(rows: Sequence[sqlite3.Row]) -> str:
    return f"{rows[0]['number']:09}" if rows else ""
