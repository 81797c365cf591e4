"""A workshop that makes whole submissions from the record tables, right by default and wrong where told.

It shares nothing with the code that makes lots, files and messages: records, order, sums and signatures are
written here again from the profile.
"""

import base64
import gzip
import hashlib
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tournee.formats import records

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
SENDER = "123456782"
RPPS = "10100000016"
NIR, NIR_KEY = "2550699999001", "62"
CRF_FSE = "F01131016"
AMC = "0088888888"
CRF_DRE = f"D{AMC}"
ADDRESS = "oct@oct.example"
CARER = "cabinet@carer.example"


def make_card(name: str, title: str = "") -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    names = [x509.NameAttribute(NameOID.TITLE, title)] if title else []
    subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 12, 31, tzinfo=UTC))
        .sign(key, SHA256())
    )
    return key, certificate


@dataclass(frozen=True)
class Cards:
    ps: tuple[rsa.RSAPrivateKey, x509.Certificate]
    vitale: tuple[rsa.RSAPrivateKey, x509.Certificate]
    stranger: tuple[rsa.RSAPrivateKey, x509.Certificate]


@dataclass(frozen=True)
class Sheet:
    """One sheet to make; `two`, `four`, `five` override values of its records."""

    number: str = "000000041"
    nir: str = NIR
    nir_key: str = NIR_KEY
    kind: str = "FSE"
    mode: str = "03"
    third_party: str = "1"
    two: dict = field(default_factory=dict)
    complement: dict | None = None
    four: dict = field(default_factory=dict)
    rpps: dict | None = None
    five: dict = field(default_factory=dict)
    acts: int = 1
    seals: str | None = None
    substitute: dict | None = None


@dataclass(frozen=True)
class Lot:
    sheets: tuple[Sheet, ...] = (Sheet(),)
    number: str = "001"
    kind: str = "FSE"
    mode: str = "03"
    crf: str = CRF_FSE
    one: dict = field(default_factory=dict)
    six: dict = field(default_factory=dict)


