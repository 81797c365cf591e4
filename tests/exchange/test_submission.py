"""Submission to a real exim4: what is accepted arrives whole, what is refused says why and leaks nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from mail_servers import SIZE_LIMIT, Account, MailServers
from tls_authority import Authority

from tournee.errors import ConfigError
from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.submission import Receipt, SubmissionRefusedError, probe, submit
from tournee.exchange.mail.transport import AuthRefusedError, TlsRefusedError, UnreachableError
from tournee.exchange.route import Mailbox, MailboxKind, Security, Server

VECTORS = Path(__file__).parent.parent / "vectors" / "exchange"
GOLDEN = (VECTORS / "single-file-zk.eml").read_bytes()
SECURITIES = [Security.STARTTLS, Security.TLS]


def server_for(servers: MailServers, account: Account, security: Security = Security.TLS) -> Server:
    port = servers.ports["smtps" if security is Security.TLS else "smtp"]
    return Server(servers.host, port, security, account.address, lambda: account.password, servers.ca, 20.0)


def arrived(servers: MailServers, account: Account, count: int = 1) -> list[bytes]:
    servers.wait_for_mail(account, count)
    with open_mailbox(Mailbox(MailboxKind.MAILDIR, path=account.maildir)) as box:
        return [letter.raw.replace(b"\r\n", b"\n") for letter in box.letters()]


@pytest.mark.parametrize("security", SECURITIES)
def test_message_arrives_whole(mail_servers: MailServers, mail_account: Account, security: Security) -> None:
    server = server_for(mail_servers, mail_account, security)
    receipt = submit(server, mail_account.address, mail_account.address, GOLDEN)
    assert receipt.code == 250
    (letter,) = arrived(mail_servers, mail_account)
    assert letter.endswith(GOLDEN.replace(b"\r\n", b"\n"))


def test_lines_that_begin_with_dots_arrive_as_they_were(
    mail_servers: MailServers, mail_account: Account
) -> None:
    """RFC 5321 4.5.2."""
    raw = b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nend\r\n"
    submit(server_for(mail_servers, mail_account), mail_account.address, mail_account.address, raw)
    (letter,) = arrived(mail_servers, mail_account)
    assert letter.endswith(b"\n\n.\n..\n.a\nend\n")


def test_journal_is_told_once_before_the_message_leaves(
    mail_servers: MailServers, mail_account: Account
) -> None:
    told: list[str] = []
    submit(
        server_for(mail_servers, mail_account),
        mail_account.address,
        mail_account.address,
        GOLDEN,
        lambda: told.append("transmitting"),
    )
    assert told == ["transmitting"]


def test_nothing_leaves_when_the_journal_cannot_be_written(
    mail_servers: MailServers, mail_account: Account
) -> None:
    server = server_for(mail_servers, mail_account)

    def full() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        submit(server, mail_account.address, mail_account.address, b"Subject: first\r\n\r\n", full)
    submit(server, mail_account.address, mail_account.address, b"Subject: second\r\n\r\n")
    (letter,) = arrived(mail_servers, mail_account)
    assert b"Subject: second" in letter


@pytest.mark.parametrize("security", SECURITIES)
def test_wrong_password_is_told_and_not_shown(
    mail_servers: MailServers, mail_account: Account, security: Security
) -> None:
    server = replace(server_for(mail_servers, mail_account, security), password=lambda: "autre-secret")
    with pytest.raises(AuthRefusedError, match="535") as caught:
        submit(server, mail_account.address, mail_account.address, GOLDEN, unexpected)
    assert "autre-secret" not in str(caught.value) + repr(caught.value) + repr(server)


def test_nothing_is_accepted_without_authentication(mail_servers: MailServers, mail_account: Account) -> None:
    server = replace(server_for(mail_servers, mail_account), username="", password=None)
    with pytest.raises(SubmissionRefusedError) as caught:
        submit(server, mail_account.address, mail_account.address, GOLDEN, unexpected)
    assert (caught.value.code, caught.value.answer) == (550, "authentication required")


def test_foreign_domain_is_refused(mail_servers: MailServers, mail_account: Account) -> None:
    server = server_for(mail_servers, mail_account)
    with pytest.raises(SubmissionRefusedError) as caught:
        submit(server, mail_account.address, "oct@ailleurs.example", GOLDEN, unexpected)
    assert caught.value.code == 550


def test_message_over_the_servers_limit_is_refused_before_it_leaves(
    mail_servers: MailServers, mail_account: Account
) -> None:
    server = server_for(mail_servers, mail_account)
    with pytest.raises(SubmissionRefusedError) as caught:
        submit(server, mail_account.address, mail_account.address, b"x" * (SIZE_LIMIT + 1), unexpected)
    assert caught.value.code == 552


@pytest.mark.parametrize("security", SECURITIES)
def test_server_of_another_authority_gets_no_password(
    mail_servers: MailServers, mail_account: Account, security: Security, tmp_path: Path
) -> None:
    server = server_for(mail_servers, mail_account, security)
    with pytest.raises(TlsRefusedError, match="aucun mot de passe"):
        submit(
            replace(server, trust=Authority(tmp_path).file, password=unexpected),
            mail_account.address,
            mail_account.address,
            GOLDEN,
            unexpected,
        )


@pytest.mark.parametrize("security", SECURITIES)
def test_server_of_another_name_gets_no_password(
    mail_servers: MailServers, mail_account: Account, security: Security
) -> None:
    server = server_for(mail_servers, mail_account, security)
    with pytest.raises(TlsRefusedError):
        submit(
            replace(server, host="localhost", password=unexpected),
            mail_account.address,
            mail_account.address,
            GOLDEN,
            unexpected,
        )


def test_system_authorities_do_not_vouch_for_the_test_server(
    mail_servers: MailServers, mail_account: Account
) -> None:
    server = replace(server_for(mail_servers, mail_account), trust=None, password=unexpected)
    with pytest.raises(TlsRefusedError):
        probe(server)


def test_tls_port_spoken_to_with_starttls_is_bounded(
    mail_servers: MailServers, mail_account: Account
) -> None:
    server = server_for(mail_servers, mail_account)
    with pytest.raises(TlsRefusedError):
        probe(replace(server, port=mail_servers.ports["smtp"]))


def test_server_that_is_not_there_is_unreachable(mail_account: Account, closed_port: int) -> None:
    server = Server(
        "127.0.0.1", closed_port, Security.TLS, mail_account.address, lambda: mail_account.password
    )
    with pytest.raises(UnreachableError, match="rien n’est perdu"):
        submit(server, mail_account.address, mail_account.address, GOLDEN, unexpected)


def test_probe_of_a_good_route_says_nothing(mail_servers: MailServers, mail_account: Account) -> None:
    for security in SECURITIES:
        probe(server_for(mail_servers, mail_account, security))


def test_probe_tells_a_wrong_password(mail_servers: MailServers, mail_account: Account) -> None:
    with pytest.raises(AuthRefusedError):
        probe(replace(server_for(mail_servers, mail_account), password=lambda: "autre"))


@pytest.mark.parametrize("secret", ["", "a\0b", "a\r\nRSET"])
def test_password_that_no_protocol_carries_is_never_sent(
    mail_servers: MailServers, mail_account: Account, secret: str
) -> None:
    with pytest.raises(AuthRefusedError, match="enregistré"):
        probe(replace(server_for(mail_servers, mail_account), password=lambda: secret))


def test_address_with_a_command_in_it_is_refused(mail_servers: MailServers, mail_account: Account) -> None:
    with pytest.raises(ConfigError):
        submit(
            server_for(mail_servers, mail_account),
            mail_account.address,
            "a@b>\r\nRCPT TO:<c@d.example",
            GOLDEN,
        )


def test_receipt_keeps_the_servers_words(mail_servers: MailServers, mail_account: Account) -> None:
    receipt = submit(
        server_for(mail_servers, mail_account), mail_account.address, mail_account.address, GOLDEN
    )
    assert receipt == Receipt(250, receipt.answer)
    assert receipt.answer.startswith("OK id=")


def unexpected() -> str:
    """A password or a journal's step that must not be asked for."""
    raise AssertionError("this must not be asked or told")
