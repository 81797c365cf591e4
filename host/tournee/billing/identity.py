"""Who bills, for whom, and who else pays: plain values with checked keys, typed by hand or read from cards.

The reading of zone groups is in `zones.card`; here stand the values themselves.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tournee.billing.nomenclature.table import Profession, Zone
from tournee.billing.numbers import billing_number_fault, nir_fault, rpps_fault
from tournee.errors import BillingError
from tournee.formats.text import upper_ascii

AMC_DIGITS = 10
_MEMBER_LENGTH, _ROUTING_LENGTH, _HOST_LENGTH = 15, 2, 3  # record 2A
_ZONE_LENGTH = 2
_SHORT_DAY = len("AAMMJJ")

SPECIALITIES: dict[str, Profession] = {"24": "IF", "26": "MK"}  # domain 1.4
_OVERSEAS = ("97", "98")  # departments of the billing number


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def zone_of(billing_number: str) -> Zone:
    """Where the acts of a billing number are priced: overseas when its department is."""
    return "drom" if billing_number.startswith(_OVERSEAS) else "metro"


def department_of(billing_number: str) -> str:
    """The department that a billing number begins with: "67", or "974" overseas."""
    return billing_number[: 3 if billing_number.startswith(_OVERSEAS) else 2]


class IdentityError(BillingError):
    """A person or an insurer cannot be billed as given."""


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, AAAAMMJJ; an empty side has no bound."""

    start: str = ""
    end: str = ""

    def holds(self, day: str) -> bool:
        """Tell whether a day (AAAAMMJJ) is inside."""
        return (not self.start or self.start <= day) and (not self.end or day <= self.end)


ALWAYS = Period()


@dataclass(frozen=True)
class Substitute:
    """Who cares in the place of the PS who bills (record 2R, group 1150). `signs`: by a card of her own."""

    billing_number: str  # 9 digits, key included
    rpps: str  # 11 digits
    name: str
    first_name: str
    signs: bool = True

    def __post_init__(self) -> None:
        fault = billing_number_fault(self.billing_number) or rpps_fault(self.rpps)
        if fault:
            raise IdentityError(f"Remplaçant {self.first_name} {self.name} : {fault}.")


@dataclass(frozen=True)
class PsIdentity:
    """The professional who bills, in one situation of exercise (groups 1 and 2).

    With a `substitute` the number is that of the one who is replaced, and all else of the substitute's card.
    """

    billing_number: str  # 9 digits, key included
    ps_type: Profession
    speciality: str  # 2 digits
    name: str
    first_name: str
    rpps: str = ""  # 11 digits, empty when the card does not give it
    convention: str = "1"
    tariff_zone: str = "00"  # 2 characters, record 4 column 66
    mileage_zone: str = ""
    situation: int = 1  # n° logique
    test: bool = False
    structure: str = ""  # the practice's name
    substitute: Substitute | None = None

    def __post_init__(self) -> None:
        fault = billing_number_fault(self.billing_number) or (self.rpps and rpps_fault(self.rpps))
        if not fault and (len(self.tariff_zone) != _ZONE_LENGTH or not _is_digits(self.tariff_zone)):
            fault = f"la zone tarifaire {self.tariff_zone!r} n’est pas faite de {_ZONE_LENGTH} chiffres"
        if fault:
            raise IdentityError(f"Carte du professionnel : {fault}.")

    @property
    def zone(self) -> Zone:
        """Where the acts are priced: overseas when the billing number belongs to an overseas department."""
        return zone_of(self.billing_number)


@dataclass(frozen=True)
class Amc:
    """Who pays the complementary share.

    `management`: `"separate"`, an AMC that wants its own DRE (group 109); `"single"`, the AMO settles both
    shares by a management agreement (groups 107 and 108): neither DRE nor contract 99 then (OCT-EF-2).
    """

    number: str  # 10 digits
    management: Literal["separate", "single"] = "separate"
    member: str = ""  # at most 15 characters
    indicator: str = ""  # 2 digits: 109 field 4 or 107 field 3
    period: Period = ALWAYS
    edi: str = ""
    routing: str = ""  # 2 characters
    host: str = ""  # 3 characters
    domain: str = ""
    c2s: bool = False

    def __post_init__(self) -> None:
        if len(self.number) != AMC_DIGITS or not _is_digits(self.number):
            raise IdentityError(f"Le numéro d’AMC {self.number!r} n’est pas fait de {AMC_DIGITS} chiffres.")
        for label, value, longest in (
            ("numéro d’adhérent", self.member, _MEMBER_LENGTH),
            ("code de routage", self.routing, _ROUTING_LENGTH),
            ("identifiant d’hôte", self.host, _HOST_LENGTH),
        ):
            if len(upper_ascii(value)) > longest:
                raise IdentityError(f"AMC {self.number} : {label} {value!r}, {longest} caractères au plus.")

    @property
    def dre_without_third_party(self) -> bool:
        """Tell whether this AMC takes a DRE when the patient paid its share (tens digit 1 or 3)."""
        return self.management == "separate" and self.indicator[:1] in ("1", "3")

    @property
    def dre_with_third_party(self) -> bool:
        """Tell whether this AMC pays its share directly on a DRE (tens digit 2, 3, or 6: C2S)."""
        return self.management == "separate" and self.indicator[:1] in ("2", "3", "6")


