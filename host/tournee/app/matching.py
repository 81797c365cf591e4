"""Which visits of the journal a day file tells: the very same ones, those it corrects, those that may be.

A visit is itself by its editor's reference, or by its content. A file that tells again most of a day that is
there corrects it: what it tells of a patient's day stands for what was told before. Else a visit that may be
another's correction, or its twin, is asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tournee.billing.judged import read_judged
from tournee.billing.same_visit import content_of, same_acts, same_form, same_hours
from tournee.billing.visit import JudgedVisit, Person, Visit
from tournee.store import Journal, VisitRow, VisitState

_Key = tuple[Person, tuple[str, str]]


@dataclass(frozen=True)
class Match:
    """What a told visit is: `row` of the journal, which says the `same`; or one of those that it `maybe` is;
    or as the visit of this rank of the same file, `twin_of`. `twin`: what it may be has the same acts.
    """

    row: VisitRow | None = None
    same: bool = False
    maybe: tuple[VisitRow, ...] = ()
    twin_of: int | None = None
    twin: bool = False


@dataclass(frozen=True)
class Telling:
    """A visit of the file: its rank, what it says without prices, its reference or ""."""

    rank: int
    judged: JudgedVisit
    reference: str

    @property
    def visit(self) -> Visit:
        """What it says."""
        return self.judged.visit

    @property
    def days(self) -> tuple[str, str]:
        """Its first and last day, as the journal writes them."""
        first, last = self.visit.days
        return f"{first:%Y%m%d}", f"{last:%Y%m%d}"

    @cached_property
    def content(self) -> bytes:
        """Its canonical content."""
        return content_of(self.judged)


@dataclass(frozen=True)
class Matching:
    """What each visit of a file is, by its rank; the day of the journal `into` which its new ones go; the
    visits of that day that the file tells no more.
    """

    matches: dict[int, Match]
    into: int | None
    absent: tuple[VisitRow, ...]


class Matcher:
    """Matches the visits of one file of a PS, of a `date` (AAAAMMJJ) and name; a row is matched once."""

    def __init__(self, journal: Journal, ps: str, date: str, file: str) -> None:
        self._journal, self._ps, self._date, self._file = journal, ps, date, file
        self._forms: dict[int, JudgedVisit] = {}
        self._found: dict[int, Match] = {}
        self._taken: dict[int, VisitRow] = {}

    def match(self, told: Sequence[Telling]) -> Matching:
        """What each of these is."""
        self._by_reference(told)
        self._by_content(self._left(told))
        groups = defaultdict[_Key, list[Telling]](list)
        for one in self._left(told):
            groups[one.visit.person, one.days].append(one)
        candidates = {key: self._candidates(group) for key, group in groups.items()}
        retold = self._retold(groups, candidates)
        for key, group in groups.items():
            self._corrected(group, [row for row in candidates[key] if row.day_id in retold])
            for one in self._left(group):
                self._ask(one, candidates[key])
        for one in self._left(told, also_asked=True):
            self._twin_here(one, told)
        into = max(retold, key=lambda day: retold[day], default=None)
        return Matching(self._found, into, tuple(self._absent(retold)))

    # --- its own ---

    def _left(self, told: Iterable[Telling], *, also_asked: bool = False) -> list[Telling]:
        return [
            one
            for one in told
            if one.rank not in self._found or (also_asked and self._found[one.rank].row is None)
        ]

    def _is(self, one: Telling, row: VisitRow, *, named: bool = True) -> None:
        """This visit is that row; not `named` yet: the row takes its reference, so that it changes."""
        self._taken[row.id] = row
        self._found[one.rank] = Match(row, same=named and same_form(one.judged, self._form(row)))

    def _form(self, row: VisitRow) -> JudgedVisit:
        if row.id not in self._forms:
            self._forms[row.id] = read_judged(row.payload)
        return self._forms[row.id]

    def _by_reference(self, told: Sequence[Telling]) -> None:
        for one in told:
            known = self._journal.known.by_reference(self._ps, one.reference)
            if known is not None:
                self._is(one, self._journal.visits.get(known.id))

    def _by_content(self, told: Sequence[Telling]) -> None:
        for one in told:
            rows = [
                self._journal.visits.get(known.id)
                for known in self._journal.known.by_content(self._ps, one.content)
                if known.id not in self._taken and self._may_be_named(one, known.id)
            ]
            if rows:
                row = min(rows, key=lambda row: (not _lives(row), row.id))
                self._is(one, row, named=self._named_alike(one, row) or not _lives(row))

    def _may_be_named(self, one: Telling, row_id: int) -> bool:
        return not (one.reference and self._journal.visits.has_reference(row_id))

    def _candidates(self, group: Sequence[Telling]) -> list[VisitRow]:
        """The rows of the same patient and days that nothing of the file is."""
        person, (first, last) = group[0].visit.person, group[0].days
        rows = (
            self._journal.visits.get(known.id)
            for known in self._journal.known.twins(self._ps, person.nir, first, last)
            if known.id not in self._taken and known.state is not VisitState.ABANDONED
        )
        return [row for row in rows if self._form(row).visit.person.same(person)]

    def _retold(
        self,
        groups: dict[_Key, list[Telling]],
        candidates: dict[_Key, list[VisitRow]],
    ) -> dict[int, tuple[bool, int]]:
        """The days of this date that the file tells again: more than half of their visits, under the same
        name or some of them as they were. Each with whether its name is the same, how many it tells.
        """
        again = defaultdict[int, int](int)
        for row in self._taken.values():
            again[row.day_id] += row.date == self._date and _lives(row)
        exact = {day for day, count in again.items() if count}
        for key, rows in candidates.items():
            for day in {row.day_id for row in rows if row.date == self._date}:
                here = sum(row.day_id == day for row in rows)
                again[day] += min(here, len(groups[key]))
        retold = {}
        for day, count in again.items():
            there = sum(_lives(row) for row in self._journal.visits.find(day_id=day))
            same_name = self._journal.visits.is_of_file(day, self._file)
            if count * 2 > there and (same_name or day in exact):
                retold[day] = (same_name, count)
        return retold

    def _corrected(self, group: Sequence[Telling], rows: list[VisitRow]) -> None:
        """Of a file that tells its day again: by the hour, by the acts, then in their order."""
        rows = sorted(rows, key=lambda row: row.id)
        for alike in (self._same_told_hours, self._same_acts):
            for one in self._left(group):
                found = [row for row in rows if row.id not in self._taken and alike(one, row)]
                if len(found) == 1:
                    self._is(one, found[0], named=self._named_alike(one, found[0]))
        left = self._left(group)
        rows = [row for row in rows if row.id not in self._taken and self._may_be_named_by_any(left, row)]
        if len(left) == len(rows):
            for one, row in zip(left, rows, strict=True):
                self._is(one, row, named=self._named_alike(one, row))

    def _named_alike(self, one: Telling, row: VisitRow) -> bool:
        return not one.reference or self._journal.visits.has_reference(row.id)

    def _may_be_named_by_any(self, told: Sequence[Telling], row: VisitRow) -> bool:
        return all(self._may_be_named(one, row.id) for one in told)

    def _same_told_hours(self, one: Telling, row: VisitRow) -> bool:
        told = all(passage.minute is not None for passage in one.visit.passages)
        return told and self._may_be_named(one, row.id) and self._same_hours(one, row)

    def _same_acts(self, one: Telling, row: VisitRow) -> bool:
        return self._may_be_named(one, row.id) and same_acts(one.visit, self._form(row).visit)

    def _same_hours(self, one: Telling, row: VisitRow) -> bool:
        return same_hours(one.visit, self._form(row).visit)

    def _ask(self, one: Telling, rows: Sequence[VisitRow]) -> None:
        maybe = tuple(
            row
            for row in rows
            if row.id not in self._taken
            and self._same_hours(one, row)
            and (self._may_be_named(one, row.id) or same_acts(one.visit, self._form(row).visit))
        )
        if maybe:
            twin = any(same_acts(one.visit, self._form(row).visit) for row in maybe)
            self._found[one.rank] = Match(maybe=maybe, twin=twin)

    def _twin_here(self, one: Telling, told: Sequence[Telling]) -> None:
        for other in told:
            if other.rank >= one.rank:
                return
            if (
                other.days == one.days
                and other.visit.person.same(one.visit.person)
                and same_hours(other.visit, one.visit)
                and same_acts(other.visit, one.visit)
            ):
                found = self._found.get(one.rank, Match())
                self._found[one.rank] = replace(found, twin_of=other.rank, twin=True)
                return

    def _absent(self, retold: dict[int, tuple[bool, int]]) -> Iterator[VisitRow]:
        asked = {row.id for match in self._found.values() for row in match.maybe}
        for day, (same_name, _) in retold.items():
            for row in self._journal.visits.find(VisitState.PENDING, day_id=day) if same_name else ():
                if row.id not in self._taken and row.id not in asked and row.invoice_id is None:
                    yield row


def _lives(row: VisitRow) -> bool:
    return row.state is not VisitState.ABANDONED
