"""The numbers that this journal gives: each once in the world (OCT-MSG-4, OCT-SF-4; profile, ARL 0105).

They come of ranges that one holder has. A journal that this machine does not vouch for (a copy, an older
backup, a folder put back), or of whose numbers the OCT knows more than itself, takes others before it gives
the next.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.integrity.host_note import COPIED, OLDER
from tournee.store.numbering.ranges import (
    DrawnRanges,
    Kind,
    NumberRange,
    RangeSource,
    block_of,
    lots_of,
    next_lot,
)
from tournee.store.statements import Row

LAST_COUNTER = 999
"""The last three digits of a compostage's counter count the messages of one station (OCT-MSG-3)."""

FIRST, FORMER, MORE, STATION, TOLD, ACCEPTED, AFTER = (
    *("first", "former", "more", "station", "told", "accepted", "after"),
)
"""Why ranges were taken, beside `COPIED` and `OLDER`: a journal's first; a former version's went on; one was
used up; the carer gave another station; the OCT knows more than the journal; the carer accepted an older
copy, or told what numbers another program gave.
"""

_TO_BE_SEEN = (COPIED, OLDER, TOLD)
_RANGES = "SELECT id, holder, kind, station, asked, first, last, taken, reason FROM number_range"
_MORE_LOTS = """SELECT first, last FROM number_range WHERE kind = 'lot' AND taken LIKE ? AND holder =
    (SELECT holder FROM number_range WHERE holder <> '' ORDER BY id DESC LIMIT 1) ORDER BY id"""
_KNOWN = "SELECT 1 FROM number_range WHERE kind = ? AND ? BETWEEN first AND last"
_CUT = (Kind.INVOICE, Kind.FILE)


class RangeRow(NamedTuple):
    """A range of this journal's, since when (ISO 8601) and why."""

    range: NumberRange
    taken: str
    reason: str


class NumbersHeld(NamedTuple):
    """Which numbers the journal gives: `station` None before the first; its ranges in the order they were
    taken; `anew` says why it will take others first, "" when it will not; `asked` is the configuration's;
    `unseen` are those that nobody has seen to be taken because the journal is a copy, or knows too little.
    """

    station: int | None
    asked: int | None
    ranges: tuple[RangeRow, ...]
    anew: str
    lots: range
    unseen: tuple[RangeRow, ...] = ()


