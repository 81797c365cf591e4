"""How the journal's file stands: its version, its size, what it holds by state, whether its pages hold."""

from tournee.store.database import version
from tournee.store.ledger import Ledger

_COUNTED = ("visit", "sheet", "lot", "file", "message", "received")


class Health(Ledger):
    """The part of the journal that speaks of itself; nothing sealed is opened."""

    @property
    def schema_version(self) -> int:
        """The version of its tables."""
        with self._reading():
            return version(self._db)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many rows each table has in each state, by the names of both in the file."""
        with self._reading():
            return {
                table: {
                    row["state"]: row["rows"]
                    for row in self._rows(
                        f"SELECT state, count(*) AS rows FROM {table} GROUP BY state ORDER BY state"  # noqa: S608
                    )
                }
                for table in _COUNTED
            }

    def check(self) -> str:
        """What SQLite finds wrong with the pages, `ok` when nothing is: the whole file is read."""
        with self._reading():
            return str(self._db.execute("PRAGMA quick_check(1)").fetchone()[0])
