"""What services were asked: it waits, is answered, refused, used; nothing personal in clear."""

from __future__ import annotations

import sqlite3

import pytest

from tournee.errors import StoreError
from tournee.store import RequestState

NIR = "2690599001001"


@pytest.fixture
def person(journal) -> bytes:
    return journal.requests.person(NIR, "19690511", "1")


def test_a_request_waits_and_is_answered_with_time_and_origin(journal, person):
    asked = journal.requests.ask("droits", person, b"asked", ps="991234568")
    assert [one.id for one in journal.requests.waiting()] == [asked]
    journal.requests.put_off(asked, "pas de réseau")
    assert journal.requests.get(asked).reason == "pas de réseau"
    journal.requests.answer(asked, "ADRi", b"said")
    row = journal.requests.get(asked)
    assert (row.state, row.origin, row.answer, row.reason) == (RequestState.ANSWERED, "ADRi", b"said", "")
    assert row.answered == row.asked
    assert journal.requests.waiting() == ()
    assert journal.requests.latest("droits", person) == row


def test_an_answer_may_be_chosen_and_chosen_otherwise(journal, person):
    asked = journal.requests.ask("droits", person, b"asked")
    with pytest.raises(StoreError):
        journal.requests.choose(asked, "carte")
    journal.requests.answer(asked, "ADRi", b"said")
    journal.requests.choose(asked, "carte", used=False)
    assert journal.requests.get(asked).state is RequestState.ANSWERED
    journal.requests.choose(asked, "service")
    row = journal.requests.get(asked)
    assert (row.state, row.choice) == (RequestState.USED, "service")
    assert [one.state for one in journal.history.find("service_request", asked)] == [
        *("waiting", "answered", "answered", "used")
    ]


@pytest.mark.parametrize("how", ["fail", "refuse"])
def test_what_failed_or_was_refused_is_over_and_says_why(journal, person, how):
    asked = journal.requests.ask("droits", person, b"asked")
    getattr(journal.requests, how)(asked, "R20")
    assert journal.requests.get(asked).reason == "R20"
    with pytest.raises(StoreError):
        journal.requests.answer(asked, "ADRi", b"said")
    assert journal.requests.latest("droits", person) is None


def test_what_is_asked_of_others_is_none_of_a_persons(journal, person):
    journal.requests.ask("droits", journal.requests.person(NIR, "20100101", "1"), b"a child")
    journal.requests.ask("amc", person, b"another service")
    assert journal.requests.find("droits", person) == ()


def test_erased_it_says_nothing_any_more(journal, person):
    asked = journal.requests.ask("droits", person, b"asked")
    journal.requests.answer(asked, "ADRi", b"said")
    journal.requests.erase(person)
    row = journal.requests.get(asked)
    assert (row.state, row.request, row.answer) == (RequestState.ERASED, b"", b"")
    journal.requests.erase(person)


def test_neither_person_nor_words_stand_in_the_file(journal, path, person):
    asked = journal.requests.ask("droits", person, f"<nir>{NIR}</nir>".encode())
    journal.requests.answer(asked, "ADRi", f"zone {NIR}".encode())
    journal.close()
    whole = b"".join(one.read_bytes() for one in path.parent.glob("journal.db*"))
    assert NIR.encode() not in whole


def test_a_row_changed_by_another_hand_is_named(journal, path, open_journal, person):
    asked = journal.requests.ask("droits", person, b"asked")
    journal.requests.answer(asked, "ADRi", b"said")
    journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE service_request SET origin = 'carte'")
    (told,) = open_journal().health.alterations
    assert "demande à un service n° 1 diffère" in told.text


def test_what_is_too_long_is_not_kept(journal, person):
    with pytest.raises(StoreError, match="trop long"):
        journal.requests.ask("droits", person, bytes(70_000))
    assert journal.requests.find() == ()
