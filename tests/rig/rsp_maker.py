"""RSP made entity by entity from the table of entities alone, for what no good insurer would write."""

from __future__ import annotations

from tournee.formats import noemie

PS, NIR = "756000014", "2550699999001"
_ENDS: dict[str, str | int] = {
    "type_emetteur": "CT",
    "numero_emetteur": "00000001123751",
    "type_destinataire": "IF",
    "numero_destinataire": PS.zfill(14),
    "fichier": "000009",
}


def invoice(number: str = "000000001", **values: str | int) -> bytes:
    told = {"rupture": "04", "facture": number, "lot": "001", "date_lot": "260302", "type": "F"}
    return noemie.encode("102", told | values)


def person(nir: str = NIR) -> bytes:
    return noemie.encode(
        "103", {"rupture": "05", "nir": nir, "cle": "62", "naissance": "550612", "rang_naissance": "1"}
    )


def amo(asked: int, state: str, paid: int, sign: str = "P") -> bytes:
    told = {"rupture": "05", "demande": asked, "etat": state, "paye": paid, "signe": sign}
    return noemie.encode("198", told)


def amc(asked: int, state: str, paid: int, sign: str = "P") -> bytes:
    told = {"rupture": "05", "demande": asked, "etat": state, "paye": paid, "signe": sign}
    return noemie.encode("199", told | {"numero_amc": "0088888888"})


def act(amo_share: int, amc_share: int = 0, rate: int = 0) -> bytes:
    told: dict[str, str | int] = {
        **dict.fromkeys(("rupture", "code_gestion", "mode_traitement"), "00"),
        **dict.fromkeys(("discipline",), "000"),
        **dict.fromkeys(("date_prescription", "date", "date_fin"), "260302"),
        **dict.fromkeys(("prix_unitaire", "base", "depense"), 1000),
        **dict.fromkeys(("taux_alsace_moselle", "montant_alsace_moselle", "base_amc"), 0),
    }
    told |= {
        "ligne": "01",
        "justif_exo": "0",
        "taux": 60,
        "montant": amo_share,
        "signe": "P",
        "nature": "AMI",
        "complement": "",
        "qualificatif": "",
    }
    told |= {"quantite": 1, "coefficient": 100, "denombrement": 0, "taux_amc": rate, "montant_amc": amc_share}
    return noemie.encode("210", told)


def rejection(code: str = "0043", level: str = "F", part: str = "O") -> bytes:
    told = {"rupture": "05", "code": code, "libelle": "DROITS FERMES", "niveau": level, "part": part}
    return noemie.encode("294", told)


def remark() -> bytes:
    return noemie.encode("295", {"rupture": "05", "libelle": "A TRANSMETTRE"})


def payee(number: str = PS) -> bytes:
    return noemie.encode("040", {"destinataire": number.zfill(15)})


def lot(number: str = "001", date: str = "260302") -> bytes:
    return noemie.encode("080", {"rupture": "03", "date": date, "lot": number})


def transfer(label: str = "VIREMENT 1") -> bytes:
    return noemie.encode("071", {"date": "260303", "libelle_1": label})


def flat(amount: int) -> bytes:
    return noemie.encode("261", {"rupture": "03", "code": "00101", "montant": amount})


def detail(amount: int) -> bytes:
    return noemie.encode("262", {"rupture": "04", "libelle": "FORFAIT", "periode": "A", "montant": amount})


def debt(operation: str, amount: int, sign: str = "N") -> bytes:
    told = {"rupture": "03", "ligne": "01", "dette": "DETTE1", "date": "260301", "nature": "IND"}
    return noemie.encode("250", told | {"operation": operation, "montant": amount, "signe": sign})


def close(level: str, count: int, amount: int, name: str = "") -> bytes:
    sign = "N" if amount < 0 else "P"
    told = {"identification": level + name, "nombre": count, "cumul": abs(amount), "signe": sign}
    return noemie.encode("990", told)


def rsp(*entities: bytes, total: int, reference: str = "0576", lots: int = 1, **ends: str | int) -> bytes:
    """The whole file; `total` is what its 999 announces, `enregistrements` how many entities unless told."""
    count = ends.pop("enregistrements", len(entities) + 2)
    head = {**_ENDS, "date": "260303", "reference": reference, **ends}
    tail = {**_ENDS, "enregistrements": count, "lots": lots, "cumul": abs(total)}
    tail |= {"signe": "N" if total < 0 else "P"}
    return noemie.encode("000", head) + b"".join(entities) + noemie.encode("999", tail)
