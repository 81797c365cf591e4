"""Visits taken from an editor's mappings, and what they cost: judged as day files are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tournee.api.opening import Practice
from tournee.api.plain import NotPlainError, json_text, plain
from tournee.api.problems import VisitMistake, VisitsRefusedError, mistake_of, mistakes_of
from tournee.app.context import Office
from tournee.billing.dayfile.day import DayError

if TYPE_CHECKING:
    from tournee.app.visits.imported import ImportedDay, ToldVisit
    from tournee.app.visits.pricing import PricedVisit as JudgedPrice

_JSON = ".json"
_SOURCE_MAX = 80


class VisitAnswer(StrEnum):
    """What became of a visit: `NEW`, taken; `KNOWN`, the journal has it; `CHANGED`, corrected in place;
    `BILLED`, it is billed, nothing changes; `TWIN`, like another, to be asked about (`twins`); `DOUBT`,
    perhaps a correction of another (`replaces`); `REFUSED`, for its mistakes. The last three are not taken.
    """

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"
    BILLED = "billed"
    TWIN = "twin"
    DOUBT = "changed?"
    REFUSED = "refused"


@dataclass(frozen=True)
class TakenVisit:
    """A visit that was told, and what became of it: its `rank` from 0, the `reference` that you gave it, its
    number in the journal (`visit`, 0: none), for people who it is for, when and which acts; a `note` of what
    to know or do; the visits of the journal that it `may_be`; what is wrong, and what should be known.
    """

    rank: int
    answer: VisitAnswer
    visit: int
    reference: str = field(repr=False)
    patient: str = field(repr=False)
    days: str
    acts: str
    note: str
    may_be: tuple[int, ...]
    mistakes: tuple[VisitMistake, ...]
    remarks: tuple[VisitMistake, ...]

    @property
    def taken(self) -> bool:
        """Whether the journal has what was told, or keeps what was billed of it."""
        return self.answer not in (VisitAnswer.TWIN, VisitAnswer.DOUBT, VisitAnswer.REFUSED)


@dataclass(frozen=True)
class TakenVisits:
    """What became of a day: of whom (billing number), each visit in the order told; `absent` are visits of
    the journal that this source told before for this day, tells no more, and that are still to be billed.
    """

    day: date
    ps: str
    visits: tuple[TakenVisit, ...]
    absent: tuple[int, ...]


@dataclass(frozen=True)
class VisitPrice:
    """What a visit would cost, in cents: its `fee`, what caisse (`amo`), complementary insurer (`amc`) and
    `patient` bear of it, what is `due` from the patient on the spot. `supposed`: of plain rights, until a
    card is read. With mistakes it cannot be billed.
    """

    rank: int
    fee: int
    amo: int
    amc: int
    patient: int
    due: int
    supposed: bool
    mistakes: tuple[VisitMistake, ...]
    remarks: tuple[VisitMistake, ...]


@dataclass(frozen=True)
class DayPrice:
    """What a day would cost; `mistakes` are those of its form, behind which a visit has no price."""

    day: date
    ps: str
    visits: tuple[VisitPrice, ...]
    mistakes: tuple[VisitMistake, ...]

    @property
    def fee(self) -> int:
        """Cents of all visits that can be billed."""
        return sum(one.fee for one in self.visits if not one.mistakes)


def take_visits(
    practice: Practice,
    day: Mapping[str, object],
    *,
    source: str = "logiciel",
    replaces: bool = False,
    twins: bool = False,
) -> TakenVisits:
    """Take a day's visits into the journal: a mapping with the tables and keys of a day file (`journee`,
    `visite`, …). Each visit is judged alone; all that is taken is one step.

    A visit is known again by its `reference`, or by its content, and is corrected in place while it is to be
    billed. `source` names where these visits come from. `replaces`: what may be a correction is one;
    `twins`: what is like another is another. VisitsRefusedError when the mapping tells no day.
    """
    data, name = _told(day), _name(source)

    def take(office: Office) -> ImportedDay:
        from tournee.app.visits.importing import import_day

        return import_day(office, data, name, replaces=replaces, twins=twins, shown=False)

    try:
        done = practice._ask_journal(take)
    except DayError as error:
        raise VisitsRefusedError(mistakes_of(error.mistakes)) from None
    return TakenVisits(
        datetime.strptime(done.date, "%Y%m%d").date(),
        done.ps_number,
        tuple(map(_taken, done.visits)),
        tuple(one.id for one in done.absent),
    )


def price(practice: Practice, day: Mapping[str, object], *, with_journal: bool = True) -> DayPrice:
    """Say what a day's visits would cost, a mapping as for `take_visits`; nothing is taken. Judged among the
    visits of the journal, or `with_journal` False by themselves. VisitsRefusedError.
    """
    data = _told(day)

    def work(office: Office) -> DayPrice:
        from tournee.app.visits.past import JournalPast
        from tournee.app.visits.pricing import price_files

        past = JournalPast(office.journal) if with_journal else None
        if past is not None:
            office.journal.known.learn()
        (priced,) = price_files([(_name(""), data)], past, office.nomenclature, office.clock().date())
        if priced.day is None:
            raise VisitsRefusedError(mistakes_of(priced.mistakes))
        return DayPrice(
            priced.day.day,
            priced.day.carer.number,
            tuple(map(_priced, priced.visits)),
            mistakes_of(priced.mistakes),
        )

    return practice._ask_journal(work)


def _told(day: Mapping[str, object]) -> bytes:
    try:
        return json_text(plain(day))
    except NotPlainError as error:
        raise VisitsRefusedError((mistake_of(error.path, error.text, "saisie"),)) from None


def _name(source: str) -> str:
    return f"{source[:_SOURCE_MAX]}{_JSON}"


def _taken(one: ToldVisit) -> TakenVisit:
    return TakenVisit(
        rank=one.rank,
        answer=VisitAnswer(one.answer.value),
        visit=one.id or 0,
        reference=one.reference,
        patient=one.who.name,
        days=one.day,
        acts=one.acts,
        note=one.note,
        may_be=one.may_be,
        mistakes=mistakes_of(one.mistakes),
        remarks=tuple(mistake_of(told.path, told.text, told.rule) for told in one.remarks),
    )


def _priced(one: JudgedPrice) -> VisitPrice:
    told, judged = one.quote, one.judged
    return VisitPrice(
        rank=judged.rank,
        fee=told.fee,
        amo=told.amo,
        amc=told.amc,
        patient=told.patient,
        due=told.due,
        supposed=told.supposed,
        mistakes=mistakes_of(judged.mistakes),
        remarks=tuple(mistake_of(found.path, found.text, found.rule) for found in judged.remarks),
    )
