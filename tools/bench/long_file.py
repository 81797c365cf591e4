"""A file of so many megabytes framed, compressed, sealed and made into a message, its lots made as it goes.

long_file.py MEGABYTES CERTIFICATE
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from measure import MEGABYTE, RIG, tell

sys.path.insert(0, str(RIG))

from many_invoices import NAME, PS, Maker

from tournee.exchange.files import frame_single_file
from tournee.exchange.lot_index import LotOutline, outline_lot
from tournee.exchange.lots import LotSender
from tournee.exchange.message import base64_chunks
from tournee.exchange.route import Sealing
from tournee.exchange.sealing.recipient import check_recipient, read_certificate
from tournee.exchange.sealing.sealing import seal_chunks

ACTS = 12  # on each invoice: then a file's 999 lots may hold more than 200 MB


def outlines(maker: Maker, lots: int) -> Iterator[LotOutline]:
    """Each lot seen from above; its bytes are gone at once, as when they are read in a journal."""
    for rank in range(1, lots + 1):
        yield outline_lot(maker.lot(rank))


def main() -> None:
    """Tell the peak."""
    size, certificate = int(sys.argv[1]) * MEGABYTE, Path(sys.argv[2])
    now = datetime.now(UTC)
    maker = Maker(ACTS)
    lots = -(-size // len(maker.lot(1)))
    frame = frame_single_file(LotSender(PS, "IF", NAME), 1, now, "999999998", list(outlines(maker, lots)))
    recipient = check_recipient(read_certificate(certificate), now=now, revoked=frozenset(), where="")
    clear = chain((frame.head,), (maker.lot(rank) for rank in range(1, lots + 1)), (frame.trailer,))
    sealed = sum(map(len, base64_chunks(seal_chunks(clear, recipient, sealing=Sealing.ZK))))
    tell(sealed=sealed / MEGABYTE)


if __name__ == "__main__":
    main()
