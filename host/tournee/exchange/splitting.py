"""Certified bytes taken apart: a file into lots, a lot into invoices, an invoice into what is signed and its
records 7.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tournee.errors import ExchangeError
from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.formats.records import RECORD_LENGTH

Values = dict[str, str | int]

INVOICES_MAX = 100
"""Invoices in a lot (profile, CRF)."""

INVOICE_SHAPE = "2r?a?4[4e]*57*"
"""The records of an invoice, as `records.shape_of` names them: 2, [2R], [2A], each 4, its [4E], 5, its 7."""

_INVOICE = re.compile(INVOICE_SHAPE)
_KINDS = {
    "r": "2R",
    "a": "2A",
    "e": "4E",
    "0": "000",
    "9": "999",
}  # of letters that are not their kind's own name
_SHARES = ("honoraires", "part_amo", "part_amc")


class LayoutError(ExchangeError):
    """Bytes that are no invoice, lot or file of the profile; `offset` is that of the record at fault."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(
            f"{message} (octet {offset}).",
            cause="les données ont été abîmées ou ne suivent pas le profil open-1",
            next_step="refaites la pièce en cause.",
        )
        self.offset = offset


@dataclass(frozen=True)
class Seven:
    """A record 7 and its bytes."""

    values: Values
    raw: bytes


@dataclass(frozen=True)
class SignedInvoice:
    """An invoice: `body` is its records 2 to 5, what is signed; totals in cents from its record 5; `acts` its
    records 4; `substitute` the RPPS number in its record 2R, "" without one.
    """

    emetteur: str
    number: str
    body: bytes
    sevens: tuple[Seven, ...]
    acts: int
    fee: int
    amo: int
    amc: int
    substitute: str = ""


@dataclass(frozen=True)
class SignedLot:
    """A lot: `body` is its records 1 to 6, what is signed; `head` and `trailer` the values of records 1 and
    6.
    """

    head: Values
    invoices: tuple[SignedInvoice, ...]
    trailer: Values
    body: bytes
    sevens: tuple[Seven, ...]

    @property
    def records(self) -> bytes:
        """The lot as it stands in a file."""
        return self.body + b"".join(seven.raw for seven in self.sevens)


@dataclass(frozen=True)
class SignedFile:
    """A file: `head` and `trailer` are the values of records 000 and 999; `size` counts its records, both
    included.
    """

    head: Values
    lots: tuple[SignedLot, ...]
    trailer: Values
    size: int


@lru_cache(INVOICES_MAX)
def split_invoice(data: bytes) -> SignedInvoice:
    """Take one invoice apart: 2, [2R], [2A], one 4 ([4E]) or more, 5, then its records 7 if any; LayoutError
    for anything else. A lot's worth is remembered: the lot that is made of them is verified next.
    """
    reader = _Reader(data)
    invoice = _read_invoice(reader)
    reader.end()
    return invoice


def split_lot(data: bytes) -> SignedLot:
    """Take one lot apart: 1, invoices, 6, then its records 7 if any; LayoutError for anything else."""
    reader = _Reader(data)
    lot = _read_lot(reader)
    reader.end()
    return lot


