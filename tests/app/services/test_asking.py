"""A service asked through the journal: off line it waits, and each answer has its fate."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tournee.app.context import Office
from tournee.app.services.asking import Said, ask, carry_waiting
from tournee.services.calling import ServiceAnswerError, ServiceRefusedError, ServiceSlowError
from tournee.store import Cipher, Journal, RequestState

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def office(tmp_path):
    journal = Journal(tmp_path / "journal.db", Cipher(bytes(32)), lambda: NOW)
    with Office(journal, None, lambda: NOW) as opened:
        yield opened


def says(row):
    return Said("ADRi", b"said of " + row.request)


def raises(error):
    def carry(_):
        raise error

    return carry


def ask_of(office, carry, request=b"asked"):
    return ask(office, "droits", office.journal.requests.subject("person", "x"), request, carry)


def test_off_line_it_waits_and_is_answered_later(office):
    waits = ask_of(office, raises(ServiceSlowError("Le service n’a pas répondu.")))
    assert (waits.state, waits.reason) == (RequestState.WAITING, "Le service n’a pas répondu.")
    (done,) = carry_waiting(office, "droits", says)
    assert (done.id, done.state, done.answer) == (waits.id, RequestState.ANSWERED, b"said of asked")


def test_asked_again_while_it_waits_it_is_the_same(office):
    first = ask_of(office, None)
    assert ask_of(office, None).id == first.id
    assert ask_of(office, says).id == first.id
    assert ask_of(office, says).id != first.id


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ServiceRefusedError("refus", code="R10"), RequestState.REFUSED),
        (ServiceAnswerError("charabia"), RequestState.FAILED),
    ],
)
def test_a_refusal_and_nonsense_are_kept_as_such(office, error, state):
    row = ask_of(office, raises(error))
    assert (row.state, row.reason) == (state, error.message)


def test_when_the_service_is_away_the_others_are_not_tried(office):
    tried = []

    def away(row):
        tried.append(row.id)
        raise ServiceSlowError("lent")

    ask_of(office, None, b"one")
    ask_of(office, None, b"two")
    assert [one.state for one in carry_waiting(office, "droits", away)] == [RequestState.WAITING]
    assert len(tried) == 1
    assert len(carry_waiting(office, "droits", says)) == 2
