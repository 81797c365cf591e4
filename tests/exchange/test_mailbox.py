"""Returns from a real dovecot by IMAP and POP3, and from a Maildir: take, journal, acknowledge."""

import mailbox as reference
import os
from dataclasses import replace
from pathlib import Path

import pytest
from mail_servers import Account, MailServers
from tls_authority import Authority

from tournee.errors import ConfigError
from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.received_mail import MailboxError
from tournee.exchange.mail.transport import AuthRefusedError, TlsRefusedError, UnreachableError
from tournee.exchange.route import Mailbox, MailboxKind, Security, Server

KINDS = [MailboxKind.IMAP, MailboxKind.POP3, MailboxKind.MAILDIR]
SERVED = [MailboxKind.IMAP, MailboxKind.POP3]
SECURITIES = [Security.STARTTLS, Security.TLS]


def settings(
    servers: MailServers,
    account: Account,
    kind: MailboxKind,
    security: Security = Security.TLS,
    **options: object,
) -> Mailbox:
    if kind is MailboxKind.MAILDIR:
        return Mailbox(kind, path=account.maildir, **options)  # type: ignore[arg-type]
    port = servers.ports[kind.value + ("s" if security is Security.TLS else "")]
    server = Server(servers.host, port, security, account.address, lambda: account.password, servers.ca, 20.0)
    return Mailbox(kind, server, **options)  # type: ignore[arg-type]


def deliver(account: Account, *raws: bytes) -> None:
    """Put messages in the mailbox as a mail server would, by the standard library's own Maildir."""
    box = reference.Maildir(account.maildir, create=False)
    for raw in raws:
        key = box.add(raw)
        owner = account.maildir.stat()
        for path in account.maildir.glob(f"new/{key}*"):
            os.chown(path, owner.st_uid, owner.st_gid)


def raw_message(number: int) -> bytes:
    return f"Subject: ARL/SV/{number:05d}\n\n.line with a dot\n{number}\n".encode()


def bodies(box: Mailbox) -> list[bytes]:
    with open_mailbox(box) as opened:
        return [letter.raw.replace(b"\r\n", b"\n") for letter in opened.letters()]


@pytest.mark.parametrize("security", SECURITIES)
@pytest.mark.parametrize("kind", KINDS)
def test_waiting_messages_are_taken_whole_and_stay(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind, security: Security
) -> None:
    """OCT-RET-1."""
    deliver(mail_account, raw_message(1), raw_message(2))
    box = settings(mail_servers, mail_account, kind, security)
    assert sorted(bodies(box)) == [raw_message(1), raw_message(2)]
    assert sorted(bodies(box)) == [raw_message(1), raw_message(2)]


