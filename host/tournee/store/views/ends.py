"""Who may answer for what was sent: a file's party, and whom its lots are for, by what a return names."""

from typing import NamedTuple

from tournee.model import Effect, Target
from tournee.store.database import Database
from tournee.store.inserts import number_of

_COLUMNS = "file.party, file.route, sheet.kind, sheet.crf, sheet.organisme"
_IN_LOT = f"""SELECT DISTINCT {_COLUMNS} FROM lot JOIN file ON file.id = lot.file
    JOIN sheet ON sheet.lot = lot.id"""  # noqa: S608 (columns of ours)
_ONCE_IN_LOT = f"""SELECT DISTINCT {_COLUMNS} FROM lot JOIN file ON file.id = lot.file
    JOIN former_lot ON former_lot.lot = lot.id JOIN sheet ON sheet.id = former_lot.sheet"""  # noqa: S608
_OF = {  # by target: clauses of a number and of its professional
    Target.FILE: ("file.number = ?", "file.ps = ?"),
    Target.LOT: ("lot.number = ?", "lot.ps = ?"),
    Target.PIECE: ("lot.number = ?", "lot.ps = ?"),
    Target.INVOICE: ("sheet.invoice IN (SELECT id FROM invoice WHERE number = ?)", "lot.ps = ?"),
}
_FRAMED = (Target.FILE, Target.PIECE)
_FILES = "SELECT party, route, '' AS kind, '' AS crf, '' AS organisme FROM file"
_SHEETS = "SELECT sheet.id FROM sheet JOIN invoice ON invoice.id = sheet.invoice"
_PARTIES = "SELECT DISTINCT party FROM file WHERE party <> ''"


class End(NamedTuple):
    """Where something went: the `party` at its route's end (`OT` and the OCT's number, or `direct`), the
    route's name, and what tells whom it is for.
    """

    party: str
    route: str
    kind: str = ""
    crf: str = ""
    organisme: str = ""


class Ends:
    """Knows where files, lots and invoices went, then and now."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, effect: Effect) -> frozenset[End]:
        """Where what an effect names went; for a payment outside invoices, all that its professional sent.
        Empty where no such thing was framed.
        """
        named = {
            Target.FILE: effect.file,
            Target.LOT: effect.lot,
            Target.PIECE: effect.lot,
            Target.INVOICE: effect.invoice,
        }
        if effect.target in _OF:
            of_number, of_ps = _OF[effect.target]
            wanted = {of_number: _number(named[effect.target]), of_ps: effect.ps}
        else:
            wanted = {"lot.ps = ?": effect.ps}
        with self._db.reading():
            rows = [
                row
                for query in (_IN_LOT, _ONCE_IN_LOT)
                for row in self._db.where(query, "file.party", wanted)
            ]
            if effect.target in _FRAMED:
                of_number, of_ps = _OF[Target.FILE]
                framed = {of_number: _number(effect.file), of_ps: effect.ps}
                rows += self._db.where(_FILES, "id", framed)
            return frozenset(End(**row) for row in rows)

    def sheets(self, effect: Effect) -> tuple[int, ...]:
        """The ids of the sheets of the invoice that an effect names."""
        with self._db.reading():
            wanted = {"invoice.number = ?": _number(effect.invoice), "invoice.ps = ?": effect.ps}
            rows = self._db.where(_SHEETS, "sheet.id", wanted)
            return tuple(int(row["id"]) for row in rows)

    def parties(self) -> frozenset[str]:
        """Everyone at the end of a route by which a file was framed."""
        with self._db.reading():
            return frozenset(str(row["party"]) for row in self._db.rows(_PARTIES))


def _number(digits: str) -> int:
    """The number, or one that nothing bears: 0 would ask for all."""
    return number_of(digits or "-") or -1
