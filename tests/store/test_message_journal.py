"""Messages: journaled before the bytes leave, never sent again by themselves, compostages never repeated."""

import os
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from journal_maker import KEY

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import LEASE, Cipher, FileState, Journal, LotState, MessageState, SheetState

NOW = datetime(2026, 3, 2, 18, 30, 5)


@pytest.fixture
def file(journal, make):
    make.invoice(journal)
    make.certified_lot(journal)
    return make.made_file(journal)


def states(journal, file):
    return [message.state for message in journal.messages.find(file_id=file)]


def test_a_message_sent_sends_its_file_lots_and_sheets(journal, make, file):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    assert journal.files.get(file).state is FileState.MADE
    journal.messages.sent(message, "250 2.0.0 OK")
    assert journal.messages.get(message).state is MessageState.SENT
    assert journal.files.get(file).state is FileState.SENT
    assert journal.lots.find()[0].state is LotState.SENT
    assert journal.invoices.sheets()[0].state is SheetState.SENT
    assert journal.history.find("message", message)[-1].detail == "250 2.0.0 OK"


def test_a_message_gives_back_what_was_made(journal, make, file):
    message = journal.messages.get(journal.messages.make(file, "oct", make.message()))
    draft = make.message()(1)
    assert (message.subject, message.compostage, message.raw) == (draft.subject, draft.compostage, draft.raw)
    assert (message.counter, message.route, message.file_id) == (1, "oct", file)


def test_a_message_still_made_is_given_again(journal, make, file):
    message = journal.messages.make(file, "oct", make.message())
    assert journal.messages.make(file, "oct", make.message()) == message


@pytest.mark.parametrize("end", ["transmitting", "sent", "uncertain"])
def test_a_file_that_may_have_left_gets_no_second_message_unasked(journal, make, file, end):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    if end == "sent":
        journal.messages.sent(message)
    if end == "uncertain":
        journal.messages.uncertain(message, "coupure")
    with pytest.raises(StoreError, match="a déjà un message"):
        journal.messages.make(file, "oct", make.message())


def test_a_resend_is_a_new_message_with_a_new_compostage(journal, make, file):
    """OCT-MSG-4."""
    first = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(first)
    journal.messages.sent(first)
    second = journal.messages.make(file, "oct", make.message(), resend=True)
    stamps = [journal.messages.get(message).compostage for message in (first, second)]
    assert stamps == ["2026030218300500001", "2026030218300500002"]
    journal.messages.transmitting(second)
    journal.messages.sent(second)
    assert states(journal, file) == [MessageState.SENT, MessageState.SENT]


def test_a_failed_message_leaves_room_for_a_new_one(journal, make, file):
    first = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(first)
    journal.messages.failed(first, "550 refusé")
    assert journal.messages.get(first).reason == "550 refusé"
    second = journal.messages.make(file, "oct", make.message())
    assert (second != first, states(journal, file)) == (True, [MessageState.FAILED, MessageState.MADE])


def test_a_message_transmits_once(journal, make, file):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    with pytest.raises(StoreError, match="est fait déjà"):
        journal.messages.transmitting(message)


def test_a_message_found_transmitting_becomes_uncertain_when_its_lease_is_over(
    open_journal, make, journal, file
):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    journal.close()
    reopened = open_journal(now=NOW + LEASE)
    assert reopened.messages.recover() == (message,)
    assert reopened.messages.get(message).state is MessageState.UNCERTAIN
    assert "interrompu" in reopened.overview()[0].reason
    with pytest.raises(StoreError, match="ne peut pas suivre"):
        reopened.messages.transmitting(message)


def test_a_message_under_way_is_left_to_who_sends_it_until_its_lease_is_over(
    open_journal, make, journal, file
):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    other = open_journal(now=NOW + LEASE - timedelta(seconds=1))
    assert other.messages.recover() == ()
    row = other.messages.get(message)
    assert row.state is MessageState.TRANSMITTING
    assert (str(os.getpid()) in row.leased_by, row.leased_until) == (True, "2026-03-02T18:45:05")


def test_opening_a_journal_recovers_nothing_even_when_a_lease_is_over(open_journal, make, journal, file):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    later = open_journal(now=NOW + 10 * LEASE)
    assert later.messages.get(message).state is MessageState.TRANSMITTING
    assert [row.state for row in later.history.find("message")] == ["made", "transmitting"]


def test_who_was_transmitting_may_still_tell_the_end_after_its_lease(open_journal, make, journal, file):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    open_journal(now=NOW + LEASE).messages.recover()
    journal.messages.sent(message)
    assert journal.messages.get(message).state is MessageState.SENT


