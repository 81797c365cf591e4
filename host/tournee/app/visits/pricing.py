"""What the visits of day files cost: judged together, in the order of their days, and taken nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tournee.billing.breach import Remark
from tournee.billing.calendar import BILLABLE_MONTHS
from tournee.billing.dayfile.day import (
    VISIT,
    Complete,
    DayError,
    JudgedOne,
    Mistake,
    ReadDay,
    judge_days,
    out_of_time,
    read_day,
    read_document,
)
from tournee.billing.kept.known import Past
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.quote import Quote, quote
from tournee.tables.document import TableText


@dataclass(frozen=True)
class PricedVisit:
    """A visit, what it would cost and whom."""

    judged: JudgedOne
    quote: Quote


@dataclass(frozen=True)
class Priced:
    """A day file, its visits priced; `mistakes` are those of its form. `day` None: its head does not read."""

    name: str
    day: ReadDay | None
    visits: tuple[PricedVisit, ...]
    mistakes: tuple[Mistake, ...]
    table: Nomenclature

    @property
    def refused(self) -> bool:
        """Whether something of it cannot be billed."""
        return bool(self.mistakes) or any(one.judged.mistakes for one in self.visits)

    @property
    def cents(self) -> int:
        """The tariff of the visits that are not refused."""
        return sum(one.judged.judgement.cents for one in self.visits if not one.judged.mistakes)


def price_files(
    files: Sequence[tuple[str, bytes]],
    past: Past | None,
    table: Nomenclature,
    today: date | None = None,
    complete: Complete | None = None,
) -> list[Priced]:
    """Price day files, each a name and its bytes; `past`: what is known beyond them; `table`: of any day;
    `today`: a visit that could not be taken in that day, to come or too old, has a remark; `complete` says
    what else is known of their patients.

    BillingError for what is no document at all.
    """
    read: dict[int, tuple[ReadDay, TableText]] = {}
    wrong: dict[int, tuple[Mistake, ...]] = {}
    for at, (name, data) in enumerate(files):
        try:
            read[at] = read_day(data, name, complete), read_document(data, name)
        except DayError as error:
            wrong[at] = error.mistakes
    judged = dict(zip(read, judge_days(list(read.values()), table, past=past), strict=True))
    done = []
    for at, (name, _) in enumerate(files):
        if at in wrong:
            done.append(Priced(name, None, (), wrong[at], table))
            continue
        day = read[at][0]
        visits = tuple(PricedVisit(_timed(day, one, today), quote(one.judgement)) for one in judged[at])
        done.append(Priced(name, day, visits, day.mistakes, table.over(day.day, day.day)))
    return done


def _timed(day: ReadDay, one: JudgedOne, today: date | None) -> JudgedOne:
    """The same with what is amiss with its day."""
    draft = day.visits[one.rank].draft
    if draft is None:
        return one
    late = out_of_time(draft.visit, today, BILLABLE_MONTHS)
    told = [Remark((VISIT, one.rank, *draft.place_of(wrong.path)), wrong.text, wrong.rule) for wrong in late]
    return replace(one, remarks=(*told, *one.remarks))
