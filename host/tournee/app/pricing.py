"""What the visits of day files cost: judged together, in the order of the files, and taken nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tournee.billing.dayfile.day import (
    DayError,
    JudgedOne,
    Mistake,
    ReadDay,
    judge_day,
    read_day,
    read_document,
)
from tournee.billing.known import Known, Nothing, Past, Together, facts_of
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.quote import Quote, quote


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


def price_files(files: Sequence[tuple[str, bytes]], past: Past | None, table: Nomenclature) -> list[Priced]:
    """Price day files, each a name and its bytes; `past`: what is known beyond them; `table`: of any day.

    BillingError for what is no document at all.
    """
    known: list[Known] = []
    done = []
    for name, data in files:
        try:
            read = read_day(data, name)
        except DayError as error:
            done.append(Priced(name, None, (), error.mistakes, table))
            continue
        around = Together(tuple(known), past or Nothing())
        judged = judge_day(read, read_document(data, name), table, past=around)
        visits = tuple(PricedVisit(one, quote(one.judgement)) for one in judged)
        of_day = table.over(read.day, read.day)
        done.append(Priced(name, read, visits, read.mistakes, of_day))
        for one in judged:
            where = f"la visite {one.rank + 1} de « {name} »"
            known.extend(facts_of(one.judgement.visit, where))
    return done
