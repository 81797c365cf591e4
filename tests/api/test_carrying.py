"""Messages carried by an editor's own transport: none is ever sent twice unnoticed."""

from __future__ import annotations

import threading

import pytest
from editor import DELIVERED, Editor, journal_of
from journal_maker import Maker

from tournee import api

NOT_DELIVERED = api.Delivery(api.DeliveryOutcome.NOT_DELIVERED, "451 later")
UNKNOWN = api.Delivery(api.DeliveryOutcome.UNKNOWN, "cut")
Standing = api.MessageStanding


def standing(editor: Editor) -> list[api.MessageStanding]:
    return [one.standing for one in api.send(editor.practice)]


def kinds(editor: Editor) -> list[str]:
    return [one.kind for one in api.alerts(editor.practice).alerts]


def test_a_message_that_was_delivered_is_sent_once(waiting: Editor) -> None:
    assert standing(waiting) == [Standing.SENT]
    assert standing(waiting) == []
    assert len(waiting.outbox.carried) == 1


def test_a_message_says_what_its_headers_say(waiting: Editor) -> None:
    api.send(waiting.practice)
    (one,) = waiting.outbox.carried
    head = one.content.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert f"To: {one.recipient}" in head
    assert f"From: {one.sender}" in head
    assert f"Subject: {one.subject}" in head
    assert f"Date: {one.date}" in head
    assert f"Message-ID: {one.message_id}" in head
    assert f"Content-Type: {one.content_type}" in head
    assert f"Content-Description: {one.description}" in head
    assert one.compostage == one.subject.split("/")[2]
    assert one.attachment[:1] == b"\x30"  # a CMS envelope
    assert b"\r\n" + one.content.partition(b"\r\n\r\n")[2][:76] in one.content


def test_a_message_that_was_not_delivered_goes_with_the_next_sending(waiting: Editor) -> None:
    waiting.outbox.says = NOT_DELIVERED
    (sent,) = api.send(waiting.practice)
    assert sent.standing is Standing.FAILED
    assert sent.problem is not None
    assert "451 later" in sent.problem.cause
    waiting.outbox.says = DELIVERED
    assert standing(waiting) == [Standing.SENT]
    first, second = waiting.outbox.carried
    assert first.compostage != second.compostage  # OCT-MSG-4


@pytest.mark.parametrize(
    "says",
    [UNKNOWN, RuntimeError("cut"), TimeoutError(), None, "delivered", api.DeliveryOutcome.DELIVERED],
    ids=repr,
)
def test_what_may_have_left_is_an_alert_and_never_leaves_again_by_itself(
    waiting: Editor, says: object
) -> None:
    waiting.outbox.says = says
    assert standing(waiting) == [Standing.UNCERTAIN]
    waiting.outbox.says = DELIVERED
    assert standing(waiting) == []
    assert len(waiting.outbox.carried) == 1
    assert "uncertain" in kinds(waiting)


def test_a_transport_that_is_interrupted_leaves_a_message_that_is_not_sent_again(waiting: Editor) -> None:
    waiting.outbox.says = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        api.send(waiting.practice)
    waiting.outbox.says = DELIVERED
    assert standing(waiting) == []
    assert len(waiting.outbox.carried) == 1


def test_a_message_is_journaled_as_leaving_before_the_transport_has_it(waiting: Editor) -> None:
    seen = []

    def look(message: api.OutgoingMessage) -> api.Delivery:
        with journal_of(waiting.folder) as journal:
            found = journal.messages.stamped(message.compostage)
            assert found is not None
            seen.append(found.state.value)
        return DELIVERED

    waiting.outbox.says = look
    api.send(waiting.practice)
    assert seen == ["transmitting"]


def test_a_transport_is_called_in_the_callers_thread_and_may_ask_meanwhile(waiting: Editor) -> None:
    threads, kept = [], []

    def carry(message: api.OutgoingMessage) -> api.Delivery:
        threads.append(threading.get_ident())
        kept.append(api.make_files(waiting.practice))
        with pytest.raises(api.CallError):
            api.send(waiting.practice)
        with pytest.raises(api.CallError):
            api.read_cards(waiting.practice)
        with pytest.raises(api.CallError):
            waiting.practice.close()
        return DELIVERED

    waiting.outbox.says = carry
    assert standing(waiting) == [Standing.SENT]
    assert (threads, kept) == ([threading.get_ident()], [()])


def test_messages_handed_over_are_given_once_and_wait_for_what_became_of_them(waiting: Editor) -> None:
    (one,) = api.hand_over(waiting.practice)
    assert api.hand_over(waiting.practice) == ()
    assert standing(waiting) == []
    assert "uncertain" in kinds(waiting)
    done = api.note_delivery(waiting.practice, one.compostage, DELIVERED)
    assert (done.standing, done.subject) == (Standing.SENT, one.subject)
    assert api.note_delivery(waiting.practice, one.compostage, DELIVERED) == done
    assert api.note_delivery(waiting.practice, one.compostage, NOT_DELIVERED) == done
    assert "uncertain" not in kinds(waiting)


def test_a_message_handed_over_that_did_not_leave_is_handed_over_anew(waiting: Editor) -> None:
    (one,) = api.hand_over(waiting.practice)
    assert api.note_delivery(waiting.practice, one.compostage, UNKNOWN).standing is Standing.UNCERTAIN
    assert api.note_delivery(waiting.practice, one.compostage, NOT_DELIVERED).standing is Standing.FAILED
    (other,) = api.hand_over(waiting.practice)
    assert other.compostage != one.compostage


def test_what_another_program_sends_is_not_said_to_have_stayed(waiting: Editor) -> None:
    with journal_of(waiting.folder) as journal:
        (file,) = journal.files.find()

        message = journal.messages.make(file.id, "oct", Maker().message())
        stamp = journal.messages.get(message).compostage
        with pytest.raises(api.StoreError, match="remis à personne"):
            api.note_delivery(waiting.practice, stamp, NOT_DELIVERED)
        journal.messages.transmitting(message)
        with pytest.raises(api.StoreError, match="remis à personne"):
            api.note_delivery(waiting.practice, stamp, NOT_DELIVERED)
        assert journal.messages.get(message).state.value == "transmitting"


def test_a_compostage_that_there_is_not_is_told(waiting: Editor) -> None:
    with pytest.raises(api.StoreError, match="compostage « 123 »"):
        api.note_delivery(waiting.practice, "123", DELIVERED)


def test_a_file_is_sent_again_when_it_has_to_be(waiting: Editor) -> None:
    waiting.outbox.says = UNKNOWN
    (sent,) = api.send(waiting.practice)
    waiting.outbox.says = DELIVERED
    assert api.send_again(waiting.practice, sent.file).standing is Standing.SENT
    with pytest.raises(api.StoreError, match="Aucun fichier 999999"):
        api.send_again(waiting.practice, "999999")
