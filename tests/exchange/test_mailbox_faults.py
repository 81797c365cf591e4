"""Mailbox servers and networks that fail: nothing is lost, no password leaves in clear, every wait ends."""

from pathlib import Path

import pytest
from mailbox_rig import SERVED, Imap, Pop3, Rig
from scripted_server import Line, ScriptedServer

from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.received_mail import Letter, MailboxError
from tournee.exchange.mail.transport import AuthRefusedError, TlsRefusedError, UnreachableError
from tournee.exchange.route import Mailbox, MailboxKind, Security, Server


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_pop3_message_that_cannot_be_read_does_not_block_the_next(rig: Rig) -> None:
    """OCT-RET-5."""

    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10, 10)
        pop.asked("RETR 1", "-ERR damaged on disk")
        pop.asked("RETR 2", "+OK", "second", ".")
        pop.asked("DELE 2")
        pop.asked("QUIT")

    first, second = rig.visit(MailboxKind.POP3, script)
    assert "damaged on disk" in first.problem
    assert second == Letter("key2", b"second\r\n")


def test_pop3_message_larger_than_announced_is_read_away(rig: Rig) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10, 10)
        pop.asked("RETR 1", "+OK", *["x" * 500] * 50, "." * 70_000, ".")
        pop.asked("RETR 2", "+OK", "..second", ".")
        pop.asked("DELE 2")
        pop.asked("QUIT")

    first, second = rig.visit(MailboxKind.POP3, script)
    assert (first.raw, "trop grand" in first.problem) == (b"", True)
    assert second.raw == b".second\r\n"


def test_pop3_link_cut_inside_a_message_shows_no_half_of_it(rig: Rig) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10, 10)
        pop.asked("RETR 1", "+OK", "first", ".")
        pop.asked("DELE 1")
        pop.asked("RETR 2", "+OK", "seco")

    with pytest.raises(UnreachableError):
        rig.visit(MailboxKind.POP3, script)
    assert [letter.raw for letter in rig.taken] == [b"first\r\n"]


@pytest.mark.parametrize("listing", [("nonsense",), ("1",), ("one 2",)])
def test_pop3_list_that_makes_no_sense_is_told(rig: Rig, listing: tuple[str, ...]) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.asked("LIST", "+OK", *listing, ".")
        while line.hear() != b"QUIT\r\n":
            line.say("+OK", ".")
        line.say("+OK")

    with pytest.raises(MailboxError):
        rig.visit(MailboxKind.POP3, script)


def test_pop3_deletion_refused_is_told(rig: Rig) -> None:
    def script(line: Line) -> None:
        pop = Pop3(line)
        pop.log_in()
        pop.list(10)
        pop.asked("RETR 1", "+OK", "first", ".")
        pop.asked("DELE 1", "-ERR locked")
        pop.asked("QUIT")

    with pytest.raises(MailboxError, match="locked"):
        rig.visit(MailboxKind.POP3, script)


def test_imap_message_that_cannot_be_read_does_not_block_the_next(rig: Rig) -> None:
    """OCT-RET-5."""

    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        imap.asked("UID SEARCH UNDELETED", "* SEARCH 9 4")
        imap.asked("UID FETCH 4 (RFC822.SIZE)", status="NO damaged on disk")
        imap.fetched(9, b"second\r\n")
        imap.deleted(9)
        imap.asked("CAPABILITY", "* CAPABILITY IMAP4rev1 UIDPLUS")
        imap.asked("UID EXPUNGE 9")
        imap.asked("LOGOUT", "* BYE")

    first, second = rig.visit(MailboxKind.IMAP, script)
    assert "damaged on disk" in first.problem
    assert second == Letter("7/9", b"second\r\n")


