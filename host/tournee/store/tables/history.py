"""The history: each change of state, named as a carer knows what it changed."""

from collections.abc import Callable, Iterable, Mapping

from tournee.store.database import Database
from tournee.store.rows import HistoryRow
from tournee.store.statements import Row
from tournee.store.states import STATES

_HISTORY = "SELECT id, at, subject, subject_id, state, detail_sealed FROM history"


def _date(day: str) -> str:
    return f"{day[6:8]}/{day[4:6]}/{day[:4]}"


_NAMES: Mapping[str, tuple[str, Callable[[Row], str]]] = {
    "visit": (
        """SELECT visit.id, day.date FROM visit JOIN day ON day.id = visit.day
        WHERE visit.id IN ({marks})""",
        lambda row: f"visite {row['id']} du {_date(row['date'])}",
    ),
    "sheet": (
        """SELECT sheet.id, sheet.kind, invoice.number FROM sheet JOIN invoice ON invoice.id = sheet.invoice
        WHERE sheet.id IN ({marks})""",
        lambda row: f"{row['kind']} {row['number']:09}",
    ),
    "correction": (
        """SELECT correction.id, invoice.number FROM correction
        JOIN invoice ON invoice.id = correction.invoice WHERE correction.id IN ({marks})""",
        lambda row: f"correction de la facture {row['number']:09}",
    ),
    "lot": ("SELECT id, number FROM lot WHERE id IN ({marks})", lambda row: f"lot {row['number']:03}"),
    "file": ("SELECT id, number FROM file WHERE id IN ({marks})", lambda row: f"fichier {row['number']:06}"),
    "message": (
        "SELECT id, compostage FROM message WHERE id IN ({marks})",
        lambda row: f"message {row['compostage']}",
    ),
    "proof": (
        """SELECT proof.id, proof.rank, invoice.number FROM proof JOIN invoice ON invoice.id = proof.invoice
        WHERE proof.id IN ({marks})""",
        lambda row: f"pièce {row['rank']:03} de la facture {row['number']:09}",
    ),
    "effect": (
        "SELECT id, received FROM effect WHERE id IN ({marks})",
        lambda row: f"ce que dit le retour {row['received']}",
    ),
    "dossier": ("SELECT id FROM dossier WHERE id IN ({marks})", lambda row: f"dossier {row['id']}"),
    "service_request": (
        "SELECT id FROM service_request WHERE id IN ({marks})",
        lambda row: f"demande {row['id']}",
    ),
    "return": ("SELECT id FROM received WHERE id IN ({marks})", lambda row: f"retour {row['id']}"),
    "received": (
        "SELECT id, kind FROM received WHERE id IN ({marks})",
        lambda row: f"{'retour' if row['kind'] == 'unknown' else row['kind']} {row['id']}",
    ),
}
"""By subject, the query for those that are named (`FSE 000000001`, `lot 003`, `RSP 3`), and how they are."""


class History:
    """What was written of each thing, in order."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, subject: str = "", subject_id: int = 0) -> tuple[HistoryRow, ...]:
        """Changes of everything, of one kind of thing ("sheet" …) or of one thing."""
        with self._db.reading():
            wanted = {"subject = ?": subject, "subject_id = ?": subject_id}
            return self._named(self._db.where(_HISTORY, "id", wanted))

    def of(self, things: Mapping[str, Iterable[int]]) -> tuple[HistoryRow, ...]:
        """Changes of all these things, by subject and id."""
        query = f"{_HISTORY} WHERE subject_id IN ({{marks}}) AND subject = ?"
        with self._db.reading():
            rows = [row for subject, ids in things.items() for row in self._db.among(query, ids, subject)]
            return self._named(sorted(rows, key=lambda row: int(row["id"])))

    def _named(self, rows: list[Row]) -> tuple[HistoryRow, ...]:
        wanted: dict[str, set[int]] = {}
        for row in rows:
            wanted.setdefault(row["subject"], set()).add(row["subject_id"])
        names = {
            (subject, found["id"]): _NAMES[subject][1](found)
            for subject, ids in wanted.items()
            for found in self._db.among(_NAMES[subject][0], sorted(ids))
        }
        return tuple(self._row(row, names[row["subject"], row["subject_id"]]) for row in rows)

    def _row(self, row: Row, name: str) -> HistoryRow:
        state = STATES[row["subject"]](row["state"])
        return HistoryRow(
            at=row["at"],
            subject=row["subject"],
            subject_id=row["subject_id"],
            state=state.value,
            label=state.label,
            detail=self._db.decrypt_text(row["detail_sealed"], "history", "detail", row["id"]),
            name=name,
        )
