"""From an invoice to its messages and returns, from a message to its invoices (OCT-MSG-5)."""

from tournee.errors import StoreError
from tournee.store.accounts.patient_payments import PatientPayments
from tournee.store.database import Database
from tournee.store.inserts import number_of
from tournee.store.pieces.pieces import Pieces
from tournee.store.rows import Trace
from tournee.store.tables.effects import Effects
from tournee.store.tables.files import LotFiles
from tournee.store.tables.history import History
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.lots import Lots
from tournee.store.tables.messages import Messages
from tournee.store.tables.returns import Returns

_LOTS_OF_FILES = "SELECT id FROM lot WHERE file IN ({marks})"
_INVOICES_OF_LOTS = "SELECT invoice AS id FROM sheet WHERE lot IN ({marks})"
_INVOICES_ONCE_IN = """SELECT sheet.invoice AS id FROM former_lot JOIN sheet ON sheet.id = former_lot.sheet
    WHERE former_lot.lot IN ({marks})"""
_LOTS_OF_INVOICES = "SELECT lot AS id FROM sheet WHERE lot IS NOT NULL AND invoice IN ({marks})"
_FORMER_LOTS_OF = """SELECT former_lot.lot AS id FROM former_lot JOIN sheet ON sheet.id = former_lot.sheet
    WHERE sheet.invoice IN ({marks})"""
_CORRECTIONS_OF = "SELECT id FROM correction WHERE invoice IN ({marks})"
_LOTS_OF_PIECES = "SELECT lot AS id FROM proof WHERE file IN ({marks})"
_FILES_OF_PIECES = "SELECT file AS id FROM proof WHERE invoice IN ({marks})"
_FILES_OF_LOTS = "SELECT file AS id FROM lot WHERE file IS NOT NULL AND id IN ({marks})"


class Tracing:
    """Goes along a whole way, from either end."""

    def __init__(
        self,
        db: Database,
        invoices: Invoices,
        lots: Lots,
        files: LotFiles,
        messages: Messages,
        returns: Returns,
        effects: Effects,
        history: History,
        patient_payments: PatientPayments,
        pieces: Pieces,
    ) -> None:
        self._db, self._invoices, self._lots, self._files = db, invoices, lots, files
        self._messages, self._returns, self._effects, self._history = messages, returns, effects, history
        self._patient_payments, self._pieces = patient_payments, pieces

    def trace(self, key: str, ps: str = "") -> Trace:
        """All that is tied to a message subject, a compostage, or an invoice number, of one `ps` when given;
        StoreError when the journal knows no such thing, or invoices of that number of several professionals:
        what concerns one of them is not shown to another.

        From a subject: its message, file, lots and their invoices; from an invoice number: its lots, files
        and all their messages. Returns are those whose effects touched any of these.
        """
        key = key.strip()
        with self._db.reading():
            query = "SELECT file AS id FROM message WHERE subject = ? OR compostage = ?"
            files = [row["id"] for row in self._db.rows(query, key, key)]
            if files:
                lots = self._ids(files, _LOTS_OF_FILES, _LOTS_OF_PIECES)
                return self._trace(key, self._ids(lots, _INVOICES_OF_LOTS, _INVOICES_ONCE_IN), lots, files)
            invoices = self._numbered(key, ps)
            lots = self._ids(invoices, _LOTS_OF_INVOICES, _FORMER_LOTS_OF)
            files = self._ids(lots, _FILES_OF_LOTS)
            return self._trace("", invoices, lots, sorted({*files, *self._ids(invoices, _FILES_OF_PIECES)}))

    def _numbered(self, key: str, ps: str) -> list[int]:
        rows = self._db.rows("SELECT id, ps FROM invoice WHERE number = ? ORDER BY id", number_of(key))
        rows = [row for row in rows if ps in ("", row["ps"])]
        if len({row["ps"] for row in rows}) > 1:
            raise StoreError(
                f"Plusieurs professionnels ont une facture {key}.",
                next_step="indiquez le numéro de l’un d’eux.",
            )
        if not rows:
            raise StoreError(
                f"Le journal ne connaît ni message ni facture « {key} ».",
                next_step="donnez l’objet entier du message, son compostage, ou le numéro de la facture.",
            )
        return [row["id"] for row in rows]

    def _trace(self, subject: str, invoices: list[int], lots: list[int], files: list[int]) -> Trace:
        messages = [
            message
            for message in self._messages.of_files(files)
            if not subject or subject in (message.subject, message.compostage)
        ]
        effects = self._effects.touching(invoices, lots, files)
        proofs = self._pieces.of_invoices(invoices)
        returned = sorted({effect.return_id for effect in effects})
        invoice_rows = self._invoices.get_all(invoices)
        told = {
            "sheet": [sheet.id for invoice in invoice_rows for sheet in invoice.sheets],
            "correction": self._ids(invoices, _CORRECTIONS_OF),
            "lot": lots,
            "file": files,
            "proof": [proof.id for proof in proofs],
            "message": [message.id for message in messages],
            "received": returned,
        }
        return Trace(
            invoices=invoice_rows,
            lots=tuple(map(self._lots.get, lots)),
            files=tuple(map(self._files.get, files)),
            messages=tuple(messages),
            returns=self._returns.get_all(returned),
            effects=tuple(effects),
            history=self._history.of(told),
            proofs=proofs,
            patient_payments=self._patient_payments.of_visits({one.visit_id for one in invoice_rows}),
        )

    def _ids(self, among: list[int], *queries: str) -> list[int]:
        """Ids that any of these queries finds among those given, in order."""
        return sorted({row["id"] for query in queries for row in self._db.among(query, among)})
