"""A carer's day as she noted it: visits, their passages, acts, travel, prescription. Plain values.

A visit makes one invoice. It holds passages: each time the carer was with the patient. Travel, majorations
and whatever is paid once a passage belong to the passage.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Literal

from tournee.billing.entitlement import NOTHING_SAID, Entitlement
from tournee.billing.european.ceam import Ceam
from tournee.billing.identity import Amc, Patient
from tournee.billing.nomenclature.table import Profession
from tournee.billing.pricing.line import PricedLine
from tournee.billing.replacement import Replacement
from tournee.model.codes import SECURED, WITH_VITALE

SICKNESS, MATERNITY, WORK_ACCIDENT = "10", "30", "41"  # nature d'assurance
NO_THIRD_PARTY, AMO_PAYS, AMC_PAYS, BOTH_PAY = 0, 1, 2, 3  # group 1410 field 1
COEFFICIENT_ONE = 100
TOWN, HOSPITAL, OWN, DIRECT = "V", "E", "I", "D"
ORIGINS = (TOWN, HOSPITAL, OWN, DIRECT)
"""Where a prescription comes from: a practice in town, a hospital, the carer; none (direct access)."""

Place = Literal["", "home", "office", "institution", "remote"]
"""Where a passage was; empty: what its travel tells."""

PLACES: dict[Place, str] = {"home": "01", "institution": "02"}
"""How records and groups write where care away from the practice was given."""


class Splitter(Enum):
    """Who splits the complementary share off an invoice, by the way it will be sent: the OCT may, with
    contract 99 (OCT-EF-1); the carer does, by a DRE in files of its own (OCT-SS-1); nobody else is there to
    (direct).
    """

    OCT = "oct"
    SOURCE = "source"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Act:
    """One act, majoration or supplement as the carer noted it.

    `act` is the id of a cotation when she named it; without it, letter and coefficient may stand for several.
    `derogation` names the exception to article 11B that she claims: the end of its rule's id (`5bis`).
    `exemption` is the justification d'exonération of this act alone.
    """

    code: str
    coefficient: int | None = None  # hundredths
    act: str = ""
    derogation: str = ""
    quantity: int = 1
    fee: int | None = None  # cents asked when not the tariff
    qualifier: str = ""  # qualificatif de la dépense: D, E, G, N
    exemption: str = ""
    weighted: bool = False  # `coefficient` is what is billed: article 11B has been applied to it


@dataclass(frozen=True)
class Travel:
    """How the carer came: the allowance's code, its coefficient in hundredths, kilometres there and back."""

    allowance: str = ""
    coefficient: int = COEFFICIENT_ONE
    kilometres: int = 0
    ground: Literal["plaine", "montagne", "pied"] = "plaine"


@dataclass(frozen=True)
class Passage:
    """One time with the patient. `minute` is of the day, `called` that of the call; None: not told.

    `shared` is a label of hers: passages of one day and hour with the same one were in the same home or
    establishment. `majoration`: `N` night, `F` Sunday or public holiday. `urgent`: she was called.
    """

    day: date
    minute: int | None = None
    acts: tuple[Act, ...] = ()
    travel: Travel | None = None
    place: Place = ""
    shared: str = ""
    majoration: str = ""
    called: int | None = None
    urgent: bool = False


@dataclass(frozen=True)
class Prescription:
    """Who prescribed, when, and what the prescription says of how it is done.

    `sessions` prescribed, `done` of them elsewhere before; `months` it is valid for when it says so.
    """

    day: date
    prescriber: str = ""  # 9 digits
    rpps: str = ""  # 11 digits
    speciality: str = "01"
    sessions: int = 0
    done: int = 0
    months: int = 0
    home: bool = False
    night: bool = False
    daily: bool = False
    renewal: bool = False
    origin: str = ""  # one of ORIGINS, "" when it was not said

    @property
    def key(self) -> str:
        """What tells it from another prescription for the same patient."""
        return f"{self.day:%Y%m%d}/{self.rpps or self.prescriber}"


Answer = Literal["", "given", "refused"]
"""What the caisse answered to a request of prior agreement; nothing for fifteen days is a yes."""
ANSWERS: dict[Answer, str] = {"": "", "given": "A", "refused": "R"}
"""How records and groups write it."""
SILENCE_DAYS = 15


