"""Files, ARL and RSP read by the columns of the profile's page, typed off it: nothing of the host is used.

It judges what the host wrote and what the OCT answered, so it shares no code with either.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

RECORD = 128
ENTITY_LENGTHS = {
    "010": 14, "020": 21, "040": 21, "070": 12, "071": 86, "080": 15, "081": 22, "100": 15, "102": 40,
    "103": 152, "110": 88, "120": 57, "150": 8, "160": 23, "198": 24, "199": 49, "210": 118, "220": 118,
    "250": 47, "261": 19, "262": 134, "290": 98, "294": 153, "295": 135, "990": 43,
}  # fmt: skip


def cut(record: bytes, column: int, length: int) -> str:
    """What stands from a column on, counted from 1."""
    return record[column - 1 : column - 1 + length].decode("latin-1").strip()


@dataclass(frozen=True)
class Act:
    """One record 4."""

    date: str
    code: str
    complement: str
    quantity: int
    coefficient: int
    amo: int
    fee: int
    amc: int


@dataclass
class SentInvoice:
    """One invoice of a lot: an FSE or a DRE, by its records 2 to 5, and how many records 7 stand behind."""

    ps: str
    kind: str
    mode: str
    lot: str
    lot_date: str
    number: str
    nir: str
    key: str
    born: str
    payer: str
    contract: str
    amc_number: str
    crf: str
    split: int = 0
    acts: list[Act] = field(default_factory=list)
    fee: int = 0
    amo: int = 0
    amc: int = 0
    paid_by_patient: int = 0
    body: bytes = b""
    sevens: int = 0

    @property
    def asked(self) -> int:
        """Cents that others than the patient are to pay to the carer, of the whole invoice."""
        split = self.split if self.contract == "99" else 0
        return self.amo * (self.payer in "13") + self.amc * (self.payer in "23") + split

    @property
    def care(self) -> tuple[object, ...]:
        """Which care it bills: whoever bills the same again bills it twice."""
        return (self.ps, self.nir, self.born, tuple((a.date, a.code, a.coefficient) for a in self.acts))


@dataclass(frozen=True)
class SentFile:
    """One message that left: its subject's stamp, the file in it, the invoices of its lots."""

    message: str
    stamp: str
    ps: str
    name: str
    content: bytes
    invoices: tuple[SentInvoice, ...]

    @property
    def lots(self) -> set[tuple[str, str]]:
        """Date and number of each lot."""
        return {(one.lot_date, one.lot) for one in self.invoices}


@dataclass
class Told:
    """What one return says of one invoice's share: `paid` and `state` of the AMO and of the AMC."""

    source: str
    ps: str
    lot: str
    lot_date: str
    number: str
    kind: str
    amo_state: str = ""
    amo_paid: int = 0
    amc_state: str = ""
    amc_paid: int = 0
    rejected: str = ""

    @property
    def paid(self) -> int:
        """Cents of both shares."""
        return self.amo_paid + self.amc_paid


@dataclass(frozen=True)
class Acknowledged:
    """One record A of an ARL."""

    source: str
    ps: str
    file: str
    lot: str
    lot_date: str
    taken: bool
    code: str
    invoice: str


class Keys:
    """The private key of one end, in a folder with `key.pem` and `cert.pem`."""

    def __init__(self, folder: Path) -> None:
        self._key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
        self._certificate = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes())

    def opened(self, raw: bytes) -> tuple[str, str, bytes]:
        """Subject, description and clear content of a message's one attachment; b"" of a message in parts."""
        message = message_from_bytes(raw)
        content = message.get_payload(decode=True)
        if not isinstance(content, bytes):
            return str(message["Subject"]), "", b""
        told = str(message["Content-Description"])
        form = told.split("/")[-1]
        if "K" in form and told.count("/") == 2:
            content = pkcs7_decrypt_der(content, self._certificate, self._key, [])  # type: ignore[arg-type]
            if "Z" in form:
                content = gzip.decompress(content)
        return str(message["Subject"]), told, content


def read_file(message: str, subject: str, content: bytes) -> SentFile:
    """A file that left, its counts checked against what it announces."""
    _, exercice, stamp, count = subject.split("/")
    rows = [content[at : at + RECORD] for at in range(0, len(content), RECORD)]
    head, *body, tail = rows
    assert (head[:3], tail[:3], len(content) % RECORD) == (b"000", b"999", 0)
    assert cut(head, 6, 14) == cut(tail, 6, 14) == exercice
    invoices: list[SentInvoice] = []
    lot = b""
    lots = 0
    for row in body:
        kind = row[:1]
        if kind == b"1":
            lot, lots = row, lots + 1
        elif kind == b"2" and row[38:39].isdigit():
            invoices.append(_head_of(row, lot))
        elif kind == b"7" and row[19:20] == b"L":
            continue
        elif kind == b"7":
            assert cut(row, 11, 9) == invoices[-1].number
            invoices[-1].sevens += 1
        elif kind == b"6":
            held = [one for one in invoices if (one.lot, one.lot_date) == (cut(lot, 20, 3), cut(lot, 72, 6))]
            assert (len(held), sum(one.fee for one in held)) == (int(cut(row, 11, 3)), int(cut(row, 25, 9)))
        if kind in b"245":
            _take(invoices[-1], row)
    assert (len(rows), lots, len(invoices)) == (int(cut(tail, 56, 8)), int(cut(tail, 83, 3)), int(count))
    return SentFile(message, stamp, exercice[-9:], cut(head, 50, 6), content, tuple(invoices))


