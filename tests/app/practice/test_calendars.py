"""Rounds as a calendar: read by another program, moved there and followed here."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import vobject
from day_files import open_office
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from people import DAILY, INJECTION, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.interchange.calendars import rounds_calendar, take_calendar
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import PlanOf, add_plan, change_days
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import plan_of, round_of, take_round
from tournee.errors import BillingError
from tournee.practice.interchange.calendars import (
    CALENDAR_MAX,
    CalendarFileError,
    VisitEvent,
    as_calendar,
    read_calendar,
)
from tournee.practice.planning.plan_file import Slot

MONDAY, TUESDAY, FRIDAY = (date(2026, 11, day) for day in (16, 17, 20))
PARTY = b"UID:party@example.org\r\nDTSTART:20261118T190000Z\r\nSUMMARY:Anniversaire\r\n"
FOREIGN = b"BEGIN:VEVENT\r\n" + PARTY + b"END:VEVENT\r\n"


@pytest.fixture
def daily(office: Office) -> PlanOf:
    patient = add_patient(office, YVONNE)
    return add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)


def week(office: Office, **how) -> bytes:
    return rounds_calendar(office, MONDAY, FRIDAY, PS, **how)


def edited(book: bytes, day: date, change) -> bytes:
    """The calendar after somebody changed the event of a day, by the other library."""
    calendar = vobject.readOne(book.decode())
    for event in calendar.vevent_list:
        start = event.dtstart.value
        if (start.date() if hasattr(start, "hour") else start) == day:
            change(event)
    return calendar.serialize().encode()


def moved_to(day: date, hour: int | None = None):
    def change(event) -> None:
        start = event.dtstart.value.replace(year=day.year, month=day.month, day=day.day)
        event.dtstart.value = start if hour is None else start.replace(hour=hour)

    return change


def days_and_hours(office: Office) -> list[tuple[date, str]]:
    found = []
    for rank in range(12):
        day = MONDAY + timedelta(days=rank)
        for stop in round_of(office, day, PS):
            found.append((day, str(stop.plan.visit(day).get("heure"))))
    return found


def test_another_library_reads_the_visits_at_their_hours(office: Office, daily: PlanOf) -> None:
    book = week(office)
    calendar = vobject.readOne(book.decode())
    starts = [event.dtstart.value for event in calendar.vevent_list]
    assert [(one.date(), one.hour, one.minute) for one in starts] == [
        (MONDAY + timedelta(days=rank), 8, 50) for rank in range(5)
    ]
    assert {one.utcoffset() for one in starts} == {timedelta(hours=1)}
    assert len({event.uid.value for event in calendar.vevent_list}) == 5
    assert Calendar.from_ical(book)["prodid"].startswith("-//Tournée")


def test_nobody_is_named_until_it_is_asked_and_no_number_ever(office: Office, daily: PlanOf) -> None:
    secret = ("2550699999001", "48B12", "injection", daily.plan.row.uid.hex())
    plain, named = week(office).decode(), week(office, names=True).decode()
    assert not any(word in plain for word in (*secret, "Lambert", "Yvonne", "Tilleuls", "Paris,"))
    assert not any(word in named for word in secret)
    assert "SUMMARY:Yvonne Lambert" in named
    assert "12 rue des Tilleuls" in named


def test_the_same_rounds_make_the_same_bytes_and_identifiers_tell_nothing(
    office: Office, daily: PlanOf
) -> None:
    assert week(office) == week(office)
    uids = [event["uid"] for event in Calendar.from_ical(week(office)).events]
    raw = [
        office.journal.db.path.read_bytes(),
        *(p.read_bytes() for p in office.journal.path.parent.glob("*wal")),
    ]
    assert not any(
        uid[:32].encode() in data or bytes.fromhex(uid[:32]) in data for uid in uids for data in raw
    )


def test_a_calendar_that_comes_back_as_it_left_changes_nothing(office: Office, daily: PlanOf) -> None:
    before = office.journal.dossiers.get(daily.plan.id)
    done = take_calendar(office, week(office), PS)
    assert (done.same, done.moved, done.left, done.unknown, done.missing) == (5, [], [], [], [])
    assert office.journal.dossiers.get(daily.plan.id) == before


def test_an_hour_moved_is_that_day_s_alone(office: Office, daily: PlanOf) -> None:
    book = edited(week(office), TUESDAY, moved_to(TUESDAY, 11))
    shown = take_calendar(office, book, PS, only_show=True)
    assert [(one.day, one.minute, one.to_minute) for one in shown.moved] == [(TUESDAY, 530, 710)]
    assert {hour for _, hour in days_and_hours(office)} == {"08:50"}
    assert len(take_calendar(office, book, PS).moved) == 1
    assert [day for day, hour in days_and_hours(office) if hour == "11:50"] == [TUESDAY]
    assert take_calendar(office, book, PS).same == 5


def test_a_day_moved_keeps_its_identifier_and_comes_back(office: Office, daily: PlanOf) -> None:
    change_days(office, daily.plan, lambda when: replace(when, last=FRIDAY, sessions=0))
    book = edited(week(office), TUESDAY, moved_to(date(2026, 11, 22), 14))
    assert len(take_calendar(office, book, PS).moved) == 1
    assert (date(2026, 11, 22), "14:50") in days_and_hours(office)
    assert TUESDAY not in [day for day, _ in days_and_hours(office)]
    assert take_calendar(office, book, PS).same == 5
    assert len(take_calendar(office, edited(book, date(2026, 11, 22), moved_to(TUESDAY, 8)), PS).moved) == 1
    assert (TUESDAY, "08:50") in days_and_hours(office)


def test_what_stands_on_the_other_day_already_is_left_and_told(office: Office, daily: PlanOf) -> None:
    before = days_and_hours(office)
    done = take_calendar(office, edited(week(office), TUESDAY, moved_to(FRIDAY)), PS)
    assert [why for _, why in done.left] == ["Le 20/11/2026 est déjà un jour de ce plan."]
    assert days_and_hours(office) == before


def test_what_is_billed_is_not_moved(office: Office, daily: PlanOf) -> None:
    take_round(office, MONDAY, PS)
    (stop,) = round_of(office, MONDAY, PS)
    book = week(office)
    with office.journal.db.step("test"):
        office.journal.db.write("UPDATE visit SET state = 'done' WHERE id = ?", stop.visit_id)
    done = take_calendar(office, edited(book, MONDAY, moved_to(MONDAY, 12)), PS)
    assert "déjà facturée" in done.left[0][1]


def test_strangers_events_are_listed_and_nothing_is_made_of_them(office: Office, daily: PlanOf) -> None:
    book = week(office).replace(b"END:VCALENDAR", FOREIGN + b"END:VCALENDAR")
    done = take_calendar(office, book, PS)
    assert [(one.uid, one.summary) for one in done.unknown] == [("party@example.org", "Anniversaire")]
    assert done.same == 5
    alone = take_calendar(office, b"BEGIN:VCALENDAR\r\n" + FOREIGN + b"END:VCALENDAR\r\n", PS)
    assert (len(alone.unknown), alone.missing) == (1, [])


def test_cancelled_repeated_copied_and_missing_events_are_told_and_take_nothing(
    office: Office, daily: PlanOf
) -> None:
    before = days_and_hours(office)
    book = edited(week(office), MONDAY, lambda event: event.add("status").__setattr__("value", "CANCELLED"))
    book = edited(book, TUESDAY, lambda event: event.add("rrule").__setattr__("value", "FREQ=DAILY"))
    events = book.split(b"BEGIN:VEVENT")
    book = b"BEGIN:VEVENT".join([*events[:3], *events[4:5], *events[4:]])
    done = take_calendar(office, book, PS)
    assert (len(done.cancelled), len(done.left), len(done.missing)) == (1, 1, 1)
    assert len(done.unknown) == 1  # the copy
    assert days_and_hours(office) == before


def test_a_plan_of_several_passages_is_shown_and_left_as_it_is(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    told = replace(DAILY, slots=(Slot(INJECTION, 480), Slot(INJECTION, 1140)))
    plan = add_plan(office, patient, add_prescription(office, patient, ORDER), told, PS)
    book = week(office)
    assert len(Calendar.from_ical(book).events) == 10
    assert take_calendar(office, book, PS).same == 10
    done = take_calendar(office, edited(book, TUESDAY, moved_to(date(2026, 11, 30))), PS)
    assert {why for _, why in done.left} == {
        "Ce plan a 2 passages par jour : déplacez ce jour dans la tournée."
    }
    assert plan_of(office, plan.plan.id).plan.told == plan.plan.told


def test_a_visit_without_an_hour_is_a_whole_day_and_may_be_given_one(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    told = replace(DAILY, slots=(Slot(INJECTION),))
    add_plan(office, patient, add_prescription(office, patient, ORDER), told, PS)
    book = week(office)
    assert b"DTSTART;VALUE=DATE:20261117" in book
    assert take_calendar(office, book, PS).same == 5
    given_one = book.replace(b"DTSTART;VALUE=DATE:20261117", b"DTSTART:20261117T093000Z")
    assert len(take_calendar(office, given_one, PS).moved) == 1
    assert (TUESDAY, "10:30") in days_and_hours(office)


def test_another_device_of_the_practice_knows_the_same_identifiers(
    office: Office, other: Office, daily: PlanOf, carry
) -> None:
    carry(office, other)
    assert week(other) == week(office)


def test_a_span_too_long_is_told(office: Office, daily: PlanOf) -> None:
    for last in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=366)):
        with pytest.raises(BillingError, match="366 jours au plus"):
            rounds_calendar(office, MONDAY, last, PS)


HEAD, TAIL = b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n"


@pytest.mark.parametrize(
    "hostile",
    [
        b"BEGIN:VEVENT\r\n" * 300_000,
        b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART:99999999T999999\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART;TZID=../../etc/passwd:20261116T080000\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART;TZID=No/Where:20261116T080000\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART:00010101T000000Z\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nDTSTART:20261116\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:" + b"x" * 100_000 + b"\r\nDTSTART:20261116\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\n" + b"SUMMARY:x\r\n" * 400 + b"DTSTART:20261116\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261116\r\nRRULE:FREQ=SECONDLY;COUNT=999999999\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:x\r\nBEGIN:VALARM\r\nUID:y\r\nEND:VALARM\r\nDTSTART:20261116\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:\xff\xfe\x00\r\nDTSTART:20261116\r\nSUMMARY:\xe2\x80\xae\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:cut after a line\r\n",
    ],
)
def test_a_hostile_event_is_a_fault_or_a_plain_one_and_the_next_is_read(hostile) -> None:
    read = read_calendar(HEAD + hostile + FOREIGN + TAIL, None)
    assert read.events[-1].uid == "party@example.org"
    assert all(one.uid.isprintable() and one.summary.isprintable() for one in read.events)


@pytest.mark.parametrize("data", [b"", b"x" * 10_000, b"BEGIN:VCARD\nEND:VCARD\n", b"\x00\xff"])
def test_what_is_no_calendar_is_told(data) -> None:
    with pytest.raises(CalendarFileError, match="pas un calendrier"):
        read_calendar(data, None)


def test_a_calendar_too_long_is_told_before_it_is_read() -> None:
    with pytest.raises(CalendarFileError, match="trop long"):
        read_calendar(b"x" * (CALENDAR_MAX + 1), None)
    with pytest.raises(CalendarFileError, match="plus de 10000"):
        read_calendar(HEAD + FOREIGN * 10_001 + TAIL, None)


@given(st.binary(max_size=300))
def test_whatever_an_event_holds_it_is_read_or_told(inside) -> None:
    read = read_calendar(HEAD + b"BEGIN:VEVENT\r\nUID:a\r\n" + inside + b"\r\nEND:VEVENT\r\n" + TAIL, None)
    assert len(read.events) + len(read.faults) >= 1


@given(
    st.lists(
        st.tuples(
            st.dates(date(2020, 1, 1), date(2050, 1, 1)),
            st.none() | st.integers(0, 24 * 60 - 1),
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40),
        ),
        max_size=5,
    )
)
def test_whatever_is_written_is_read_as_the_same(told) -> None:
    from days import MOMENT

    events = [VisitEvent(f"u{rank}", *one) for rank, one in enumerate(told)]
    read = read_calendar(as_calendar(events, MOMENT), MOMENT.tzinfo)
    assert [(one.uid, one.day, one.minute, one.summary) for one in read.events] == [
        (one.uid, one.day, one.minute, one.summary) for one in events
    ]


def test_an_office_without_plans_has_an_empty_calendar(tmp_path) -> None:
    with open_office(tmp_path) as empty:
        assert b"BEGIN:VEVENT" not in rounds_calendar(empty, MONDAY, FRIDAY, PS)