@dataclass(frozen=True)
class Coverage:
    """One period of a beneficiary's AMO coverage (group 106)."""

    ald: str = "0"
    situation: str = "0100"
    period: Period = ALWAYS


@dataclass(frozen=True)
class CardAccident:
    """A work accident or occupational disease that the card knows (group 103): who manages it, its number.

    Nothing published dates one; numbers begin with the day of the accident, AAMMJJ [K?], where that is one.
    """

    number: str  # at most 9 characters
    organisme: str = ""  # régime 2, caisse 3, centre 4; "" when the card does not say

    @property
    def day(self) -> date | None:
        """The day of the accident, None when its number does not begin with one."""
        try:
            return datetime.strptime(self.number[:_SHORT_DAY], "%y%m%d").date()
        except ValueError:
            return None

    def __str__(self) -> str:
        made = f" du {self.day:%d/%m/%Y}" if self.day else ""
        return f"n° {self.number}{made}" + (f", caisse {self.organisme}" if self.organisme else "")


@dataclass(frozen=True)
class Patient:
    """A beneficiary, billed on the number of the insured person (NIR and key)."""

    nir: str = field(repr=False)  # 13 characters: the insured person's
    key: str = field(repr=False)
    regime: str  # 2 digits
    caisse: str  # 3 digits
    centre: str  # 4 digits
    born: str = field(repr=False)  # AAAAMMJJ; month and day may be 00 (lunar date)
    name: str = field(repr=False)
    first_name: str = field(repr=False)
    birth_rank: str = "1"
    beneficiary_rank: str = "001"  # rank of the beneficiary on the card
    quality: str = "0"
    coverage: tuple[Coverage, ...] = (Coverage(),)
    rights: tuple[Period, ...] = ()  # open AMO rights; none: the card does not say
    amc: Amc | None = None
    accidents: tuple[CardAccident, ...] = ()
    serial: str = ""
    test: bool = False

    def __post_init__(self) -> None:
        fault = nir_fault(self.nir, self.key)
        if fault:
            raise IdentityError(f"Patient {self.name} {self.first_name} : {fault}.")
        for label, value, digits in (
            ("régime", self.regime, 2),
            ("caisse", self.caisse, 3),
            ("centre", self.centre, 4),
            ("date de naissance", self.born, 8),
            ("rang de naissance", self.birth_rank, 1),
            ("rang de bénéficiaire", self.beneficiary_rank, 3),
        ):
            if len(value) != digits or not _is_digits(value):
                raise IdentityError(
                    f"Patient {self.name} {self.first_name} : {label} {value!r}, {digits} chiffres attendus."
                )

    @property
    def birth(self) -> str:
        """Birth date as records write it, AAMMJJ."""
        return self.born[2:]

    @property
    def rights_end(self) -> str:
        """The last day of the rights that the card shows, AAAAMMJJ; empty when it does not say."""
        return max((period.end for period in self.rights), default="")

    def has_ald(self, day: str) -> bool:
        """Whether the card shows a long-term illness on a day (AAAAMMJJ)."""
        return any(one.ald != "0" for one in self.coverage if one.period.holds(day))

    def age_on(self, day: str) -> int:
        """Age in whole years on a day (AAAAMMJJ)."""
        return int(day[:4]) - int(self.born[:4]) - (day[4:] < self.born[4:])

    def coverage_on(self, day: str) -> Coverage:
        """Return the coverage of a day; the plain one when the card says nothing for it."""
        for coverage in self.coverage:
            if coverage.period.holds(day):
                return coverage
        return Coverage()

    def has_rights_on(self, day: str) -> bool:
        """Tell whether AMO rights are open on a day; a card that gives no period does not close them."""
        return not self.rights or any(period.holds(day) for period in self.rights)