def test_imap_message_gone_meanwhile_does_not_block_the_next(rig: Rig) -> None:
    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        imap.asked("UID SEARCH UNDELETED", "* SEARCH 4 9")
        imap.asked("UID FETCH 4 (RFC822.SIZE)")
        imap.asked("UID FETCH 4 (BODY.PEEK")
        imap.fetched(9, b"second\r\n")
        imap.deleted(9)
        imap.asked("CAPABILITY", "* CAPABILITY IMAP4rev1")
        imap.asked("EXPUNGE")
        imap.asked("LOGOUT", "* BYE")

    first, second = rig.visit(MailboxKind.IMAP, script)
    assert "disparu" in first.problem
    assert second.raw == b"second\r\n"


def test_imap_message_larger_than_announced_is_not_taken(rig: Rig) -> None:
    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        imap.asked("UID SEARCH UNDELETED", "* SEARCH 4")
        imap.fetched(4, b"x" * 1001, size=10)
        imap.asked("LOGOUT", "* BYE")

    (letter,) = rig.visit(MailboxKind.IMAP, script)
    assert (letter.raw, "trop grand" in letter.problem) == (b"", True)


def test_imap_link_cut_inside_a_message_shows_no_half_of_it(rig: Rig) -> None:
    def script(line: Line) -> None:
        imap = Imap(line)
        imap.log_in()
        imap.asked("UID SEARCH UNDELETED", "* SEARCH 4 9")
        imap.fetched(4, b"first\r\n")
        imap.deleted(4)
        imap.asked("UID FETCH 9 (RFC822.SIZE)", "* 2 FETCH (UID 9 RFC822.SIZE 100)")
        line.hear()
        line.send(b"* 2 FETCH (UID 9 BODY[]<0> {100}\r\nhalf")

    with pytest.raises(UnreachableError):
        rig.visit(MailboxKind.IMAP, script)
    assert [letter.raw for letter in rig.taken] == [b"first\r\n"]


@pytest.mark.parametrize("kind", SERVED)
def test_server_that_falls_silent_is_unreachable_in_bounded_time(rig: Rig, kind: MailboxKind) -> None:
    def script(line: Line) -> None:
        (Pop3 if kind is MailboxKind.POP3 else Imap)(line).log_in()
        line.gone()

    with pytest.raises(UnreachableError):
        rig.visit(kind, script, timeout=0.5)


@pytest.mark.parametrize("kind", SERVED)
def test_server_that_leaves_at_once_is_unreachable(rig: Rig, kind: MailboxKind) -> None:
    with pytest.raises(UnreachableError):
        rig.visit(kind, Line.cut)


@pytest.mark.parametrize("kind", SERVED)
def test_no_password_leaves_without_tls(kind: MailboxKind) -> None:
    """A server, or someone in between, that takes STARTTLS away gets nothing."""
    said: list[bytes] = []

    def script(line: Line) -> None:
        if kind is MailboxKind.POP3:
            line.say("+OK ready")
            line.hear("CAPA")
            line.say("+OK", "USER", ".")
        else:
            line.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
            Imap(line).asked("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN")
        said.append(line.gone())

    def asked() -> str:
        raise AssertionError("the password must not be asked for")

    with ScriptedServer(script) as scripted, pytest.raises(TlsRefusedError):
        server = Server("127.0.0.1", scripted.port, Security.STARTTLS, "ps", asked)
        with open_mailbox(Mailbox(kind, server)):
            raise AssertionError("it must not open")
    assert b"AUTH" not in said[0]
    assert b"LOGIN" not in said[0]
    assert b"USER" not in said[0]


def test_password_beyond_ascii_where_imap_cannot_carry_it_is_told(rig: Rig) -> None:
    def script(line: Line) -> None:
        line.say("* OK ready")
        Imap(line).asked("CAPABILITY", "* CAPABILITY IMAP4rev1")
        line.gone()

    with ScriptedServer(script, rig.context) as scripted, pytest.raises(AuthRefusedError):
        server = Server("127.0.0.1", scripted.port, Security.TLS, "ps", lambda: "rêvé", rig.trust)
        with open_mailbox(Mailbox(MailboxKind.IMAP, server)):
            raise AssertionError("it must not open")
