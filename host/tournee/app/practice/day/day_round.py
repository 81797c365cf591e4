"""A day's round as a screen shows it: each stop with where it stands, what it comes to and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum

from tournee.app.context import Office
from tournee.app.practice.day.stops import price_stops
from tournee.app.practice.prescriptions import count, visits_of
from tournee.app.practice.rounds import Stop, StopState, kept_round, replacement_on, round_of
from tournee.app.visits.pricing import PricedVisit
from tournee.billing.kept.judged import read_judged
from tournee.billing.quote import Quote
from tournee.billing.replacement import Replacement
from tournee.store import InvoiceRow, SheetState, VisitRow, VisitState

_REFUSED = frozenset({SheetState.REFUSED, SheetState.PAYMENT_REFUSED})


class StopMark(Enum):
    """Where a stop stands, as one sees it on the round."""

    TO_SEE = "à voir"
    TICKED = "vu, à facturer avec sa série"
    TO_SIGN = "à sécuriser"
    CARD_MISSING = "carte manquante"
    TO_COUNTERSIGN = "à contresigner"
    TO_CORRECT = "à corriger"
    DONE = "fait"
    SET_ASIDE = "laissée"


@dataclass(frozen=True)
class RoundStop:
    """One stop of a day's round.

    `priced`: the visit as it would be billed, judged with all that the journal knows (None once it is billed,
    or its form is wrong); `cents`: what it comes to, or was billed; `faults`: why it cannot be billed, or was
    refused, in French; `warnings`: what is to be known all the same; `rank` of `total` prescribed sessions
    (0: it does not say); `invoice`: its number; `kilometres`: of its travel, there and back.
    """

    stop: Stop
    mark: StopMark
    priced: PricedVisit | None = field(default=None, repr=False)
    cents: int | None = None
    faults: tuple[str, ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = field(default=(), repr=False)
    rank: int = 0
    total: int = 0
    invoice: str = ""
    kilometres: int = 0

    @property
    def quote(self) -> Quote | None:
        """The three shares before it is billed."""
        return self.priced.quote if self.priced else None

    @property
    def visit_id(self) -> int | None:
        """The journal's visit that does it, made from its plan or not."""
        return self.stop.visit_id if self.stop.visit_id is not None else self.stop.by


@dataclass(frozen=True)
class DayRound:
    """A carer's round of a day, in order. `replacement`: who does it in her place."""

    day: date
    ps: str
    stops: tuple[RoundStop, ...]
    replacement: Replacement | None = None

    @property
    def next(self) -> RoundStop | None:
        """The next one to see: the first that is neither seen nor waits for its card."""
        return next((one for one in self.stops if one.mark in (StopMark.TO_SEE, StopMark.TO_SIGN)), None)

    @property
    def seen(self) -> int:
        """How many are behind her: done, or waiting for a card, a signature or the rest of a series."""
        behind = (StopMark.DONE, StopMark.CARD_MISSING, StopMark.TO_COUNTERSIGN, StopMark.TICKED)
        return sum(one.mark in behind for one in self.stops)

    @property
    def secured(self) -> int:
        """Cents of the visits that are done."""
        return sum(one.cents or 0 for one in self.stops if one.mark is StopMark.DONE)

    @property
    def planned(self) -> int:
        """Cents of all that is not set aside, as far as it has a price."""
        return sum(one.cents or 0 for one in self.stops if one.mark is not StopMark.SET_ASIDE)


def day_round(office: Office, day: date, ps: str, *, priced: bool = True) -> DayRound:
    """A carer's round on a day: its stops in order, each with where it stands. Nothing is changed. Without
    `priced` what is to be billed is not judged: it has neither price nor faults, and comes at once.
    """
    stops = round_of(office, day, ps)
    judged = price_stops(office, day, ps, stops) if priced else {}
    kept = kept_round(office, day, ps)
    waiting = kept.told.waiting if kept else ()
    last_done = max((rank for rank, one in enumerate(stops) if one.state is StopState.DONE), default=-1)
    told = []
    for rank, stop in enumerate(stops):
        is_passed = day < office.clock().date() or rank < last_done
        is_waiting = stop.plan.plan.row.uid.hex() in waiting or is_passed
        told.append(_told(office, stop, judged.get(stop.plan.reference(day)), waiting=is_waiting))
    return DayRound(day, ps, tuple(told), replacement_on(office, day, ps))


