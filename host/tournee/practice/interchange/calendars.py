"""A round as a calendar (RFC 5545), and the events of one that comes back, bounded before they are parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any

from tournee.errors import BillingError

CALENDAR_MAX = 8 << 20
"""Bytes of a calendar: a round's event has some 400."""

EVENTS_MAX = 10_000
EVENT_MAX = 64 << 10
LINES_MAX = 300
TEXT_MAX = 300

VISIT_MINUTES = 15
"""How long a visit is shown: ours, a plan does not say."""

_PRODUCT = "-//Tournée//simulation, profil open-1//FR"
_NAME = "Tournée (simulation)"
_FOLD = re.compile(r"\r?\n[ \t]")
_WANTED = re.compile(r"^(?:UID|DTSTART|SUMMARY|STATUS|RRULE|RDATE|RECURRENCE-ID)\b", re.IGNORECASE)
_YEARS = range(2000, 2200)


class CalendarFileError(BillingError):
    """What is no calendar, or too long for one."""


@dataclass(frozen=True)
class VisitEvent:
    """A visit as a calendar shows it; `minute` of the day, None for one that has no hour."""

    uid: str
    day: date
    minute: int | None
    summary: str = field(repr=False)
    location: str = field(default="", repr=False)


@dataclass(frozen=True)
class EventRead:
    """An event of a calendar; `repeats`: it has a rule of its own; `cancelled`: its status says so."""

    uid: str
    day: date
    minute: int | None
    summary: str = field(default="", repr=False)
    repeats: bool = False
    cancelled: bool = False


def as_calendar(events: Iterable[VisitEvent], now: datetime) -> bytes:
    """A calendar of these visits, at the hours of the zone of `now`."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _NAME)
    for one in events:
        event = Event()
        event.add("uid", one.uid)
        event.add("dtstamp", now.astimezone(UTC))
        if one.minute is None:
            event.add("dtstart", one.day)
        else:
            start = datetime.combine(one.day, time(one.minute // 60, one.minute % 60), now.tzinfo)
            event.add("dtstart", start)
            event.add("duration", timedelta(minutes=VISIT_MINUTES))
        event.add("summary", one.summary)
        if one.location:
            event.add("location", one.location)
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


@dataclass
class CalendarRead:
    """What a calendar says: its events, and why some could not be read."""

    events: list[EventRead] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_calendar(data: bytes, zone: tzinfo | None) -> CalendarRead:
    """The events of a calendar, at the hours of `zone`; CalendarFileError for what is none. One at fault
    stops no other.
    """
    if len(data) > CALENDAR_MAX:
        raise CalendarFileError(
            f"Ce calendrier est trop long : {len(data)} octets, {CALENDAR_MAX} au plus.",
            next_step="exportez-en moins de jours",
        )
    text = data.decode("utf-8-sig", "replace")
    if "BEGIN:VCALENDAR" not in text[:TEXT_MAX].upper():
        raise CalendarFileError("Ce n’est pas un calendrier.", next_step="exportez-le en iCalendar (.ics)")
    found = CalendarRead()
    blocks = list(islice(_events(text), EVENTS_MAX + 1))
    if len(blocks) > EVENTS_MAX:
        raise CalendarFileError(
            f"Ce calendrier a plus de {EVENTS_MAX} événements.", next_step="exportez-en moins de jours"
        )
    for rank, block in enumerate(blocks, 1):
        try:
            found.events.append(_read(block, zone))
        except CalendarFileError as error:
            found.faults.append(f"événement {rank} : {error.message}")
    return found


def _events(text: str) -> Iterator[str]:
    """What stands inside each event, without its alarms; one that is cut ends where the next begins."""
    held: list[str] | None = None
    inner = False
    for line in text.splitlines(keepends=True):
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            if held:
                yield "".join(held)
            held, inner = [], False
        elif word == "END:VEVENT" and held is not None:
            yield "".join(held)
            held = None
        elif word.startswith(("BEGIN:", "END:")):
            inner = word.startswith("BEGIN:")
        elif held is not None and not inner:
            held.append(line)


def _read(inside: str, zone: tzinfo | None) -> EventRead:
    from icalendar import Event

    if len(inside) > EVENT_MAX:
        raise CalendarFileError("il est trop long")
    lines = [line for line in _FOLD.sub("", inside).splitlines() if _WANTED.match(line)]
    if len(lines) > LINES_MAX:
        raise CalendarFileError("il est trop long")
    text = "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))
    try:
        event: Any = Event.from_ical(text)
        start = event.get("dtstart")
        when = start.dt if start is not None else None
        return _event(event, when, zone)
    except CalendarFileError:
        raise
    except Exception as error:  # icalendar raises whatever its parts do
        raise CalendarFileError("il ne se lit pas") from error


def _event(event: Any, when: Any, zone: tzinfo | None) -> EventRead:
    uid = _text(event.get("uid"))
    if not uid:
        raise CalendarFileError("il n’a pas d’identifiant")
    minute = None
    if isinstance(when, datetime):
        local = when.astimezone(zone) if when.tzinfo is not None and zone is not None else when
        day, minute = local.date(), local.hour * 60 + local.minute
    elif isinstance(when, date):
        day = when
    else:
        raise CalendarFileError("il n’a pas de jour")
    if day.year not in _YEARS:
        raise CalendarFileError(f"son année ({day.year}) n’en est pas une")
    return EventRead(
        uid,
        day,
        minute,
        _text(event.get("summary")),
        repeats=any(key in event for key in ("rrule", "rdate", "recurrence-id")),
        cancelled=_text(event.get("status")).upper() == "CANCELLED",
    )


def _text(said: Any) -> str:
    told = str(said[0] if isinstance(said, list) and said else said or "")
    told = " ".join("".join(char if char.isprintable() else " " for char in told[:EVENT_MAX]).split())
    return told[:TEXT_MAX]