class Numbers:
    """Gives numbers, inside a step of who asks. `asked` is the station of the configuration."""

    def __init__(self, db: Database, asked: int | None, source: RangeSource | None = None) -> None:
        self._db, self._asked = db, asked
        self._source = source or DrawnRanges()

    def invoice(self, ps: str) -> int:
        """The next invoice number of a professional; StoreError when no range is left."""
        return self._next(Kind.INVOICE, ps)

    def file(self) -> int:
        """The next name of a file: all professionals of a journal share them, so that a name says which."""
        return self._next(Kind.FILE, "")

    def lot(self, ps: str) -> int:
        """The next lot number of a professional today; StoreError when the day's are used up."""
        share = lots_of(self._current(Kind.INVOICE).station)
        today = self._db.time()
        rows = self._db.rows("SELECT number FROM lot WHERE ps = ? AND date = ?", ps, f"{today:%y%m%d}")
        given = {row["number"] for row in rows}
        more = self._db.rows(_MORE_LOTS, f"{today:%Y-%m-%d}%")
        shares = [share, *(range(row["first"], row["last"] + 1) for row in more)]
        last = self._db.counter(ps, "lot") or self._db.counter("", "lot")
        number = next_lot(shares, last, given)
        if number is None:
            taken = self._source.more_lots(share, given)
            self._keep(taken, self._holder(), MORE)
            number = taken.first
        self._give(ps, "lot", number)
        return number

    def message(self) -> int:
        """The next counter of a compostage: the station, and how many messages it made, in turn."""
        station = self._current(Kind.INVOICE).station
        rank = self._db.counter("", "compostage") % LAST_COUNTER + 1
        self._give("", "compostage", rank)
        return station * (LAST_COUNTER + 1) + rank

    def is_ours(self, kind: Kind, number: int) -> bool:
        """Whether a number is of a range that this journal has, or had."""
        return bool(self._db.rows(f"{_KNOWN} AND holder <> ''", kind.value, number))

    def is_anothers(self, kind: Kind, number: int) -> bool:
        """Whether a number is of no range that this journal has or had, nor of a former version's."""
        held = self._db.rows("SELECT 1 FROM number_range WHERE holder <> '' LIMIT 1")
        if not held and self._was_used():
            return False
        return not self._db.rows(f"{_KNOWN} AND (holder <> '' OR reason = ?)", kind.value, number, FORMER)

    def learn(self, kind: Kind, number: int) -> None:
        """Another host gave this number: no range of its station is drawn here."""
        if number > 0 and not self._db.rows(_KNOWN, kind.value, number):
            self._keep(block_of(kind, number), "", TOLD)

    def doubt(self) -> None:
        """The OCT knows more of this journal's numbers than itself: the next one is of new ranges."""
        self._db.set_counter("", "anew", 1)

    def accept(self) -> None:
        """In a step of its own: the carer takes the journal as it is; new ranges are taken at once, and
        nothing is said of them any more.
        """
        with self._db.step("accept_numbers"):
            rows = self._rows()
            if rows or self._was_used():
                self._take_anew(rows, ACCEPTED)
                self._db.set_counter("", "seen_range", self._rows()[-1]["id"])

    def start_after(self, invoice: int, lot: int, file: int) -> None:
        """In a step of its own: go on after the last numbers that another program gave; 0: not told.
        StoreError when this journal gave later ones, and for one that is a copy.
        """
        with self._db.step("start_after"):
            rows = self._rows()
            if {self._why_anew(rows), *(row["reason"] for row in rows)} & {COPIED, OLDER}:
                raise StoreError(
                    "Ce journal est une copie, ou l’a été : il garde les numéros qu’il a pris.",
                    cause="ceux d’avant peuvent être donnés par l’original, ou l’ont été",
                    next_step="facturez avec ceux-là ; « journal start » est pour un journal neuf",
                )
            holder = os.urandom(8).hex()
            current = _last(rows, Kind.INVOICE)
            station = current["station"] if current else self._station(rows, FIRST)
            for kind, last in ((Kind.INVOICE, invoice), (Kind.FILE, file)):
                known = [_range(row) for row in self._rows()]
                if not last:
                    self._keep(self._source.take(kind, station, known, None, lowest=False), holder, AFTER)
                    continue
                following = NumberRange(kind, station, last + 1, block_of(kind, last + 1).last)
                told = [one for one, row in zip(known, self._rows(), strict=True) if not row["holder"]]
                if self._gave(following) or any(following.meets(one) for one in told):
                    raise StoreError(
                        f"Des numéros ont déjà été donnés après {last}.",
                        next_step="indiquez le dernier numéro que connaît l’organisme, s’il est plus grand",
                    )
                self._keep(NumberRange(kind, station, 1, last), "", AFTER)
                self._keep(following, holder, AFTER)
            for ps in ("", *self._professionals()):
                self._db.set_counter(ps, "lot", lot)
            self._db.set_counter("", "anew", 0)
            self._db.gives_numbers(holder)

    def standing(self) -> NumbersHeld:
        """Where the journal stands."""
        with self._db.reading():
            rows = [row for row in self._rows() if row["holder"]]
            current = _last(rows, Kind.INVOICE)
            station = current["station"] if current else None
            told = {row["id"]: RangeRow(_range(row), row["taken"], row["reason"]) for row in rows}
            seen = self._db.counter("", "seen_range")
            return NumbersHeld(
                station,
                self._asked,
                tuple(told.values()),
                self._why_anew(rows) if current else "",
                range(0) if station is None else lots_of(station),
                tuple(one for id_, one in told.items() if id_ > seen and one.reason in _TO_BE_SEEN),
            )

    # --- its own ---

    def _next(self, kind: Kind, owner: str) -> int:
        current = self._current(kind)
        last = self._db.counter(owner, kind.value)
        if last == current.last:
            current = self._take_more(current)
        number = last + 1 if current.first <= last < current.last else current.first
        self._give(owner, kind.value, number)
        return number

    def _give(self, owner: str, kind: str, number: int) -> None:
        self._db.set_counter(owner, kind, number)
        self._db.set_counter("", "given", self._db.counter("", "given") + 1)
        self._db.gives_numbers()

    def _current(self, kind: Kind) -> NumberRange:
        """The range in use, once others were taken where they must be."""
        rows = self._rows()
        why = self._why_anew(rows)
        if why:
            self._take_anew(rows, why)
            rows = self._rows()
        row = _last(rows, kind)
        if row is None:
            raise StoreError("Le journal n’a aucune plage de numéros.")
        return _range(row)

    def _why_anew(self, rows: list[Row]) -> str:
        current = _last(rows, Kind.INVOICE)
        if current is None and self._was_used():
            told = TOLD if self._db.counter("", "anew") else FORMER
            return OLDER if self._db.is_older else told
        if current is None:
            return self._db.why_not_here("", 0) or FIRST
        why = self._db.why_not_here(current["holder"], self._db.counter("", "given"))
        if why:
            return why
        if self._db.counter("", "anew"):
            return TOLD
        return STATION if self._asked not in (None, current["asked"]) else ""

    def _was_used(self) -> bool:
        """Whether a version without ranges gave numbers."""
        return any(self._last_given(kind) for kind in _CUT)

    def _take_anew(self, rows: list[Row], why: str) -> None:
        holder = os.urandom(8).hex()
        if not rows and why != FORMER:
            rows = self._keep_former()
        station = self._station(rows, why)
        for kind in _CUT:
            given = self._last_given(kind) if why == FORMER else 0
            known = [_range(row) for row in rows]
            lowest = station == self._asked and why in (FIRST, FORMER, STATION)
            self._keep(
                NumberRange(kind, station, 1, block_of(kind, given).last)
                if given
                else self._source.take(kind, station, known, None, lowest=lowest),
                holder,
                why,
            )
        self._db.set_counter("", "anew", 0)
        self._db.gives_numbers(holder)

    def _take_more(self, used_up: NumberRange) -> NumberRange:
        rows = self._rows()
        known = [_range(row) for row in rows]
        taken = self._source.take(used_up.kind, used_up.station, known, used_up, lowest=False)
        self._keep(taken, self._holder(), MORE)
        return taken

    def _holder(self) -> str:
        return next(str(row["holder"]) for row in reversed(self._rows()) if row["holder"])

    def _station(self, rows: list[Row], why: str) -> int:
        if why == STATION and self._asked is not None:
            return self._asked
        if why == FORMER:
            return self._former_station()
        return self._source.station(self._asked, {row["station"] for row in rows})

    def _former_station(self) -> int:
        """The station that a version without ranges had: the one given, or the one it drew."""
        drawn = self._db.rows("SELECT value FROM counter WHERE owner = '' AND kind = 'station'")
        if self._asked is None and drawn:
            return int(drawn[0]["value"])
        return self._source.station(self._asked, ())

    def _keep_former(self) -> list[Row]:
        """What a version without ranges gave is none of the numbers to come."""
        for kind in _CUT:
            last = self._last_given(kind)
            if last:
                self._keep(
                    NumberRange(kind, self._former_station(), 1, block_of(kind, last).last), "", FORMER
                )
        return self._rows()

    def _keep(self, taken: NumberRange, holder: str, reason: str) -> None:
        self._db.insert(
            "number_range",
            id=self._db.new_id("number_range"),
            holder=holder,
            kind=taken.kind.value,
            station=taken.station,
            asked=self._asked,
            first=taken.first,
            last=taken.last,
            taken=self._db.now(),
            reason=reason,
        )

    def _rows(self) -> list[Row]:
        return self._db.rows(f"{_RANGES} ORDER BY id")

    def _last_given(self, kind: Kind) -> int:
        rows = self._db.rows("SELECT max(value) AS last FROM counter WHERE kind = ?", kind.value)
        return int(rows[0]["last"] or 0)

    def _gave(self, following: NumberRange) -> bool:
        table = "invoice" if following.kind is Kind.INVOICE else "file"
        query = f"SELECT 1 FROM {table} WHERE number BETWEEN ? AND ? LIMIT 1"  # noqa: S608
        return bool(self._db.rows(query, following.first, following.last))

    def _professionals(self) -> list[str]:
        return [row["owner"] for row in self._db.rows("SELECT owner FROM counter WHERE kind = 'lot'")]


def _last(rows: list[Row], kind: Kind) -> Row | None:
    return next((row for row in reversed(rows) if row["holder"] and row["kind"] == kind.value), None)


def _range(row: Row) -> NumberRange:
    return NumberRange(Kind(row["kind"]), row["station"], row["first"], row["last"])