def test_who_was_transmitting_may_tell_its_own_doubt_after_its_lease(open_journal, make, journal, file):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    open_journal(now=NOW + LEASE).messages.recover()
    journal.messages.uncertain(message, "délai dépassé")
    assert journal.messages.get(message).state is MessageState.UNCERTAIN
    assert journal.messages.get(message).reason == "délai dépassé"


def test_a_process_that_sends_is_not_disturbed_by_one_that_opens_the_journal(
    open_journal, make, journal, file, path
):
    """One process holds a message under way, another opens the journal, recovers and tries to send it."""
    message = journal.messages.make(file, "oct", make.message())
    journal.close()
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with Journal(path, Cipher(KEY), lambda: NOW, station=0) as sender:
            sender.messages.transmitting(message)
            os.write(ready[1], b".")
            os.read(done[0], 1)
            sender.messages.sent(message, "250 OK")
        os._exit(0)
    os.read(ready[0], 1)
    try:
        other = open_journal(now=NOW + LEASE / 2)
        assert other.messages.recover() == ()
        with pytest.raises(StoreError, match="est fait déjà"):
            other.messages.transmitting(message)
        with pytest.raises(StoreError, match="en cours d’envoi"):
            other.messages.make(file, "oct", make.message())
    finally:
        os.write(done[1], b".")
        os.waitpid(child, 0)
    assert [row.state for row in other.messages.find()] == [MessageState.SENT]


def test_a_message_whose_sender_was_killed_is_uncertain_then_and_never_sent_by_itself(
    open_journal, make, journal, file, path
):
    message = journal.messages.make(file, "oct", make.message())
    journal.close()
    child = os.fork()
    if child == 0:
        Journal(path, Cipher(KEY), lambda: NOW, station=0).messages.transmitting(message)
        os._exit(9)
    os.waitpid(child, 0)
    assert open_journal(now=NOW + LEASE / 2).messages.recover() == ()
    later = open_journal(now=NOW + LEASE)
    assert later.messages.recover() == (message,)
    with pytest.raises(StoreError, match="envoi incertain"):
        later.messages.make(file, "oct", make.message())


@pytest.mark.parametrize("state", [MessageState.TRANSMITTING, MessageState.UNCERTAIN])
def test_who_could_not_send_a_message_says_nothing_of_the_one_that_another_sends(
    open_journal, make, journal, file, state
):
    """Two windows send one file: one is turned away by the server while the other's bytes are leaving."""
    message = journal.messages.make(file, "oct", make.message())
    turned_away = open_journal()
    assert turned_away.messages.make(file, "oct", make.message()) == message
    journal.messages.transmitting(message)
    if state is MessageState.UNCERTAIN:
        journal.messages.uncertain(message, "coupure")
    turned_away.messages.failed(message, "421 trop de connexions")
    assert turned_away.messages.get(message).state is state
    journal.messages.sent(message)
    assert states(journal, file) == [MessageState.SENT]


def test_no_second_message_is_made_even_when_asked_while_the_first_is_under_way(
    open_journal, make, journal, file
):
    first = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(first)
    other = open_journal(now=NOW + LEASE / 2)
    with pytest.raises(StoreError, match="par un autre programme") as error:
        other.messages.make(file, "oct", make.message(), resend=True)
    assert error.value.next_step == "attendez la fin de cet envoi, ou 18:45."
    later = open_journal(now=NOW + LEASE)
    assert later.messages.make(file, "oct", make.message(NOW + LEASE), resend=True) != first


def test_a_lease_given_by_a_clock_that_was_far_ahead_is_over(open_journal, make, journal, file):
    message = journal.messages.make(file, "oct", make.message())
    ahead = open_journal(now=NOW.replace(year=2033))
    ahead.messages.transmitting(message)
    assert open_journal(now=NOW).messages.recover() == (message,)


def test_a_clock_set_back_an_hour_leaves_a_message_to_who_sends_it(open_journal, make, journal, file):
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    assert open_journal(now=NOW - timedelta(hours=1)).messages.recover() == ()


def test_a_compostage_never_comes_again_when_clock_and_counter_are_set_back(journal, make, file):
    """OCT-MSG-4."""
    first = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(first)
    journal.messages.sent(first)
    journal.db.set_counter("", "compostage", 0)
    second = journal.messages.make(file, "oct", make.message(), resend=True)
    assert journal.messages.get(second).compostage == "2026030218300500002"


