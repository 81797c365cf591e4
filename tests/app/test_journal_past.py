"""What the rules are told of the visits that the journal holds: those imported, and those of a journal of
before.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from days import MOMENT

from tournee.app.certify import abandon_visit
from tournee.app.context import Office
from tournee.app.visits.importing import import_day
from tournee.app.visits.past import JournalPast, facts_of_payload
from tournee.billing.visit import Person
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.store import Cipher, Journal

PS, NIR, KEY = "756000121", "2550699999001", "62"
PRESCRIPTION = {"date": "2026-11-02", "rpps": "10100001071"}
ACTS = [{"code": "AMI", "coefficient": 1}]
DAY = date(2026, 11, 16)
FACE = {
    "pays": "DE",
    "nom": "MÜLLER",
    "prenom": "JÜRGEN",
    "naissance": "1964-08-12",
    "numero_personnel": "X000000027",
    "institution": "000000027",
    "sigle": "KK",
    "numero_carte": "80276 00001 00000 00027",
    "expiration": "2028-03-31",
}
OLD = json.dumps(
    {
        "schema": 1,
        "ps_number": PS,
        "profession": "IF",
        "visit": {
            "day": "2026-11-15",
            "nir": NIR,
            "key": KEY,
            "acts": [{"code": "AMI", "day": "2026-11-15", "coefficient": 400}],
            "prescription": {"day": "2026-11-02", "rpps": "10100001071"},
        },
    }
).encode()
"""A visit as schema 1 of the judged form wrote it."""


@pytest.fixture
def office(tmp_path: Path):
    route = Route(
        name="oct",
        address="factures@oct.example",
        sender="cabinet@soins.example",
        identifier="999999998",
        submission=Server("127.0.0.1", 1, Security.TLS),
        mailbox=Mailbox(MailboxKind.MAILDIR, path=tmp_path),
        certificate=tmp_path / "oct.pem",
    )
    path = tmp_path / "journal.db"
    with Journal(
        path, Cipher(bytes(range(32))), lambda: MOMENT, facts_of=facts_of_payload, station=0
    ) as journal:
        yield Office(journal, route, lambda: MOMENT)


def take_in(office, *visits):
    head = {"date": f"{DAY}", "ps": PS, "profession": "IF"}
    return import_day(office, json.dumps({"journee": head, "visite": visits}).encode(), "jour.json")


def visit(**changes):
    return {"nir": NIR, "cle": KEY, "actes": ACTS, "prescription": PRESCRIPTION} | changes


def test_an_imported_visit_is_known_of_its_person_and_of_its_carer(office):
    take_in(office, visit())
    past = JournalPast(office.journal)
    (one,) = past.of_person(Person(NIR), DAY, DAY)
    assert (one.ps, one.day, [(line.code, line.coefficient) for line in one.lines]) == (
        PS,
        DAY,
        [("AMI", 100)],
    )
    assert past.of_carer(PS, DAY) == [one]
    assert JournalPast(office.journal, besides=[1]).of_person(Person(NIR), DAY, DAY) == []


def test_the_holder_of_a_european_card_is_known_again(office):
    take_in(office, {"actes": ACTS, "prescription": PRESCRIPTION, "ceam": FACE})
    past = JournalPast(office.journal)
    assert [one.day for one in past.of_person(Person("DE X000000027"), DAY, DAY)] == [DAY]
    assert past.of_person(Person("DE X000000028"), DAY, DAY) == []


def test_a_visit_that_was_set_aside_is_known_no_more(office):
    take_in(office, visit())
    abandon_visit(office, 1, "patient absent")
    assert JournalPast(office.journal).of_person(Person(NIR), DAY, DAY) == []


def test_a_visit_of_a_journal_of_before_is_known_too(office):
    office.journal.visits.add_day("of before", PS, "20261115", [OLD])
    (one,) = JournalPast(office.journal).of_person(Person(NIR), date(2026, 11, 1), DAY)
    assert (one.ps, one.day) == (PS, date(2026, 11, 15))
    assert ("AMI", 400) in [(line.code, line.coefficient) for line in one.lines]
