"""A host in a process of its own: frames what a journal holds, seals it, sends it, and tells its peak memory.

send_all.py JOURNAL PORT USER ADDRESS AUTHORITY CERTIFICATE SEALING
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from mail_servers import PASSWORD
from peak import peak_memory

from tournee.app.context import Office
from tournee.app.outbound import make_files, send
from tournee.exchange.route import Mailbox, MailboxKind, Route, Sealing, Security, Server
from tournee.store import Cipher, Journal

MOMENT = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)  # the test certificate is then in force


def main() -> None:
    """Do it, and print the peak in KiB and what became of each file."""
    journal, port, user, address, authority, certificate, sealing = sys.argv[1:]
    route = Route(
        name="oct",
        address=address,
        sender=user,
        identifier="732829320",
        submission=Server(
            "127.0.0.1", int(port), Security.TLS, user, lambda: PASSWORD, Path(authority), timeout=60.0
        ),
        mailbox=Mailbox(MailboxKind.MAILDIR, path=Path(journal).parent),
        certificate=Path(certificate),
        sealing=Sealing(sealing),
    )
    with Journal(journal, Cipher(bytes(range(32))), lambda: MOMENT, station=0) as opened:
        office = Office(opened, route, lambda: MOMENT)
        made = make_files(office)
        states = [done.message.state.value if done.message else str(done.error) for done in send(office)]
        print(peak_memory(), len(made), *states)  # noqa: T201


if __name__ == "__main__":
    main()