def test_a_clock_set_back_still_gives_a_new_compostage(journal, make, file):
    stamps = []
    for hours in (0, -1, -1):
        message = journal.messages.make(
            file, "oct", make.message(datetime(2026, 3, 2, 18) + timedelta(hours=hours)), resend=True
        )
        journal.messages.transmitting(message)
        journal.messages.sent(message)
        stamps.append(journal.messages.get(message).compostage)
    assert stamps == ["2026030218000000001", "2026030217000000002", "2026030217000000003"]


def send_again(journal, make, file, moment=NOW):
    """One more message of this file, sent; its compostage."""
    message = journal.messages.make(file, "oct", make.message(moment), resend=True)
    journal.messages.transmitting(message)
    journal.messages.sent(message)
    return journal.messages.get(message).compostage


def test_the_count_of_a_host_goes_from_999_to_1(journal, make, file):
    journal.db.set_counter("", "compostage", 998)
    assert [send_again(journal, make, file)[14:] for _ in range(2)] == ["00999", "00001"]


def test_a_host_with_its_station_says_it_in_the_counter(open_journal, make, file, journal):
    """OCT-MSG-4: two digits say which host, three count."""
    assert send_again(open_journal(station=42), make, file)[14:] == "42001"


def test_two_hosts_of_two_stations_never_meet_at_one_time(open_journal, make, file, journal):
    """OCT-MSG-4: 40 messages of each, all in one second, the counters in step."""
    stamps = [[send_again(journal, make, file) for _ in range(40)]]
    other = open_journal(station=1)
    other.db.set_counter("", "compostage", 0)
    stamps.append([send_again(other, make, file) for _ in range(40)])
    assert [one[-3:] for one in stamps[0]] == [one[-3:] for one in stamps[1]]
    assert len({*stamps[0], *stamps[1]}) == 80


def test_a_journal_without_a_station_draws_one_once_for_all(open_journal, make, file, journal):
    drawn = {send_again(open_journal(station=None), make, file)[14:16] for _ in range(3)}
    assert len(drawn) == 1
    assert drawn == {f"{journal.numbers.standing().station:02}"}


def test_a_second_in_which_a_host_sent_999_messages_gives_no_other(journal, make, file):
    """OCT-MSG-4: rather none than the same twice."""
    first = send_again(journal, make, file)
    stamps = {first[:14] + f"{count:05}" for count in range(1, 1000)}
    copied = """INSERT INTO message (id, file, route, counter, compostage, subject, made, state)
        SELECT ?, file, route, counter, ?, ?, made, state FROM message WHERE id = 1"""
    for rank, stamp in enumerate(sorted(stamps - {first}), 2):
        journal.db.write(copied, rank, stamp, stamp)
    with pytest.raises(StoreError, match="Aucun compostage nouveau"):
        send_again(journal, make, file)
    assert send_again(journal, make, file, NOW + timedelta(seconds=1)) not in stamps


@pytest.mark.parametrize(
    "changes",
    [{"compostage": "2026"}, {"compostage": "2026030218300500009"}, {"subject": "SV140700/1/2/00001"}],
    ids=["short", "another counter", "not in the subject"],
)
def test_a_message_without_its_compostage_is_refused(journal, make, file, changes):
    with pytest.raises(StoreError, match="Compostage mal formé"):
        journal.messages.make(file, "oct", lambda counter: replace(make.message()(counter), **changes))
    assert journal.messages.find() == ()


def test_a_message_of_no_file_is_refused(journal, make):
    with pytest.raises(StoreError, match="pas de fichier n° 5"):
        journal.messages.make(5, "oct", make.message())


def test_messages_are_listed_by_state(journal, make, file):
    journal.messages.make(file, "oct", make.message())
    assert len(journal.messages.find(MessageState.MADE)) == 1
    assert journal.messages.find(MessageState.SENT) == ()


@pytest.mark.parametrize("end", ["sent", "failed", "uncertain"])
def test_a_return_that_came_before_the_servers_answer_stands(journal, make, file, end):
    """The OCT was quicker than the 250, or than the loss of it."""
    message = journal.messages.make(file, "oct", make.message())
    journal.messages.transmitting(message)
    received = journal.returns.take(b"ARL", "oct 1")
    journal.returns.settle(received, "ARL", "", [Effect(Target.FILE, Outcome.ACCEPTED, file="000001")])
    getattr(journal.messages, end)(message, "trop tard")
    assert (journal.messages.get(message).state, journal.messages.get(message).reason) == (
        MessageState.SENT,
        "",
    )
    assert journal.files.get(file).state is FileState.ACKNOWLEDGED
