"""So many certified invoices go from their journal into lots, a file and a sealed message.

from_journal.py JOURNAL CERTIFICATE COUNT
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measure import RIG, tell

sys.path.insert(0, str(RIG))

from closing_floor import closing_floor
from many_invoices import NAME, PS, card_signer

from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.app.outbound import close_lots, make_files, send
from tournee.billing.identity import PsIdentity
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.reader.results import Certification
from tournee.store import Cipher, Journal

KEY = bytes(range(32))


class CardAlone:
    """In place of a reader: the nurse's card signs what a reader would hand to it."""

    def __init__(self) -> None:
        self._sign, self.certificate = card_signer()

    def certify_lot(self, lot: bytes, **_: object) -> Certification:
        """The signature, without a reader's link and checks."""
        return Certification(self._sign(lot), None, b"")


def spent(action: Callable[..., object], *arguments: Any) -> float:
    """Seconds of `action` in which this process worked: other programs do not make it slower."""
    start = time.process_time()
    action(*arguments)
    return time.process_time() - start


def main() -> None:
    """Tell the seconds of each step, and the peak."""
    journal, certificate, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    nowhere = Server("127.0.0.1", 1, Security.TLS)  # the message is journaled and sealed, then not delivered
    route = Route(
        name="oct",
        address="factures@oct.example",
        sender="cabinet@soins.example",
        identifier="999999998",
        submission=nowhere,
        mailbox=Mailbox(MailboxKind.MAILDIR, path=journal.parent),
        certificate=certificate,
    )
    card = CardAlone()
    name, first_name = NAME.split()
    nurse = PsOnDuty(PsIdentity(PS, "IF", "24", name, first_name), card.certificate)
    floor = closing_floor(journal.with_suffix(".floor"), count)
    with Journal(journal, Cipher(KEY), lambda: datetime.now(UTC)) as opened:
        office = Office(opened, route, lambda: datetime.now(UTC))
        tell(
            floor=floor,
            lots=spent(close_lots, office, card, nurse),
            files=spent(make_files, office),
            sealed=spent(send, office),
        )


if __name__ == "__main__":
    main()
