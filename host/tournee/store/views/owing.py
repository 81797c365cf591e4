"""Visits whose money is not even: by the patient, or by an insurer that took them long ago and paid not.

It only says where to look; the ledger says how much.
"""

from tournee.store.database import Database

_PATIENTS = """SELECT DISTINCT invoice.visit FROM invoice WHERE
    (invoice.by_patient <> 0 OR EXISTS
        (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state = 'on_patient'))
    AND invoice.by_patient + invoice.by_amc * EXISTS
        (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state = 'on_patient')
    <> coalesce((SELECT sum(cents) FROM patient_payment WHERE patient_payment.visit = invoice.visit), 0)
    UNION SELECT visit FROM patient_payment
        WHERE visit NOT IN (SELECT visit FROM invoice WHERE by_patient <> 0)"""

_INSURERS = """SELECT DISTINCT invoice.visit FROM sheet JOIN invoice ON invoice.id = sheet.invoice
    WHERE sheet.state IN ('acknowledged', ?) AND invoice.made < ?"""


class Owing:
    """Reads it; nothing of it is kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def by_patients(self) -> tuple[int, ...]:
        """Visits of which a patient may owe something, or may have paid too much."""
        with self._db.reading():
            return tuple(sorted(int(row["visit"]) for row in self._db.rows(_PATIENTS)))

    def professionals(self) -> tuple[str, ...]:
        """The billing numbers under which there are invoices, in order."""
        found: list[str] = []
        with self._db.reading():
            query = "SELECT min(ps) AS ps FROM invoice WHERE ps > ?"  # each by one look at the index
            while (row := self._db.rows(query, found[-1] if found else "")[0])["ps"] is not None:
                found.append(str(row["ps"]))
        return tuple(found)

    def billed_since(self, since: str) -> tuple[int, ...]:
        """Visits with an invoice made from a day on (AAAA-MM-JJ)."""
        with self._db.reading():
            query = "SELECT DISTINCT visit FROM invoice WHERE made >= ?"
            return tuple(sorted(int(row["visit"]) for row in self._db.rows(query, since)))

    def by_insurers(self, before: str, *, sent: bool = False) -> tuple[int, ...]:
        """Visits with a sheet that was taken and is not paid, of invoices made before a time (ISO 8601); with
        `sent`, also those that nobody answered yet.
        """
        beside = "sent" if sent else "acknowledged"
        with self._db.reading():
            return tuple(sorted(int(row["visit"]) for row in self._db.rows(_INSURERS, beside, before)))
