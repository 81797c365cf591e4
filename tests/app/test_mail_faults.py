"""Whatever breaks between the host and the server, no file is lost and none leaves twice unasked.

The server is exim; what fails stands before it. Messages are counted where they arrive, in exim's own log.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cutting_proxy import MESSAGE, CuttingProxy, Fault
from mail_life import office_with_a_file, route_to
from mail_servers import MailServers
from scripted_server import Line, ScriptedServer
from tls_authority import Authority

from tournee.app.context import Office
from tournee.app.handing_over import Dispatch
from tournee.app.outbound import resend, send
from tournee.emulation.smtp import Account, SubmissionServer
from tournee.exchange.mail.submission import DeferredError, SubmissionRefusedError, UncertainError
from tournee.exchange.mail.transport import AuthRefusedError, TlsRefusedError, UnreachableError
from tournee.exchange.route import Security
from tournee.store import FileState, MessageState

STEPS = ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA")
CUTS = [
    *(Fault(step, late) for step in STEPS for late in (False, True) if step != "greeting" or late),
    *(Fault(MESSAGE, after=after) for after in (0, 1, 500, 65_536, 100_000, 10**9)),
]
ANSWERS = [
    *(Fault(step, answer="451 4.7.1 come back later") for step in (*STEPS, MESSAGE)),
    *(Fault(step, answer="550 5.7.1 no") for step in ("greeting", "EHLO", "MAIL", "RCPT", "DATA", MESSAGE)),
    Fault(MESSAGE, answer="552 5.2.2 over quota"),
]


def sent_at_last(office: Office, first: Dispatch) -> Dispatch:
    """The file once nothing fails any more: sent by itself, or by the carer where its fate is unknown."""
    again = send(office)
    if first.message.state is MessageState.UNCERTAIN:
        assert again == []
        return resend(office, first.file.name)
    (done,) = again
    return done


@pytest.mark.parametrize("fault", [*CUTS, *ANSWERS], ids=str)
def test_a_file_that_did_not_arrive_waits_and_arrives_once(
    fault: Fault, mail_servers: MailServers, tmp_path: Path
) -> None:
    ps, oct_ = mail_servers.account(), mail_servers.account()
    with (
        CuttingProxy(mail_servers, [fault]) as proxy,
        office_with_a_file(
            tmp_path / "journal.db", route_to(mail_servers, ps, oct_, port=proxy.port)
        ) as office,
    ):
        (first,) = send(office)
        wanted = DeferredError if fault.answer[:1] == "4" else SubmissionRefusedError
        lost = (UnreachableError, UncertainError) if fault.step == MESSAGE else (UnreachableError,)
        assert isinstance(first.error, wanted if fault.answer else lost)
        assert first.message.state is (
            MessageState.UNCERTAIN if isinstance(first.error, UncertainError) else MessageState.FAILED
        )
        assert (first.file.state, mail_servers.accepted(ps.address)) == (FileState.MADE, 0)

        last = sent_at_last(office, first)
        assert (last.error, last.file.state) == (None, FileState.SENT)
        assert last.message.compostage != first.message.compostage
        assert mail_servers.accepted(ps.address) == 1
        assert send(office) == []


def test_an_answer_lost_is_uncertain_and_the_file_leaves_again_only_when_the_carer_says_so(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    """OCT-MSG-4: the server took it; whoever does not know that sends nothing by itself."""
    ps, oct_ = mail_servers.account(), mail_servers.account()
    with CuttingProxy(mail_servers, [Fault(MESSAGE, late=True)]) as proxy:
        route = route_to(mail_servers, ps, oct_, port=proxy.port)
        with office_with_a_file(tmp_path / "journal.db", route) as office:
            (first,) = send(office)
            assert isinstance(first.error, UncertainError)
            assert first.message.state is MessageState.UNCERTAIN
            assert mail_servers.accepted(ps.address) == 1
            assert send(office) == []
            assert mail_servers.accepted(ps.address) == 1

            second = resend(office, first.file.name)
            assert second.message.compostage != first.message.compostage
            assert mail_servers.accepted(ps.address) == 2


def test_a_link_broken_at_the_farewell_changes_nothing(mail_servers: MailServers, tmp_path: Path) -> None:
    ps, oct_ = mail_servers.account(), mail_servers.account()
    with CuttingProxy(mail_servers, [Fault("QUIT")]) as proxy:
        route = route_to(mail_servers, ps, oct_, port=proxy.port)
        with office_with_a_file(tmp_path / "journal.db", route) as office:
            (only,) = send(office)
            assert (only.error, only.message.state) == (None, MessageState.SENT)
            assert send(office) == []
    assert mail_servers.accepted(ps.address) == 1


def test_a_recipient_over_quota_gets_the_file_once_there_is_room(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    ps, oct_ = mail_servers.account(), mail_servers.account()
    mail_servers.fill(oct_)
    with office_with_a_file(tmp_path / "journal.db", route_to(mail_servers, ps, oct_)) as office:
        (first,) = send(office)
        assert isinstance(first.error, DeferredError)
        assert "over its quota" in first.message.reason or "over its quota" in str(first.error)
        mail_servers.fill()
        assert sent_at_last(office, first).error is None
    assert mail_servers.accepted(ps.address) == 1


def test_a_password_refused_leaves_the_file_to_the_right_one(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    ps, oct_ = mail_servers.account(), mail_servers.account()
    good = route_to(mail_servers, ps, oct_)
    bad = replace(good, submission=replace(good.submission, password=lambda: "faux"))
    with office_with_a_file(tmp_path / "journal.db", bad) as office:
        (first,) = send(office)
        assert isinstance(first.error, AuthRefusedError)
        assert "faux" not in str(first.error)
        office.route = good
        assert sent_at_last(office, first).error is None
    assert mail_servers.accepted(ps.address) == 1


def test_a_server_with_a_wrong_certificate_gets_nothing(mail_servers: MailServers, tmp_path: Path) -> None:
    """The file waits for the true server; no password was shown to the false one."""
    ps, oct_ = mail_servers.account(), mail_servers.account()
    good = route_to(mail_servers, ps, oct_)
    stranger = Authority(tmp_path, "Autre autorité fictive").file
    for wrong in (
        replace(good.submission, trust=stranger),
        replace(good.submission, host="localhost"),  # the certificate is for 127.0.0.1
    ):
        with office_with_a_file(tmp_path / f"{wrong.host}.db", replace(good, submission=wrong)) as office:
            (first,) = send(office)
            assert isinstance(first.error, TlsRefusedError)
            before = mail_servers.accepted(ps.address)
            office.route = good
            assert sent_at_last(office, first).error is None
            assert mail_servers.accepted(ps.address) == before + 1


def test_a_server_that_refuses_tls_gets_nothing(mail_servers: MailServers, tmp_path: Path) -> None:
    ps, oct_ = mail_servers.account(), mail_servers.account()
    good = route_to(mail_servers, ps, oct_)
    said: list[bytes] = []

    def without_tls(line: Line) -> None:
        line.say("220 scripted")
        line.hear("EHLO")
        line.say("250-scripted", "250 AUTH PLAIN")
        said.append(line.gone())

    with ScriptedServer(without_tls) as scripted:
        clear = replace(good.submission, port=scripted.port, security=Security.STARTTLS)
        with office_with_a_file(tmp_path / "journal.db", replace(good, submission=clear)) as office:
            (first,) = send(office)
            assert isinstance(first.error, TlsRefusedError)
            assert first.message.state is MessageState.FAILED
            office.route = good
            assert sent_at_last(office, first).error is None
    assert said == [b""]
    assert mail_servers.accepted(ps.address) == 1


def test_a_server_that_fails_once_it_has_the_message_is_tried_again(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    """aiosmtpd: 451 after the message, then 250."""
    tries: list[bytes] = []

    def receive(raw: bytes) -> list[bytes]:
        tries.append(raw)
        if len(tries) == 1:
            raise OSError("full disk")
        return []

    ps, oct_ = mail_servers.account(), mail_servers.account()
    good = route_to(mail_servers, ps, oct_)
    account = Account(ps.address, ps.password, oct_.address)
    with SubmissionServer(tmp_path / "smtp", account, receive, tmp_path / "returns") as aio:
        server = replace(good.submission, port=aio.port, security=Security.STARTTLS, trust=aio.tls.authority)
        with office_with_a_file(tmp_path / "journal.db", replace(good, submission=server)) as office:
            (first,) = send(office)
            assert isinstance(first.error, DeferredError)
            assert first.error.code == 451
            (second,) = send(office)
            assert second.error is None
            assert [bytes(raw) for raw in tries] == [first.message.raw, second.message.raw]
