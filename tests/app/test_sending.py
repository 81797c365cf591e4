"""What happens to a file between its making and its arrival, whatever the server or the carer does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, resend, send
from tournee.app.visits.importing import import_day
from tournee.errors import ConfigError, StoreError
from tournee.exchange.sealing.recipient import CertificateError
from tournee.reader import Reader
from tournee.store import FileState, MessageState


def make_one_file(office: Office, surroundings: Surroundings, day: bytes = short_day()) -> None:
    import_day(office, day, "short.toml")
    with Reader.open(surroundings.board.link_url) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        for row, visit in pending_visits(office, ps):
            certify_visit(office, reader, ps, vitale, row, visit)
        close_lots(office, reader, ps)
    make_files(office)


def test_file_made_for_a_former_oct_still_goes_to_it(surroundings: Surroundings) -> None:
    """OCT-MODE-1."""
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as office:
        make_one_file(office, surroundings)
        office.route = replace(
            route, name="nouveau", identifier="732829320", address="factures@nouveau.example"
        )
        office.former = (route,)
        (sent,) = send(office)
    assert sent.error is None
    assert sent.message.route == route.name
    assert surroundings.received() == 1


def test_file_of_an_oct_no_longer_configured_is_kept_and_says_which(surroundings: Surroundings) -> None:
    route = surroundings.world.route()
    with office_of(surroundings.journal, route) as office:
        make_one_file(office, surroundings)
        office.route = replace(route, name="nouveau", identifier="732829320")
        (kept,) = send(office)
        assert isinstance(kept.error, ConfigError)
        assert "00000999999998" in str(kept.error)
        assert kept.message is None
        assert [file.state for file in office.journal.files.find()] == [FileState.MADE]
    assert surroundings.received() == 0


def test_file_that_cannot_leave_does_not_stop_the_next(surroundings: Surroundings) -> None:
    route = surroundings.world.route()
    with office_of(surroundings.journal, replace(route, name="ancien", identifier="732829320")) as office:
        make_one_file(office, surroundings)
        office.route = route
        make_one_file(office, surroundings, short_day("2026-11-16"))
        kept, sent = send(office)
    assert (type(kept.error), kept.message) == (ConfigError, None)
    assert sent.error is None
    assert surroundings.received() == 1


def test_file_that_would_begin_after_a_quarter_of_an_hour_waits_for_the_next_time(
    surroundings: Surroundings,
) -> None:
    """Each reading of the clock here takes a minute more, as servers that drip do."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        make_one_file(office, surroundings)
        make_one_file(office, surroundings, short_day("2026-11-16"))
        began, told = office.clock(), []
        minutes = iter(range(0, 600, 8))
        office.clock = lambda: began + timedelta(minutes=next(minutes))
        sent, late = send(office, lambda label, done, of: told.append((label, done == of)))
        office.clock = lambda: began + timedelta(hours=1)
        (then,) = send(office)
    assert (sent.error, late.message, "plus de 15 minutes" in str(late.error)) == (None, None, True)
    assert then.error is None
    assert told[1][0].startswith("fichier 000001 : localhost")
    assert told[-2][0].endswith("attendue") and told[-2][1]


def test_without_a_certificate_nothing_leaves_and_the_file_waits(surroundings: Surroundings) -> None:
    """OCT-MSG-8."""
    route = surroundings.world.route()
    with office_of(surroundings.journal, replace(route, certificate=None)) as office:
        make_one_file(office, surroundings)
        (kept,) = send(office)
        assert isinstance(kept.error, CertificateError)
        assert kept.message is None
        assert office.journal.messages.find() == ()
        office.route = route
        (sent,) = send(office)
        assert sent.error is None
    assert surroundings.received() == 1


def test_server_that_is_not_there_leaves_the_file_to_the_next_sending(surroundings: Surroundings) -> None:
    route = surroundings.world.route()
    gone = replace(route, submission=replace(route.submission, port=1))
    with office_of(surroundings.journal, gone) as office:
        make_one_file(office, surroundings)
        (failed,) = send(office)
        assert failed.error is not None
        assert failed.message.state is MessageState.FAILED
        office.route = route
        (sent,) = send(office)
        assert sent.message.state is MessageState.SENT
        assert sent.message.compostage != failed.message.compostage
    assert surroundings.received() == 1


def test_file_that_is_accepted_leaves_again_for_a_word_more_and_the_oct_knows_it(
    surroundings: Surroundings,
) -> None:
    """OCT-MSG-4: the second message has a new compostage; what the first one settled stays."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        make_one_file(office, surroundings)
        (first,) = send(office)
        fetch(office)
        before = office.journal.overview()[::-1]
        with pytest.raises(StoreError, match="déjà accepté : lot 001") as refusal:
            resend(office, first.file.name)
        assert refusal.value.remedy == "send-accepted"
        assert surroundings.received() == 1
        second = resend(office, first.file.name, accepted=True)
        fetch(office)
        assert second.message.compostage != first.message.compostage
        states = [(row.number, row.states) for row in office.journal.overview()[::-1]]
    assert states == [(row.number, row.states) for row in before]
    assert surroundings.received() == 2


def test_returns_fetched_twice_change_nothing(surroundings: Surroundings) -> None:
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        make_one_file(office, surroundings)
        send(office)
        assert fetch(office).settled
        before = office.journal.history.find()
        again = fetch(office)
        assert (again.settled, again.problems, again.errors) == ([], [], [])
        assert office.journal.history.find() == before
