"""The messages the OCT sends back: ART, ARL and RSP, byte for byte from what they carry (OCT-RET; profile
"Mail").
"""

import base64
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options
from cryptography.x509 import Certificate

from tournee.formats import records

_LINE = 76
_NO_INVOICE = "0" * 9


@dataclass(frozen=True)
class Item:
    """One record A to write: `lot` 000 settles the whole file; `code` 0000 accepts. `genre` S answers for the
    `piece` of this rank (3 digits).
    """

    lot: str
    date: str
    code: str = "0000"
    label: str = ""
    invoice: str = ""
    genre: str = ""
    piece: str = ""


@dataclass(frozen=True)
class Postman:
    """Who answers whom and when; makes complete messages.

    `certificate` seals ARL and RSP for the PS when given.
    """

    address: str
    to: str
    number: str
    now: datetime
    certificate: Certificate | None = None

    def art(self, ps_type: str, text: str, name: str, serial: int) -> bytes:
        """A technical acknowledgement: its text goes readable, whoever it is for (OCT-RET-4)."""
        return self._message("ART", f"ART/{ps_type}", f"{name}.txt", text.encode("utf-8"), serial, "utf-8")

    def file(self, word: str, content: bytes, name: str, serial: int) -> bytes:
        """An ARL or RSP file, compressed and sealed when the PS has a mail certificate."""
        description = f"{word}/SV"
        if self.certificate is not None:
            content = seal(gzip.compress(content, mtime=0), self.certificate)
            description += "/ZK"
        return self._message(word, description, name, content, serial)

    def _message(
        self, word: str, description: str, name: str, content: bytes, serial: int, charset: str = ""
    ) -> bytes:
        domain = self.address.rpartition("@")[2]
        stamp = f"{self.now:%Y%m%d%H%M}"
        parameter = f'; charset="{charset}"' if charset else ""
        headers = (
            f"From: {self.address}",
            f"To: {self.to}",
            f"Subject: {word}/{self.number}/{stamp}",
            f"Date: {format_datetime(self.now)}",
            f"Message-ID: <{stamp}.{serial:06d}.{word.lower()}@{domain}>",
            "MIME-Version: 1.0",
            f'Content-Type: Application/EDI-consent; name="{name}"{parameter}',
            "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{name}"',
            f"Content-Description: {description}",
            "",
        )
        body = base64.b64encode(content).decode("ascii")
        lines = [body[at : at + _LINE] for at in range(0, len(body), _LINE)]
        return ("\r\n".join([*headers, *lines]) + "\r\n").encode("ascii")


def seal(content: bytes, certificate: Certificate) -> bytes:
    """CMS EnvelopedData in DER, AES-256-CBC, RSA key transport."""
    builder = PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    return builder.set_content_encryption_algorithm(AES256).encrypt(Encoding.DER, [PKCS7Options.Binary])


def arl_file(
    items: Sequence[Item],
    *,
    answering: tuple[str, str],
    ps_type: str,
    sender: str,
    file_name: str,
    name: str,
    now: datetime,
    answers: str = "",
) -> bytes:
    """An ARL: 000 (application AR), one record A an item, 999.

    `answering` are type and number of who answers; `file_name` is the acknowledged one, `name` its own;
    `answers` says which message it is for.
    """
    ends: dict[str, str | int] = {
        "type_emetteur": answering[0],
        "numero_emetteur": answering[1],
        "programme_emetteur": "OCTEMU",
        "type_destinataire": ps_type,
        "numero_destinataire": sender,
        "application": "AR",
        "fichier": name,
    }
    parts = [records.encode("000", {**ends, "date": f"{now:%y%m%d}", "message": answers})]
    parts += [
        records.encode(
            "A",
            {
                "emetteur": sender,
                "fichier": file_name,
                "lot": item.lot,
                "date_lot": item.date,
                "etat": "P" if item.code == "0000" else "N",
                "code": item.code,
                "libelle": item.label,
                "facture": item.invoice or _NO_INVOICE,
                "genre": item.genre,
                "piece": item.piece,
            },
        )
        for item in items
    ]
    lots = sum(1 for item in items if item.lot != "000")
    return b"".join(
        [*parts, records.encode("999", {**ends, "enregistrements": len(parts) + 1, "lots": lots})]
    )
