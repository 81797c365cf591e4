"""By real mail servers: exim takes what the server sends, dovecot holds what it fetches, bounces are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mail_life import route_to, server_of
from mail_servers import Account, MailServers
from many_invoices import DAY_PIECE, MOMENT, PS, Maker, keep_lots
from serving_rig import Served, joined_office

from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import make_files, send
from tournee.exchange.mail.submission import submit
from tournee.exchange.route import Route
from tournee.store import MessageState

TEXT = (
    b'Subject: ART/%s/202611161930\r\nContent-Type: Application/EDI-consent; name="recu.txt"\r\n'
    b"Content-Transfer-Encoding: base64\r\nContent-Description: ART/IF\r\n\r\ncmVjdQ==\r\n"
)


@pytest.fixture
def accounts(mail_servers: MailServers) -> tuple[Account, Account]:
    return mail_servers.account(), mail_servers.account()


@pytest.fixture
def route(mail_servers: MailServers, accounts: tuple[Account, Account]) -> Route:
    return route_to(mail_servers, *accounts)


@pytest.fixture
def behind(route: Route, tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path / "serveur", route)
    server.start()
    yield server
    server.kill()


def with_a_file(office: Office) -> Office:
    """A journal with one file that waits, of certified lots; the clock is theirs."""
    office.clock = lambda: MOMENT
    office.journal.visits.add_day("day", PS, "20261115", [DAY_PIECE])
    keep_lots(office.journal, Maker().lots(1))
    make_files(office)
    return office


def test_it_goes_by_exim_and_each_tablet_gets_what_answers_it(
    mail_servers: MailServers,
    accounts: tuple[Account, Account],
    route: Route,
    behind: Served,
    tmp_path: Path,
) -> None:
    """The number in a subject says whose a return is; what names nobody is everybody's."""
    keys = {name: behind.enrol(name) for name in ("une", "autre")}
    for name in keys:
        (tmp_path / name).mkdir()
    with joined_office(tmp_path / "une", route, behind, keys["une"]) as office:
        (sent,) = send(with_a_file(office))
        assert (sent.error, sent.message and sent.message.state) == (None, MessageState.SENT)
        assert mail_servers.accepted(route.sender) == 1
        subject = sent.message.subject.encode() if sent.message else b""
        for told in (subject.split(b"/")[1], b"00000999999999"):
            by_oct = server_of(mail_servers, accounts[1], "smtps")
            submit(by_oct, accounts[1].address, accounts[0].address, TEXT % told)
        mail_servers.wait_for_mail(accounts[0], 2)
        assert len(fetch(office).settled) == 2
        assert fetch(office).settled == []
    with joined_office(tmp_path / "autre", route, behind, keys["autre"]) as office:
        assert len(fetch(office).settled) == 1
        assert fetch(office).settled == []


def test_what_a_mail_server_refuses_later_comes_back_as_undelivered(
    route: Route, behind: Served, tmp_path: Path
) -> None:
    """Kept while no mail server answers; refused once one does: the tablet hears it as a bounce."""
    key, home = behind.enrol(), tmp_path / "tablette"
    home.mkdir()
    good = behind.route
    assert good.submission is not None
    behind.kill()
    behind.route = replace(good, submission=replace(good.submission, port=1))
    behind.start(mailed_within=0.2)
    with joined_office(home, route, behind, key) as office:
        (sent,) = send(with_a_file(office))
        assert sent.message is not None
        assert sent.message.state is MessageState.SENT  # in the server's keeping
        behind.kill()
        behind.route = good
        with behind.records() as records, records.step("test"):
            records.write("UPDATE message SET state = 'refused', answer = '550 not here'")
        behind.start()
        fetch(office)
        (message,) = office.journal.messages.find()
        assert message.state is MessageState.UNDELIVERED
        assert "550 not here" in message.reason
