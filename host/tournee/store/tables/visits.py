"""Days and their visits: what is to be billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.inserts import DayDraft, VisitDraft
from tournee.store.integrity.keyed_digests import keyed_text
from tournee.store.rows import VisitRow
from tournee.store.statements import Row, missing
from tournee.store.states import VisitState
from tournee.store.tables.person_months import PersonMonths

_VISITS = """SELECT visit.id, visit.day, visit.rank, visit.state, visit.payload_sealed, visit.invoice,
    day.date, day.ps FROM visit JOIN day ON day.id = visit.day"""

_TOLD_AS = """SELECT state FROM history WHERE subject = 'visit' AND subject_id = ?
    AND state IN ('pending', 'outside') ORDER BY id DESC LIMIT 1"""

_FIRST = """(SELECT min(id) FROM visit WHERE day = (SELECT min(day.id) FROM day
    WHERE day.ps = ? AND EXISTS (SELECT 1 FROM visit WHERE visit.day = day.id)))"""


class Visits:
    """Days taken in, and where each visit of them stands."""

    def __init__(self, db: Database, months: PersonMonths) -> None:
        self._db, self._months = db, months

    def add_day(
        self, digest: str, ps: str, date: str, visits: Sequence[VisitDraft | bytes], file: str = ""
    ) -> int:
        """Import a day's visits as pending, and give its id; the same `digest` adds nothing.

        StoreError when a visit's reference is another's of this PS; then nothing was taken in.
        """
        drafts = [VisitDraft(visit) if isinstance(visit, bytes) else visit for visit in visits]
        with self._db.step("add_day"):
            known = self._day_of(digest)
            if known is not None:
                return known
            day = self._new_day(DayDraft(digest, ps, date, file))
            self._add(day, ps, drafts)
            return day

    def take(self, told: DayDraft, since: int, reason: str) -> tuple[int, ...] | None:
        """Take in a day's new visits and change those that are told anew, in one step; gives the ids of the
        new ones, in their order. None, and nothing is done, when the journal went on after `since`. One that
        was set aside is to be billed again.

        StoreError as of `add_day` and `replace`; then nothing was taken in.
        """
        with self._db.step("take_day"):
            if self.mark() != since:
                return None
            dates = {id_: self.get(id_).date for id_ in told.changed}
            moved = {id_ for id_, date in dates.items() if date != told.date}
            day = told.into
            if day is None and (told.new or moved):
                day = self._day_of(told.digest) or self._new_day(told)
            for visit, draft in told.changed.items():
                self._replace(visit, draft, reason, day if visit in moved else None, reopens=True)
            return self._add(day, told.ps, told.new) if day is not None else ()

    def mark(self) -> int:
        """How far the journal has gone: what was found in it still stands while this does."""
        with self._db.reading():
            return int(self._db.rows("SELECT coalesce(max(id), 0) AS id FROM history")[0]["id"])

    def replace(self, visit_id: int, visit: VisitDraft, reason: str, *, day_id: int | None = None) -> None:
        """Put what is told now in the place of a pending visit, or of one outside, as the last one of another
        day with `day_id`. It keeps its reference when none is told.

        StoreError when it is neither, an invoice of it lives, or the reference is another visit's.
        """
        with self._db.step("replace_visit"):
            self._replace(visit_id, visit, reason, day_id)

    def get(self, visit_id: int) -> VisitRow:
        """One visit. StoreError when there is none."""
        with self._db.reading():
            rows = self._db.rows(f"{_VISITS} WHERE visit.id = ?", visit_id)
            if not rows:
                raise missing("visit", visit_id)
            return self._row(rows[0])

    def has_reference(self, visit_id: int) -> bool:
        """Whether an editor gave a visit a reference of his."""
        with self._db.reading():
            return self._db.row("visit", "reference", visit_id)["reference"] is not None

    def days_of_file(self, ps: str, date: str, file: str) -> tuple[int, ...]:
        """The days of this date that were taken in from a file of this name."""
        query = "SELECT id FROM day WHERE ps = ? AND date = ? AND file = ? ORDER BY id"
        with self._db.reading():
            return tuple(row["id"] for row in self._db.rows(query, ps, date, self._file(file)))

    def find(
        self,
        state: VisitState | None = None,
        *,
        day_id: int | None = None,
        since: str = "",
        until: str = "",
        ps: str = "",
        newest_first: bool = False,
        limit: int = 0,
        before: int = 0,
    ) -> tuple[VisitRow, ...]:
        """Visits in the order they were taken in, or the other way: of one day, in one state, of days from
        `since` (AAAAMMJJ) on and up to `until`, of one `ps`. At most `limit` (0: no limit), of those whose id
        is below `before` (0: all), for the next page.
        """
        wanted = {
            "visit.day = ?": day_id,
            "visit.state = ?": state.value if state else "",
            "visit.day IN (SELECT id FROM day WHERE date >= ?)": since,
            "visit.day IN (SELECT id FROM day WHERE date <= ?)": until,
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
            told = self._db.rows(_TOLD_AS, visit_id)
            outside = bool(told) and told[0]["state"] == VisitState.OUTSIDE.value
            back = VisitState.OUTSIDE if outside else VisitState.PENDING
            self._db.move("visit", [visit_id], back, reason)
            return back

    # --- for corrections ---

    def put_right(
        self, visit_id: int, visit: VisitDraft, date: str, reason: str, *, billed: bool = False
    ) -> None:
        """Within a step: put what is right in the place of a visit, at its `date` (AAAAMMJJ), whatever it was
        once no invoice of it lives; told as it was before, it is known again. `billed`: an invoice lives, and
        is of what is put there.
        """
        row = self._db.row("visit", "day, ps, content, state", visit_id)
        if self._db.row("day", "date", row["day"])["date"] == date:
            day = None
        else:
            digest = f"visite {visit_id} {date}"  # no file's: those have a digest of a file
            day = self._day_of(digest) or self._new_day(DayDraft(digest, row["ps"], date))
        if not billed:
            self._require_no_invoice(visit_id)
        self._put(visit_id, visit, reason, day, VisitState.DONE if billed else _state_of(visit))
        known = (visit_id, row["content"])
        query = "SELECT 1 FROM former_content WHERE visit = ? AND content = ?"
        if row["content"] is not None and not self._db.rows(query, *known):
            self._db.insert_all("former_content", ("visit", "content"), [known])

    # --- its own ---

    def _day_of(self, digest: str) -> int | None:
        kept = keyed_text(self._db.cipher, digest, "day")
        found = self._db.rows("SELECT id FROM day WHERE digest = ?", kept)
        return int(found[0]["id"]) if found else None

    def _new_day(self, told: DayDraft) -> int:
        day = self._db.new_id("day")
        digest, file = keyed_text(self._db.cipher, told.digest, "day"), self._file(told.file)
        self._db.insert("day", id=day, digest=digest, ps=told.ps, date=told.date, file=file)
        return day

    def _file(self, name: str) -> bytes | None:
        """What stands for a file's name: it may be a patient's."""
        return self._db.cipher.name(name.encode(), "file") if name else None

    def _add(self, day: int, ps: str, drafts: Sequence[VisitDraft]) -> tuple[int, ...]:
        """New visits at the end of a day."""
        if not drafts:
            return ()
        told = dict(enumerate(drafts, self._db.new_id("visit")))
        self._check_references(ps, told)
        months = self._months.keep({visit: one.known for visit, one in told.items() if one.known})
        last = self._last_rank(day)
        rows = [
            {
                "id": visit,
                "day": day,
                "rank": rank,
                "ps": ps,
                "state": _state_of(draft).value,
                **self._columns(visit, draft, months.get(visit)),
            }
            for rank, (visit, draft) in enumerate(told.items(), last + 1)
        ]
        self._db.insert_all("visit", tuple(rows[0]), [tuple(row.values()) for row in rows])
        self._db.remember([("visit", row["id"], VisitState(row["state"]), "") for row in rows])
        return tuple(told)

    def _replace(
        self, visit_id: int, visit: VisitDraft, reason: str, day_id: int | None, *, reopens: bool = False
    ) -> None:
        state = self._db.state("visit", visit_id)
        if state is VisitState.DONE or (state is VisitState.ABANDONED and not reopens):
            raise StoreError(
                f"La visite {visit_id} n’est plus à facturer.", next_step="rouvrez-la pour la changer."
            )
        self._require_no_invoice(visit_id)
        self._put(visit_id, visit, reason, day_id, _state_of(visit))

    def _put(
        self, visit_id: int, visit: VisitDraft, reason: str, day_id: int | None, state: VisitState
    ) -> None:
        row = self._db.row("visit", "ps, person_month", visit_id)
        self._check_references(row["ps"], {visit_id: visit})
        month = self._months.keep({visit_id: visit.known})[visit_id] if visit.known else None
        if row["person_month"] not in (None, month):
            self._months.leave(row["person_month"], visit_id)
        columns = self._columns(visit_id, visit, month)
        if columns["reference"] is None:  # told by hand: it keeps the one that an editor gave it
            del columns["reference"]
        moved: dict[str, Any] = {"state": state.value}
        if day_id is not None:
            moved |= {"day": day_id, "rank": self._last_rank(day_id) + 1}
        self._db.update("visit", visit_id, **columns, **moved)
        self._db.remember([("visit", visit_id, state, reason)])

    def _last_rank(self, day: int) -> int:
        (last,) = self._db.rows("SELECT coalesce(max(rank), 0) AS rank FROM visit WHERE day = ?", day)
        return int(last["rank"])

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


def _state_of(draft: VisitDraft) -> VisitState:
    return VisitState.OUTSIDE if draft.outside else VisitState.PENDING