def _head_of(row: bytes, lot: bytes) -> SentInvoice:
    return SentInvoice(
        *(cut(row, 2, 9), cut(lot, 23, 3), cut(lot, 26, 2), cut(lot, 20, 3), cut(lot, 72, 6)),
        *(
            cut(row, 30, 9),
            cut(row, 12, 13),
            cut(row, 25, 2),
            cut(row, 96, 6) + cut(row, 102, 1),
            cut(row, 95, 1),
        ),
        *(cut(row, 117, 2), cut(row, 119, 10), cut(lot, 89, 40)),
    )


def _take(invoice: SentInvoice, row: bytes) -> None:
    invoice.body += row
    if row[:1] == b"2" and row[38:39] == b"A" and cut(row, 67, 1) == "1":
        invoice.split = int(cut(row, 68, 8) or 0)
    if row[:1] == b"4" and row[35:36] != b"E":
        told = (cut(row, 70, 6), cut(row, 76, 4), cut(row, 80, 1), int(cut(row, 81, 2)), int(cut(row, 83, 6)))
        invoice.acts.append(Act(*told, int(cut(row, 108, 7)), int(cut(row, 115, 7)), int(cut(row, 123, 6))))
    if row[:1] == b"5":
        invoice.fee, invoice.amo = int(cut(row, 58, 8)), int(cut(row, 66, 8))
        invoice.paid_by_patient, invoice.amc = int(cut(row, 74, 8)), int(cut(row, 90, 8))
        assert invoice.fee == sum(act.fee for act in invoice.acts)
        assert invoice.amo == sum(act.amo for act in invoice.acts)
        assert invoice.amc == sum(act.amc for act in invoice.acts)


def read_arl(source: str, content: bytes) -> list[Acknowledged]:
    """What an ARL says of each lot; lot 000 is the whole file."""
    rows = [content[at : at + RECORD] for at in range(RECORD, len(content) - RECORD, RECORD)]
    return [
        Acknowledged(
            *(source, cut(row, 2, 14)[-9:], cut(row, 16, 6), cut(row, 22, 3), cut(row, 25, 6)),
            *(cut(row, 31, 1) == "P", cut(row, 32, 4), cut(row, 116, 9)),
        )
        for row in rows
    ]


def read_rsp(source: str, content: bytes) -> tuple[list[Told], int]:
    """What an RSP says of each invoice, and cents paid outside invoices less what is held back."""
    told: list[Told] = []
    apart = 0
    total, signed = int(cut(content[-RECORD:], 86, 11)), cut(content[-RECORD:], 97, 1)
    payee = ""
    for entity in _entities(content):
        kind = cut(entity, 1, 3)
        if kind == "040":
            payee = cut(entity, 6, 15)[-9:]
        elif kind == "102":
            told.append(
                Told(
                    source,
                    payee,
                    cut(entity, 21, 3),
                    cut(entity, 24, 6),
                    cut(entity, 6, 9),
                    cut(entity, 30, 1),
                )
            )
        elif kind == "198":
            told[-1].amo_state, told[-1].amo_paid = cut(entity, 14, 1), _signed(entity)
        elif kind == "199":
            told[-1].amc_state, told[-1].amc_paid = cut(entity, 14, 1), _signed(entity)
        elif kind in ("294", "290"):
            told[-1].rejected = cut(entity, 6, 4) if kind == "294" else cut(entity, 8, 10)
        elif kind == "261":
            apart += int(cut(entity, 11, 8))
        elif kind == "250" and cut(entity, 27, 3) == "RPR":
            apart += int(cut(entity, 30, 8)) * (-1 if cut(entity, 38, 1) == "N" else 1)
    assert sum(one.paid for one in told) + apart == (-total if signed == "N" else total)
    return told, apart


def _entities(content: bytes) -> list[bytes]:
    found = []
    at = RECORD
    while at < len(content) - RECORD:
        length = ENTITY_LENGTHS[content[at : at + 3].decode()]
        assert content[at + length - 1 : at + length] == b"@"
        found.append(content[at : at + length])
        at += length
    return found


def _signed(entity: bytes) -> int:
    paid = int(cut(entity, 15, 8) or 0)
    return -paid if cut(entity, 23, 1) == "N" else paid