@pytest.mark.parametrize("kind", KINDS)
def test_only_acknowledged_messages_are_deleted(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    deliver(mail_account, raw_message(1), raw_message(2), raw_message(3))
    box = settings(mail_servers, mail_account, kind)
    with open_mailbox(box) as opened:
        for letter in opened.letters():
            if b"00002" in letter.raw:
                opened.acknowledge(letter)
    assert sorted(bodies(box)) == [raw_message(1), raw_message(3)]


@pytest.mark.parametrize("kind", KINDS)
def test_crash_between_taking_and_journaling_loses_nothing(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    """What was acknowledged before the crash is done, all else is shown again."""
    deliver(mail_account, raw_message(1), raw_message(2))
    box = settings(mail_servers, mail_account, kind)
    with pytest.raises(RuntimeError, match="crash"), open_mailbox(box) as opened:
        letters = opened.letters()
        opened.acknowledge(first := next(letters))
        next(letters)
        raise RuntimeError("crash")
    (left,) = bodies(box)
    assert left != first.raw.replace(b"\r\n", b"\n")


@pytest.mark.parametrize("kind", KINDS)
def test_mailbox_that_keeps_its_mail_deletes_nothing(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    deliver(mail_account, raw_message(1))
    box = settings(mail_servers, mail_account, kind, keep=True)
    with open_mailbox(box) as opened:
        for letter in opened.letters():
            opened.acknowledge(letter)
    assert bodies(box) == [raw_message(1)]


def test_flags_that_a_mail_program_gave_stay(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    for place in ("new/1.a", "cur/2.b:2,FR", "cur/3.c:2,S"):
        (tmp_path / place).write_bytes(raw_message(1))
    with open_mailbox(Mailbox(MailboxKind.MAILDIR, path=tmp_path, keep=True)) as opened:
        for letter in opened.letters():
            opened.acknowledge(letter)
    assert sorted(file.name for file in tmp_path.glob("*/*")) == ["1.a:2,S", "2.b:2,FRS", "3.c:2,S"]


@pytest.mark.parametrize("kind", KINDS)
def test_known_messages_are_not_fetched_again(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    """Keys are the same at each visit, also once the message is seen."""
    deliver(mail_account, raw_message(1))
    box = settings(mail_servers, mail_account, kind, keep=True)
    with open_mailbox(box) as opened:
        (first,) = opened.letters()
        opened.acknowledge(first)
    deliver(mail_account, raw_message(2))
    with open_mailbox(box) as opened:
        (second,) = opened.letters(known={first.key}.__contains__)
    assert second.raw.replace(b"\r\n", b"\n") == raw_message(2)


@pytest.mark.parametrize("kind", KINDS)
def test_message_too_large_is_reported_left_and_passed_by(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    """OCT-RET-5."""
    deliver(mail_account, raw_message(1), b"Subject: big\n\n" + b"x" * 70 * 100 + b"\n", raw_message(3))
    box = settings(mail_servers, mail_account, kind, largest=4096)
    with open_mailbox(box) as opened:
        letters = list(opened.letters())
    assert sorted(letter.raw.replace(b"\r\n", b"\n") for letter in letters) == [
        b"",
        raw_message(1),
        raw_message(3),
    ]
    (big,) = (letter for letter in letters if letter.problem)
    assert "trop grand" in big.problem
    assert len(bodies(replace(box, largest=10_000))) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_of_a_strange_message_is_kept(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    """OCT-RET-5: no header, bytes above 127, lines beyond every limit, a lonely dot."""
    strange = b"\xff\xfe\x80 no header\n" + b"y" * 200_000 + b"\n.\n..\n" + bytes(range(1, 10)) + b"\nend\n"
    deliver(mail_account, strange, raw_message(2))
    assert sorted(bodies(settings(mail_servers, mail_account, kind))) == sorted([strange, raw_message(2)])


@pytest.mark.parametrize("kind", KINDS)
def test_empty_mailbox_gives_nothing(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    assert bodies(settings(mail_servers, mail_account, kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_five_hundred_messages_are_taken_and_acknowledged(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind
) -> None:
    expected = [raw_message(number) for number in range(500)]
    deliver(mail_account, *expected)
    box = settings(mail_servers, mail_account, kind)
    taken = []
    with open_mailbox(box) as opened:
        for letter in opened.letters():
            taken.append(letter.raw.replace(b"\r\n", b"\n"))
            opened.acknowledge(letter)
    assert sorted(taken) == expected
    assert bodies(box) == []


def test_imap_expunges_nothing_that_another_program_marked(
    mail_servers: MailServers, mail_account: Account
) -> None:
    """RFC 4315: only what we acknowledged is expunged."""
    deliver(mail_account, raw_message(1), raw_message(2))
    box = settings(mail_servers, mail_account, MailboxKind.IMAP)
    with open_mailbox(box) as opened:
        first, second = opened.letters()
    file = next(mail_account.maildir.glob("cur/*"))
    marked = file.read_bytes()
    file.rename(file.with_name(file.name.partition(":")[0] + ":2,T"))
    with open_mailbox(box) as opened:
        (other,) = opened.letters()
        opened.acknowledge(other)
    assert other.raw.replace(b"\r\n", b"\n") != marked
    assert {first.key, second.key} > {other.key}
    (left,) = (path for path in mail_account.maildir.glob("cur/*"))
    assert left.read_bytes() == marked


@pytest.mark.parametrize("security", SECURITIES)
@pytest.mark.parametrize("kind", SERVED)
def test_wrong_password_is_told_and_not_shown(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind, security: Security
) -> None:
    box = settings(mail_servers, mail_account, kind, security)
    assert box.server
    wrong = replace(box, server=replace(box.server, password=lambda: "autre-secret"))
    with pytest.raises(AuthRefusedError) as caught, open_mailbox(wrong):
        raise AssertionError("it must not open")
    assert "autre-secret" not in str(caught.value) + repr(caught.value.__cause__) + repr(wrong)


@pytest.mark.parametrize("security", SECURITIES)
@pytest.mark.parametrize("kind", SERVED)
def test_server_of_another_authority_gets_no_password(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind, security: Security, tmp_path: Path
) -> None:
    def asked() -> str:
        raise AssertionError("the password must not be asked for")

    box = settings(mail_servers, mail_account, kind, security)
    assert box.server
    other = replace(box.server, trust=Authority(tmp_path).file, password=asked)
    with pytest.raises(TlsRefusedError), open_mailbox(replace(box, server=other)):
        raise AssertionError("it must not open")


@pytest.mark.parametrize("security", SECURITIES)
@pytest.mark.parametrize("kind", SERVED)
def test_closed_port_is_unreachable(
    mail_servers: MailServers, mail_account: Account, kind: MailboxKind, security: Security, closed_port: int
) -> None:
    box = settings(mail_servers, mail_account, kind, security)
    assert box.server
    with (
        pytest.raises(UnreachableError),
        open_mailbox(replace(box, server=replace(box.server, port=closed_port))),
    ):
        raise AssertionError("it must not open")


@pytest.mark.parametrize("folder", ["Absent", 'x" (y', "a\\b"])
def test_folder_that_does_not_exist_is_told(
    mail_servers: MailServers, mail_account: Account, folder: str
) -> None:
    box = settings(mail_servers, mail_account, MailboxKind.IMAP, folder=folder)
    with pytest.raises(MailboxError, match="ne peut pas être lue"), open_mailbox(box):
        raise AssertionError("it must not open")


def test_directory_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(MailboxError, match="Maildir"),
        open_mailbox(Mailbox(MailboxKind.MAILDIR, path=tmp_path)),
    ):
        raise AssertionError("it must not open")


def test_what_is_no_ordinary_file_in_a_maildir_is_reported_and_passed_by(mail_account: Account) -> None:
    """OCT-RET-5: a directory, a link to elsewhere, a pipe nobody writes to."""
    deliver(mail_account, raw_message(1))
    new = mail_account.maildir / "new"
    (new / "1.directory").mkdir()
    (new / "2.link").symlink_to("/etc/hostname")
    os.mkfifo(new / "3.pipe")
    with open_mailbox(Mailbox(MailboxKind.MAILDIR, path=mail_account.maildir)) as opened:
        letters = {letter.key: letter for letter in opened.letters()}
    assert [key for key, letter in letters.items() if letter.problem] == ["1.directory", "2.link", "3.pipe"]
    assert [letter.raw for letter in letters.values() if not letter.problem] == [raw_message(1)]


@pytest.mark.parametrize("kind", SERVED)
def test_served_mailbox_needs_a_server(kind: MailboxKind) -> None:
    with pytest.raises(ConfigError):
        Mailbox(kind, path=Path("/somewhere"))


def test_maildir_needs_a_path() -> None:
    with pytest.raises(ConfigError):
        Mailbox(MailboxKind.MAILDIR, Server("host", 1, Security.TLS))
