"""What waits to be sent, by day, and what waits for a card; the evenings before, each in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from tournee.app.context import Office
from tournee.app.visits.imported import seen
from tournee.billing.identity import PsIdentity
from tournee.billing.kept.judged import read_judged
from tournee.store import SheetState, VisitState
from tournee.store.views.sendings import SentRow, ToSendRow

_EVENINGS = 6


@dataclass(frozen=True)
class DayToSend:
    """Invoices of one day that wait, and how many visits it has in all; `cents` is what they come to."""

    day: date
    invoices: int
    visits: int
    cents: int


@dataclass(frozen=True)
class CardAwaited:
    """A visit with a card that was not there yet: its number, whom it is for, when, what it comes to; `nir`
    is its card's.
    """

    visit_id: int
    name: str
    day: date
    cents: int
    nir: str = field(default="", repr=False)


@dataclass(frozen=True)
class EveningBefore:
    """One sending, by its last message; how many invoices were taken, refused, are not answered yet."""

    at: datetime
    accepted: int
    refused: int
    waiting: int


@dataclass(frozen=True)
class DreAwaited:
    """A demand to a complementary insurer that was corrected and goes alone: its visit, whose, its share."""

    visit_id: int
    name: str
    cents: int


@dataclass(frozen=True)
class ToSend:
    """All that the screen of sending says; `needs_card`: something is in no lot yet; `alone`: demands that
    may still be undone.
    """

    days: tuple[DayToSend, ...]
    cards: tuple[CardAwaited, ...]
    before: tuple[EveningBefore, ...]
    needs_card: bool
    alone: tuple[DreAwaited, ...] = ()

    @property
    def invoices(self) -> int:
        """How many wait."""
        return sum(one.invoices for one in self.days)

    @property
    def cents(self) -> int:
        """What they come to."""
        return sum(one.cents for one in self.days)


@dataclass(frozen=True)
class Unsent:
    """How much waits to be sent, in short: days of care, invoices, cents."""

    days: int = 0
    invoices: int = 0
    cents: int = 0


def unsent(office: Office, carer: PsIdentity | None = None) -> Unsent:
    """What waits, of this carer or of all."""
    rows = [one for one in office.journal.sendings.to_send() if carer is None or _is_hers(one, carer)]
    return Unsent(len({one.day for one in rows}), len(rows), sum(one.fee for one in rows))


def to_send(office: Office, carer: PsIdentity | None = None) -> ToSend:
    """What waits: all that is in a lot already, and what this carer's card can put into one; without a
    carer, of all.
    """
    rows = [one for one in office.journal.sendings.to_send() if carer is None or _is_hers(one, carer)]
    pending = [
        (row, read_judged(row.payload))
        for row in office.journal.visits.find(state=VisitState.PENDING)
        if carer is None or row.ps == carer.billing_number
    ]
    today = f"{office.clock():%Y%m%d}"
    unmade = [(row, judged) for row, judged in pending if row.date <= today and judged.visit.by_card]
    days = []
    for day, found in groupby(rows, lambda one: one.day):
        told = list(found)
        beside = sum(row.date == day for row, _ in unmade)
        days.append(DayToSend(_date(day), len(told), len(told) + beside, sum(one.fee for one in told)))
    cards = tuple(
        CardAwaited(
            row.id,
            seen(office.journal, row).who.name,
            _date(row.date),
            sum(line.cents for line in judged.lines),
            judged.visit.nir,
        )
        for row, judged in unmade
    )
    before = tuple(_evenings(office.journal.sendings.sent()))[:_EVENINGS]
    alone = tuple(_alone(office, carer))
    return ToSend(tuple(days), cards, before, any(one.unclosed for one in rows), alone)


def _alone(office: Office, carer: PsIdentity | None) -> Iterator[DreAwaited]:
    journal = office.journal
    for sheet in journal.invoices.sheets(SheetState.MADE):
        if sheet.is_alone and (carer is None or carer.billing_number == sheet.ps):
            row = journal.visits.get(journal.invoices.get(sheet.invoice_id).visit_id)
            yield DreAwaited(row.id, seen(journal, row).who.name, sheet.amc)


def _is_hers(row: ToSendRow, carer: PsIdentity) -> bool:
    """Whether this carer's card can send it: under her number, or of care that she gave for another."""
    as_substitute = bool(row.substitute) and row.substitute == carer.rpps
    return not row.unclosed or row.ps == carer.billing_number or as_substitute


def _evenings(rows: Iterable[SentRow]) -> Iterable[EveningBefore]:
    for _, told in groupby(rows, lambda one: one.sending):
        yield _evening(list(told))


def _evening(rows: list[SentRow]) -> EveningBefore:
    refused = frozenset().union(*(one.refused for one in rows))
    waiting = frozenset().union(*(one.waiting for one in rows)) - refused
    accepted = frozenset().union(*(one.accepted for one in rows)) - refused - waiting
    return EveningBefore(datetime.fromisoformat(rows[0].at), len(accepted), len(refused), len(waiting))


def _date(day: str) -> date:
    return datetime.strptime(day, "%Y%m%d").date()
