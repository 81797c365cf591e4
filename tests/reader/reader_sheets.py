"""Invoices and lots for the reader's tests, written by the host's encoder. No rule holds here: a test can
break any.

The nurse `infirmiere` bills the Moreau family; an invoice has acts at 10,00 € of which 6,00 € are the AMO's.
"""

import base64

from tournee.formats.records import encode

ISSUER = "756000121"
REPLACEMENT, REPLACEMENT_RPPS = "756000196", "10100000198"
FEE, AMO, AMC = 1000, 600, 400
CRF_FSE = "F01021021"
CRF_DRE = "D0099900009"
KEY_ID = "0A1B2C"
SIGNATURE = base64.b64encode(bytes(range(256))).decode()
PHONE_SEAL = base64.b64encode(bytes(range(72))).decode()
_WIDTH = 96


def head(number: int, **other: str | int) -> dict[str, str | int]:
    """What all records of an invoice share."""
    values: dict[str, str | int] = {
        "emetteur": ISSUER,
        "nir": "1820475113042",
        "cle": "45",
        "rang": "001",
        "facture": f"{number:09d}",
    }
    return values | other


def record_2(number: int, **other: str | int) -> bytes:
    """The head of an invoice; no third party pays."""
    values: dict[str, str | int] = {
        "nature": "1",
        "regime": "01",
        "caisse": "021",
        "centre": "0210",
        "nature_assurance": "10",
        "tiers_payant": "0",
        "naissance": "820412",
        "rang_naissance": "1",
    }
    return encode("2", head(number) | values | other)


def record_2r(number: int, **other: str | int) -> bytes:
    """Who replaces the issuer, and signs."""
    values: dict[str, str | int] = {
        "remplacant": REPLACEMENT,
        "rpps": REPLACEMENT_RPPS,
        "nom": "MARCHAND",
        "prenom": "INES",
        "signature": "1",
    }
    return encode("2R", head(number) | values | other)


def record_2a(number: int, **other: str | int) -> bytes:
    """The complementary insurer."""
    values: dict[str, str | int] = {"numero_amc": "0099900009", "adherent": "12345678"}
    return encode("2A", head(number) | values | other)


def record_4(number: int, **other: str | int) -> bytes:
    """One act."""
    values: dict[str, str | int] = {
        "executant": ISSUER,
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
        "part_amc": AMC,
    }
    return encode("4", head(number) | values | other)


def record_4e(number: int, **other: str | int) -> bytes:
    """RPPS numbers of the act before."""
    shared = head(number)
    del shared["rang"]
    return encode("4E", shared | {"sequence": 1, "rpps_executant": "10100000016"} | other)


def record_5(number: int, acts: int = 1, **other: str | int) -> bytes:
    """The end of an invoice; the patient paid all."""
    values: dict[str, str | int] = {
        "lignes": acts,
        "honoraires": acts * FEE,
        "part_amo": acts * AMO,
        "paye_assure": acts * FEE,
        "part_amc": acts * AMC,
    }
    return encode("5", head(number) | values | other)


def invoice(number: int, acts: int = 1) -> bytes:
    """A whole invoice, 2 to 5."""
    return record_2(number) + record_4(number) * acts + record_5(number, acts)


def certificate(number: int, kind: str, **other: str | int) -> bytes:
    """The four records 7 of one signature; `other` goes into each of them."""
    made = b""
    for at in range(0, len(SIGNATURE), _WIDTH):
        values: dict[str, str | int] = {
            "emetteur": ISSUER,
            "facture": f"{number:09d}",
            "genre": kind,
            "rang": at // _WIDTH + 1,
            "sur": -(-len(SIGNATURE) // _WIDTH),
            "algorithme": "01",
            "cle_id": KEY_ID,
            "signature": SIGNATURE[at : at + _WIDTH],
        }
        made += encode("7", values | other)
    return made


def phone_seal(number: int, **other: str | int) -> bytes:
    """The one record 7 of a seal by the service of the patient's phone."""
    values: dict[str, str | int] = {
        "emetteur": ISSUER,
        "facture": f"{number:09d}",
        "genre": "A",
        "rang": 1,
        "sur": 1,
        "algorithme": "02",
        "cle_id": KEY_ID,
        "signature": PHONE_SEAL,
    }
    return encode("7", values | other)


def certified(number: int, acts: int = 1) -> bytes:
    """An invoice with the certificates of mode 03."""
    return invoice(number, acts) + certificate(number, "P") + certificate(number, "V")


def record_1(**other: str | int) -> bytes:
    """The head of a lot of FSE in mode 03."""
    values: dict[str, str | int] = {
        "emetteur": ISSUER,
        "organisme": "021",
        "lot": "007",
        "categorie": "FSE",
        "securisation": "03",
        "nom": "LEFEBVRE CLAIRE",
        "date": "260302",
        "crf": CRF_FSE,
    }
    return encode("1", values | other)


def record_6(invoices: int, acts: int | None = None, **other: str | int) -> bytes:
    """The end of a lot of invoices, one act each unless told."""
    acts = invoices if acts is None else acts
    values: dict[str, str | int] = {
        "emetteur": ISSUER,
        "factures": invoices,
        "actes": acts,
        "total": acts * FEE,
        "part_amo": acts * AMO,
        "part_amc": acts * AMC,
        "lot": "007",
    }
    return encode("6", values | other)


def lot(invoices: int, acts: int = 1) -> bytes:
    """A whole lot, 1 to 6."""
    return (
        record_1()
        + b"".join(certified(number, acts) for number in range(1, invoices + 1))
        + record_6(invoices, invoices * acts)
    )