def split_file(data: bytes) -> SignedFile:
    """Take one file apart: 000, lots, 999; LayoutError for anything else."""
    reader = _Reader(data)
    head = reader.take("000")
    lots = []
    while reader.letter == "1":
        lots.append(_read_lot(reader))
    trailer = reader.take("999")
    reader.end()
    return SignedFile(head, tuple(lots), trailer, len(data) // RECORD_LENGTH)


class _Reader:
    """Goes through records one by one, each decoded strictly."""

    def __init__(self, data: bytes) -> None:
        if len(data) % RECORD_LENGTH:
            raise LayoutError(f"{len(data)} octets ne font pas un nombre entier d’enregistrements", len(data))
        self._data = data
        self._shape = records.shape_of(data)
        self.at = 0

    @property
    def letter(self) -> str:
        """What the next record is, as `records.shape_of` says; empty at the end."""
        rank = self.at // RECORD_LENGTH
        return self._shape[rank : rank + 1]

    def take(self, kind: str) -> Values:
        """The values of the next record, which must be of this kind."""
        letter = self.letter
        if _KINDS.get(letter, letter) != kind:
            found = self._data[self.at : self.at + 3].decode("latin-1")
            raise LayoutError(f"Enregistrement « {found} » là où il faut {kind}", self.at)
        try:
            values = records.decode_as(kind, self._data[self.at : self.at + RECORD_LENGTH], self.at)
        except RecordError as error:
            raise LayoutError(
                f"Enregistrement {error.record}, champ {error.field}, colonne {error.column} :"
                f" « {error.value} » n’est pas admis",
                self.at,
            ) from error
        self.at += RECORD_LENGTH
        return values

    def take_invoice(self) -> SignedInvoice:
        """The next invoice, not read again when these very bytes just were."""
        found = _INVOICE.match(self._shape, self.at // RECORD_LENGTH)
        if found is None:
            return _read_invoice(self)
        end = found.end() * RECORD_LENGTH
        try:
            invoice = split_invoice(self._data[self.at : end])
        except LayoutError:
            return _read_invoice(self)  # says where in this lot
        self.at = end
        return invoice

    def since(self, start: int) -> bytes:
        """The bytes from `start` up to here."""
        return self._data[start : self.at]

    def end(self) -> None:
        """Nothing may be left."""
        if self.at != len(self._data):
            raise LayoutError("Des données suivent la fin", self.at)


def _read_invoice(reader: _Reader) -> SignedInvoice:
    start = reader.at
    head = reader.take("2")
    body = [head]
    substitute = ""
    if reader.letter == "r":
        body.append(reader.take("2R"))
        substitute = str(body[-1]["rpps"])
    if reader.letter == "a":
        body.append(reader.take("2A"))
    acts = [reader.take("4")]
    while reader.letter in ("4", "e"):
        if reader.letter == "4":
            acts.append(reader.take("4"))
        else:
            body.append(reader.take("4E"))
    last = reader.take("5")
    _check_same([*body, *acts, last], f"Facture {head['facture']}", ("emetteur", "facture"), start)
    told = {field: sum(int(act[field]) for act in acts) for field in _SHARES}
    _check_totals(last, told | {"lignes": len(acts)}, f"Facture {head['facture']}", start)
    covered = reader.since(start)
    return SignedInvoice(
        str(head["emetteur"]),
        str(head["facture"]),
        covered,
        _read_sevens(reader),
        len(acts),
        int(last["honoraires"]),
        int(last["part_amo"]),
        int(last["part_amc"]),
        substitute,
    )


def _read_lot(reader: _Reader) -> SignedLot:
    start = reader.at
    head = reader.take("1")
    invoices = []
    while reader.letter in ("2", "r", "a"):
        invoices.append(reader.take_invoice())
    trailer = reader.take("6")
    label = f"Lot {head['lot']}"
    _check_same([head, trailer], label, ("emetteur", "lot"), start)
    _check_totals(
        trailer,
        {
            "factures": len(invoices),
            "actes": sum(invoice.acts for invoice in invoices),
            "total": sum(invoice.fee for invoice in invoices),
            "part_amo": sum(invoice.amo for invoice in invoices),
            "part_amc": sum(invoice.amc for invoice in invoices),
        },
        label,
        start,
    )
    return SignedLot(head, tuple(invoices), trailer, reader.since(start), _read_sevens(reader))


def _read_sevens(reader: _Reader) -> tuple[Seven, ...]:
    sevens = []
    while reader.letter == "7":
        start = reader.at
        sevens.append(Seven(reader.take("7"), reader.since(start)))
    return tuple(sevens)


def _check_same(body: Sequence[Values], label: str, fields: Sequence[str], start: int) -> None:
    """All these records bear the same sender and number."""
    for values in body[1:]:
        for field in fields:
            if values[field] != body[0][field]:
                raise LayoutError(f"{label} : {field} {values[field]} dans un de ses enregistrements", start)


def _check_totals(found: Values, told: dict[str, int], label: str, start: int) -> None:
    """A record that closes says what the records before it add up to."""
    for field, value in told.items():
        if found[field] != value:
            raise LayoutError(f"{label} : {field} {found[field]}, les enregistrements en font {value}", start)
