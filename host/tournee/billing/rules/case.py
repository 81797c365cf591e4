"""What a rule looks at: one visit, found in the nomenclature and priced, among the others that are known."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tournee.billing.breach import Breach, Path, Remark
from tournee.billing.identity import department_of, zone_of
from tournee.billing.kept.known import Known, KnownLine, Past, facts_of
from tournee.billing.nomenclature.table import Cotation, Nomenclature, Profession, Zone
from tournee.billing.pricing.items import FoundAct, is_road
from tournee.billing.pricing.line import PricedLine
from tournee.billing.pricing.visit_lines import at_home
from tournee.billing.visit import JudgedVisit, Passage, Visit

Finding = Breach | Remark
Rule = Callable[["Case"], Iterator[Finding]]

HERE = "cette visite"
_ONE_GO = 60  # minutes between two patients of one home or establishment who are seen in one go
YEAR = 12  # months


@dataclass(frozen=True)
class Carer:
    """Who bills: number of 9 digits, profession; where, for prices and holidays."""

    number: str
    profession: Profession
    zone: Zone
    department: str  # "67", "974"


def carer_of(number: str, profession: Profession) -> Carer:
    """The carer of a billing number; its first digits say where."""
    return Carer(number, profession, zone_of(number), department_of(number))


@dataclass(frozen=True)
class Case:
    """A visit before the rules. `past` tells the other visits, this one not among them."""

    visit: Visit
    carer: Carer
    table: Nomenclature
    items: tuple[FoundAct, ...]
    lines: tuple[PricedLine, ...]
    past: Past
    _passages: dict[int, list[FoundAct]] = field(default_factory=dict, repr=False)
    _years: dict[tuple[str, ...], list[Known]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for item in self.items:
            self._passages.setdefault(item.passage, []).append(item)

    def of(self, passage: int) -> list[FoundAct]:
        """The items of a passage, by its rank."""
        return self._passages.get(passage, [])

    def passages(self) -> Iterator[tuple[int, Passage, list[FoundAct]]]:
        """Each passage: its rank, what was noted, its items."""
        for rank, passage in enumerate(self.visit.passages):
            yield rank, passage, self.of(rank)

    def home(self, passage: int) -> bool:
        """Whether a passage was at the patient's."""
        return at_home(self.visit.passages[passage], self.of(passage))

    @cached_property
    def own(self) -> tuple[Known, ...]:
        """The visit's own passages, as others will know them."""
        judged = JudgedVisit(self.carer.number, self.carer.profession, self.visit, self.lines)
        return facts_of(judged, HERE)

    def others_on(self, day: date) -> list[Known]:
        """The same profession's passages of other visits of this patient on a day."""
        return self.others_between(day, day)

    def others_between(self, first: date, last: date, *codes: str) -> list[Known]:
        """Those from one day to another, both included, in the order of their days; with `codes`, those at
        least of visits that bill one of them.
        """
        found = self.past.of_person(self.visit.person, first, last, codes)
        return sorted(
            (one for one in found if one.profession == self.carer.profession), key=lambda one: one.day
        )

    def in_a_year(self, *codes: str) -> list[Known]:
        """Those of the year before this visit and of the year after it, that came before it; with `codes`,
        those at least that bill one of them.
        """
        if not codes or () in self._years:
            return [one for one in self._year() if not codes or one.has(*codes)]
        return self._year(*codes)

    def _year(self, *codes: str) -> list[Known]:
        if codes not in self._years:
            first, last = self.visit.days
            found = self.others_between(months_before(first, YEAR), months_before(last, -YEAR), *codes)
            self._years[codes] = [one for one in found if one.earlier]
        return self._years[codes]

    @cached_property
    def of_prescription(self) -> list[Known]:
        """Those of this visit's prescription, that came before it; without one, those of the year that have
        none.
        """
        prescription = self.visit.prescription
        if prescription is None:
            return [one for one in self.in_a_year() if not one.prescription]
        found = self.others_between(prescription.day, months_before(self.visit.days[1], -YEAR))
        return [one for one in found if one.earlier and one.prescription == prescription.key]

    def on(self, day: date) -> list[Known]:
        """Every passage of this patient known on a day: this visit's own and the others."""
        return [one for one in self.own if one.day == day] + self.others_on(day)

    def before_on(self, day: date) -> list[Known]:
        """This visit's own passages of a day, and those of the visits that came before it."""
        return [one for one in self.on(day) if one.earlier]

    def others_with(self, day: date, *codes: str) -> list[Known]:
        """Passages of other visits on a day that bill one of these codes."""
        return [one for one in self.others_on(day) if one.has(*codes)]

    def known_is(self, line: KnownLine, day: date, test: Callable[[Cotation], bool]) -> bool:
        """Whether a line of another visit can only be such an act."""
        named = self.known_rows(line, day)
        return bool(named) and all(map(test, named))

    def known_rows(self, line: KnownLine, day: date) -> list[Cotation]:
        """The acts that a line of another visit can be."""
        rows = self.table.cotations(self.carer.profession, line.code, day, line.coefficient)
        return [row for row in rows if line.act in ("", row.id)]

    def rate_of(self, item: FoundAct) -> int:
        """What is paid of an act, in percent: its line stands at its place among those of its passage."""
        lines = [line for line in self.lines if line.passage == item.passage]
        acts = [one for one in self.of(item.passage) if not is_road(one)]
        return lines[acts.index(item)].rate

    def item_path(self, item: FoundAct, key: str = "code") -> Path:
        """Where an item was noted."""
        return (*item.path, key)

    def travel_path(self, passage: int) -> Path:
        """Where a passage's travel was noted."""
        return ("passages", passage, "deplacement")

    def passage_path(self, passage: int, key: str) -> Path:
        """Where a key of a passage was noted."""
        return ("passages", passage, key)


def seen_together(case: Case, rank: int) -> list[Known]:
    """The passages of other patients by the same carer, in the same place and go: one label, however it is
    spelled, and an hour apart at most.
    """
    passage = case.visit.passages[rank]
    return [
        one
        for one in case.past.of_carer(case.carer.number, passage.day)
        if passage.shared
        and plain_label(one.shared) == plain_label(passage.shared)
        and _in_one_go(one.minute, passage.minute)
        and not one.person.same(case.visit.person)
    ]


def _in_one_go(one: int | None, other: int | None) -> bool:
    return one is None or other is None or abs(one - other) <= _ONE_GO


def plain_label(label: str) -> str:
    """A label of a home, capitals, accents and spaces aside."""
    plain = unicodedata.normalize("NFKD", label.casefold())
    return "".join(char for char in plain if char.isalnum())


def months_before(day: date, months: int) -> date:
    """The day so many months before, the last of its month when there is none."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
