"""Pieces that prove invoices: photographs looked at, pieces made, and a thousand of them through exim."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from measure import RIG, alone

KILOBYTES = 300
COUNTS = (50, 1_000)
GOOD, BAD = 200, 40
FIRST = 10_000
"""The first seed: the suite looks at those from 0 on, by which the checks were tuned."""


def run(options: Sequence[str] = ()) -> None:
    """Every figure of pieces."""
    parser = argparse.ArgumentParser(prog="bench pieces")
    parser.add_argument("--from", dest="first", type=int, default=FIRST, help="the first seed of the papers")
    parser.add_argument("--papers", action="store_true", help="the papers alone, nothing by mail")
    told = parser.parse_args(options)
    sys.path.insert(0, str(RIG))
    papers(told.first)
    if not told.papers:
        memory()


def papers(first: int = FIRST) -> None:
    """All good papers and all bad ones at full size: which are told wrong, how long each takes."""
    from made_papers import A4, as_jpeg, bad_paper, good_paper

    from tournee.documents.pieces.checks import fault_of, look_at
    from tournee.documents.pieces.making import Source, make_piece
    from tournee.formats.proof_table import BLACK, BLANK, CONTRAST, CUT

    spent, refused = 0.0, {}
    for seed in range(first, first + GOOD):
        page = good_paper(seed, A4)
        start = time.process_time()
        code = fault_of(look_at(page))
        spent += time.process_time() - start
        if code:
            refused[seed] = code
    print(f"good papers refused: {len(refused)} of {GOOD}; a look {spent / GOOD * 1000:.0f} ms", flush=True)
    _those(refused)
    for kind, code in (("blank", BLANK), ("black", BLACK), ("contrast", CONTRAST), ("cut", CUT)):
        seen = {seed: fault_of(look_at(bad_paper(kind, seed, A4))) for seed in range(first, first + BAD)}
        missed = {seed: said for seed, said in seen.items() if said != code}
        print(f"bad papers caught, {kind}: {BAD - len(missed)} of {BAD}", flush=True)
        _those(missed)
    photo = as_jpeg(good_paper(1, A4), 70)
    for name, bits in (("grey", False), ("black and white", True)):
        start = time.process_time()
        made = make_piece([Source(photo)], black_and_white=bits)
        print(f"piece, {name}: {time.process_time() - start:.2f} s, {len(made.pdf)} bytes", flush=True)


def _those(wrong: dict[int, str]) -> None:
    if wrong:
        told = ", ".join(f"{seed} {said or 'good'}" for seed, said in wrong.items())
        print(f"  told wrong: {told}", flush=True)


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
