"""From an invoice to its messages and returns, from a message to its invoices (OCT-MSG-5), and the table of
where all stand.
"""

import json
from collections.abc import Iterable
from typing import TypeVar

from tournee.errors import StoreError
from tournee.store.invoices import Invoices
from tournee.store.lots import Lots
from tournee.store.received import Returns
from tournee.store.rows import InvoiceRow, OverviewRow, Trace
from tournee.store.states import MessageState, SheetState

_T = TypeVar("_T")

_ATTENTION = (
    SheetState.REFUSED,
    SheetState.PAYMENT_REFUSED,
    SheetState.PARTLY_PAID,
    SheetState.MADE,
    SheetState.CERTIFIED,
    SheetState.IN_LOT,
    SheetState.SENT,
    SheetState.ACKNOWLEDGED,
    SheetState.PAID,
    SheetState.ABANDONED,
)
"""States of a sheet, from the one that most needs the carer's eye."""


class Tracing(Invoices, Lots, Returns):
    """The questions that go across all the parts of the journal."""

    def trace(self, key: str) -> Trace:
        """All that is tied to a message subject, a compostage, or an invoice number; StoreError when the
        journal knows no such thing.

        From a subject: its message, file, lots and their invoices; from an invoice number: its lots, files
        and all their messages. Returns are those whose effects touched any of these.
        """
        key = key.strip()
        with self._reading():
            messages = self._rows("SELECT file FROM message WHERE subject = ?1 OR compostage = ?1", key)
            if messages:
                files = [int(row["file"]) for row in messages]
                lots = self._ids(
                    "SELECT id FROM lot WHERE file IN (SELECT value FROM json_each(?)) ORDER BY id", files
                )
                invoices = self._ids(
                    "SELECT DISTINCT invoice AS id FROM sheet"
                    " WHERE lot IN (SELECT value FROM json_each(?)) ORDER BY 1",
                    lots,
                )
            else:
                invoices = self._invoices_of(key)
                lots = self._ids(
                    "SELECT DISTINCT lot AS id FROM sheet WHERE lot IS NOT NULL"
                    " AND invoice IN (SELECT value FROM json_each(?)) ORDER BY 1",
                    invoices,
                )
                files = self._ids(
                    "SELECT DISTINCT file AS id FROM lot WHERE file IS NOT NULL"
                    " AND id IN (SELECT value FROM json_each(?)) ORDER BY 1",
                    lots,
                )
            return self._trace(key if messages else "", invoices, lots, files)

    def overview(self) -> tuple[OverviewRow, ...]:
        """Where every invoice stands, in the order they were made; an abandoned invoice is there too."""
        with self._reading():
            rows = self._rows("SELECT id FROM invoice ORDER BY id")
            return tuple(self._overview_row(self.invoice(row["id"])) for row in rows)

    def _invoices_of(self, key: str) -> list[int]:
        number = int(key) if key.isascii() and key.isdigit() else -1
        invoices = [int(row["id"]) for row in self._rows("SELECT id FROM invoice WHERE number = ?", number)]
        if not invoices:
            raise StoreError(
                f"Le journal ne connaît ni message ni facture « {key} ».",
                next_step="Donnez l’objet entier du message, son compostage, ou le numéro de la facture.",
            )
        return invoices

    def _trace(self, subject: str, invoices: list[int], lots: list[int], files: list[int]) -> Trace:
        messages = [message for file in files for message in self.messages(file_id=file)]
        if subject:
            messages = [message for message in messages if subject in (message.subject, message.compostage)]
        effects = self._rows(
            """SELECT * FROM effect WHERE invoice IN (SELECT value FROM json_each(?))
            OR (invoice IS NULL AND lot IN (SELECT value FROM json_each(?)))
            OR (invoice IS NULL AND lot IS NULL AND file IN (SELECT value FROM json_each(?))) ORDER BY id""",
            json.dumps(invoices),
            json.dumps(lots),
            json.dumps(files),
        )
        returned = sorted({int(row["received"]) for row in effects})
        invoice_rows = tuple(self.invoice(invoice) for invoice in invoices)
        told = {
            "sheet": [sheet.id for invoice in invoice_rows for sheet in invoice.sheets],
            "lot": lots,
            "file": files,
            "message": [message.id for message in messages],
            "received": returned,
        }
        return Trace(
            invoice_rows,
            tuple(self.lot(lot) for lot in lots),
            tuple(self.file(file) for file in files),
            tuple(messages),
            tuple(self.received(received) for received in returned),
            tuple(self._effect_row(row) for row in effects),
            tuple(
                self._history_row(row)
                for row in self._rows("SELECT * FROM history ORDER BY id")
                if row["subject_id"] in told.get(row["subject"], ())
            ),
        )

    def _overview_row(self, invoice: InvoiceRow) -> OverviewRow:
        sheets = invoice.sheets
        lots = [self.lot(lot) for lot in _once(sheet.lot_id for sheet in sheets)]
        files = [self.file(file) for file in _once(lot.file_id for lot in lots)]
        messages = [message for file in files for message in self.messages(file_id=file.id)]
        day = self._rows(
            "SELECT day.date FROM visit JOIN day ON day.id = visit.day WHERE visit.id = ?", invoice.visit_id
        )
        fse = next((sheet for sheet in sheets if sheet.kind == "FSE"), sheets[0])
        reasons = [sheet.reason for sheet in sheets if sheet.reason]
        reasons += [
            f"{message.state.label} : {message.reason}"
            for message in messages
            if message.state in (MessageState.UNCERTAIN, MessageState.FAILED)
        ]
        return OverviewRow(
            invoice.id,
            invoice.number,
            invoice.ps,
            day[0]["date"],
            fse.patient,
            tuple(sheet.kind for sheet in sheets),
            tuple(sheet.state for sheet in sheets),
            fse.fee,
            fse.amo,
            max(sheet.amc for sheet in sheets),
            sum(payment.paid for sheet in sheets for payment in self._payments(sheet.id)),
            min((sheet.state for sheet in sheets), key=_ATTENTION.index),
            tuple(lot.number for lot in lots),
            tuple(file.name for file in files),
            tuple(message.subject for message in messages),
            tuple(message.state for message in messages),
            " ; ".join(_once(reasons)),
        )

    def _ids(self, query: str, among: list[int]) -> list[int]:
        """Ids that `query` finds among those given as its one value, a JSON list."""
        return [int(row["id"]) for row in self._rows(query, json.dumps(among))]


def _once(items: Iterable[_T | None]) -> list[_T]:
    return list(dict.fromkeys(item for item in items if item is not None))
