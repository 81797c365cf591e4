"""Splitting: accepted lots regrouped by CRF into one file a recipient (application TR), and claims split
off FSE 99.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tournee.emulation.oct.judging.file import PER_RECIPIENT, RECORD, Framed
from tournee.emulation.oct.judging.lot import OctLot
from tournee.emulation.oct.judging.lot_checks import recipient_number
from tournee.emulation.oct.judging.sheet_checks import asked_of_split
from tournee.formats import records

CENTRE = "CT"  # centre de traitement: who takes FSE (domain 2.2)
COMPLEMENTARY = "OC"  # organisme complémentaire: who takes DRE


@dataclass(frozen=True)
class Flow:
    """What one recipient gets: its CRF and number, the file for it, the lots inside, its type in 000."""

    crf: str
    recipient: str
    file: bytes
    lots: tuple[OctLot, ...]
    recipient_type: str


@dataclass(frozen=True)
class AmcClaim:
    """What the OCT asks of an AMC on the strength of an FSE with contract 99 (OCT-EF); `amount` in cents."""

    amc: str
    invoice: str
    adherent: str
    amount: int


def split(
    framed: Framed, lots: Sequence[tuple[OctLot, bytes]], names: "Mapping[str, str]"
) -> tuple[Flow, ...]:
    """One flow a CRF, in the order the CRFs first appear; `names` gives each CRF's file name (6 digits).

    The lots' bytes go on unchanged: they are certified.
    """
    by_crf: dict[str, list[tuple[OctLot, bytes]]] = {}
    for lot, content in lots:
        by_crf.setdefault(lot.crf, []).append((lot, content))
    return tuple(_flow(framed, crf, members, names[crf]) for crf, members in by_crf.items())


def claims(lots: Sequence[OctLot]) -> tuple[AmcClaim, ...]:
    """The complementary claims that FSE with contract 99 ask the OCT to make."""
    return tuple(
        AmcClaim(
            amc=str(sheet.complement["numero_amc"]),
            invoice=sheet.number,
            adherent=str(sheet.complement["adherent"]),
            amount=asked_of_split(sheet),
        )
        for lot in lots
        for sheet in lot.sheets
        if sheet.complement is not None and asked_of_split(sheet)
    )


def recipient_type(crf: str) -> str:
    """Who takes the lots of that CRF: an AMC for DRE, a centre de traitement for FSE."""
    return COMPLEMENTARY if crf.startswith("D") else CENTRE


def _flow(framed: Framed, crf: str, members: Sequence[tuple[OctLot, bytes]], name: str) -> Flow:
    recipient = recipient_number(members[0][0])
    body = b"".join(content for _, content in members)
    ends = {
        field: framed.header[field] for field in ("type_emetteur", "numero_emetteur", "programme_emetteur")
    } | {
        "type_destinataire": recipient_type(crf),
        "numero_destinataire": recipient,
        "application": PER_RECIPIENT,
        "fichier": name,
    }
    header = records.encode("000", {**ends, "date": framed.header["date"]})
    count = len(body) // RECORD + 2
    trailer = records.encode("999", {**ends, "enregistrements": count, "lots": len(members)})
    return Flow(
        crf, recipient, header + body + trailer, tuple(lot for lot, _ in members), recipient_type(crf)
    )
