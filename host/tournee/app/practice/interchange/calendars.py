"""A carer's rounds as a calendar, and what was moved in one that comes back: by identifier, not by name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta

from tournee.app.context import Office
from tournee.app.practice.day.stops import move_stop, stop_of, tell_stop
from tournee.app.practice.plans import PlanOf
from tournee.app.practice.rounds import absence_of, plan_of, plans_between
from tournee.errors import BillingError, StoreError
from tournee.practice.interchange.calendars import (
    EventRead,
    VisitEvent,
    as_calendar,
    read_calendar,
)
from tournee.practice.planning.plan_file import minute_of

SPAN_MAX = 366
"""Days of one calendar."""

_AROUND = timedelta(days=92)
"""How far from its day an event may be moved: further, it is not found."""

_HOUR = "heure"
_DOMAIN = "@tournee"


@dataclass(frozen=True)
class MovedVisit:
    """One visit that a calendar has at another day or hour (`minute` of the day, None: none said)."""

    plan: int
    who: str = field(repr=False)
    day: date
    minute: int | None
    to: date
    to_minute: int | None


@dataclass
class CalendarTaken:
    """What a calendar says of the rounds: visits that stand as they do, moved ones that were taken or
    (`left`) could not be, with why; events that are none of ours, those cancelled there, visits of its days
    that it does not have, events at fault.
    """

    same: int = 0
    moved: list[MovedVisit] = field(default_factory=list)
    left: list[tuple[MovedVisit, str]] = field(default_factory=list)
    unknown: list[EventRead] = field(default_factory=list)
    cancelled: list[MovedVisit] = field(default_factory=list)
    missing: list[MovedVisit] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Shown:
    """A passage of a planned day, as a calendar shows it."""

    plan: PlanOf
    day: date
    slot: int

    @property
    def uid(self) -> str:
        """What names it for ever, on every device of the practice: by the day that its series gave it. It
        tells nothing of the patient, nor that two are of one series.
        """
        when = self.plan.plan.told.when
        of = next((one.day for one in when.moved if one.to == self.day), self.day)
        told = f"tournee visit {self.plan.plan.row.uid.hex()} {of:%Y%m%d} {self.slot}"
        return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}{_DOMAIN}"

    @property
    def minute(self) -> int | None:
        """Of the day."""
        apart = self.plan.plan.told.told_on(self.day)
        if _HOUR in apart:
            return minute_of(apart[_HOUR])
        return self.plan.plan.told.slots[self.slot].minute


def rounds_calendar(office: Office, first: date, last: date, ps: str, *, names: bool = False) -> bytes:
    """The visits planned from one day to another, both included. Without `names` nobody is named, nor where
    they live, nor what is done; never is a number or a door code told. BillingError for a span too long.
    """
    _require_span(first, last)
    shown = sorted(
        _shown(office, first, last, ps),
        key=lambda one: (one.day, one.minute is None, one.minute or 0, one.plan.plan.id, one.slot),
    )
    ranks: dict[date, int] = {}
    events = []
    for one in shown:
        ranks[one.day] = ranks.get(one.day, 0) + 1
        summary, location = f"Visite {ranks[one.day]}", ""
        if names:
            patient = one.plan.patient.told
            where = patient.address
            summary = patient.who
            location = ", ".join(filter(None, (where.street, f"{where.postcode} {where.town}".strip())))
        events.append(VisitEvent(one.uid, one.day, one.minute, summary, location))
    return as_calendar(events, office.clock())


def take_calendar(office: Office, data: bytes, ps: str, *, only_show: bool = False) -> CalendarTaken:
    """Do visits at the day and hour that a calendar has them. What is none of ours is told, and nothing is
    made of it; what is billed stays. `only_show`: nothing is written. CalendarFileError.
    """
    book = read_calendar(data, office.clock().tzinfo)
    done = CalendarTaken(faults=book.faults)
    days = [one.day for one in book.events if one.uid.endswith(_DOMAIN)]
    if not days:
        done.unknown += book.events
        return done
    first, last = min(days), max(days)
    _require_span(first, last)
    known = {one.uid: one for one in _shown(office, first - _AROUND, last + _AROUND, ps)}
    seen: set[str] = set()
    for event in book.events:
        one = known.get(event.uid)
        if one is None or event.uid in seen:
            done.unknown.append(event)
            continue
        seen.add(event.uid)
        _take(office, one, event, done, only_show=only_show)
    done.missing += [
        _moved(one, one.day, one.minute)
        for uid, one in known.items()
        if uid not in seen and first <= one.day <= last
    ]
    return done


def _take(office: Office, one: _Shown, event: EventRead, done: CalendarTaken, *, only_show: bool) -> None:
    moved = _moved(one, event.day, event.minute)
    if event.cancelled:
        done.cancelled.append(moved)
    elif event.repeats:
        done.left.append((moved, "l’événement se répète : déplacez ses jours un à un"))
    elif (event.day, event.minute) == (one.day, one.minute):
        done.same += 1
    elif only_show:
        done.moved.append(moved)
    else:
        try:
            _do(office, one, event)
            done.moved.append(moved)
        except (BillingError, StoreError) as error:
            done.left.append((moved, error.message))


def _do(office: Office, one: _Shown, event: EventRead) -> None:
    plan = plan_of(office, one.plan.plan.id)  # as it stands now: another event may have moved it
    slots, by_hour = len(plan.plan.told.slots), event.minute != one.minute
    if slots > 1:
        raise BillingError(f"Ce plan a {slots} passages par jour : déplacez ce jour dans la tournée.")
    apart = plan.plan.told.told_on(one.day)
    if event.day != one.day:
        if event.day in plan.days(event.day, event.day):
            raise BillingError(f"Le {event.day:%d/%m/%Y} est déjà un jour de ce plan.")
        move_stop(office, stop_of(office, plan, one.day), event.day)
        plan = plan_of(office, plan.plan.id)
    if by_hour or (apart and event.day != one.day):
        said = {**apart, _HOUR: _said(event.minute)} if by_hour else apart
        tell_stop(office, stop_of(office, plan, event.day), said)


def _said(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _moved(one: _Shown, to: date, to_minute: int | None) -> MovedVisit:
    return MovedVisit(one.plan.plan.id, one.plan.patient.told.who, one.day, one.minute, to, to_minute)


def _shown(office: Office, first: date, last: date, ps: str) -> list[_Shown]:
    return [
        _Shown(plan, day, slot)
        for plan, days in plans_between(office, first, last, ps, absence_of(office, ps))
        for day in days
        for slot in range(len(plan.plan.told.slots))
    ]


def _require_span(first: date, last: date) -> None:
    if not timedelta(0) <= last - first < timedelta(days=SPAN_MAX):
        raise BillingError(
            f"Du {first:%d/%m/%Y} au {last:%d/%m/%Y} : {SPAN_MAX} jours au plus.",
            next_step="dites moins de jours",
        )
