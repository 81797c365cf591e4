"""What the host reads: records by the pattern of their kind, against the reading field by field, and whether
both judge alike records of every kind, most of them damaged; a return in NOEMIE, against cutting its bytes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable

from measure import MEGABYTE, RIG, row, timed

COUNT = 210_000
SEED = 11


def run() -> None:
    """The time of both on true records, then every verdict, then a return of 1 MB."""
    sys.path.insert(0, str(RIG))
    speed()
    verdicts()
    noemie_reading()


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


def noemie_reading() -> None:
    """Reading an RSP of 1 MB, against plain `bytes.split(b"@")` of the same bytes.

    Timed is `noemie.read`, by which the host reads every RSP: each entity recognised by its type, judged
    column by column as its table says, placed; its fields are made when asked for. The second line makes
    every entity and every field of it. Processor time, the two in turn: other work weighs on both alike.
    """
    from tournee.formats import noemie

    whole = _rsp(MEGABYTE)
    count = len(noemie.read(whole))
    for what, ours in (
        ("read", lambda: noemie.read(whole)),
        ("read, all fields made", lambda: [entity.fields for entity in noemie.read(whole)]),
    ):
        spent = [(_processor(ours), _processor(lambda: whole.split(b"@"))) for _ in range(9)]
        mine, theirs = (statistics.median(times) for times in zip(*spent, strict=True))
        row(f"NOEMIE, {count} entities {what}", mine, 'bytes.split(b"@")', theirs)
        print(f"{'':44} {len(whole) / 1e6 / mine:9.1f} MB/s")


def _processor(action: Callable[[], object]) -> float:
    """Seconds of processor time of `action`."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _rsp(size: int) -> bytes:
    """A 576 of about `size` bytes: third-party payments, two acts an invoice."""
    from tournee.formats import noemie

    ends = {"type_emetteur": "OT", "numero_emetteur": "0" * 14, "type_destinataire": "IF"}
    ends |= {"numero_destinataire": "0" * 14, "fichier": "000001"}
    line = {
        "ligne": "01",
        "code_gestion": "10",
        "justif_exo": "0",
        "mode_traitement": "01",
        "discipline": "000",
    }
    line |= {"date_prescription": "261110", "date": "261116", "date_fin": "261116", "prix_unitaire": 315}
    line |= {"base": 315, "taux": 60, "montant": 189, "signe": "P", "nature": "AMI", "complement": ""}
    line |= {"quantite": 1, "coefficient": 100, "denombrement": 1, "depense": 315, "qualificatif": ""}
    line |= {"taux_alsace_moselle": 0, "montant_alsace_moselle": 0, "taux_amc": 40, "montant_amc": 126}
    line["base_amc"] = 315
    invoice = (
        ("102", {"facture": "000000001", "lot": "001", "date_lot": "261116", "type": "F"}),
        ("103", {"nir": "2550699999001", "cle": "62", "nom": "MARTIN", "nom_usage": "DE LA FONTAINE",
                 "prenom": "MARIE-CLAIRE", "naissance": "550617", "rang_naissance": "1"}),
        ("198", {"demande": 378, "etat": "P", "paye": 378, "signe": "P"}),
        ("199", {"demande": 252, "etat": "P", "paye": 252, "signe": "P", "numero_amc": "0000000042"}),
        ("210", line),
        ("210", line),
    )  # fmt: skip
    one = b"".join(noemie.encode(kind, values) for kind, values in invoice)
    head = noemie.encode("000", {**ends, "date": "261117", "reference": "0576"})
    tail = noemie.encode("999", {**ends, "enregistrements": 0, "lots": 1, "cumul": 0, "signe": "P"})
    return head + one * (size // len(one)) + tail
