"""A lot certified in the emulated reader, against the time its bytes take on a serial line at 1 Mbaud."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from measure import row, timed

BAUD = 1_000_000
SHEETS = Path(__file__).resolve().parents[2] / "tests" / "reader"


def run() -> None:
    """Lots of 1, 10 and 100 invoices, and the reader's highest heap."""
    sys.path.insert(0, str(SHEETS))
    import reader_sheets as sheets  # the lots that the reader's tests certify

    from tournee.emulation.board import EmulatedBoard
    from tournee.emulation.cards import load_card
    from tournee.reader import Reader

    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        with Reader.open(board.link_url) as reader:
            reader.read_ps_card()
            reader.unlock("1234")
            for count in (1, 10, 100):
                lot, total = sheets.lot(count), count * sheets.FEE
                certify = partial(reader.certify_lot, lot, kind="FSE", mode="03", invoices=count, total=total)
                ours = timed(certify, 1)
                row(
                    f"lot of {count} certified ({len(lot)} bytes)",
                    ours,
                    "line at 1,000,000 baud",
                    len(lot) * 10 / BAUD,
                )
                print(f"{'':44} highest heap {reader.identify().heap_peak} bytes", flush=True)
