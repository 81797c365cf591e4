"""A carer's day as it is billed: visits, acts, prescription. Plain values; `day` reads them from a file."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from tournee.billing.ceam import CareLine, Ceam
from tournee.billing.identity import Amc, Patient
from tournee.billing.tariffs import Profession
from tournee.model.codes import SECURED

SICKNESS, MATERNITY, WORK_ACCIDENT = "10", "30", "41"  # nature d'assurance
NO_THIRD_PARTY, AMO_PAYS, AMC_PAYS, BOTH_PAY = 0, 1, 2, 3  # group 1410 field 1
COEFFICIENT_ONE = 100


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
    """One act as the carer noted it."""

    code: str
    day: date
    coefficient: int | None = None  # hundredths
    quantity: int = 1
    complement: str = ""  # `N` night, `F` Sunday or public holiday
    fee: int | None = None  # cents asked when not the tariff
    qualifier: str = ""  # qualificatif de la dépense: D, E, G, N
    full_rate: bool = False  # an exception to article 11B, as the carer claims it
    weighted: bool = False  # `coefficient` is what is billed: article 11B has been applied to it


@dataclass(frozen=True)
class Prescription:
    """Who prescribed, and when."""

    day: date
    prescriber: str = ""  # 9 digits
    rpps: str = ""  # 11 digits
    speciality: str = "01"


@dataclass(frozen=True)
class Accident:
    """A work accident: its number of 9 digits, or its date."""

    number: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Visit:
    """One visit to one patient: it makes one invoice.

    `day` is the day file's: the invoice's date. `typed` is the patient entered by hand when the card cannot
    be read (mode 05) or is not there (mode 01); else the card with `nir` is expected, and `born` and
    `birth_rank` choose among its beneficiaries. `amc` is typed from the patient's attestation; it stands in
    for what the card says. `documents` None: worked out from the AMC's rights. `exempt` False: the care has
    nothing to do with the ALD. `ceam`: the patient's European card; `nir` and `key` are then empty, and
    the visit is never sent.
    """

    day: date
    nir: str = field(repr=False)
    key: str = field(repr=False)
    acts: tuple[Act, ...]
    prescription: Prescription | None = None
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
    ceam: Ceam | None = None

    @property
    def person(self) -> str:
        """Who the patient is, as far as the visit tells."""
        if self.ceam is not None:
            return self.ceam.person
        return f"{self.nir}/{f'{self.born:%Y%m%d}' if self.born else ''}/{self.birth_rank}"


@dataclass(frozen=True)
class Day:
    """A day file, read and valid."""

    day: date
    ps_number: str
    profession: Profession
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class JudgedVisit:
    """A visit that the rules let through, whose it is (9 digits), and by which profession's rules; on a
    European card, the priced `lines` of its care sheet too.
    """

    ps_number: str
    profession: Profession
    visit: Visit
    lines: tuple[CareLine, ...] = ()

    @property
    def nir(self) -> str:
        """The insured person's number, 13 characters."""
        return self.visit.nir

    @property
    def typed(self) -> Patient | None:
        """The patient entered by hand, None when a card is expected."""
        return self.visit.typed
