"""How the emulated OCT behaves: who it is, whom it knows, what the insurers behind it reject or pay.

Data only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from cryptography.x509 import Certificate

from tournee.model import Increment


@dataclass(frozen=True)
class ScenarioRejection:
    """An insurer's rejection of a sheet (NOEMIE 294): `code` of at most 4 characters, `label` of at most
    86.
    """

    code: str
    label: str


@dataclass(frozen=True)
class FlatPayment:
    """A payment outside invoices (NOEMIE 261, 262): `code` of 5 digits, `amount` in cents, period as AAMMJJ
    dates.
    """

    code: str
    label: str
    amount: int
    start: str
    end: str


@dataclass(frozen=True)
class Retention:
    """A debt recovered from a payment (NOEMIE 250): `debt` reference of at most 10, `amount` in cents, its
    date; `owed` is the whole debt, told with its movements (CIN, RDT), 0 when it is the amount.
    """

    debt: str
    amount: int
    date: str
    owed: int = 0


class Engagements(Protocol):
    """What insurers engaged themselves to on line (`open-2/amc`)."""

    def fault(self, number: str, insurer: str, day: date) -> str:
        """The code of why an insurer (ten digits) does not pay by a number on a day; "" when it does."""


@dataclass(frozen=True)
class Scenario:
    """The world behind the emulated OCT; every default accepts and pays in full.

    `siren` is the recipient number of the files it takes (9 digits). `known_senders` are 9-digit billing
    numbers, None for anyone whose card it knows. `unknown_amc` are AMC numbers (10 digits) it has no
    agreement with: their DRE lots are refused (0199). `managed_amc` are those whose share the AMO settles
    with its own. `rejected` and `remarks` are by NIR (13): the sheets of that patient are rejected, or
    paid with a comment; `rejected_amc` by AMC number: that insurer pays no DRE; `refused` has the OCT
    refuse their FSE itself (0199, in these words). `deferred` NIRs are neither paid nor rejected yet.
    `flat_payment`, and the `retention` that goes with it, come once for each sender. `mail_certificates`
    are by mail address, lower case: returns to these are sealed. `opposition` are the increments of the
    opposition list, in order, from list 0.
    A piece whose writing differs from its paper by fewer than `piece_levels` levels of grey is refused.
    `professionals` are RPPS numbers by billing number: of a PS who is there, it knows whose card must sign.
    `engagements` are those that insurers gave on line.
    """

    siren: str = "999999998"
    address: str = "oct@oct.example"
    known_senders: frozenset[str] | None = None
    unknown_amc: frozenset[str] = frozenset({"0099999997"})
    managed_amc: frozenset[str] = frozenset({"0089000000"})
    rejected: Mapping[str, ScenarioRejection] = field(default_factory=dict)
    rejected_amc: Mapping[str, ScenarioRejection] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    deferred: frozenset[str] = frozenset()
    flat_payment: FlatPayment | None = None
    retention: Retention | None = None
    mail_certificates: Mapping[str, Certificate] = field(default_factory=dict)
    opposition: tuple[Increment, ...] = ()
    professionals: Mapping[str, str] = field(default_factory=dict)
    piece_levels: int = 60
    engagements: Engagements | None = None
