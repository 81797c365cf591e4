"""What an RSP says, as data: payments and rejections by invoice, payments outside invoices, virements (OCT-
RET-3).
"""

from dataclasses import dataclass, field

from tournee.formats import noemie
from tournee.formats.noemie import Entities, Entity
from tournee.model.codes import DRE, FSE
from tournee.printable import line
from tournee.returns.rsp.totals import TotalCheck

DECODED_REFERENCES = {
    "576": "paiements en tiers payant",
    "580": "rejets et signalements",
    "900": "paiements hors factures",
}
_READ_ALL_THE_SAME = "lettres hors du jeu de caractères prévu, lues quand même"
SHEET_KINDS = {"F": FSE, "B": FSE, "D": DRE}  # 102 invoice type; B is a FSE in mode dégradé


@dataclass(frozen=True)
class Part:
    """The AMO or AMC share of an invoice: cents `asked` and `paid`.

    `state` is ``P`` paid, ``R`` rejected, ``D`` deferred or "" not processed; `amc` is the AMC's number.
    """

    asked: int
    paid: int
    state: str
    amc: str = ""


@dataclass(frozen=True)
class Rejection:
    """Why an insurer rejects (294) or reports (290): `level` ``F``, ``L`` or ``A``, `part` ``O`` or ``C``,
    "" unknown.
    """

    code: str
    label: str
    level: str = ""
    part: str = ""
    line: str = ""
    information: str = ""


@dataclass(frozen=True)
class SettledAct:
    """One act as the insurer settled it (210); amounts in cents, coefficient in hundredths."""

    number: str
    date: str
    code: str
    complement: str
    quantity: int
    coefficient: int
    fee: int
    amo: int
    amc: int


@dataclass(frozen=True)
class SheetReturn:
    """What became of one sheet: `kind` as in 102 (``F``, ``D``, ``B``…, "" when a 100 names the invoice).

    `lot` (3 digits) and `lot_date` are those of the PS, "" when not said; `nir` is the insured person's
    number; `payee` who is paid (040), "" when not said.
    """

    invoice: str
    kind: str
    lot: str
    lot_date: str
    nir: str = field(repr=False)
    name: str = field(repr=False)
    amo: Part | None
    amc: Part | None
    lines: tuple[SettledAct, ...]
    rejections: tuple[Rejection, ...]
    comments: tuple[str, ...]
    transfer: str
    payee: str = ""

    @property
    def sheet_kind(self) -> str:
        """``FSE``, ``DRE``, or "" when the return does not tell which."""
        return SHEET_KINDS.get(self.kind, "")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The shares the return speaks of."""
        return tuple(part for part in (self.amo, self.amc) if part is not None)

    @property
    def parts_have_states(self) -> bool:
        """Whether any share says what became of it."""
        return any(part.state for part in self.parts)

    @property
    def asked(self) -> int:
        """Cents asked, both shares."""
        return sum(part.asked for part in self.parts)

    @property
    def paid(self) -> int:
        """Cents paid, both shares."""
        return sum(part.paid for part in self.parts)


@dataclass(frozen=True)
class Transfer:
    """A virement (070, 071): date AAMMJJ, its two label lines joined, the paying organism, who is paid
    (040).
    """

    date: str
    label: str
    payer: str
    payee: str


@dataclass(frozen=True)
class OtherPayment:
    """A payment (261, 262) or retention (250) outside invoices; period as AAMMJJ dates.

    `amount` is in cents, signed, 0 for a mere movement of a debt, which `moved` tells; `payee` is who is paid
    (040), "" when not said.
    """

    code: str
    label: str
    amount: int
    start: str
    end: str
    transfer: str
    payee: str = ""
    moved: int = 0


@dataclass(frozen=True)
class RawEntity:
    """One entity as it came: type, French title, byte offset, bytes as text, what is wrong with it or ""."""

    type: str
    title: str
    offset: int
    text: str = field(repr=False)
    error: str


@dataclass(frozen=True)
class Rsp:
    """An RSP file: decoded and raw, with every control total met.

    `recipient` is the PS's number on 14; `flow` is ``D`` (demonstration) or ``T`` (test) as soon as one of
    its ends says so, ``R`` or "" for a real one. `unassigned` is what the entities pay, in cents, beyond
    what is told of invoices and payments; `body` what tells the file apart whatever its name and date.
    """

    reference: str
    file_name: str
    sender_type: str
    sender: str
    recipient: str
    date: str
    flow: str
    sheets: tuple[SheetReturn, ...]
    transfers: tuple[Transfer, ...]
    other_payments: tuple[OtherPayment, ...]
    totals: tuple[TotalCheck, ...]
    stream: Entities = field(repr=False)
    unassigned: int
    body: bytes = field(repr=False)

    @property
    def entities(self) -> tuple[RawEntity, ...]:
        """Every entity as it came, in order."""
        return tuple(map(_raw, self.stream))

    @property
    def decoded(self) -> bool:
        """Whether the reference is one whose meaning is known; any other is kept whole and listed."""
        return self.reference in DECODED_REFERENCES

    @property
    def title(self) -> str:
        """What the reference stands for, in French."""
        return DECODED_REFERENCES.get(self.reference, "référence non interprétée")

    @property
    def faults(self) -> tuple[str, ...]:
        """What is damaged, unknown or does not add up, in the order met."""
        damaged = [
            f"{line(entity.type)}, octet {entity.offset} : {entity.error}"
            for entity in map(_raw, self.stream.damaged)
        ]
        lettered = [
            f"{entity.type}, octet {entity.offset} : {_READ_ALL_THE_SAME}" for entity in self.stream.lettered
        ]
        left = [f"{self.unassigned} centimes lus ne sont d’aucune facture ni d’aucun paiement"]
        return (
            *damaged,
            *lettered,
            *(str(check) for check in self.totals if not check.agrees),
            *(left if self.unassigned else ()),
        )

    @property
    def unsound(self) -> tuple[str, ...]:
        """Those faults that may hide or change money: damage, sums that differ."""
        return tuple(one for one in self.faults if not one.endswith(_READ_ALL_THE_SAME))

    @property
    def undecoded(self) -> str:
        """That the file is kept without being understood, in French."""
        return (
            f"référence {line(self.reference)} non interprétée : gardée entière, {len(self.stream)} entités"
        )


def _raw(entity: Entity) -> RawEntity:
    return RawEntity(
        type=entity.type,
        title=noemie.title(entity.type),
        offset=entity.offset,
        text=entity.raw.decode("latin-1"),
        error="" if entity.error is None else entity.error.reason,
    )
