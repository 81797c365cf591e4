"""How the journal stands as a whole: the version of its tables, what it holds by state, whether it holds
together.
"""

from tournee.store.database import Database
from tournee.store.engines.engine import Alteration
from tournee.store.tables.person_months import PersonMonths

_LIVE = """SELECT visit.id FROM visit WHERE coalesce(visit.invoice, 0) <> coalesce((SELECT max(invoice.id)
    FROM invoice JOIN sheet ON sheet.invoice = invoice.id WHERE invoice.visit = visit.id
    AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused')), 0)"""
"""Visits whose live invoice is not the one that their sheets tell."""

_COUNTED = ("visit", "sheet", "lot", "file", "message", "received")


class Health:
    """Speaks of the journal itself."""

    def __init__(self, db: Database, months: PersonMonths) -> None:
        self._db, self._months = db, months

    @property
    def schema_version(self) -> int:
        """The version of its tables."""
        return self._db.version

    def counts(self) -> dict[str, dict[str, int]]:
        """How many rows each table has in each state, by the names of both in the file."""
        with self._db.reading():
            return {
                table: {
                    row["state"]: row["things"]
                    for row in self._db.rows(
                        f"SELECT state, count(*) AS things FROM {table} GROUP BY state ORDER BY state"  # noqa: S608
                    )
                }
                for table in _COUNTED
            }

    def check(self) -> tuple[str, ...]:
        """What is wrong with the whole file, in the words of what keeps it, or with what it knows of visits;
        nothing for a good one.
        """
        return self._db.check() or (*self._live_invoices(), *self._months.problems())

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What another hand did to the journal, as its opening saw it: rows changed, an older copy."""
        return self._db.alterations

    def look_wholly(self) -> tuple[Alteration, ...]:
        """The same, after a look at every row."""
        return self._db.look_wholly()

    def accept(self) -> None:
        """Take the journal as it is, whatever another hand did to it."""
        self._db.accept()

    def _live_invoices(self) -> list[str]:
        with self._db.reading():
            return [f"visit {row['id']} : facture en cours" for row in self._db.rows(_LIVE)]
