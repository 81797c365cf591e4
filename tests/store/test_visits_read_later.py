"""Visits taken in without their facts are read when somebody asks; none of it is readable without the key."""

import os
import sqlite3

import pytest
from journal_maker import KEY, NIR, NOW, PS, add_visits, visit

from tournee.errors import BillingError, StoreError
from tournee.store import Cipher, Journal, VisitFacts


def facts_of(payload):
    """What stands in place of billing: a payload is the visit's day, or cannot be read."""
    if payload == b"unreadable":
        raise BillingError("illisible")
    return VisitFacts(NIR, payload.decode(), payload.decode(), b"read " + payload, content=payload)


def test_visits_without_facts_are_read_when_they_are_asked_for(open_journal):
    journal = open_journal(facts_of=facts_of)
    add_visits(journal, b"20260302", visit("20260303"), b"20260304")
    assert [(row.id, row.facts) for row in journal.known.of_person(NIR, "20260301", "20260331")] == [
        (1, b"read 20260302"),
        (2, b"facts of 20260303"),
        (3, b"read 20260304"),
    ]
    assert [row.id for row in journal.known.by_content(PS, b"20260304")] == [3]
    assert journal.visits.first(PS).payload == b"20260302"


def test_they_are_read_once(open_journal):
    read = []
    journal = open_journal(facts_of=lambda payload: read.append(payload) or facts_of(payload))
    add_visits(journal, b"20260302", b"20260303")
    for _ in range(2):
        assert len(journal.known.of_carer(PS, "20260302", "20260303")) == 2
    assert read == [b"20260302", b"20260303"]


def test_one_that_cannot_be_read_stops_no_other(open_journal):
    journal = open_journal(facts_of=facts_of)
    add_visits(journal, b"20260302", b"unreadable", b"20260304")
    assert [row.id for row in journal.known.of_person(NIR, "20260101", "20261231")] == [1, 3]
    assert journal.health.check() == ()


def test_nothing_is_left_out_unsaid_where_nobody_can_read_them(journal):
    add_visits(journal, b"20260302")
    with pytest.raises(StoreError, match="pas encore été lues"):
        journal.known.of_person(NIR, "20260302", "20260302")


def test_a_host_killed_while_it_reads_old_visits_goes_on_where_it_stopped(path, open_journal):
    first = [f"{20240101 + rank}" for rank in range(28)]
    days = [f"{month}{day[6:]}" for month in range(202401, 202413) for day in first] * 2
    journal = open_journal()
    add_visits(journal, *(day.encode() for day in days))
    journal.close()
    for fatal in ("learn_visits.before", "learn_visits.after"):
        child = os.fork()
        if child == 0:
            stop = lambda step, fatal=fatal: os._exit(9) if step == fatal else None  # noqa: E731
            killed = Journal(path, Cipher(KEY), lambda: NOW, stop, facts_of=facts_of, station=0)
            killed.known.of_person(NIR, "20240101", "20240131")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    read = []
    journal = open_journal(facts_of=lambda payload: read.append(payload) or facts_of(payload))
    rows = journal.known.of_person(NIR, "20240101", "20241231")
    assert [row.first_day for row in rows] == sorted(days)
    assert 0 < len(read) < len(days)
    assert journal.health.check() == ()


def test_neither_nir_nor_reference_nor_facts_are_readable_in_the_file(journal, path):
    add_visits(journal, visit("20260302", facts=b"AMI 4 1,5", reference="LEFEVRE 12", content=b"LEFEVRE AMI"))
    journal.close()
    raw = path.read_bytes()
    assert [secret for secret in (NIR.encode(), b"AMI 4", b"LEFEVRE") if secret in raw] == []


def test_another_journal_calls_the_same_person_something_else():
    one, other = (Cipher(key).name(NIR.encode(), "person") for key in (KEY, bytes(32)))
    assert len(one) == len(other) == 16
    assert one != other
    assert Cipher(KEY).name(NIR.encode(), "person") == one != Cipher(KEY).name(NIR.encode(), "content")


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE person_month SET facts_sealed = zeroblob(60) WHERE id = 1", "person_month.facts.1"),
        ("UPDATE visit SET person_month = 2 WHERE id = 1", "visite 1"),
        ("UPDATE visit SET invoice = 1 WHERE id = 1", "visit 1 : facture en cours"),
        (
            "UPDATE person_month SET facts_sealed = (SELECT facts_sealed FROM person_month WHERE id = 2)",
            "person_month.facts.1",
        ),
    ],
)
def test_a_check_finds_facts_that_are_damaged_or_elsewhere(journal, path, open_journal, damage, found):
    add_visits(journal, visit("20260302"), visit("20260402"))
    journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute(damage)
    raw.close()
    assert any(found in problem for problem in open_journal().health.check())


def test_facts_that_are_missing_are_an_error_where_they_are_asked_for(journal, path, open_journal):
    add_visits(journal, visit("20260302"), visit("20260402"))
    journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE visit SET person_month = 2 WHERE id = 1")
    raw.close()
    with pytest.raises(StoreError, match="de la visite 1 manque"):
        open_journal().known.of_carer(PS, "20260302", "20260302")