class Workshop:
    Sheet, Lot = Sheet, Lot
    make_card = staticmethod(make_card)
    scratch: Path = Path()

    def __init__(self, cards: Cards, oct_certificate: x509.Certificate) -> None:
        self.cards = cards
        self.oct_certificate = oct_certificate

    def sheet(self, sheet: Sheet) -> bytes:
        shared = {
            "emetteur": SENDER,
            "nir": sheet.nir,
            "cle": sheet.nir_key,
            "rang": "001",
            "facture": sheet.number,
        }
        amo, amc, fee = 600, 400, 1000
        two = {
            **shared,
            "nature": "1",
            "regime": "01",
            "caisse": "131",
            "centre": "0016",
            "nature_assurance": "10",
            "tiers_payant": sheet.third_party,
            "naissance": "550612",
            "rang_naissance": "1",
        }
        if sheet.kind == "DRE" or sheet.complement is not None:
            two |= {"numero_amc": AMC}
        parts = [records.encode("2", {**two, **sheet.two})]
        if sheet.substitute is not None:
            parts.append(records.encode("2R", {**shared, **sheet.substitute}))
        if sheet.complement is not None:
            parts.append(records.encode("2A", {**shared, "numero_amc": AMC, **sheet.complement}))
        for rank in range(1, sheet.acts + 1):
            act = {
                "executant": SENDER,
                "specialite": "24",
                "date": "261122",
                "acte": "AMI",
                "quantite": 1,
                "coefficient": 400,
                "prix_unitaire": 250,
                "base": fee,
                "taux": 60,
                "part_amo": amo,
                "honoraires": fee,
                "part_amc": amc,
            }
            parts.append(records.encode("4", {**shared, **act, **sheet.four}))
            if sheet.rpps is not None:
                ids = {name: shared[name] for name in ("emetteur", "nir", "cle", "facture")}
                parts.append(records.encode("4E", {**ids, "sequence": rank, **sheet.rpps}))
        paid = fee
        if sheet.third_party in "13":
            paid -= amo
        if sheet.third_party in "23":
            paid -= amc
        total = {
            "lignes": sheet.acts,
            "honoraires": fee * sheet.acts,
            "part_amo": amo * sheet.acts,
            "paye_assure": paid * sheet.acts,
            "part_amc": amc * sheet.acts,
        }
        parts.append(records.encode("5", {**shared, **total, **sheet.five}))
        signed = b"".join(parts)
        seals = (
            sheet.seals if sheet.seals is not None else ("PV" if sheet.mode in ("02", "03", "04") else "P")
        )
        signers = {"P": self.cards.ps, "V": self.cards.vitale}
        return signed + b"".join(self.seal(kind, sheet.number, signed, signers[kind]) for kind in seals)

    def seal(self, kind: str, number: str, signed: bytes, card: tuple) -> bytes:
        key, certificate = card
        text = base64.b64encode(key.sign(signed, PKCS1v15(), SHA256())).decode()
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"".join(
            f"7{SENDER}{number}{kind}{rank:02d}0401{hashlib.sha256(spki).hexdigest()[:6].upper()}{piece:<96}".encode()
            for rank, piece in enumerate((text[:96], text[96:192], text[192:288], text[288:]), 1)
        )

    def lot(self, lot: Lot) -> bytes:
        one = {
            "emetteur": SENDER,
            "organisme": "131",
            "lot": lot.number,
            "categorie": lot.kind,
            "securisation": lot.mode,
            "nom": "EXEMPLE CLAIRE",
            "date": "261122",
            "crf": lot.crf,
        }
        invoices, acts = len(lot.sheets), sum(sheet.acts for sheet in lot.sheets)
        six = {
            "emetteur": SENDER,
            "factures": invoices,
            "actes": acts,
            "total": 1000 * acts,
            "part_amo": 600 * acts,
            "part_amc": 400 * acts,
            "lot": lot.number,
        }
        body = records.encode("1", {**one, **lot.one})
        body += b"".join(self.sheet(replace(sheet, kind=lot.kind, mode=lot.mode)) for sheet in lot.sheets)
        body += records.encode("6", {**six, **lot.six})
        return body + self.seal("L", lot.number.zfill(9), body, self.cards.ps)

    def file(
        self,
        lots: list[bytes],
        *,
        name: str = "000012",
        date: str = "261122",
        head: dict | None = None,
        tail: dict | None = None,
    ) -> bytes:
        ends = {
            "type_emetteur": "IF",
            "numero_emetteur": SENDER.zfill(14),
            "type_destinataire": "OT",
            "numero_destinataire": "00000999999998",
            "application": "TO",
            "fichier": name,
        } | (head or {})
        body = b"".join(lots)
        counts = {"enregistrements": len(body) // 128 + 2, "lots": len(lots)} | (tail or {})
        return (
            records.encode("000", {"date": date, **ends}) + body + records.encode("999", {**ends, **counts})
        )

    def message(
        self,
        file: bytes,
        *,
        stamp: str = "2026112218290000001",
        subject: str | None = None,
        name: str = "000012",
        count: int | None = None,
        form: str = "/ZK",
        headers: dict | None = None,
        attachment: bytes | None = None,
    ) -> bytes:
        invoices = sum(
            file[at : at + 1] == b"2" and file[at + 38 : at + 39] not in (b"A", b"R")
            for at in range(0, len(file), 128)
        )
        content = gzip.compress(file, mtime=0) if "Z" in form else file
        if "K" in form:
            content = self.envelope(content)
        if attachment is not None:
            content = attachment
        values = {
            "From": CARER,
            "To": ADDRESS,
            "Subject": subject
            or f"SV140700/{SENDER:0>14}/{stamp}/{invoices if count is None else count:05d}",
            "MIME-Version": "1.0",
            "Content-Type": f'Application/EDI-consent; name="{name}"',
            "Content-Transfer-Encoding": "base64",
            "Content-Description": f"FACTURE/SV{form}",
        } | (headers or {})
        head = "".join(f"{key}: {value}\r\n" for key, value in values.items() if value is not None)
        return head.encode() + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")

    def envelope(self, content: bytes) -> bytes:
        """Sealed by openssl: another hand than the one that opens it."""
        certificate = self.oct_certificate.public_bytes(Encoding.PEM)
        path = self.scratch / "recipient.pem"
        path.write_bytes(certificate)
        command = ["openssl", "cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", str(path)]
        return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout
