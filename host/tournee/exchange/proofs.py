"""The file of pieces that goes beside a lot of FSE, and its subject (SCOR, profile `open-2`).

What is sealed is one MIME entity: records 000, P and 999, then each piece as it is kept, byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tournee.errors import ExchangeError
from tournee.exchange.files import FILE_NUMBER_MAX, Addressee
from tournee.exchange.lots import LotSender
from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.formats.proof_table import (
    APPLICATION,
    DESCRIPTION,
    FILE_TYPE,
    JOINED,
    PIECE_TYPE,
    PIECES_MAX,
    REFERRED,
    SUBJECT,
    VERSION,
)

PROFILE = DESCRIPTION
_SIMULATION = "SIMULATION OPEN-2 NE PROUVE RIEN"
_START = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="
_BLANK = b"\r\n\r\n"


class ProofsError(ExchangeError):
    """Pieces that make no file."""


@dataclass(frozen=True)
class Proof:
    """A piece that proves an invoice: the lot (number, date AAMMJJ) and the invoice, the piece's nature, day
    (AAMMJJ), prescriber, pages, length and SHA-256 in hexadecimal; `joined`: its bytes come in this file.
    """

    lot: str
    lot_date: str
    invoice: str
    nature: str
    day: str
    pages: int
    size: int
    digest: str
    joined: bool
    prescriber: str = ""


@dataclass(frozen=True)
class ProofsFrame:
    """What is put around pieces: all that comes before the first one, what comes before each, all after; its
    000 begins at `start` of the head.
    """

    head: bytes
    before: tuple[bytes, ...]
    tail: bytes
    start: int


@dataclass(frozen=True)
class ProofsSubject:
    """`SCOR/vvvvvv/exercice/compostage/nnnnn`: as an invoice message's, with how many pieces are joined."""

    exercice: str
    compostage: str
    pieces: int
    version: str = VERSION

    def __str__(self) -> str:
        return f"{SUBJECT}/{self.version}/{self.exercice}/{self.compostage}/{self.pieces:05d}"


def frame_proofs(
    sender: LotSender, number: int, moment: datetime, to: Addressee, proofs: Sequence[Proof]
) -> ProofsFrame:
    """The file, named `number`, of these pieces, for whom the lot's own file is. ProofsError."""
    if not 1 <= number <= FILE_NUMBER_MAX or not 1 <= len(proofs) <= PIECES_MAX:
        raise ProofsError(f"Un fichier de pièces en a de 1 à {PIECES_MAX}, pas {len(proofs)}.")
    ends: dict[str, str | int] = {
        "type_emetteur": sender.ps_type,
        "numero_emetteur": sender.number_14,
        "type_destinataire": to.type,
        "numero_destinataire": to.number,
        "application": APPLICATION,
        "fichier": f"{number:06}",
    }
    try:
        told = b"".join(
            (
                records.encode("000", ends | {"date": f"{moment:%y%m%d}", "message": _SIMULATION}),
                *(_record(sender, rank, proof) for rank, proof in enumerate(proofs, 1)),
                records.encode("999", ends | {"enregistrements": len(proofs) + 2, "lots": 1}),
            )
        )
    except RecordError as error:
        raise ProofsError(f"Ces pièces ne peuvent pas être écrites : {error}.") from error
    boundary = f"=_scor_{hashlib.sha256(told).hexdigest()[:32]}"
    head = b'%s"%s"%s%s' % (_START, boundary.encode(), _BLANK, _part(boundary, FILE_TYPE, f"{number:06}"))
    before = tuple(
        b"\r\n" + _part(boundary, PIECE_TYPE, f"{rank:03}.pdf")
        for rank, proof in enumerate(proofs, 1)
        if proof.joined
    )
    return ProofsFrame(head + told, before, f"\r\n--{boundary}--\r\n".encode(), len(head))


def is_proofs(start: bytes) -> bool:
    """Whether a file, of which these are the first bytes, is one of pieces."""
    return start.startswith(_START)


def records_of(start: bytes) -> bytes:
    """The records at the start of a file of pieces, from 000 on, as far as these bytes go."""
    return start.split(_BLANK, 2)[2]


def subject_of_proofs(start: bytes, stamp: str) -> ProofsSubject:
    """The subject of a message that carries this file, of which these are the first bytes, under this
    compostage.
    """
    told = records_of(start)
    _, header = records.decode(told[: records.RECORD_LENGTH])
    column, _ = records.locate("P", "envoi")
    joined, at = 0, records.RECORD_LENGTH
    while told[at : at + 1] == b"P":
        joined += told[at + column : at + column + 1] == JOINED.encode()
        at += records.RECORD_LENGTH
    return ProofsSubject(str(header["numero_emetteur"]), stamp, joined)


def _record(sender: LotSender, rank: int, proof: Proof) -> bytes:
    values: dict[str, str | int] = {
        "emetteur": sender.number,
        "lot": proof.lot,
        "date_lot": proof.lot_date,
        "facture": proof.invoice,
        "rang": rank,
        "envoi": JOINED if proof.joined else REFERRED,
        "nature": proof.nature,
        "jour": proof.day,
        "pages": proof.pages,
        "longueur": proof.size,
        "empreinte": base64.b64encode(bytes.fromhex(proof.digest)).decode(),
    }
    return records.encode("P", values | ({"prescripteur": proof.prescriber} if proof.prescriber else {}))


def _part(boundary: str, kind: str, name: str) -> bytes:
    return (
        f'--{boundary}\r\nContent-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: binary\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    ).encode()
