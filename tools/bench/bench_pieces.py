"""Pieces that prove invoices: photographs looked at, pieces made, and a thousand of them through exim."""

from __future__ import annotations

import sys
import time

from measure import RIG, alone

KILOBYTES = 300
COUNTS = (50, 1_000)
GOOD, BAD = 200, 40


def run() -> None:
    """Every figure of pieces."""
    sys.path.insert(0, str(RIG))
    papers()
    memory()


def papers() -> None:
    """All good papers and all bad ones at full size: how many are told wrong, how long each takes."""
    from made_papers import A4, as_jpeg, bad_paper, good_paper

    from tournee.documents.pieces.checks import fault_of, look_at
    from tournee.documents.pieces.making import Source, make_piece
    from tournee.formats.proof_table import BLACK, BLANK, CONTRAST, CUT

    spent, refused = 0.0, 0
    for seed in range(GOOD):
        page = good_paper(seed, A4)
        start = time.process_time()
        refused += fault_of(look_at(page)) != ""
        spent += time.process_time() - start
    print(f"good papers refused: {refused} of {GOOD}; a look {spent / GOOD * 1000:.0f} ms", flush=True)
    for kind, code in (("blank", BLANK), ("black", BLACK), ("contrast", CONTRAST), ("cut", CUT)):
        caught = sum(fault_of(look_at(bad_paper(kind, seed, A4))) == code for seed in range(BAD))
        print(f"bad papers caught, {kind}: {caught} of {BAD}", flush=True)
    photo = as_jpeg(good_paper(1, A4), 70)
    for name, bits in (("grey", False), ("black and white", True)):
        start = time.process_time()
        made = make_piece([Source(photo)], black_and_white=bits)
        print(f"piece, {name}: {time.process_time() - start:.2f} s, {len(made.pdf)} bytes", flush=True)


def memory() -> None:
    """Peak memory of the whole way from the journal to exim, for few pieces and for many."""
    least = None
    for count in COUNTS:
        told = alone("pieces_by_mail.py", count, KILOBYTES)
        least = least or told["peak"]
        print(
            f"{count} pieces of {KILOBYTES} KB, {told['messages']} messages: {told['seconds']:.1f} s, "
            f"peak {told['peak']:.1f} MiB   {told['peak'] - least:+.1f} MiB",
            flush=True,
        )
