"""The whole way by real servers: out by exim, back by dovecot, whatever waits in the mailbox."""

from __future__ import annotations

import base64
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from days import MOMENT
from life import office_of
from mail_life import route_to, server_of
from mail_servers import Account, MailServers
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import send
from tournee.emulation.oct import load_mail_identity, make_mail_identity
from tournee.emulation.world import SCENARIO, SIREN, World
from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.submission import submit
from tournee.exchange.route import Mailbox, MailboxKind
from tournee.exchange.sealing.unsealing import unseal
from tournee.store import Cipher, FileState, Journal, ReturnState, SheetState

KINDS = [MailboxKind.IMAP, MailboxKind.POP3]
WAITING = 500
POISON = (
    b'Subject: ARL\r\nContent-Type: multipart/mixed; boundary="\xff\x01\r\n\r\n' + b"\x01\x80(\r\n" * 20_000
)
TEXT = (
    b"Subject: ART/00000756000121/202611161930\r\n"
    b'Content-Type: Application/EDI-consent; name="recu.txt"\r\n'
    b"Content-Transfer-Encoding: base64\r\nContent-Description: ART/IF\r\n\r\n"
)


def answer_all(servers: MailServers, world: World, ps: Account, oct_: Account, count: int) -> None:
    """The OCT takes its messages out of its mailbox, and answers each by exim."""
    servers.wait_for_mail(oct_, count)
    returns = []
    with open_mailbox(Mailbox(MailboxKind.IMAP, server_of(servers, oct_, "imaps"))) as box:
        for letter in box.letters():
            returns += world.oct.receive(letter.raw)
            box.acknowledge(letter)
    for raw in returns:
        submit(server_of(servers, oct_, "smtps"), oct_.address, ps.address, raw)
    servers.wait_for_mail(ps, len(returns))


def left_in(account: Account) -> int:
    """How many messages lie in a mailbox, on the server's disk."""
    return sum(len(list((account.maildir / part).iterdir())) for part in ("new", "cur"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_goes_out_by_exim_and_is_paid_by_what_dovecot_holds(
    kind: MailboxKind, mail_servers: MailServers, surroundings: Surroundings, tmp_path: Path
) -> None:
    """OCT-MSG-1, OCT-RET-1: sealed both ways, over TLS both ways."""
    ps, oct_ = mail_servers.account(), mail_servers.account()
    make_mail_identity(tmp_path / "ps", MOMENT, "Cabinet fictif")
    key, certificate = load_mail_identity(tmp_path / "ps")
    scenario = replace(SCENARIO, address=oct_.address, mail_certificates={ps.address: certificate})
    (tmp_path / "world").mkdir()
    world = World(tmp_path / "world", lambda: MOMENT, scenario)
    route = replace(
        route_to(mail_servers, ps, oct_, kind=kind),
        identifier=SIREN,
        certificate=tmp_path / "world" / "oct" / "cert.pem",
    )
    with office_of(surroundings.journal, route) as office:
        office.unseal = lambda data: unseal(data, key, certificate)
        make_one_file(office, surroundings)
        (sent,) = send(office)
        assert (sent.error, sent.file.state) == (None, FileState.SENT)
        answer_all(mail_servers, world, ps, oct_, 1)
        fetched = fetch(office)
        assert (fetched.problems, fetched.errors) == ([], [])
        assert {one.read.kind for one in fetched.settled} == {"ART", "ARL", "RSP"}
        states = [state for row in office.journal.overview()[::-1] for state in row.states]
        assert states == [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]
        assert office.journal.returns.find(ReturnState.QUARANTINED) == ()
        assert fetch(office).settled == []
    assert (left_in(ps), left_in(oct_), mail_servers.accepted(ps.address)) == (0, 0, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_five_hundred_messages_that_wait_are_all_taken_in_one_poisoned_among_them(
    kind: MailboxKind, mail_servers: MailServers, tmp_path: Path
) -> None:
    """OCT-RET-5: each is journaled, then let go of; the poisoned one is kept whole and set aside."""
    ps, oct_ = mail_servers.account(), mail_servers.account()
    owner = ps.maildir.stat()
    for rank in range(WAITING):
        path = ps.maildir / "new" / f"{rank:04}.letter"
        path.write_bytes(POISON if rank == WAITING // 2 else TEXT + base64.b64encode(b"recu %d" % rank))
        os.chown(path, owner.st_uid, owner.st_gid)
    seen: dict[str, list[int]] = {}
    with Journal(tmp_path / "journal.db", Cipher(bytes(32)), lambda: MOMENT, station=0) as journal:
        journal.db.write("PRAGMA synchronous = OFF")  # no power is cut here
        office = Office(journal, route_to(mail_servers, ps, oct_, kind=kind), lambda: MOMENT)
        tracemalloc.start()
        fetched = fetch(office, progress=lambda label, done, _: seen.setdefault(label, []).append(done))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (fetched.problems, fetched.errors) == ([], [])
        (aside,) = journal.returns.find(ReturnState.QUARANTINED)
        assert aside.raw.replace(b"\r\n", b"\n") == POISON.replace(b"\r\n", b"\n")
        texts = {row.content for row in journal.returns.find(ReturnState.SETTLED)}
        assert texts == {b"recu %d" % rank for rank in range(WAITING) if rank != WAITING // 2}
        assert list(seen.values()) == [list(range(1, WAITING + 1))] * 2
    assert peak < 10 * 1024 * 1024
    assert left_in(ps) == 0
