"""A host that sends by exim: a journal with one certified lot, and the route to an OCT's mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mail_servers import Account, MailServers
from many_invoices import DAY_PIECE, KEY, MOMENT, PS, Maker, keep_lots

from tournee.app.context import Office
from tournee.app.outbound import make_files
from tournee.exchange.route import Mailbox, MailboxKind, Route, Sealing, Security, Server
from tournee.store import Cipher, Journal

VECTORS = Path(__file__).parents[1] / "vectors" / "exchange"
ROUTE_NAME = "oct"


def server_of(servers: MailServers, account: Account, name: str, port: int = 0) -> Server:
    """One of these servers (`smtps`, `imaps`, `pop3s`), or what listens before it, as this account."""
    return Server(
        servers.host,
        port or servers.ports[name],
        Security.TLS,
        account.address,
        lambda: account.password,
        servers.ca,
        timeout=20.0,
        patience=20.0,
    )


def route_to(
    servers: MailServers, ps: Account, oct_: Account, *, port: int = 0, kind: MailboxKind = MailboxKind.IMAP
) -> Route:
    """From this PS to this OCT by exim, or by what listens on `port` before it; returns come by dovecot."""
    return Route(
        name=ROUTE_NAME,
        address=oct_.address,
        sender=ps.address,
        identifier="732829320",
        submission=server_of(servers, ps, "smtps", port),
        mailbox=Mailbox(kind, server_of(servers, ps, f"{kind.value}s")),
        certificate=VECTORS / "recipient-cert.pem",
        sealing=Sealing.K,
    )


@contextmanager
def office_with_a_file(path: Path, route: Route, station: int = 0) -> Iterator[Office]:
    """A host with one file that waits: a lot of a hundred invoices."""
    with Journal(path, Cipher(KEY), lambda: MOMENT, station=station) as journal:
        journal.visits.add_day("day", PS, "20261115", [DAY_PIECE])
        keep_lots(journal, Maker().lots(1))
        office = Office(journal, route, lambda: MOMENT)
        make_files(office)
        yield office
