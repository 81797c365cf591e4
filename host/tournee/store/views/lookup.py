"""What the carer has at hand, a name or a number, to the visits and invoices that it may be."""

from typing import NamedTuple

from tournee.store.database import Database

_NAMED = """SELECT sheet.id, sheet.patient_sealed, invoice.id AS invoice, invoice.visit, visit.state
    FROM invoice JOIN visit ON visit.id = invoice.visit JOIN sheet ON sheet.id =
        (SELECT min(one.id) FROM sheet AS one WHERE one.invoice = invoice.id)
    WHERE ? IN ('', visit.ps) ORDER BY invoice.id"""

_WITHOUT_INVOICE = """SELECT id FROM visit WHERE ? IN ('', ps) AND
    (state = 'pending' OR NOT EXISTS (SELECT 1 FROM invoice WHERE invoice.visit = visit.id)) ORDER BY id"""

_NUMBERED = "SELECT id, visit, ps FROM invoice WHERE number = ? AND ? IN ('', ps) ORDER BY id"
_NEAREST = "SELECT number FROM invoice WHERE ? IN ('', ps) ORDER BY abs(number - ?), number LIMIT ?"
_OF_VISIT = "SELECT id FROM invoice WHERE visit = ? ORDER BY id"

_OF_LOT = """SELECT DISTINCT invoice.visit, invoice.id FROM lot JOIN (
        SELECT lot, id AS sheet FROM sheet WHERE lot IS NOT NULL UNION SELECT lot, sheet FROM former_lot
    ) AS held ON held.lot = lot.id JOIN sheet ON sheet.id = held.sheet
    JOIN invoice ON invoice.id = sheet.invoice WHERE ? IN ('', lot.ps) AND """
_IN_LOT = f"{_OF_LOT} lot.number = ? ORDER BY invoice.id"
_IN_FILE = f"{_OF_LOT} lot.file IN (SELECT id FROM file WHERE number = ?) ORDER BY invoice.id"  # noqa: S608 (ours)

_LOTS = """SELECT DISTINCT lot.number FROM sheet JOIN lot ON lot.id = sheet.lot
    WHERE sheet.invoice IN ({marks}) ORDER BY lot.number"""


class NamedInvoice(NamedTuple):
    """An invoice, its visit and the patient it was made for; `stands`: the visit is not to be billed anew."""

    invoice_id: int
    visit_id: int
    patient: str
    stands: bool


class Lookup:
    """Finds visits and invoices; `ps` "" is any professional's."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def named(self, ps: str = "") -> list[NamedInvoice]:
        """Every invoice with its patient's name, in the order they were made."""
        with self._db.reading():
            rows = self._db.rows(_NAMED, ps)
        decrypt = self._db.decrypt_text
        return [
            NamedInvoice(
                row["invoice"],
                row["visit"],
                decrypt(row["patient_sealed"], "sheet", "patient", row["id"]),
                row["state"] != "pending",
            )
            for row in rows
        ]

    def named_by_their_visit(self, ps: str = "") -> tuple[int, ...]:
        """Visits that no invoice names as they are now: to be billed, or never billed."""
        with self._db.reading():
            return tuple(row["id"] for row in self._db.rows(_WITHOUT_INVOICE, ps))

    def numbered(self, number: int, ps: str = "") -> dict[int, tuple[int, str]]:
        """The invoices of a number, with the visit and the professional of each."""
        with self._db.reading():
            return {row["id"]: (row["visit"], row["ps"]) for row in self._db.rows(_NUMBERED, number, ps)}

    def nearest(self, number: int, ps: str = "", count: int = 3) -> tuple[str, ...]:
        """Numbers (9 digits) of the invoices that are nearest to one that there is not."""
        with self._db.reading():
            return tuple(f"{row['number']:09}" for row in self._db.rows(_NEAREST, ps, number, count))

    def invoices_of(self, visit_id: int) -> tuple[int, ...]:
        """All the invoices that a visit ever had, oldest first."""
        with self._db.reading():
            return tuple(row["id"] for row in self._db.rows(_OF_VISIT, visit_id))

    def in_lot(self, number: int, ps: str = "") -> dict[int, int]:
        """The invoices that lots of a number hold or held, each with its visit."""
        return self._invoices(_IN_LOT, number, ps)

    def in_file(self, number: int, ps: str = "") -> dict[int, int]:
        """The invoices that are in the files of a name, each with its visit."""
        return self._invoices(_IN_FILE, number, ps)

    def lots_of(self, invoices: tuple[int, ...]) -> tuple[str, ...]:
        """Numbers (3 digits) of the lots that hold sheets of these invoices now."""
        with self._db.reading():
            return tuple(f"{row['number']:03}" for row in self._db.among(_LOTS, invoices))

    def last_visit(self) -> int:
        """The number of the last visit taken in; 0 when there is none."""
        with self._db.reading():
            return int(self._db.rows("SELECT coalesce(max(id), 0) AS id FROM visit")[0]["id"])

    def _invoices(self, query: str, number: int, ps: str) -> dict[int, int]:
        with self._db.reading():
            return {row["id"]: row["visit"] for row in self._db.rows(query, ps, number)}
