"""Invoices and their sheets: FSE and DRE, from their making to their certificate; their bytes, kept once."""

from collections.abc import Callable, Iterable, Sequence

from tournee.errors import StoreError
from tournee.model import Sheet, ThreeShares
from tournee.store.accounts.three_shares import columns_of, three_shares
from tournee.store.database import Database
from tournee.store.inserts import check_number
from tournee.store.numbering.numbers import Numbers
from tournee.store.rows import InvoiceRow, LotRow, SheetRow
from tournee.store.statements import Row, check_moves, missing
from tournee.store.states import SheetState, VisitState
from tournee.store.tables.payments import Payments
from tournee.store.tables.visits import Visits

_SHEETS = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.crf, sheet.mode, sheet.organisme, sheet.acts,
    sheet.fee, sheet.amo, sheet.amc, sheet.state, sheet.lot, sheet.lot_before, sheet.patient_sealed,
    sheet.nir_sealed, sheet.reason_sealed, sheet_bytes.records_sealed, sheet_bytes.sevens_sealed,
    invoice.number, invoice.ps, invoice.substitute,
    EXISTS (SELECT 1 FROM cancelled_invoice WHERE cancelled_invoice.invoice = sheet.invoice) AS cancelled
    FROM sheet JOIN sheet_bytes ON sheet_bytes.sheet = sheet.id JOIN invoice ON invoice.id = sheet.invoice"""

_BODIES = """SELECT sheet.id, sheet_bytes.records_sealed, sheet_bytes.sevens_sealed FROM sheet
    JOIN sheet_bytes ON sheet_bytes.sheet = sheet.id WHERE sheet.id IN ({marks})"""

_INVOICE = "id, visit, ps, number, made, substitute, by_amo, by_amc, by_patient"

_OF_VISIT = """SELECT id, number FROM invoice WHERE visit = ? AND EXISTS
    (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned') ORDER BY id"""

_REFUSED_OF_VISIT = """SELECT number FROM invoice WHERE visit = ? AND EXISTS (SELECT 1 FROM sheet
    WHERE sheet.invoice = invoice.id AND state IN ('refused', 'payment_refused')) ORDER BY id DESC LIMIT 1"""


class Invoices:
    """Invoices, each with its FSE, its DRE or both."""

    def __init__(self, db: Database, numbers: Numbers, visits: Visits, payments: Payments) -> None:
        self._db, self._numbers, self._visits, self._payments = db, numbers, visits, payments

    def make(self, visit_id: int, ps: str, build: Callable[[int], Sequence[Sheet]]) -> int:
        """Give the next invoice number of `ps` to a pending visit, and journal the sheets that
        `build(number)` makes of it.

        Number and sheets are one step: what `build` raises leaves no trace. A visit has one live invoice:
        called again, its id is given and nothing is made. Returns the invoice's id; StoreError when the visit
        is no longer pending.
        """
        with self._db.step("make_invoice"):
            live = self._visits.live_invoice(visit_id)
            if live is not None:
                return live
            if self._db.state("visit", visit_id) is not VisitState.PENDING:
                raise StoreError(
                    f"La visite {visit_id} n’est plus à facturer.",
                    next_step="rouvrez la visite pour la facturer de nouveau.",
                )
            number = self._numbers.invoice(ps)
            sheets = build(number)
            if not sheets:
                raise StoreError(f"La facture {number:09} n’a ni FSE ni DRE.")
            for draft in sheets:
                check_number(draft.records, "2", "facture", number)
            (before,) = self._db.rows("SELECT max(id) AS id FROM invoice WHERE visit = ?", visit_id)
            invoice, now, first = self._db.new_id("invoice"), self._db.now(), sheets[0]
            shares = three_shares(first.records, first.fee, first.amo, first.amc)
            self._db.insert(
                "invoice",
                id=invoice,
                visit=visit_id,
                ps=ps,
                number=number,
                made=now,
                former=before["id"],
                substitute=sheets[0].substitute,
                **columns_of(shares),
            )
            self._insert_sheets(invoice, sheets)
            return invoice

    def sealed(self, sheet_id: int, sevens: bytes) -> None:
        """Keep a seal's records 7, beside which the PS's signature is to come (mode 04). As `certified`."""
        self._signed(sheet_id, sevens, SheetState.SEALED)

    def certified(self, sheet_id: int, sevens: bytes) -> None:
        """Keep the records 7 of a sheet; the visit is done when all its sheets have theirs.

        The same certificate again changes nothing, so that a certification cut short can be finished.
        """
        self._signed(sheet_id, sevens, SheetState.CERTIFIED)

    def _signed(self, sheet_id: int, sevens: bytes, state: SheetState) -> None:
        with self._db.step(f"sheet_{state.value}"):
            row = self._row(sheet_id)
            if sevens and self._db.decrypt(row["sevens_sealed"], "sheet", "sevens", sheet_id) == sevens:
                return
            self._db.move("sheet", [sheet_id], state)
            encrypted = self._db.encrypt(sevens, "sheet", "sevens", sheet_id)
            self._db.write("UPDATE sheet_bytes SET sevens_sealed = ? WHERE sheet = ?", encrypted, sheet_id)
            query = "SELECT id FROM sheet WHERE invoice = ? AND state = 'made'"
            if not self._db.rows(query, row["invoice"]):
                visit = self._db.row("invoice", "visit", row["invoice"])["visit"]
                if self._db.state("visit", visit) is VisitState.PENDING:
                    self._db.move("visit", [visit], VisitState.DONE)

    def abandon(self, invoice_id: int, reason: str) -> None:
        """Give up an invoice none of whose sheets is in a lot; its number is lost for good and its visit
        pending again.
        """
        with self._db.step("abandon_invoice"):
            self.give_up(invoice_id, reason)

    def refused_of(self, visit_id: int) -> str:
        """Number of the last invoice of a visit that was refused, "" when none was."""
        with self._db.reading():
            return _number(self._db.rows(_REFUSED_OF_VISIT, visit_id))

    def get(self, invoice_id: int) -> InvoiceRow:
        """One invoice with its sheets."""
        return self.get_all([invoice_id])[0]

    def get_all(self, invoices: Sequence[int]) -> tuple[InvoiceRow, ...]:
        """These invoices with their sheets, in this order."""
        with self._db.reading():
            query = f"SELECT {_INVOICE} FROM invoice WHERE id IN ({{marks}})"  # noqa: S608
            found = {row["id"]: row for row in self._db.among(query, invoices)}
            sheets: dict[int, list[SheetRow]] = {}
            wanted = f"{_SHEETS} WHERE sheet.invoice IN ({{marks}}) ORDER BY sheet.id"
            for sheet in self._sheet_rows(self._db.among(wanted, invoices)):
                sheets.setdefault(sheet.invoice_id, []).append(sheet)
            return tuple(self._invoice_row(one, found.get(one), sheets.get(one, [])) for one in invoices)

    def sheets(
        self, state: SheetState | None = None, ps: str = "", substitute: str = ""
    ) -> tuple[SheetRow, ...]:
        """Sheets in the order they were made, in one state or any, of one PS, one substitute, or of all."""
        with self._db.reading():
            wanted = {
                "sheet.state = ?": state.value if state else "",
                "invoice.ps = ?": ps,
                "invoice.substitute = ?": substitute,
            }
            return self._sheet_rows(self._db.where(_SHEETS, "sheet.id", wanted))

    def count_sheets(self, state: SheetState) -> int:
        """How many sheets are in a state."""
        with self._db.reading():
            query = "SELECT count(*) AS sheets FROM sheet WHERE state = ?"
            return int(self._db.rows(query, state.value)[0]["sheets"])

    def sheet(self, sheet_id: int) -> SheetRow:
        """One sheet."""
        with self._db.reading():
            return self._sheet_rows([self._row(sheet_id)])[0]

    # --- for corrections ---

    def give_up(self, invoice_id: int, reason: str) -> None:
        """The same as `abandon`, within a step."""
        visit = self._db.row("invoice", "visit", invoice_id)["visit"]
        rows = self._db.rows("SELECT id FROM sheet WHERE invoice = ? ORDER BY id", invoice_id)
        sheets = [row["id"] for row in rows]
        self._db.move("sheet", sheets, SheetState.ABANDONED, reason)
        for sheet in sheets:
            self._db.give_reason("sheet", sheet, reason)
        if self._db.state("visit", visit) is VisitState.DONE:
            self._db.move("visit", [visit], VisitState.PENDING, reason)

    def write_anew(
        self, sheet: int, crf: str, mode: str, records: bytes, lot_before: int, reason: str
    ) -> None:
        """Put other records in the place of a sheet's, to be signed; `lot_before` held it last. Within a
        step.
        """
        self._db.move("sheet", [sheet], SheetState.MADE, reason)
        self._db.update(
            "sheet",
            sheet,
            crf=crf,
            mode=mode,
            lot=None,
            lot_rank=None,
            reason_sealed=None,
            lot_before=lot_before,
        )
        encrypted = self._db.encrypt(records, "sheet", "records", sheet)
        self._db.write(
            "UPDATE sheet_bytes SET records_sealed = ?, sevens_sealed = NULL WHERE sheet = ?",
            encrypted,
            sheet,
        )

    def put_back(
        self, sheet: int, lot: LotRow, rank: int, lot_before: int | None, records: bytes, sevens: bytes
    ) -> None:
        """Put the records back that a lot holds, in the place of a sheet's; its state is who calls' matter.
        Within a step.
        """
        self._db.update(
            "sheet", sheet, crf=lot.crf, mode=lot.mode, lot=lot.id, lot_rank=rank, lot_before=lot_before
        )
        encrypt = self._db.encrypt
        self._db.write(
            "UPDATE sheet_bytes SET records_sealed = ?, sevens_sealed = ? WHERE sheet = ?",
            encrypt(records, "sheet", "records", sheet),
            encrypt(sevens, "sheet", "sevens", sheet),
            sheet,
        )

    # --- for lots ---

    def bodies(self, sheets: Sequence[int]) -> list[bytes]:
        """The certified bytes of these sheets, in this order."""
        found = {row["id"]: row for row in self._db.among(_BODIES, sheets)}
        return [self._body(found[sheet]) for sheet in sheets]

    def enter_lot(
        self, lot: int, name: str, sheets: Sequence[int], ps: str, kind: str, crf: str, mode: str
    ) -> None:
        """Put certified sheets into a lot, in order; StoreError for one that is not of this lot."""
        found = self._db.among(
            """SELECT sheet.id, sheet.kind, sheet.crf, sheet.mode, sheet.state, invoice.ps FROM sheet
            JOIN invoice ON invoice.id = sheet.invoice WHERE sheet.id IN ({marks})""",
            sheets,
        )
        rows = {row["id"]: (row["ps"], row["kind"], row["crf"], row["mode"]) for row in found}
        check_moves(
            "sheet", sheets, {row["id"]: SheetState(row["state"]) for row in found}, SheetState.IN_LOT
        )
        for sheet in sheets:
            if rows[sheet] != (ps, kind, crf, mode):
                other = " ".join(rows[sheet])
                raise StoreError(
                    f"La pièce {sheet} ({other}) n’est pas de ce lot ({ps} {kind} {crf} {mode})."
                )
        ranks = {sheet: rank for rank, sheet in enumerate(sheets, 1)}
        self._db.update_each("sheet", "lot_rank", ranks, state=SheetState.IN_LOT.value, lot=lot)
        self._db.remember([("sheet", sheet, SheetState.IN_LOT, name) for sheet in sheets])

    def leave_lots(self, sheets: Sequence[int], reason: str) -> None:
        """Take sheets out of their lots: they can enter others."""
        self._db.move("sheet", sheets, SheetState.CERTIFIED, reason)
        self._db.write_among(
            "UPDATE sheet SET lot = NULL, lot_rank = NULL, reason_sealed = NULL WHERE id IN ({marks})",
            [],
            sheets,
        )

    def sent(self, lots: Sequence[int]) -> None:
        """The sheets of these lots are sent."""
        query = "SELECT id FROM sheet WHERE lot IN ({marks}) ORDER BY lot, lot_rank"
        self._db.move("sheet", [row["id"] for row in self._db.among(query, lots)], SheetState.SENT)

    # --- its own ---

    def _insert_sheets(self, invoice: int, drafts: Sequence[Sheet]) -> None:
        first = self._db.new_id("sheet")
        sheets = list(enumerate(drafts, first))
        self._db.insert_all(
            "sheet",
            (
                *("id", "invoice", "kind", "crf", "mode", "organisme", "acts", "fee", "amo", "amc", "state"),
                *("patient_sealed", "nir_sealed"),
            ),
            [
                (
                    *(sheet, invoice, one.kind, one.crf, one.mode, one.organisme, one.acts),
                    *(one.fee, one.amo, one.amc, SheetState.MADE.value),
                    self._db.encrypt(one.patient, "sheet", "patient", sheet),
                    self._db.encrypt(one.nir, "sheet", "nir", sheet),
                )
                for sheet, one in sheets
            ],
        )
        self._db.insert_all(
            "sheet_bytes",
            ("sheet", "records_sealed"),
            [(sheet, self._db.encrypt(one.records, "sheet", "records", sheet)) for sheet, one in sheets],
        )
        self._db.remember([("sheet", sheet, SheetState.MADE, "") for sheet, _ in sheets])

    def _row(self, sheet_id: int) -> Row:
        found = self._db.rows(f"{_SHEETS} WHERE sheet.id = ?", sheet_id)
        if not found:
            raise missing("sheet", sheet_id)
        return found[0]

    def _body(self, row: Row) -> bytes:
        """Records 2 to 5, then 7."""
        records = self._db.decrypt(row["records_sealed"], "sheet", "records", row["id"])
        return records + self._db.decrypt(row["sevens_sealed"], "sheet", "sevens", row["id"])

    def _invoice_row(self, invoice_id: int, row: Row | None, sheets: Iterable[SheetRow]) -> InvoiceRow:
        if row is None:
            raise missing("invoice", invoice_id)
        of_visit = self._db.rows(_OF_VISIT, row["visit"])
        return InvoiceRow(
            id=invoice_id,
            visit_id=row["visit"],
            ps=row["ps"],
            substitute=row["substitute"],
            number=f"{row['number']:09}",
            made=row["made"],
            sheets=tuple(sheets),
            replaces=_number([other for other in of_visit if other["id"] < invoice_id][-1:]),
            replaced_by=_number([other for other in of_visit if other["id"] > invoice_id]),
            shares=ThreeShares(row["by_amo"], row["by_amc"], row["by_patient"]),
        )

    def _sheet_rows(self, rows: Sequence[Row]) -> tuple[SheetRow, ...]:
        reasons = self._payments.reasons(rows)
        return tuple(self._sheet_row(row, reasons[row["id"]]) for row in rows)

    def _sheet_row(self, row: Row, reason: str) -> SheetRow:
        sheet = row["id"]
        return SheetRow(
            id=sheet,
            invoice_id=row["invoice"],
            invoice=f"{row['number']:09}",
            ps=row["ps"],
            substitute=row["substitute"],
            kind=row["kind"],
            crf=row["crf"],
            mode=row["mode"],
            organisme=row["organisme"],
            acts=row["acts"],
            fee=row["fee"],
            amo=row["amo"],
            amc=row["amc"],
            patient=self._db.decrypt_text(row["patient_sealed"], "sheet", "patient", sheet),
            nir=self._db.decrypt_text(row["nir_sealed"], "sheet", "nir", sheet),
            state=SheetState(row["state"]),
            records=self._db.decrypt(row["records_sealed"], "sheet", "records", sheet),
            sevens=self._db.decrypt(row["sevens_sealed"], "sheet", "sevens", sheet),
            lot_id=row["lot"],
            reason=reason,
            cancelled=bool(row["cancelled"]),
            is_alone=row["lot_before"] is not None,
        )


def _number(rows: Sequence[Row]) -> str:
    return f"{rows[0]['number']:09}" if rows else ""
