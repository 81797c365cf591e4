"""Certified invoices and lots by the thousand, made of one by writing other numbers into it: for what grows.

The nurse `infirmiere` bills one patient, in securing mode 03. Her signatures can be true ones, of her test
card's key; the patient's seals are her own bytes, since nobody verifies them once they were made.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tournee.emulation.cards import certificate_pem
from tournee.emulation.cards.applications.signing import read_key, sign_digest
from tournee.exchange.certificates import key_id
from tournee.formats.records import RECORD_LENGTH, encode
from tournee.model import Sheet
from tournee.store import Cipher, Journal, LotState
from tournee.store.tables.sealed_chunks import SealedChunks

PS = "756000121"
FEE, AMO = 1000, 600
NAME = "LEFEBVRE CLAIRE"
CRF, ORGANISME, MODE = "F01021021", "021", "03"
INVOICES_IN_A_LOT = 100
_NUMBER, _NUMBER_7 = slice(29, 38), slice(10, 19)  # where an invoice's records and its records 7 have it
_SEVEN_DATA = 96
_FACES = {"emetteur": PS, "nir": "1820475113042", "cle": "45", "rang": "001", "facture": "000000001"}
_RIGHTS = {"regime": "01", "caisse": "021", "centre": "0210", "nature_assurance": "10"}
_BORN = {"nature": "1", "tiers_payant": "0", "naissance": "820412", "rang_naissance": "1"}
_ACT = {
    "executant": PS,
    "specialite": "24",
    "date": "260302",
    "acte": "AMI",
    "quantite": 1,
    "coefficient": 200,
    "prix_unitaire": 315,
    "base": FEE,
    "taux": 60,
    "part_amo": AMO,
    "honoraires": FEE,
    "part_amc": FEE - AMO,
}

KEY = bytes(range(32))  # of the journals made here
MOMENT = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
DAY_PIECE = (
    b'{"journee": {"date": "2026-11-15", "ps": "756000121", "profession": "IF"}, "visite": [{"nir": '
    b'"2550699999001", "cle": "62", "tiers_payant": "amo", "prescription": {"date": "2026-11-02", '
    b'"prescripteur": "751000126", "rpps": "10100001071"}, "actes": [{"code": "AMI", "coefficient": 1.0}]}]}'
)

Sign = Callable[[bytes], bytes]
"""A signature of 256 bytes over the bytes given."""


def unsigned(covered: bytes) -> bytes:
    """Bytes in place of a signature, not the same for two invoices: they compress as a signature does."""
    return b"".join(hashlib.sha256(covered + bytes((rank,))).digest() for rank in range(8))


def card_signer() -> tuple[Sign, bytes]:
    """What signs as the nurse's test card does, and the card's certificate in DER."""
    pem = files("tournee.emulation.cards").joinpath("data", "infirmiere.pem").read_bytes()
    key = read_key(pem)
    certificate = x509.load_pem_x509_certificate(certificate_pem("infirmiere")).public_bytes(Encoding.DER)
    return lambda covered: sign_digest(key, hashlib.sha256(covered).digest()), certificate


class Maker:
    """Makes them; `acts` on each invoice, `key` the name of the key that signs."""

    def __init__(self, acts: int = 1, sign: Sign = unsigned, key: str = "0A1B2C") -> None:
        self.acts, self._sign = acts, sign
        self._heads = {genre: _heads(genre, key) for genre in "PVL"}
        self._body = (
            encode("2", _FACES | _RIGHTS | _BORN)
            + encode("4", _FACES | _ACT) * acts
            + encode("5", _FACES | {"lignes": acts, "paye_assure": acts * FEE} | _sums(acts))
        )

    def body(self, number: int) -> bytes:
        """Records 2 to 5 of one invoice."""
        body, digits = bytearray(self._body), b"%09d" % number
        for at in range(0, len(body), RECORD_LENGTH):
            body[at + _NUMBER.start : at + _NUMBER.stop] = digits
        return bytes(body)

    def sheet(self, number: int) -> list[Sheet]:
        """The FSE of one invoice, to be journaled."""
        fee, amo = self.acts * FEE, self.acts * AMO
        return [
            Sheet(
                *("FSE", CRF, MODE, ORGANISME, self.body(number), self.acts),
                *(fee, amo, fee - amo, "MOREAU HUGO", _FACES["nir"]),
            )
        ]

    def sevens(self, number: int, body: bytes) -> bytes:
        """Its records 7: the nurse's signature, the patient's seal."""
        signature = self._sign(body)
        return self._seven("P", b"%09d" % number, signature) + self._seven("V", b"%09d" % number, signature)

    def lot(self, rank: int) -> bytes:
        """The `rank`-th certified lot, from 1, of the invoices that follow those of the lots before."""
        first = (rank - 1) * INVOICES_IN_A_LOT + 1
        bodies = [(number, self.body(number)) for number in range(first, first + INVOICES_IN_A_LOT)]
        common = {"emetteur": PS, "lot": f"{rank:03}"}
        ends = {"organisme": ORGANISME, "categorie": "FSE", "securisation": MODE, "nom": NAME}
        acts = self.acts * INVOICES_IN_A_LOT
        sums = {"factures": INVOICES_IN_A_LOT, "actes": acts, "total": acts * FEE}
        shares = {"part_amo": acts * AMO, "part_amc": acts * (FEE - AMO)}
        covered = b"".join(
            (
                encode("1", common | ends | {"date": "261116", "crf": CRF}),
                *(body + self.sevens(number, body) for number, body in bodies),
                encode("6", common | sums | shares),
            )
        )
        return covered + self._seven("L", b"%09d" % rank, self._sign(covered))

    def lots(self, size: int) -> Iterator[bytes]:
        """As many lots as make `size` bytes."""
        made, rank = 0, 0
        while made < size:
            rank += 1
            lot = self.lot(rank)
            made += len(lot)
            yield lot

    def _seven(self, genre: str, number: bytes, signature: bytes) -> bytes:
        """The records 7 of one signature, each with its number and its part of it written into it."""
        text = base64.b64encode(signature)
        made = []
        for rank, head in enumerate(self._heads[genre]):
            data = text[rank * _SEVEN_DATA : (rank + 1) * _SEVEN_DATA].ljust(_SEVEN_DATA)
            made.append(head[: _NUMBER_7.start] + number + head[_NUMBER_7.stop : -_SEVEN_DATA] + data)
        return b"".join(made)


def _sums(acts: int) -> dict[str, int]:
    return {"honoraires": acts * FEE, "part_amo": acts * AMO, "part_amc": acts * (FEE - AMO)}


def _heads(genre: str, key: str) -> list[bytes]:
    """The four records 7 of a signature that is still to be written in."""
    common = {"emetteur": PS, "facture": "000000001", "genre": genre, "sur": 4}
    common |= {"algorithme": "01", "cle_id": key}
    return [encode("7", common | {"rang": rank, "signature": "A" * 8}) for rank in range(1, 5)]


def keep_lots(journal: Journal, lots: Iterator[bytes]) -> None:
    """Write these certified lots into a journal that has no sheets of theirs, ready to be put in a file."""
    sevens, chunks = 4 * RECORD_LENGTH, SealedChunks(journal.db)
    with journal.db.step("lots"):
        for lot in lots:
            rank = journal.db.new_id("lot")
            journal.db.insert(
                "lot",
                id=rank,
                ps=PS,
                number=rank,
                kind="FSE",
                crf=CRF,
                mode=MODE,
                date="261116",
                state=LotState.CERTIFIED.value,
                sevens_sealed=journal.db.encrypt(lot[-sevens:], "lot", "sevens", rank),
            )
            chunks.keep(lot[:-sevens], "lot", "body", rank)
            journal.db.remember([("lot", rank, LotState.CERTIFIED, "")])


def fill_journal(path: Path, count: int) -> None:
    """A new journal with so many invoices, each certified by the nurse's card and in no lot yet."""
    sign, certificate = card_signer()
    maker = Maker(1, sign, key_id(certificate))
    with Journal(path, Cipher(KEY), lambda: MOMENT, station=0) as journal:
        journal.db.write("PRAGMA synchronous = OFF")  # what is made here can be made again
        journal.visits.add_day("day", PS, "20261115", [DAY_PIECE] * count)
        for number in range(1, count + 1):
            invoice = journal.invoices.make(number, PS, maker.sheet)
            (sheet,) = journal.invoices.get(invoice).sheets
            journal.invoices.certified(sheet.id, maker.sevens(number, sheet.records))
