"""Which visits of the journal a day file tells: the very same ones, those it corrects, those that may be.

A visit is itself by its editor's reference, or by its content. A file that tells again most of a day that is
there corrects it: what it tells of a patient's day stands for what was told before. Else a visit that may be
another's correction, or its twin, is asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from tournee.billing.kept.judged import read_judged
from tournee.billing.kept.same_visit import content_of, same_acts, same_hours, says_no_more, shared_passage
from tournee.billing.visit import JudgedVisit, Person, Visit
from tournee.store import Journal, VisitRow, VisitState

_CORRECTED = "corrigée depuis"
_Key = tuple[Person, tuple[str, str]]


@dataclass(frozen=True)
class Match:
    """What a told visit is: `row` of the journal, which says the `same`; or one of those that it `maybe` is;
    or as the visit of this rank of the same file, `twin_of`. `twin`: what it may be has the same acts.
    `since`: what the row has become since it said this, in French; it stays so.
    """

    row: VisitRow | None = None
    same: bool = False
    maybe: tuple[VisitRow, ...] = ()
    twin_of: int | None = None
    twin: bool = False
    since: str = ""


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
    """Matches the visits of one file of a PS, of a `day` (AAAAMMJJ) and name; a row is matched once."""

    def __init__(self, journal: Journal, ps: str, day: str, file: str) -> None:
        self._journal, self._ps, self._date = journal, ps, day
        self._forms: dict[int, JudgedVisit] = {}
        self._found: dict[int, Match] = {}
        self._taken: dict[int, VisitRow] = {}
        self._same_name = journal.visits.days_of_file(ps, day, file)
        self._whole: set[int] = set()

    def match(self, told: Sequence[Telling]) -> Matching:
        """What each of these is."""
        of_patient = defaultdict[str, list[Telling]](list)
        for one in told:
            of_patient[one.visit.person.nir].append(one)
        self._by_reference(told)
        self._by_content(self._left(told))
        groups = defaultdict[_Key, list[Telling]](list)
        for one in self._left(told):
            groups[one.visit.person, one.days].append(one)
        candidates = {key: self._candidates(group) for key, group in groups.items()}
        retold = self._retold(groups, candidates)
        again = {key: [row for row in rows if row.day_id in retold] for key, rows in candidates.items()}
        once = {
            key: [one for one in group if one.reference or not self._first_told(one, of_patient[key[0].nir])]
            for key, group in groups.items()
        }
        for key, group in once.items():
            if group:
                self._corrected(group, again[key])
        for key, group in groups.items():
            self._longer_or_shorter(once[key], again)
            for one in self._left(group):
                self._ask(one, candidates[key])
        for one in self._left(told, also_asked=True):
            first = self._first_told(one, of_patient[one.visit.person.nir])
            if first is not None:
                found = self._found.get(one.rank, Match())
                self._found[one.rank] = replace(found, twin_of=first.rank, twin=True)
        into = max(retold, key=lambda day: (day in self._same_name, retold[day]), default=None)
        return Matching(self._found, into, tuple(self._absent()))

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
        self._found[one.rank] = Match(row, same=named and says_no_more(one.judged, self._form(row)))

    def _was(self, one: Telling, row: VisitRow) -> None:
        """This visit is that row as it was told before it was put right: it stays as it is."""
        self._taken[row.id] = row
        self._found[one.rank] = Match(row, same=True, since=_CORRECTED)

    def _formerly(self, one: Telling) -> list[int]:
        return [known.id for known in self._journal.known.by_former_content(self._ps, one.content)]

    def _form(self, row: VisitRow) -> JudgedVisit:
        if row.id not in self._forms:
            self._forms[row.id] = read_judged(row.payload)
        return self._forms[row.id]

    def _by_reference(self, told: Sequence[Telling]) -> None:
        for one in told:
            known = self._journal.known.by_reference(self._ps, one.reference)
            if known is not None:
                row = self._journal.visits.get(known.id)
                if known.id in self._formerly(one):
                    self._was(one, row)
                else:
                    self._is(one, row)

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
                continue
            former = [id_ for id_ in self._formerly(one) if id_ not in self._taken]
            if former and not one.reference:
                self._was(one, self._journal.visits.get(former[0]))

    def _may_be_named(self, one: Telling, row_id: int) -> bool:
        return not (one.reference and self._journal.visits.has_reference(row_id))

    def _candidates(self, group: Sequence[Telling]) -> list[VisitRow]:
        """The rows of the same patient, with a day in common, that nothing of the file is."""
        person, (first, last) = group[0].visit.person, group[0].days
        rows = (
            self._journal.visits.get(known.id)
            for known in self._journal.known.of_person(person.nir, first, last)
            if known.id not in self._taken and known.state is not VisitState.ABANDONED
        )
        days = _days(group[0].visit)
        return [
            row
            for row in rows
            if row.ps == self._ps
            and self._form(row).visit.person.same(person)
            and days & _days(self._form(row).visit)
        ]

    def _retold(
        self, groups: dict[_Key, list[Telling]], candidates: dict[_Key, list[VisitRow]]
    ) -> dict[int, int]:
        """The days of this date that the file tells again: more than half of their visits, some of them as
        they were; or all of them, under the same name. Each with how many it tells.
        """
        told = defaultdict[int, set[int]](set)
        for row in self._taken.values():
            if row.date == self._date and _lives(row):
                told[row.day_id].add(row.id)
        exact = set(told)
        for key, rows in candidates.items():
            counted = defaultdict[int, int](int)
            for row in rows:
                if row.date == self._date and row.id not in told[row.day_id]:
                    counted[row.day_id] += 1
                    if counted[row.day_id] <= len(groups[key]):
                        told[row.day_id].add(row.id)
        retold = {}
        for day, rows_told in told.items():
            there = sum(map(_lives, self._journal.visits.find(day_id=day)))
            most, whole = len(rows_told) * 2 > there, len(rows_told) == there
            if (day in exact and most) or (day in self._same_name and whole):
                retold[day] = len(rows_told)
                if whole:
                    self._whole.add(day)
        return retold

    def _corrected(self, group: Sequence[Telling], rows: list[VisitRow]) -> None:
        """Of a file that tells its day again: by the hour, by the acts, then in their order."""
        for alike in (self._same_told_hours, self._same_acts):
            for one in self._left(group):
                found = [row for row in rows if row.id not in self._taken and alike(one, row)]
                if len(found) == 1:
                    self._corrects(one, found[0])
        left = self._left(group)
        same_days = [
            row
            for row in sorted(rows, key=lambda row: row.id)
            if row.id not in self._taken
            and self._form(row).visit.days == group[0].visit.days
            and all(self._may_be_named(one, row.id) for one in left)
        ]
        if len(left) == len(same_days):
            for one, row in zip(left, same_days, strict=True):
                self._corrects(one, row)

    def _longer_or_shorter(self, group: Sequence[Telling], again: dict[_Key, list[VisitRow]]) -> None:
        """A visit of several days that has more or fewer now: the one row that has days in common with it."""
        for one in self._left(group):
            rows = [
                row
                for row in again[one.visit.person, one.days]
                if row.id not in self._taken and self._may_be_named(one, row.id)
            ]
            others = [key for key, some in again.items() if rows and rows[0] in some]
            if len(rows) == 1 and len(others) == 1 and len(self._left(group)) == 1:
                self._corrects(one, rows[0])

    def _corrects(self, one: Telling, row: VisitRow) -> None:
        """This visit is that row, told otherwise. What is billed stays: of a day that is not told whole, it
        may be another passage, so that this is asked.
        """
        billed = row.invoice_id is not None or row.state is VisitState.DONE
        if not billed or row.day_id in self._whole:
            self._is(one, row, named=self._named_alike(one, row))

    def _named_alike(self, one: Telling, row: VisitRow) -> bool:
        return not one.reference or self._journal.visits.has_reference(row.id)

    def _same_told_hours(self, one: Telling, row: VisitRow) -> bool:
        told = all(passage.minute is not None for passage in one.visit.passages)
        return told and self._may_be_named(one, row.id) and self._same_hours(one, row)

    def _same_acts(self, one: Telling, row: VisitRow) -> bool:
        return self._may_be_named(one, row.id) and same_acts(one.visit, self._form(row).visit)

    def _same_hours(self, one: Telling, row: VisitRow) -> bool:
        return same_hours(one.visit, self._form(row).visit)

    def _ask(self, one: Telling, rows: Sequence[VisitRow]) -> None:
        twins = {row.id for row in rows if shared_passage(one.visit, self._form(row).visit, same_acts=True)}
        maybe = tuple(
            row
            for row in rows
            if row.id not in self._taken
            and shared_passage(one.visit, self._form(row).visit, same_acts=False)
            and (row.id in twins or self._may_be_named(one, row.id))
        )
        if maybe:
            self._found[one.rank] = Match(maybe=maybe, twin=any(row.id in twins for row in maybe))

    def _first_told(self, one: Telling, told: Sequence[Telling]) -> Telling | None:
        """The visit before it in this file that it may be the twin of: a twin corrects nothing, it is asked
        about.
        """
        for other in told:
            if other.rank >= one.rank:
                break
            same_person = other.visit.person.same(one.visit.person)
            if same_person and shared_passage(other.visit, one.visit, same_acts=True):
                return other
        return None

    def _absent(self) -> Iterator[VisitRow]:
        asked = {row.id for match in self._found.values() for row in match.maybe}
        for day in self._same_name:
            for row in self._journal.visits.find(VisitState.PENDING, day_id=day):
                if row.id not in self._taken and row.id not in asked and row.invoice_id is None:
                    yield row


def _lives(row: VisitRow) -> bool:
    return row.state is not VisitState.ABANDONED


def _days(visit: Visit) -> set[date]:
    return {passage.day for passage in visit.passages}
