"""Records read by the pattern of their kind, against the reading field by field: how much faster, and whether
both judge alike records of every kind, most of them damaged.
"""

from __future__ import annotations

import sys
from collections import Counter

from measure import RIG, timed

COUNT = 210_000
SEED = 11


def run() -> None:
    """The time of both on true records, then every verdict."""
    sys.path.insert(0, str(RIG))
    speed()
    verdicts()


def speed() -> None:
    """Microseconds a true record, by kind."""
    from random import Random

    from damaged_records import true_record

    from tournee.formats import records

    for kind in records.KINDS:
        made = [true_record(Random(SEED + rank), kind) for rank in range(500)]
        ours, theirs = (
            timed(lambda read=read, kind=kind, made=made: [read(kind, one) for one in made]) / len(made) * 1e6
            for read in (records.decode_as, records.decode_by_fields)
        )
        what = f"record {kind}, read by its pattern"
        print(
            f"{what:44} {ours:9.1f} us   {'field by field':34} {theirs:9.1f} us   ratio {ours / theirs:6.2f}"
        )


def verdicts() -> None:
    """How many both took, how many both refused; an error at the first that they judge differently."""
    from damaged_records import records_of_all_kinds

    from tournee.formats import records
    from tournee.formats.errors import RecordError
    from tournee.formats.record_pattern import RecordPattern

    patterns = {kind: RecordPattern(records.fields(kind)) for kind in records.KINDS}
    judged: Counter[str] = Counter()
    for record in records_of_all_kinds(SEED, COUNT):
        index = records.kind_of(record, 0)
        if index < 0:
            judged["of no kind"] += 1
            continue
        kind = records.KINDS[index]
        try:
            expected = records.decode_by_fields(kind, record)
        except RecordError:
            expected = None
        if patterns[kind].read(record) != expected:
            raise AssertionError(f"judged differently, kind {kind}: {record!r}")
        judged["refused" if expected is None else "accepted"] += 1
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(judged.items()))
    print(f"{COUNT} records judged alike by both: {told}")
