"""A message that a mail server gives back: marked with the server's words, and sent again when asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from life import office_of
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app import inbound
from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import resend, send
from tournee.emulation.world import World
from tournee.model import Effect
from tournee.returns.arl import Arl
from tournee.returns.effects import effects_of
from tournee.store import FileState, MessageRow, MessageState, ReturnState

WORDS = "550 5.1.1 User unknown"


def post(world: World, letter: str, name: str = "bounce") -> None:
    box = world.route().mailbox.path
    assert isinstance(box, Path)
    (box / "new" / name).write_bytes(letter.replace("\n", "\r\n").encode())


def bounce(message: MessageRow) -> str:
    """RFC 3464, with the message's headers alone (RFC 3462)."""
    head = bytes(message.content).split(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    return f"""\
From: MAILER-DAEMON@mx.example
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; oct@oct.example
Action: failed
Diagnostic-Code: smtp; {WORDS}

--b
Content-Type: text/rfc822-headers

{head}
--b--
"""


def unanswered(office: Office, world: World) -> MessageRow:
    """A file sent, the answers to it lost."""
    (sent,) = send(office)
    box = world.route().mailbox.path
    assert sent.message is not None
    assert box is not None
    for letter in (box / "new").iterdir():
        letter.unlink()
    return sent.message


def undelivered(office: Office) -> list[str]:
    return [one.text for one in alerts(office) if one.kind is AlertKind.UNDELIVERED]


def test_a_bounce_marks_its_message_and_the_file_is_offered_again(surroundings: Surroundings) -> None:
    world = surroundings.world
    with office_of(surroundings.journal, world.route()) as office:
        make_one_file(office, surroundings)
        message = unanswered(office, world)
        post(world, bounce(message))
        (settled,) = fetch(office).settled
        assert (settled.row.kind, settled.row.state) == ("BOUNCE", ReturnState.SETTLED)
        row = office.journal.messages.get(message.id)
        assert (row.state, row.reason) == (MessageState.UNDELIVERED, WORDS)
        assert undelivered(office) == [f"le message n’a pas été remis : {WORDS}"]
        assert send(office) == []
        again = resend(office, office.journal.files.get(message.file_id).name)
        assert again.message is not None
        assert (again.message.state, undelivered(office)) == (MessageState.SENT, [])


def test_a_bounce_after_an_answer_changes_nothing(surroundings: Surroundings) -> None:
    world = surroundings.world
    with office_of(surroundings.journal, world.route()) as office:
        make_one_file(office, surroundings)
        (sent,) = send(office)
        fetch(office)
        assert sent.message is not None
        before = office.journal.files.get(sent.file.id)
        assert before.state is FileState.ACKNOWLEDGED
        post(world, bounce(sent.message))
        (settled,) = fetch(office).settled
        assert settled.row.notes
        assert office.journal.messages.get(sent.message.id).state is MessageState.SENT
        assert office.journal.files.get(sent.file.id) == before


@pytest.mark.parametrize(
    ("stamp", "kind"),
    [("2026010100000099999", AlertKind.OTHER_STATION), ("2026010100000000999", AlertKind.UNMATCHED)],
    ids=["another station's", "our station's"],
)
def test_a_bounce_of_a_message_that_was_not_sent_from_here_is_told_until_it_is_seen(
    surroundings: Surroundings, stamp: str, kind: AlertKind
) -> None:
    """Nothing would ever open it: it is no longer set aside."""
    world = surroundings.world
    with office_of(surroundings.journal, world.route()) as office:
        make_one_file(office, surroundings)
        message = unanswered(office, world)
        post(world, bounce(message).replace(message.compostage, stamp))
        (settled,) = fetch(office).settled
        assert (settled.row.kind, settled.row.state) == ("BOUNCE", ReturnState.SETTLED)
        assert WORDS in settled.row.summary
        assert office.journal.messages.get(message.id).state is MessageState.SENT
        (alert,) = alerts(office)
        assert alert.kind is kind
        if kind is AlertKind.OTHER_STATION:
            assert alert.text.startswith("un autre poste (99) : 1 message non remis, dernier retour le ")
        office.journal.doubts.seen([settled.row.id], "renvoyé de l’autre poste")
        assert alerts(office) == []


def test_a_bounce_that_names_no_message_is_set_aside(surroundings: Surroundings) -> None:
    world = surroundings.world
    with office_of(surroundings.journal, world.route()) as office:
        make_one_file(office, surroundings)
        message = unanswered(office, world)
        post(world, bounce(message).replace(message.compostage, "inconnu"))
        (settled,) = fetch(office).settled
        assert settled.row.state is ReturnState.QUARANTINED
        assert WORDS in settled.row.reason


def test_what_one_return_says_keeps_no_other_from_being_settled(
    surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OCT-RET-5."""

    def breaking(content: object) -> tuple[Effect, ...]:
        if isinstance(content, Arl):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return effects_of(content)

    with office_of(surroundings.journal, surroundings.world.route()) as office:
        make_one_file(office, surroundings)
        send(office)
        monkeypatch.setattr(inbound, "effects_of", breaking)
        settled = fetch(office).settled
        aside = {one.row.id for one in settled if one.row.state is ReturnState.QUARANTINED}
        assert {one.row.kind for one in settled if one.row.id not in aside} == {"ART", "RSP"}
        assert len(aside) == 1
        assert fetch(office).settled == []
        monkeypatch.undo()
        assert {one.row.kind for one in fetch(office, again=True).settled} == {"ARL"}


def test_what_breaks_one_letter_keeps_no_other_from_being_taken(surroundings: Surroundings) -> None:
    """Now and at the next fetch (OCT-RET-5)."""
    world = surroundings.world
    with office_of(surroundings.journal, world.route()) as office:
        make_one_file(office, surroundings)
        send(office)
        hostile = (
            "Subject: =?utf-7?Q?ART/+2AA-?=\n\nx",
            "Content-Type: Application/EDI-consent; charset=punycode\nSubject: ART\n\nx",
            "From: =?utf-7?Q?+2AA-?= <x@y>\nContent-Type: multipart/mixed; boundary=\n\n--\n",
            "From: a\n" + "a:\n" * 100_000,
            "Content-Type: Application/EDI-consent; name*=unicode_escape''%5Cud800\nSubject: ART\n\nx",
        )
        for rank, letter in enumerate(hostile):
            post(world, letter, f"0{rank}")
        box = world.route().mailbox.path
        assert box is not None
        strange = box / "new" / os.fsdecode(b"0\xff\x1b[2J")
        strange.write_bytes(b"Subject: x\n\ny")
        fetched = fetch(office)
        assert (fetched.problems, fetched.errors) == ([], [])
        assert {"ART", "ARL", "RSP"} <= {one.read.kind for one in fetched.settled}
        assert fetch(office).settled == []
        assert list((box / "new").iterdir()) == []
        for row in office.journal.returns.find():
            assert (row.source + row.summary + row.reason).isprintable()
