"""Visits whose money is not even: by the patient, or by an insurer that took them long ago and paid not.

It only says where to look; the ledger says how much.
"""

from itertools import chain
from operator import gt

from tournee.store.database import Database

_GIVEN = "WITH given AS (SELECT visit, sum(cents) AS cents FROM patient_payment{among} GROUP BY visit)"
_PATIENTS = f"""{_GIVEN} SELECT invoice.visit FROM invoice LEFT JOIN given ON given.visit = invoice.visit
    WHERE invoice.by_patient <> coalesce(given.cents, 0){{and_among}}
    UNION SELECT given.visit FROM given WHERE given.visit NOT IN (SELECT visit FROM invoice)
    UNION SELECT invoice.visit FROM sheet JOIN invoice ON invoice.id = sheet.invoice
        WHERE sheet.state = 'on_patient'{{and_among}}"""  # noqa: S608 (ours)
_ALL = _PATIENTS.format(among="", and_among="")
_SOME = _PATIENTS.format(among=" WHERE visit IN ({marks})", and_among=" AND invoice.visit IN ({marks})")

_MARKS = """SELECT (SELECT coalesce(max(id), 0) FROM invoice) AS invoice,
    (SELECT coalesce(max(id), 0) FROM patient_payment) AS payment,
    (SELECT coalesce(max(id), 0) FROM history) AS history"""
_TOUCHED = """SELECT visit FROM invoice WHERE id > ? UNION SELECT visit FROM patient_payment WHERE id > ?
    UNION SELECT invoice.visit FROM history JOIN sheet ON sheet.id = history.subject_id
        JOIN invoice ON invoice.id = sheet.invoice WHERE history.id > ? AND +history.subject = 'sheet'"""
_FEW = 400
"""Visits that are looked at one by one, rather than all."""

_INSURERS = """SELECT DISTINCT invoice.visit FROM sheet JOIN invoice ON invoice.id = sheet.invoice
    WHERE sheet.state IN ('acknowledged', ?) AND invoice.made < ?"""


class Owing:
    """Reads it. What patients owe is looked for among all visits once, then among those that were touched: no
    row that it is counted of is ever changed in its place.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._owing: set[int] | None = None
        self._marks = (0, 0, 0)

    def by_patients(self) -> tuple[int, ...]:
        """Visits of which a patient may owe something, or may have paid too much."""
        is_kept = not self._db.in_transaction  # what a step does may be undone
        with self._db.reading():
            marks = next((row["invoice"], row["payment"], row["history"]) for row in self._db.rows(_MARKS))
            touched = [] if self._owing is None else self._visits(_TOUCHED, *self._marks)
            if self._owing is None or len(touched) > _FEW or any(map(gt, self._marks, marks)):
                owing = set(self._visits(_ALL))
            else:
                some = [touched] * _SOME.count("{marks}")
                query = _SOME.format(marks=", ".join("?" * len(touched)))
                found = self._visits(query, *chain(*some)) if touched else []
                owing = (self._owing - set(touched)) | set(found)
            if is_kept:
                self._owing, self._marks = owing, marks
        return tuple(sorted(owing))

    def _visits(self, query: str, *values: int) -> list[int]:
        return [int(row["visit"]) for row in self._db.rows(query, *values)]

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
