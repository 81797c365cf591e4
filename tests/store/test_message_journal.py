"""Messages: journaled before the bytes leave, never sent again by themselves, compostages never repeated."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import FileState, LotState, MessageState, SheetState

NOW = datetime(2026, 3, 2, 18, 30, 5)


@pytest.fixture
def file(journal, make):
    make.invoice(journal)
    make.certified_lot(journal)
    return make.made_file(journal)


def states(journal, file):
    return [message.state for message in journal.messages(file_id=file)]


def test_a_message_sent_sends_its_file_lots_and_sheets(journal, make, file):
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    assert journal.file(file).state is FileState.MADE
    journal.message_sent(message, "250 2.0.0 OK")
    assert journal.message(message).state is MessageState.SENT
    assert journal.file(file).state is FileState.SENT
    assert journal.lots()[0].state is LotState.SENT
    assert journal.sheets()[0].state is SheetState.SENT
    assert journal.history("message", message)[-1].detail == "250 2.0.0 OK"


def test_a_message_gives_back_what_was_made(journal, make, file):
    message = journal.message(journal.make_message(file, "oct", make.message()))
    draft = make.message()(1)
    assert (message.subject, message.compostage, message.raw) == (draft.subject, draft.compostage, draft.raw)
    assert (message.counter, message.route, message.file_id) == (1, "oct", file)


def test_a_message_still_made_is_given_again(journal, make, file):
    message = journal.make_message(file, "oct", make.message())
    assert journal.make_message(file, "oct", make.message()) == message


@pytest.mark.parametrize("end", ["message_transmitting", "message_sent", "message_uncertain"])
def test_a_file_that_may_have_left_gets_no_second_message_unasked(journal, make, file, end):
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    if end == "message_sent":
        journal.message_sent(message)
    if end == "message_uncertain":
        journal.message_uncertain(message, "coupure")
    with pytest.raises(StoreError, match="a déjà un message"):
        journal.make_message(file, "oct", make.message())


def test_a_resend_is_a_new_message_with_a_new_compostage(journal, make, file):
    """OCT-MSG-4."""
    first = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(first)
    journal.message_sent(first)
    second = journal.make_message(file, "oct", make.message(), resend=True)
    stamps = [journal.message(message).compostage for message in (first, second)]
    assert stamps == ["2026030218300500001", "2026030218300500002"]
    journal.message_transmitting(second)
    journal.message_sent(second)
    assert states(journal, file) == [MessageState.SENT, MessageState.SENT]


def test_a_failed_message_leaves_room_for_a_new_one(journal, make, file):
    first = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(first)
    journal.message_failed(first, "550 refusé")
    assert journal.message(first).reason == "550 refusé"
    second = journal.make_message(file, "oct", make.message())
    assert (second != first, states(journal, file)) == (True, [MessageState.FAILED, MessageState.MADE])


def test_a_message_transmits_once(journal, make, file):
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    with pytest.raises(StoreError, match="ne peut pas suivre"):
        journal.message_transmitting(message)


def test_a_message_found_transmitting_becomes_uncertain(open_journal, make, journal, file):
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    journal.close()
    reopened = open_journal()
    assert reopened.message(message).state is MessageState.UNCERTAIN
    assert "interrompu" in reopened.overview()[0].reason
    with pytest.raises(StoreError, match="ne peut pas suivre"):
        reopened.message_transmitting(message)


def test_the_process_that_was_transmitting_may_still_tell_the_end(open_journal, make, journal, file):
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    open_journal()
    journal.message_sent(message)
    assert journal.message(message).state is MessageState.SENT


def test_the_process_that_was_transmitting_may_tell_its_own_doubt(open_journal, make, journal, file):
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    open_journal()
    journal.message_uncertain(message, "délai dépassé")
    assert journal.message(message).state is MessageState.UNCERTAIN
    assert journal.message(message).reason == "délai dépassé"


def test_a_compostage_never_comes_again_when_clock_and_counter_are_set_back(journal, make, file):
    """OCT-MSG-4."""
    first = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(first)
    journal.message_sent(first)
    journal._set_counter("", "compostage", 0)
    second = journal.make_message(file, "oct", make.message(), resend=True)
    assert journal.message(second).compostage == "2026030218300500002"


def test_a_clock_set_back_still_gives_a_new_compostage(journal, make, file):
    stamps = []
    for hours in (0, -1, -1):
        message = journal.make_message(
            file, "oct", make.message(datetime(2026, 3, 2, 18) + timedelta(hours=hours)), resend=True
        )
        journal.message_transmitting(message)
        journal.message_sent(message)
        stamps.append(journal.message(message).compostage)
    assert stamps == ["2026030218000000001", "2026030217000000002", "2026030217000000003"]


def send_again(journal, make, file, moment=NOW):
    """One more message of this file, sent; its compostage."""
    message = journal.make_message(file, "oct", make.message(moment), resend=True)
    journal.message_transmitting(message)
    journal.message_sent(message)
    return journal.message(message).compostage


def test_the_count_of_a_host_goes_from_999_to_1(journal, make, file):
    journal._set_counter("", "compostage", 998)
    assert [send_again(journal, make, file)[14:] for _ in range(2)] == ["00999", "00001"]


def test_a_host_with_its_station_says_it_in_the_counter(open_journal, make, file, journal):
    """OCT-MSG-4: two digits say which host, three count."""
    assert send_again(open_journal(station=42), make, file)[14:] == "42001"


def test_two_hosts_of_two_stations_never_meet_at_one_time(open_journal, make, file, journal):
    """OCT-MSG-4: 40 messages of each, all in one second, the counters in step."""
    stamps = [[send_again(journal, make, file) for _ in range(40)]]
    other = open_journal(station=1)
    other._set_counter("", "compostage", 0)
    stamps.append([send_again(other, make, file) for _ in range(40)])
    assert [one[-3:] for one in stamps[0]] == [one[-3:] for one in stamps[1]]
    assert len({*stamps[0], *stamps[1]}) == 80


def test_a_journal_without_a_station_draws_one_once_for_all(open_journal, make, file, journal):
    drawn = {send_again(open_journal(station=None), make, file)[14:16] for _ in range(3)}
    assert len(drawn) == 1
    (kept,) = journal._rows("SELECT value FROM counter WHERE kind = 'station'")
    assert drawn == {f"{kept['value']:02}"}


def test_a_second_in_which_a_host_sent_999_messages_gives_no_other(journal, make, file):
    """OCT-MSG-4: rather none than the same twice."""
    first = send_again(journal, make, file)
    stamps = {first[:14] + f"{count:05}" for count in range(1, 1000)}
    copied = (
        "INSERT INTO message SELECT ?1, file, route, counter, ?2, ?2, made, state, raw_sealed, NULL"
        " FROM message WHERE id = 1"
    )
    for rank, stamp in enumerate(sorted(stamps - {first}), 2):
        journal._db.execute(copied, (rank, stamp))
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
        journal.make_message(file, "oct", lambda counter: replace(make.message()(counter), **changes))
    assert journal.messages() == ()


def test_a_message_of_no_file_is_refused(journal, make):
    with pytest.raises(StoreError, match="n’a pas d’élément 5"):
        journal.make_message(5, "oct", make.message())


def test_messages_are_listed_by_state(journal, make, file):
    journal.make_message(file, "oct", make.message())
    assert len(journal.messages(MessageState.MADE)) == 1
    assert journal.messages(MessageState.SENT) == ()


@pytest.mark.parametrize("end", ["message_sent", "message_failed", "message_uncertain"])
def test_a_return_that_came_before_the_servers_answer_stands(journal, make, file, end):
    """The OCT was quicker than the 250, or than the loss of it."""
    message = journal.make_message(file, "oct", make.message())
    journal.message_transmitting(message)
    received = journal.take_return(b"ARL", "oct 1")
    journal.settle_return(received, "ARL", "", [Effect(Target.FILE, Outcome.ACCEPTED, file="000001")])
    getattr(journal, end)(message, "trop tard")
    assert (journal.message(message).state, journal.message(message).reason) == (MessageState.SENT, "")
    assert journal.file(file).state is FileState.ACKNOWLEDGED
