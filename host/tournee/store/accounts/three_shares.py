"""Who gives the carer what an invoice asks: the caisse, the complementary insurer, the patient, in cents.

The invoice's own records say it, as its cards sign them: what the insured pays (record 5), and of it what a
complementary insurer pays all the same (contract 99, record 2A).
"""

from __future__ import annotations

import sqlite3

from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.model import ThreeShares
from tournee.store.cipher import Cipher

_BY_AMO, _BY_AMC = ("1", "3"), ("2", "3")  # third-party payment, group 1410 field 1
_NIR = slice(11, 24)  # of a record 2
_OF_INVOICES = """SELECT invoice.id, min(sheet.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id
    GROUP BY invoice.id"""


def columns_of(shares: ThreeShares) -> dict[str, int]:
    """The columns of an invoice that hold its shares."""
    return {"by_amo": shares.amo, "by_amc": shares.amc, "by_patient": shares.patient}


def three_shares(body: bytes, fee: int, amo: int, amc: int) -> ThreeShares:
    """The shares that the records of an invoice (2 to 5) say; of records that cannot be read, both insurers'
    shares are theirs.
    """
    try:
        said = dict(_decoded(body))
        third_party = str(said["2"]["tiers_payant"])
        patient = int(said["5"]["paye_assure"])
        split = int(said["2A"]["montant_complementaire"] or 0) if "2A" in said else 0
    except (KeyError, ValueError, RecordError):
        return ThreeShares(amo, amc, fee - amo - amc)
    patient -= 0 if third_party in _BY_AMC else split
    by_amo = amo if third_party in _BY_AMO else 0
    return ThreeShares(by_amo, fee - by_amo - patient, patient)


def beneficiary(body: bytes) -> tuple[str, ...]:
    """Whose care the records of an invoice are: number, birth and its rank; of records that cannot be read,
    the number alone.
    """
    try:
        said = dict(_decoded(body))["2"]
        return str(said["nir"]), str(said["naissance"]), str(said["rang_naissance"])
    except (KeyError, RecordError):
        return (body[_NIR].decode("latin-1"),)


def fill_three_shares(connection: sqlite3.Connection, cipher: Cipher) -> None:
    """Give the invoices of an older journal their shares, from their sheets."""
    for invoice, sheet in connection.execute(_OF_INVOICES).fetchall():
        fee, amo, amc, encrypted = connection.execute(
            "SELECT fee, amo, amc, records_sealed FROM sheet JOIN sheet_bytes ON sheet_bytes.sheet = sheet.id"
            " WHERE sheet.id = ?",
            (sheet,),
        ).fetchone()
        body = cipher.decrypt(encrypted, f"sheet.records.{sheet}")
        shares = three_shares(body, fee, amo, amc)
        connection.execute(
            "UPDATE invoice SET by_amo = ?, by_amc = ?, by_patient = ? WHERE id = ?", (*shares, invoice)
        )


def _decoded(body: bytes) -> list[tuple[str, dict[str, str | int]]]:
    """The records that tell shares, each by its kind."""
    size = records.RECORD_LENGTH
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return [records.decode(part) for part in parts if part[:1] in (b"2", b"5")]
