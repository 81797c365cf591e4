"""Days and their visits: what is to be billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.inserts import VisitDraft
from tournee.store.rows import VisitRow
from tournee.store.statements import Row
from tournee.store.states import VisitState
from tournee.store.tables.person_months import PersonMonths

_VISITS = """SELECT visit.id, visit.day, visit.rank, visit.state, visit.payload_sealed, visit.invoice,
    day.date, day.ps FROM visit JOIN day ON day.id = visit.day"""

_TAKEN_IN_AS = "SELECT state FROM history WHERE subject = 'visit' AND subject_id = ? ORDER BY id LIMIT 1"

_FIRST = """(SELECT min(id) FROM visit WHERE day = (SELECT min(day.id) FROM day
    WHERE day.ps = ? AND EXISTS (SELECT 1 FROM visit WHERE visit.day = day.id)))"""


class Visits:
    """Days taken in, and where each visit of them stands."""

    def __init__(self, db: Database, months: PersonMonths) -> None:
        self._db, self._months = db, months

    def add_day(self, digest: str, ps: str, date: str, visits: Sequence[VisitDraft | bytes]) -> int:
        """Import a day's visits as pending, and give its id; the same `digest` adds nothing.

        StoreError when a visit's reference is another's of this PS; then nothing was taken in.
        """
        drafts = [VisitDraft(visit) if isinstance(visit, bytes) else visit for visit in visits]
        with self._db.step("add_day"):
            known = self._db.rows("SELECT id FROM day WHERE digest = ?", digest)
            if known:
                return int(known[0]["id"])
            day, first = self._db.new_id("day"), self._db.new_id("visit")
            self._db.insert("day", id=day, digest=digest, ps=ps, date=date)
            told = dict(enumerate(drafts, first))
            self._check_references(ps, told)
            months = self._months.keep({visit: one.known for visit, one in told.items() if one.known})
            rows = [
                {
                    "id": visit,
                    "day": day,
                    "rank": rank,
                    "ps": ps,
                    "state": (VisitState.OUTSIDE if draft.outside else VisitState.PENDING).value,
                    **self._columns(visit, draft, months.get(visit)),
                }
                for rank, (visit, draft) in enumerate(told.items(), 1)
            ]
            if rows:
                self._db.insert_all("visit", tuple(rows[0]), [tuple(row.values()) for row in rows])
            self._db.remember([("visit", row["id"], VisitState(row["state"]), "") for row in rows])
            return day

    def replace(self, visit_id: int, visit: VisitDraft, reason: str, *, day_id: int | None = None) -> None:
        """Put what is told now in the place of a pending visit, as the last one of another day with `day_id`.

        StoreError when it is not pending, an invoice of it lives, or the reference is another visit's.
        """
        with self._db.step("replace_visit"):
            row = self._db.row("visit", "state, ps, person_month", visit_id)
            if VisitState(row["state"]) is not VisitState.PENDING:
                raise StoreError(
                    f"La visite {visit_id} n’est plus à facturer.", next_step="rouvrez-la pour la changer."
                )
            self._require_no_invoice(visit_id)
            self._check_references(row["ps"], {visit_id: visit})
            month = self._months.keep({visit_id: visit.known})[visit_id] if visit.known else None
            if row["person_month"] not in (None, month):
                self._months.leave(row["person_month"], visit_id)
            moved: dict[str, Any] = {}
            if day_id is not None:
                (last,) = self._db.rows("SELECT max(rank) AS rank FROM visit WHERE day = ?", day_id)
                moved = {"day": day_id, "rank": (last["rank"] or 0) + 1}
            self._db.update("visit", visit_id, **self._columns(visit_id, visit, month), **moved)
            self._db.remember([("visit", visit_id, VisitState.PENDING, reason)])

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
            found = self._db.rows("SELECT invoice FROM visit WHERE id = ?", visit_id)
            return found[0]["invoice"] if found else None

    def abandon(self, visit_id: int, reason: str) -> None:
        """Set a pending visit aside: it is not billed; StoreError while an invoice of it lives."""
        with self._db.step("abandon_visit"):
            self._require_no_invoice(visit_id)
            self._db.move("visit", [visit_id], VisitState.ABANDONED, reason)

    def reopen(self, visit_id: int, reason: str) -> VisitState:
        """Bill a visit again, under a new number, when it was set aside or all its invoices were refused; one
        that was outside when it was taken in is outside again. Gives the state it has now.
        """
        with self._db.step("reopen_visit"):
            if self.live_invoice(visit_id) is not None:
                raise StoreError(f"La visite {visit_id} a une facture qui n’est pas refusée.")
            taken_in = self._db.rows(_TAKEN_IN_AS, visit_id)
            outside = bool(taken_in) and taken_in[0]["state"] == VisitState.OUTSIDE.value
            back = VisitState.OUTSIDE if outside else VisitState.PENDING
            self._db.move("visit", [visit_id], back, reason)
            return back

    # --- its own ---

    def _require_no_invoice(self, visit_id: int) -> None:
        if self.live_invoice(visit_id) is not None:
            raise StoreError(
                f"La visite {visit_id} a une facture.", next_step="abandonnez d’abord la facture."
            )

    def _check_references(self, ps: str, told: Mapping[int, VisitDraft]) -> None:
        query, seen = "SELECT id FROM visit WHERE ps = ? AND reference = ?", set[bytes]()
        for visit, draft in told.items():
            name = self._months.reference(draft.known.reference) if draft.known else None
            if name is None:
                continue
            others = {row["id"] for row in self._db.rows(query, ps, name)} - {visit}
            if others or name in seen:
                which = f" de la visite {min(others)}" if others else " d’une autre visite de ce jour"
                raise StoreError(
                    f"La référence donnée à une visite est déjà celle{which}.",
                    cause="le logiciel a donné deux fois la même, ou la visite est connue",
                )
            seen.add(name)

    def _columns(self, visit: int, draft: VisitDraft, month: int | None) -> dict[str, Any]:
        """What a draft gives to its row."""
        payload = self._db.encrypt(draft.payload, "visit", "payload", visit)
        reference = self._months.reference(draft.known.reference) if draft.known else None
        return {"payload_sealed": payload, "reference": reference, **self._months.keys(draft.known, month)}

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
