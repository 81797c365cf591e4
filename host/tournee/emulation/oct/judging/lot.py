"""A lot taken apart: 1, sheets (2 [2R] [2A] (4 [4E])… 5 7…), 6, 7… — order and columns, before anything is
added up.
"""

from dataclasses import dataclass
from datetime import date, datetime

from tournee.emulation.oct.judging.file import RECORD, Values
from tournee.emulation.oct.judging.refusal import LAYOUT, OctRefusedError
from tournee.formats import records
from tournee.formats.errors import RecordError

_LOT_NUMBER = slice(19, 22)
_LOT_DATE = slice(71, 77)


@dataclass(frozen=True)
class OctAct:
    """One act: record 4, and its 4E when RPPS numbers are known."""

    values: Values
    rpps: Values | None


@dataclass(frozen=True)
class OctSheet:
    """One care sheet: records 2, 2R, 2A, 4 and 4E, 5; `signed` are the bytes from 2 to 5, `certificates` its
    records 7.
    """

    identity: Values
    substitute: Values | None
    complement: Values | None
    acts: tuple[OctAct, ...]
    total: Values
    signed: bytes
    certificates: tuple[Values, ...]

    @property
    def number(self) -> str:
        """Invoice number, 9 digits."""
        return str(self.identity["facture"])

    @property
    def nir(self) -> str:
        """The insured person's number, 13 characters."""
        return str(self.identity["nir"])


@dataclass(frozen=True)
class OctLot:
    """One lot: records 1 and 6, its sheets; `signed` are the bytes from 1 to 6, `certificates` its own
    records 7.
    """

    header: Values
    sheets: tuple[OctSheet, ...]
    trailer: Values
    signed: bytes
    certificates: tuple[Values, ...]

    @property
    def number(self) -> str:
        """Lot number, 3 digits."""
        return str(self.header["lot"])

    @property
    def kind(self) -> str:
        """``FSE`` or ``DRE``."""
        return str(self.header["categorie"])

    @property
    def mode(self) -> str:
        """Securing mode on two digits."""
        return str(self.header["securisation"])

    @property
    def crf(self) -> str:
        """The lot's recipient criterion."""
        return str(self.header["crf"])

    @property
    def day(self) -> date:
        """The lot's date."""
        return datetime.strptime(str(self.header["date"]), "%y%m%d").date()


def claimed_number(content: bytes) -> tuple[str, str]:
    """Lot number and date as record 1 says them, zeros where it says none: what an ARL names.

    A lot that cannot be named (`000`) refuses its whole file.
    """
    number = content[_LOT_NUMBER].decode("latin-1")
    day = content[_LOT_DATE].decode("latin-1")
    return (
        number if number.isascii() and number.isdigit() else "000",
        day if _is_day(day) else "000000",
    )


def _is_day(text: str) -> bool:
    try:
        return bool(text.isascii() and text.isdigit() and datetime.strptime(text, "%y%m%d"))
    except ValueError:
        return False


def read_lot(content: bytes, first: int) -> OctLot:
    """The lot in `content`, whose first record is number `first` of its file; OctRefusedError 0106."""
    walk = _Walk(content, first)
    header = walk.take("1")
    sheets = []
    while walk.kind() == "2":
        sheets.append(_read_sheet(walk))
    if not sheets:
        raise OctRefusedError(LAYOUT, f"ENREG {walk.number} : LOT SANS FACTURE")
    trailer = walk.take("6")
    signed = content[: walk.at]
    certificates = walk.take_all("7")
    if not walk.at_end():
        raise OctRefusedError(LAYOUT, f"ENREG {walk.number} : TYPE {walk.kind()} APRES LA FIN DU LOT")
    return OctLot(header, tuple(sheets), trailer, signed, certificates)


def _read_sheet(walk: "_Walk") -> OctSheet:
    start = walk.at
    identity = walk.take("2")
    number = str(identity["facture"])
    try:
        substitute = walk.take("2R") if walk.kind() == "2R" else None
        complement = walk.take("2A") if walk.kind() == "2A" else None
        acts = []
        while walk.kind() == "4":
            values = walk.take("4")
            acts.append(OctAct(values, walk.take("4E") if walk.kind() == "4E" else None))
        if not acts:
            raise OctRefusedError(LAYOUT, f"ENREG {walk.number} : FACTURE SANS ACTE")
        total = walk.take("5")
        signed = walk.content[start : walk.at]
        return OctSheet(identity, substitute, complement, tuple(acts), total, signed, walk.take_all("7"))
    except OctRefusedError as refused:
        raise OctRefusedError(refused.code, refused.label, number) from None


class _Walk:
    """Reads a lot's records one after another."""

    def __init__(self, content: bytes, first: int) -> None:
        self.content = content
        self.at = 0
        self._first = first

    @property
    def number(self) -> int:
        """Number in the file, from 1, of the record next in turn."""
        return self._first + self.at // RECORD

    def at_end(self) -> bool:
        """Whether every record was read."""
        return self.at >= len(self.content)

    def kind(self) -> str:
        """Kind of the record next in turn by its first bytes, "" at the end or when it is none."""
        index = -1 if self.at_end() else records.kind_of(self.content, self.at)
        return "" if index < 0 else records.KINDS[index]

    def take(self, kind: str) -> Values:
        """The next record, which must be of `kind` and right in every column."""
        if self.at_end():
            raise OctRefusedError(LAYOUT, f"ENREG {self.number} : FIN DU LOT AU LIEU DU TYPE {kind}")
        try:
            found, values = records.decode(self._next())
        except RecordError as error:
            raise OctRefusedError(
                LAYOUT, f"ENREG {self.number} COLONNE {error.column} : {error.field}"
            ) from None
        if found != kind:
            raise OctRefusedError(LAYOUT, f"ENREG {self.number} : TYPE {found} AU LIEU DE {kind}")
        self.at += RECORD
        return values

    def take_all(self, kind: str) -> tuple[Values, ...]:
        """Every record of `kind` next in turn."""
        taken = []
        while self.kind() == kind:
            taken.append(self.take(kind))
        return tuple(taken)

    def _next(self) -> bytes:
        return self.content[self.at : self.at + RECORD]
