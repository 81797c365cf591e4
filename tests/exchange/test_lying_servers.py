"""Servers that lie, drip or never stop: each visit ends with an error that has a name, in time and memory."""

import socket
import ssl
from collections.abc import Callable

import pytest
from mailbox_rig import SERVED, Imap, Pop3, Rig, Script
from scripted_server import Line
from submission_rig import Rig as Submission

from tournee.exchange.mail import visit as visits
from tournee.exchange.mail.imap import _quoted
from tournee.exchange.mail.received_mail import Letter, MailboxError
from tournee.exchange.mail.submission import DeferredError, SubmissionRefusedError
from tournee.exchange.mail.transport import AuthRefusedError, TransportError, UnreachableError
from tournee.exchange.mail.visit import MailVisit, VisitOverError, connect
from tournee.exchange.route import MailboxKind, Security, Server


@pytest.fixture
def rig(tmp_path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture
def submission(tmp_path) -> Submission:
    return Submission(tmp_path)


def endless(line: Line, text: str) -> None:
    """Say it until the client leaves."""
    block = (text * (65536 // len(text))).encode()
    try:
        while True:
            line.send(block)
    except OSError:
        return


def imap_after_login(act: Callable[[Line, str], None]) -> Script:
    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        tag = line.hear().decode().partition(" ")[0]
        act(line, tag)
        line.gone()

    return script


@pytest.mark.parametrize(
    "answer",
    [
        "* SEARCH {99999999999999}\r\n",
        "* SEARCH {" + "9" * 5000 + "}\r\n",
        "* SEARCH \r\n+ nonsense\r\n\r\n\0\0\r\n",
        "x9 OK done\r\n",
        "\u00ff\r\n",
        "* BYE\r\n",
    ],
)
def test_imap_answer_that_lies_is_told(rig: Rig, answer: str) -> None:
    with pytest.raises((UnreachableError, MailboxError)):
        rig.visit(MailboxKind.IMAP, imap_after_login(lambda line, _: line.send(answer.encode("latin-1"))))


@pytest.mark.parametrize("text", ["* OK more\r\n", "* 1 EXISTS\r\n", "x", "\r\n", "* SEARCH 1\r\n"])
def test_imap_answer_without_end_ends_the_visit(rig: Rig, text: str) -> None:
    with pytest.raises((UnreachableError, MailboxError)):
        rig.visit(MailboxKind.IMAP, imap_after_login(lambda line, _: endless(line, text)))


@pytest.mark.parametrize("uids", ["1e9", "-4", "9" * 5000, "4294967296000000000"])
def test_imap_uid_that_is_no_number_is_passed_over(rig: Rig, uids: str) -> None:
    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        imap.asked("UID SEARCH UNDELETED", f"* SEARCH {uids} 9")
        imap.fetched(9, b"second\r\n")
        imap.deleted(9)
        imap.asked("CAPABILITY", "* CAPABILITY IMAP4rev1 UIDPLUS")
        imap.asked("UID EXPUNGE 9")
        imap.asked("LOGOUT", "* BYE")

    assert rig.visit(MailboxKind.IMAP, script) == [Letter("7/9", b"second\r\n")]


def test_imap_message_that_is_larger_than_was_asked_for_ends_the_visit(rig: Rig) -> None:
    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        imap.asked("UID SEARCH UNDELETED", "* SEARCH 4")
        imap.asked("UID FETCH 4 (RFC822.SIZE)", "* 1 FETCH (UID 4 RFC822.SIZE 10)")
        line.hear()
        line.say("* 1 FETCH (UID 4 BODY[]<0> {4000000000}")
        line.gone()

    with pytest.raises(UnreachableError, match="ne répond pas comme il faut"):
        rig.visit(MailboxKind.IMAP, script)


@pytest.mark.parametrize("greeting", ["", "nonsense", "* BYE full", "+OK pop", "* OK \0", "é" * 100])
@pytest.mark.parametrize("kind", SERVED)
def test_greeting_that_is_none_is_told(rig: Rig, kind: MailboxKind, greeting: str) -> None:
    def script(line: Line) -> None:
        line.say(greeting)

    with pytest.raises((TransportError, MailboxError)):
        rig.visit(kind, script)


@pytest.mark.parametrize("kind", SERVED)
def test_greeting_without_end_ends_the_visit(rig: Rig, kind: MailboxKind) -> None:
    with pytest.raises(TransportError):
        rig.visit(kind, lambda line: endless(line, "* OK wait\r\n+OK wait\r\n"))


@pytest.mark.parametrize(
    "listing", ["1 abc", "-1 10", "1 " + "9" * 5000, "9" * 400 + " 10", "\0 \0", "1e3 4", "１ 10"]
)
def test_pop3_listing_that_lies_is_told_or_passed_over(rig: Rig, listing: str) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.asked("LIST", "+OK", listing, ".")
        try:
            while line.hear() != b"QUIT\r\n":
                line.say("-ERR no")
            line.say("+OK")
        except (EOFError, OSError):
            return

    try:
        taken = rig.visit(MailboxKind.POP3, script)
    except (MailboxError, UnreachableError):
        return
    assert all(letter.problem for letter in taken)


@pytest.mark.parametrize("command", ["LIST", "UIDL"])
def test_pop3_listing_without_end_ends_the_visit(rig: Rig, command: str) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        if command == "UIDL":
            pop.asked("LIST", "+OK", "1 10", ".")
        line.hear(command)
        line.say("+OK")
        endless(line, "1 1\r\n")

    with pytest.raises(UnreachableError, match="sans fin"):
        rig.visit(MailboxKind.POP3, script)


def test_pop3_message_without_end_ends_the_visit(rig: Rig) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10)
        line.hear("RETR 1")
        line.say("+OK")
        endless(line, "x" * 100 + "\r\n")

    with pytest.raises(UnreachableError, match="sans fin"):
        rig.visit(MailboxKind.POP3, script)


def test_pop3_without_names_works_by_content(rig: Rig) -> None:
    """UIDL is optional (RFC 1939 7)."""

    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.asked("LIST", "+OK", "1 7", "2 8", ".")
        pop.asked("UIDL", "-ERR unknown command")
        pop.asked("RETR 1", "+OK", "first", ".")
        pop.asked("DELE 1")
        pop.asked("RETR 2", "+OK", "second", ".")
        pop.asked("DELE 2")
        pop.asked("QUIT")

    told, first, second = rig.visit(MailboxKind.POP3, script)
    assert "pas d’UIDL" in told.problem
    assert (first.raw, second.raw) == (b"first\r\n", b"second\r\n")
    assert first.key == "sha256-cdbe2f91977a7ed7200542a41072651f70af2673cea4e9a9f68692284c073ed7"


def test_pop3_name_given_twice_deletes_no_other_message(rig: Rig) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.asked("LIST", "+OK", "1 7", "2 8", ".")
        pop.asked("UIDL", "+OK", "1 same", "2 same", ".")
        pop.asked("RETR 1", "+OK", "first", ".")
        pop.asked("DELE 1")
        pop.asked("RETR 2", "+OK", "second", ".")
        pop.asked("DELE 2")
        pop.asked("QUIT")

    taken = [letter.raw for letter in rig.visit(MailboxKind.POP3, script) if not letter.problem]
    assert taken == [b"first\r\n", b"second\r\n"]


def test_answer_to_quit_without_end_ends_the_visit(rig: Rig) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10)
        pop.asked("RETR 1", "+OK", "first", ".")
        pop.asked("DELE 1")
        line.hear("QUIT")
        endless(line, "x")

    assert [letter.raw for letter in rig.visit(MailboxKind.POP3, script)] == [b"first\r\n"]


def test_letters_beyond_the_budget_wait_for_the_next_visit(rig: Rig, monkeypatch) -> None:
    monkeypatch.setattr(visits, "BUDGET", 1000)

    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10, 10, 10)
        pop.asked("RETR 1", "+OK", "x" * 780, ".")
        pop.asked("DELE 1")
        pop.asked("QUIT")

    first, rest = rig.visit(MailboxKind.POP3, script)
    assert (len(first.raw), rest.problem) == (
        782,
        "la boîte est trop pleine pour une seule relève : relevez-la de nouveau",
    )


