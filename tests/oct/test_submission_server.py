"""The demonstration's submission server, driven by the standard library's client over the loopback."""

import mailbox
import smtplib
import ssl
import threading

import pytest

from tournee.emulation.smtp import Account, SubmissionServer

RECIPIENT = "oct@oct.example"
ACCOUNT = Account("cabinet", "secret phrase", frozenset({RECIPIENT}))
MESSAGE = (
    b"From: a@b.example\r\nSubject: x\r\n\r\n.line that starts with a dot\r\n" + b"x" * 900 + b"\r\n\xe9\r\n"
)
RETURN = b"Subject: ART/1/2\r\n\r\nhello\r\n"


class Oct:
    def __init__(self):
        self.received = []
        self.fails = False

    def receive(self, raw):
        if self.fails:
            raise ValueError("broken")
        self.received.append(raw)
        return [RETURN, RETURN]


@pytest.fixture
def oct_():
    return Oct()


@pytest.fixture
def server(oct_, tmp_path):
    with SubmissionServer(
        tmp_path / "tls", ACCOUNT, lambda raw: oct_.receive(raw), tmp_path / "mail", tmp_path / "sent"
    ) as running:
        yield running


def client(server):
    opened = smtplib.SMTP(server.host, server.port, timeout=10)
    opened.starttls(context=ssl.create_default_context(cafile=str(server.tls.authority)))
    return opened


def submit(server, message=MESSAGE, to=RECIPIENT):
    with client(server) as opened:
        opened.login(ACCOUNT.user, ACCOUNT.password)
        return opened.sendmail("cabinet@carer.example", [to], message)


def test_a_message_is_handed_on_and_kept_byte_for_byte(server, oct_, tmp_path):
    submit(server)
    submit(server)
    assert oct_.received == [MESSAGE, MESSAGE]
    assert [path.name for path in sorted((tmp_path / "sent").iterdir())] == ["0001.eml", "0002.eml"]
    assert (tmp_path / "sent" / "0001.eml").read_bytes() == MESSAGE


def test_the_returns_are_in_the_maildir_once_the_message_is_accepted(server, tmp_path):
    submit(server)
    assert [bytes(one.as_bytes()).replace(b"\n", b"\r\n") for one in mailbox.Maildir(tmp_path / "mail")] == [
        RETURN
    ] * 2


def test_returns_sort_in_the_order_they_were_delivered(server, oct_, tmp_path):
    oct_.receive = lambda raw: [b"Subject: %d\r\n\r\n" % number for number in range(12)]
    submit(server)
    names = sorted((tmp_path / "mail" / "new").iterdir())
    assert [path.read_bytes() for path in names] == oct_.receive(b"")


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
def test_both_mechanisms_authenticate(server, mechanism):
    with client(server) as opened:
        opened.ehlo()
        opened.user, opened.password = ACCOUNT.user, ACCOUNT.password
        code, _ = opened.auth(mechanism[5:].upper(), getattr(opened, mechanism))
        assert code == 235


def test_a_wrong_password_is_refused_at_once(server):
    with client(server) as opened, pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        opened.login(ACCOUNT.user, "wrong")
    assert caught.value.smtp_code == 535


def test_nothing_is_offered_before_tls(server):
    with smtplib.SMTP(server.host, server.port, timeout=10) as opened:
        opened.ehlo()
        assert not opened.has_extn("auth")
        assert opened.docmd("MAIL FROM:<a@b.example>")[0] == 530


def test_nothing_is_taken_without_authentication(server, oct_):
    with client(server) as opened, pytest.raises(smtplib.SMTPResponseException) as caught:
        opened.sendmail("a@b.example", [RECIPIENT], MESSAGE)
    assert caught.value.smtp_code == 530
    assert oct_.received == []


def test_another_recipient_is_refused(server, oct_):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        submit(server, to="else@oct.example")
    assert oct_.received == []


def test_a_failure_behind_the_server_is_a_temporary_refusal(server, oct_):
    oct_.fails = True
    with pytest.raises(smtplib.SMTPDataError) as caught:
        submit(server)
    assert caught.value.smtp_code == 451


def test_a_client_that_does_not_know_the_authority_refuses_the_server(server):
    with (
        smtplib.SMTP(server.host, server.port, timeout=10) as opened,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        opened.starttls(context=ssl.create_default_context())


def test_stop_ends_the_thread_even_with_a_client_connected(oct_, tmp_path):
    server = SubmissionServer(tmp_path / "tls", ACCOUNT, oct_.receive, tmp_path / "mail")
    server.start()
    opened = client(server)
    server.stop()
    assert "emulated-smtp" not in {thread.name for thread in threading.enumerate()}
    opened.close()


def test_the_private_key_is_readable_by_its_owner_alone(server):
    assert server.tls.key.stat().st_mode & 0o077 == 0