def _told(office: Office, stop: Stop, priced: PricedVisit | None, *, waiting: bool) -> RoundStop:
    rank, total = _session(office, stop)
    faults = tuple(one.text for one in priced.judged.mistakes) if priced else ()
    warnings = (*_rights(stop), *(one.text for one in priced.judged.remarks)) if priced else _rights(stop)
    cents = priced.quote.fee if priced and not faults else None
    one = RoundStop(stop, StopMark.TO_SEE, priced, cents, faults, warnings, rank, total)
    if priced is not None:
        passages = priced.judged.judgement.visit.visit.passages
        one = replace(one, kilometres=sum(each.travel.kilometres for each in passages if each.travel))
    if one.visit_id is not None:
        return _of_journal(office, one, office.journal.visits.get(one.visit_id), waiting=waiting)
    if stop.state is StopState.TICKED:
        return replace(one, mark=StopMark.TICKED)
    return replace(one, mark=StopMark.TO_CORRECT) if faults else one


def _of_journal(office: Office, one: RoundStop, row: VisitRow, *, waiting: bool) -> RoundStop:
    """The stop of a visit that the journal has."""
    if row.state is VisitState.ABANDONED:
        return replace(one, mark=StopMark.SET_ASIDE, priced=None, cents=None, faults=())
    if row.invoice_id is not None:
        return _of_invoice(one, office.journal.invoices.get(row.invoice_id), row)
    if row.state is not VisitState.PENDING:
        return replace(one, mark=StopMark.DONE)
    if one.faults:
        return replace(one, mark=StopMark.TO_CORRECT)
    judged = read_judged(row.payload)
    cents = one.cents if one.cents is not None else sum(line.cents for line in judged.lines)
    mark = StopMark.CARD_MISSING if waiting and judged.visit.by_card else StopMark.TO_SIGN
    return replace(one, mark=mark, cents=cents)


def _of_invoice(one: RoundStop, invoice: InvoiceRow, row: VisitRow) -> RoundStop:
    states = {sheet.state for sheet in invoice.sheets}
    faults = tuple(sheet.reason for sheet in invoice.sheets if sheet.state in _REFUSED)
    mark = StopMark.DONE
    if states & _REFUSED:
        mark = StopMark.TO_CORRECT
    elif SheetState.SEALED in states:
        mark = StopMark.TO_COUNTERSIGN
    elif row.state is VisitState.PENDING:
        mark = StopMark.TO_SIGN
    cents = max((sheet.fee for sheet in invoice.sheets), default=0)
    return replace(one, mark=mark, priced=None, cents=cents, faults=faults, invoice=invoice.number)


def _session(office: Office, stop: Stop) -> tuple[int, int]:
    """Which session of its prescription a stop is, and of how many; 0 of 0 where it does not say."""
    order = stop.plan.prescription
    if order is None or not order.told.total:
        return 0, 0
    patient = stop.plan.patient.told
    before = count(order.told, patient, visits_of(office, patient), stop.day - timedelta(days=1))
    return before.done + 1, order.told.total


def _rights(stop: Stop) -> tuple[str, ...]:
    """That the rights as they were last read are over on the day."""
    read = stop.plan.patient.told.last_read
    end = read.beneficiary.rights_end if read else ""
    if not end or end >= f"{stop.day:%Y%m%d}":
        return ()
    return (f"ses droits sont terminés depuis le {end[6:]}/{end[4:6]}/{end[:4]}",)