def test_a_byte_at_a_time_ends_the_visit() -> None:
    """The clock is handed in: each byte takes half a second."""
    now = [0.0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        visit = MailVisit(300.0, 1000, clock=lambda: now[0])
        server = Server(*listener.getsockname(), Security.STARTTLS, timeout=20.0)
        link = connect(server, visit, ssl.create_default_context())
        other = listener.accept()[0]
        with link, other, link.makefile("rb") as read:
            with pytest.raises(VisitOverError, match="trop lentement"):
                for _ in range(700):
                    other.sendall(b"x")
                    now[0] += 0.5
                    read.read(1)
            assert now[0] == pytest.approx(300, abs=1)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ("Reçus", '"Re&AOc-us"'),
        ("R&D", '"R&-D"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),
        ("é\r\nA1 LOGOUT", '"&AOkADQAK-A1 LOGOUT"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("𝄞", '"&2DTdHg-"'),
    ],
)
def test_folder_is_named_in_modified_utf_7(name: str, written: str) -> None:
    """RFC 3501 5.1.3, its example among them."""
    assert _quoted(name) == written


def test_imap_that_takes_no_password_says_what_it_takes(rig: Rig) -> None:
    def script(line: Line) -> None:
        offered = "CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2"
        line.say(f"* OK [{offered}] ready")
        Imap(line).asked("CAPABILITY", f"* {offered}")
        line.gone()

    with pytest.raises(AuthRefusedError, match="OAuth 2"):
        rig.visit(MailboxKind.IMAP, script)


def smtp(line: Line, *, offers: tuple[str, ...] = ("AUTH PLAIN",), mail: str = "250 ok") -> None:
    line.say("220 ready")
    line.hear("EHLO")
    line.say("250-mx", *(f"250-{one}" for one in offers), "250 HELP")
    if "AUTH PLAIN" in offers:
        line.hear("AUTH PLAIN")
        line.say("235 ok")
        if not any(one.startswith("SIZE") for one in offers):
            line.hear("MAIL")
            line.say(mail)
    line.gone()


def test_smtp_that_takes_no_password_says_what_it_takes(submission: Submission) -> None:
    with pytest.raises(AuthRefusedError, match="OAuth 2"):
        submission.submit(lambda line: smtp(line, offers=("AUTH XOAUTH2 OAUTHBEARER",)))


def test_message_beyond_the_announced_size_is_not_begun(submission: Submission) -> None:
    with pytest.raises(SubmissionRefusedError, match="trop grand") as caught:
        submission.submit(lambda line: smtp(line, offers=("AUTH PLAIN", "SIZE 10")))
    assert (caught.value.code, submission.notes) == (552, [])


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("552 5.3.4 message size exceeds fixed limit", SubmissionRefusedError, "trop grand"),
        ("552 5.2.2 mailbox full", SubmissionRefusedError, "pleine"),
        ("451 4.7.1 Greylisting in action, try again", DeferredError, "un quart d’heure"),
        ("450 4.2.0 try later", DeferredError, "plus tard"),
    ],
)
def test_refusal_is_told_by_what_it_means(
    submission: Submission, answer: str, error: type[SubmissionRefusedError | DeferredError], said: str
) -> None:
    with pytest.raises(error, match=said):
        submission.submit(lambda line: smtp(line, mail=answer))


def test_smtp_answer_without_end_ends_the_visit(submission: Submission) -> None:
    with pytest.raises(UnreachableError, match="sans fin"):
        submission.submit(lambda line: endless(line, "220-welcome\r\n"))
    assert submission.notes == []


def test_receipt_is_kept_before_quit_whatever_comes_after(submission: Submission) -> None:
    kept: list[int] = []

    def script(line: Line) -> None:
        line.say("220 ready")
        line.hear("EHLO")
        line.say("250-mx", "250 AUTH PLAIN")
        for command, answer in (
            ("AUTH", "235 ok"),
            ("MAIL", "250 ok"),
            ("RCPT", "250 ok"),
            ("DATA", "354 go"),
        ):
            line.hear(command)
            line.say(answer)
        line.until(b"\r\n.\r\n")
        line.say("250 queued")
        line.hear("QUIT")
        kept.append(submission.accepted[0].code)
        endless(line, "221-bye\r\n")

    assert submission.submit(script).answer == "queued"
    assert kept == [250]