@dataclass(frozen=True)
class Agreement:
    """A prior agreement (DAP): when it was asked, what was answered and when; no answer: silence."""

    asked: date
    answer: Answer = ""
    answered: date | None = None
    number: str = ""  # at most 14 characters, when the caisse gave one

    @property
    def silent(self) -> date:
        """The day from which no answer is an agreement (NGAP, article 7)."""
        return self.asked + timedelta(days=SILENCE_DAYS)

    def holds(self, day: date) -> bool:
        """Whether care of a day is covered: the answer came, or its time is over. A refusal that came after
        its time ends an agreement that silence had given.
        """
        if self.answered is None or self.answered > self.silent:
            until = self.answered if self.answer == "refused" else None
            return self.silent <= day and (until is None or day < until)
        return self.answer == "given" and self.answered <= day


@dataclass(frozen=True)
class Accident:
    """A work accident: its number of 9 digits, or its date."""

    number: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Person:
    """Whom a visit is for: the insured person's number, and what chooses among those on the card."""

    nir: str = field(repr=False)
    born: date | None = field(default=None, repr=False)
    rank: str = ""

    def same(self, other: "Person") -> bool:
        """Whether two visits are for one person. A number tells the year and month of its holder's birth: a
        visit that says no birth date is the holder's.
        """
        if self.nir != other.nir or (self.rank and other.rank and self.rank != other.rank):
            return False
        if self.born is not None and other.born is not None:
            return self.born == other.born
        told = self.born or other.born
        return told is None or f"{told:%y%m}" == self.nir[1:5]


@dataclass(frozen=True)
class Visit:
    """One visit to one patient: it makes one invoice.

    `day` is the day file's: the invoice's date. `typed` is the patient entered by hand when the card cannot
    be read (mode 05) or is not there (mode 01); else `born` and `birth_rank` choose among the beneficiaries
    of the card with `nir`: the one in the reader, or in mode 01 as it was last read.

    `amc` is typed from the patient's attestation; it stands in for what the card says. `documents` None:
    worked out from the AMC's rights. `exempt` False: the care has nothing to do with the ALD. `ceam`: the
    patient's European card; `nir` and `key` are then empty, and the visit is never sent.

    `palliative`: the patient has palliative care. `assessed`: day of a BSI made elsewhere. `discharged`: day
    the patient left hospital. `direct`: seen without prescription, where the law allows it. `group`: patients
    seen together, 0 when alone. `name` is the patient's, for messages alone: nothing is billed by it.
    `replacement`: who cared in the place of the PS.
    """

    day: date
    nir: str = field(repr=False)
    key: str = field(repr=False)
    passages: tuple[Passage, ...]
    prescription: Prescription | None = None
    agreement: Agreement | None = None
    born: date | None = field(default=None, repr=False)
    birth_rank: str = ""
    typed: Patient | None = None
    amc: Amc | None = None
    mode: str = SECURED
    reason: str = ""
    third_party: int = NO_THIRD_PARTY
    complementary_third_party: bool = False  # group 1321 field 4, for contract 99
    documents: frozenset[str] | None = None
    contract99: bool = False
    nature: str = SICKNESS
    accident: Accident | None = None
    exempt: bool = True
    entitlement: Entitlement = NOTHING_SAID
    ceam: Ceam | None = None
    palliative: bool = False
    assessed: date | None = None
    discharged: date | None = None
    direct: bool = False
    group: int = 0
    name: str = field(default="", repr=False)
    replacement: Replacement | None = None

    @property
    def by_card(self) -> bool:
        """Whether its Vitale card has to be in the reader."""
        return self.ceam is None and self.mode in WITH_VITALE

    @property
    def person(self) -> Person:
        """Whom the visit is for."""
        if self.ceam is not None:
            return Person(self.ceam.person)
        return Person(self.nir, self.born, self.birth_rank)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of its passages."""
        days = [passage.day for passage in self.passages]
        return min(days), max(days)


@dataclass(frozen=True)
class JudgedVisit:
    """A visit that the rules let through, whose it is (9 digits), by which profession's rules.

    `lines` are its acts, travel and majorations at their price; `table` is the name and version of the
    nomenclature that priced them.
    """

    ps_number: str
    profession: Profession
    visit: Visit
    lines: tuple[PricedLine, ...] = ()
    table: str = ""

    @property
    def nir(self) -> str:
        """The insured person's number, 13 characters."""
        return self.visit.nir

    @property
    def typed(self) -> Patient | None:
        """The patient entered by hand, None when a card is expected."""
        return self.visit.typed


@dataclass(frozen=True)
class Day:
    """A day file, read and valid."""

    day: date
    ps_number: str
    profession: Profession
    visits: tuple[JudgedVisit, ...]
