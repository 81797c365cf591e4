"""So many pieces of so many kilobytes from their journal through exim to a mailbox, and the peak of memory.

pieces_by_mail.py COUNT KILOBYTES
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from functools import partial
from hashlib import sha256
from pathlib import Path

from measure import RIG, tell

sys.path.insert(0, str(RIG))
sys.path.insert(0, str(RIG.parent / "app"))

from journal_maker import KEY, PS, Maker
from mail_life import route_to
from mail_servers import MailServers
from many_invoices import MOMENT

from tournee.app.context import Office
from tournee.app.outbound import send_pieces
from tournee.app.practice.dossiers import KINDS, draft_of
from tournee.exchange.files import Addressee
from tournee.exchange.lots import LotSender
from tournee.exchange.proofs import Proof, frame_proofs
from tournee.formats.proof_table import FILE_BYTES_MAX
from tournee.practice.scan_file import ScanFile
from tournee.store import Cipher, FileDraft, Journal, PiecesDraft, ProofDraft


def kept(office: Office, size: int) -> tuple[int, Proof]:
    """A piece of so many bytes that nothing makes smaller."""
    data = b"%PDF-1.4\n" + os.urandom(size)
    told = ScanFile(sha256(data).hexdigest(), "application/pdf", len(data), pages=1)
    number = office.journal.dossiers.add(KINDS[ScanFile], draft_of(told), attached=data)
    return number, Proof("001", "261116", "000000001", "O", "261116", 1, len(data), told.digest, True)


def framed(office: Office, proofs: list[tuple[int, Proof]]) -> None:
    """A file of these pieces, beside the first lot."""

    def build(number: int) -> PiecesDraft:
        sender, to = LotSender(PS, "IF", ""), Addressee("OT", office.route.recipient_number, "")
        frame = frame_proofs(sender, number, MOMENT, to, [proof for _, proof in proofs])
        around = FileDraft(frame.head, frame.tail, 0, office.route.name, office.route.party, frame.start)
        return PiecesDraft(around, frame.before)

    drafts = [ProofDraft(1, dossier, "O", True) for dossier, _ in proofs]
    office.journal.pieces.make_file(PS, 1, drafts, build)


def main() -> None:
    """Tell seconds, messages, megabytes and the peak."""
    count, size = int(sys.argv[1]), int(sys.argv[2]) * 1000
    servers = MailServers()
    servers.start()
    try:
        with tempfile.TemporaryDirectory() as name:
            journal = Journal(Path(name) / "journal.db", Cipher(KEY), lambda: MOMENT, station=0)
            ps, oct_ = servers.account(), servers.account()
            with journal, partial(Office, journal)(route_to(servers, ps, oct_), lambda: MOMENT) as office:
                make = Maker()
                make.invoice(journal, "FSE")
                make.sent_file(journal)
                waiting: list[tuple[int, Proof]] = []
                for _ in range(count):
                    waiting.append(kept(office, size))
                    if (len(waiting) + 1) * size > FILE_BYTES_MAX:
                        framed(office, waiting)
                        waiting = []
                if waiting:
                    framed(office, waiting)
                start = time.perf_counter()
                done = send_pieces(office)
                seconds = time.perf_counter() - start
                assert all(one.error is None for one in done), [str(one.error) for one in done]
                servers.wait_for_mail(oct_, len(done))
    finally:
        servers.stop()
    tell(seconds=seconds, messages=len(done), megabytes=count * size / 1e6)


if __name__ == "__main__":
    main()
