"""From an invoice to its messages and returns, from a message to its invoices (OCT-MSG-5)."""

import json

from tournee.errors import StoreError
from tournee.store.invoices import Invoices
from tournee.store.lots import Lots
from tournee.store.numbers import number_of
from tournee.store.received import Returns
from tournee.store.rows import HistoryRow, Trace


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
                    """SELECT DISTINCT invoice AS id FROM sheet WHERE lot IN (SELECT value FROM json_each(?1))
                    OR id IN (SELECT sheet FROM former_lot WHERE lot IN (SELECT value FROM json_each(?1)))
                    ORDER BY 1""",
                    lots,
                )
            else:
                invoices = self._invoices_of(key)
                lots = self._ids(
                    """WITH mine AS
                        (SELECT id, lot FROM sheet WHERE invoice IN (SELECT value FROM json_each(?)))
                    SELECT lot AS id FROM mine WHERE lot IS NOT NULL
                    UNION SELECT lot FROM former_lot WHERE sheet IN (SELECT id FROM mine) ORDER BY 1""",
                    invoices,
                )
                files = self._ids(
                    "SELECT DISTINCT file AS id FROM lot WHERE file IS NOT NULL"
                    " AND id IN (SELECT value FROM json_each(?)) ORDER BY 1",
                    lots,
                )
            return self._trace(key if messages else "", invoices, lots, files)

    def _invoices_of(self, key: str) -> list[int]:
        rows = self._rows("SELECT id FROM invoice WHERE number = ?", number_of(key))
        invoices = [int(row["id"]) for row in rows]
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
            self._history_of(told),
        )

    def _history_of(self, things: dict[str, list[int]]) -> tuple[HistoryRow, ...]:
        pairs = [(subject, thing) for subject, ids in things.items() for thing in ids]
        rows = self._rows(
            """SELECT history.* FROM json_each(?) AS thing JOIN history
            ON history.subject = json_extract(thing.value, '$[0]')
            AND history.subject_id = json_extract(thing.value, '$[1]') ORDER BY history.id""",
            json.dumps(pairs),
        )
        return tuple(self._history_row(row) for row in rows)

    def _ids(self, query: str, among: list[int]) -> list[int]:
        """Ids that `query` finds among those given as its one value, a JSON list."""
        return [int(row["id"]) for row in self._rows(query, json.dumps(among))]
