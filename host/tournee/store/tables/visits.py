"""Days and their visits: what is to be billed."""

from collections.abc import Sequence

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.rows import VisitRow
from tournee.store.statements import Row
from tournee.store.states import VisitState

_LIVE = """(SELECT max(invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id
    WHERE invoice.visit = {visit} AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'))"""
"""The invoice that a visit has now: one of its sheets is still to be paid, or is."""

_VISITS = f"""SELECT visit.id, visit.day, visit.rank, visit.state, visit.payload_sealed, day.date, day.ps,
    {_LIVE.format(visit="visit.id")} AS invoice FROM visit JOIN day ON day.id = visit.day"""  # noqa: S608

_FIRST = """(SELECT min(id) FROM visit WHERE day = (SELECT min(day.id) FROM day
    WHERE day.ps = ? AND EXISTS (SELECT 1 FROM visit WHERE visit.day = day.id)))"""


class Visits:
    """Days taken in, and where each visit of them stands."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_day(self, digest: str, ps: str, date: str, visits: Sequence[bytes]) -> int:
        """Import a day's visits as pending, and give its id; the same `digest` adds nothing."""
        with self._db.step("add_day"):
            known = self._db.rows("SELECT id FROM day WHERE digest = ?", digest)
            if known:
                return int(known[0]["id"])
            day, first = self._db.new_id("day"), self._db.new_id("visit")
            self._db.insert("day", id=day, digest=digest, ps=ps, date=date)
            self._db.insert_all(
                "visit",
                ("id", "day", "rank", "state", "payload_sealed"),
                [
                    (first + at, day, at + 1, VisitState.PENDING.value, self._encrypted(payload, first + at))
                    for at, payload in enumerate(visits)
                ],
            )
            self._db.remember([("visit", first + at, VisitState.PENDING, "") for at in range(len(visits))])
            return day

    def has_day(self, digest: str) -> bool:
        """Whether a day of this `digest` was imported."""
        with self._db.reading():
            return bool(self._db.rows("SELECT id FROM day WHERE digest = ?", digest))

    def find(
        self,
        state: VisitState | None = None,
        *,
        day_id: int | None = None,
        since: str = "",
        ps: str = "",
        newest_first: bool = False,
        limit: int = 0,
        before: int = 0,
    ) -> tuple[VisitRow, ...]:
        """Visits in the order they were taken in, or the other way: of one day, in one state, of days from
        `since` (AAAAMMJJ) on, of one `ps`. At most `limit` (0: no limit), of those whose id is below `before`
        (0: all), for the next page.
        """
        wanted = {
            "visit.day = ?": day_id,
            "visit.state = ?": state.value if state else "",
            "visit.day IN (SELECT id FROM day WHERE date >= ?)": since,
            "day.ps = ?": ps,
            "visit.id < ?": before,
        }
        order = "visit.id DESC" if newest_first else "visit.id"
        with self._db.reading():
            rows = self._db.where(_VISITS, f"{order}{f' LIMIT {int(limit)}' if limit else ''}", wanted)
            return tuple(map(self._row, rows))

    def first(self, ps: str) -> VisitRow | None:
        """The first visit of a professional, if any."""
        with self._db.reading():
            rows = self._db.rows(f"{_VISITS} WHERE visit.id = {_FIRST}", ps)
            return self._row(rows[0]) if rows else None

    def professionals(self) -> tuple[str, ...]:
        """Billing numbers of all whose days were taken in."""
        with self._db.reading():
            return tuple(row["ps"] for row in self._db.rows("SELECT DISTINCT ps FROM day ORDER BY ps"))

    def live_invoice(self, visit_id: int) -> int | None:
        """The id of the invoice that stands for a visit now, if any."""
        with self._db.reading():
            found: int | None = self._db.rows(f"SELECT {_LIVE.format(visit='?')} AS id", visit_id)[0]["id"]
            return found

    def abandon(self, visit_id: int, reason: str) -> None:
        """Set a pending visit aside: it is not billed; StoreError while an invoice of it lives."""
        with self._db.step("abandon_visit"):
            if self.live_invoice(visit_id) is not None:
                raise StoreError(
                    f"La visite {visit_id} a une facture.", next_step="abandonnez d’abord la facture."
                )
            self._db.move("visit", [visit_id], VisitState.ABANDONED, reason)

    def reopen(self, visit_id: int, reason: str) -> None:
        """Bill a visit again, under a new number, when it was set aside or all its invoices were refused."""
        with self._db.step("reopen_visit"):
            if self.live_invoice(visit_id) is not None:
                raise StoreError(f"La visite {visit_id} a une facture qui n’est pas refusée.")
            self._db.move("visit", [visit_id], VisitState.PENDING, reason)

    def _encrypted(self, payload: bytes, visit: int) -> bytes:
        return self._db.encrypt(payload, "visit", "payload", visit)

    def _row(self, row: Row) -> VisitRow:
        return VisitRow(
            id=row["id"],
            day_id=row["day"],
            date=row["date"],
            ps=row["ps"],
            rank=row["rank"],
            state=VisitState(row["state"]),
            payload=self._db.decrypt(row["payload_sealed"], "visit", "payload", row["id"]),
            invoice_id=row["invoice"],
        )
