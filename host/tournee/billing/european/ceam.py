"""The European health insurance card (carte européenne d’assurance maladie, CEAM), as typed from its face.

The face is one for all: fields 2 to 9 of Decision S2 of the Administrative Commission (OJ C 106, 24.4.2010).
Nothing on it can be read by a machine in every state: the holder's data are what the carer copies. A card's
number has 20 digits: `80` (health care, EN 1867), the state by its ISO 3166-1 number, five digits of the
institution, ten of the card. No check digit is common to the states (numbers of Germany's and Switzerland's
published test cards fail Luhn), so none is asked for. The bounds of the other fields are S2's, as far as they
are known to us; a state's own rules for a personal number are not checked: its holder may live abroad.

A visit on a CEAM is never sent: it makes a record in the journal, and a care sheet on paper.
"""

from dataclasses import dataclass, field
from datetime import date

from tournee.formats.text import upper_ascii

CARD_DIGITS = 20
NAME_MAX, FIRST_NAME_MAX, PERSONAL_MAX, INSTITUTION_MAX, ACRONYM_MAX = 40, 35, 20, 10, 15
_HEALTH = "80"
_OLDEST = 130  # years
_LONGEST = 20  # years that a card may still be valid: more is a slip of the pen


@dataclass(frozen=True)
class Country:
    """A state whose cards are taken: two letters as the card has them, name, ISO 3166-1 number."""

    code: str
    name: str
    number: str


#: The European Union, the European Economic Area, Switzerland and the United Kingdom.
COUNTRIES = {
    row[:2]: Country(row[:2], row[7:], row[3:6])
    for row in (
        "AT 040 Autriche",
        "BE 056 Belgique",
        "BG 100 Bulgarie",
        "CH 756 Suisse",
        "CY 196 Chypre",
        "CZ 203 Tchéquie",
        "DE 276 Allemagne",
        "DK 208 Danemark",
        "EE 233 Estonie",
        "ES 724 Espagne",
        "FI 246 Finlande",
        "FR 250 France",
        "GR 300 Grèce",
        "HR 191 Croatie",
        "HU 348 Hongrie",
        "IE 372 Irlande",
        "IS 352 Islande",
        "IT 380 Italie",
        "LI 438 Liechtenstein",
        "LT 440 Lituanie",
        "LU 442 Luxembourg",
        "LV 428 Lettonie",
        "MT 470 Malte",
        "NL 528 Pays-Bas",
        "NO 578 Norvège",
        "PL 616 Pologne",
        "PT 620 Portugal",
        "RO 642 Roumanie",
        "SE 752 Suède",
        "SI 705 Slovénie",
        "SK 703 Slovaquie",
        "UK 826 Royaume-Uni",
    )
}
_ALSO = {"EL": "GR", "GB": "UK"}  # Greece in the Union's texts; ISO 3166-1, where S2 has UK
_HOME = "FR"


@dataclass(frozen=True)
class Ceam:
    """A card, or the provisional certificate that replaces one (`starts` is then its first day).

    `country` is a key of `COUNTRIES`; `card_number` may be empty on a certificate alone.
    """

    country: str
    name: str = field(repr=False)
    first_name: str = field(repr=False)
    born: date = field(repr=False)
    personal_number: str = field(repr=False)
    institution: str
    acronym: str
    expires: date
    card_number: str = field(default="", repr=False)
    starts: date | None = None

    @property
    def person(self) -> str:
        """Who the holder is, told from all others."""
        return f"{self.country} {self.personal_number}"

    @property
    def holder(self) -> str:
        """The holder's name and first name."""
        return f"{self.name} {self.first_name}"


@dataclass(frozen=True)
class CareLine:
    """A line of the care sheet: `coefficient` in hundredths, 0 where the act has none; `cents` in all."""

    day: date
    code: str
    label: str
    coefficient: int
    quantity: int
    cents: int
    note: str = ""


def country_of(typed: str) -> str:
    """The key of `COUNTRIES` that two letters or a name in French stand for, "" for none."""
    word = upper_ascii(typed)
    code = _ALSO.get(word, word)
    if code in COUNTRIES:
        return code
    return next((one.code for one in COUNTRIES.values() if upper_ascii(one.name) == word), "")


def country_fault(typed: str) -> str:
    """Say in French what is wrong with the issuing state; empty when nothing is."""
    code = country_of(typed)
    if not code:
        return (
            f"« {typed} » n’est pas un pays de l’Union européenne, de l’Espace économique européen, la "
            "Suisse ou le Royaume-Uni : deux lettres, comme au champ 2 de la carte"
        )
    if code == _HOME:
        return (
            "la carte européenne d’un assuré français ne sert pas en France : prenez sa carte Vitale, ou "
            "facturez en mode dégradé"
        )
    return ""


def name_fault(typed: str, longest: int) -> str:
    """Say in French what is wrong with a name: what no letter of ours writes, no letter at all, too long."""
    plain = upper_ascii(typed)
    if "?" in plain:
        return "des lettres latines sont attendues, comme sur la carte (accents compris)"
    if not any(char.isalpha() for char in plain) or any(
        char not in " '-./,()" and not char.isalpha() for char in plain
    ):
        return "des lettres, des espaces, des traits d’union et des apostrophes sont attendus"
    return f"{len(typed)} caractères, {longest} au plus" if len(typed) > longest else ""


def acronym_fault(typed: str) -> str:
    """Say in French what is wrong with an institution's acronym; empty when nothing is."""
    if "?" in upper_ascii(typed):
        return "des lettres latines et des chiffres sont attendus"
    return f"{len(typed)} caractères, {ACRONYM_MAX} au plus" if len(typed) > ACRONYM_MAX else ""


def birth_fault(born: date, first_care: date) -> str:
    """Say in French what is wrong with a birth date; empty when nothing is."""
    if born > first_care:
        return f"né(e) le {born:%d/%m/%Y}, après le soin du {first_care:%d/%m/%Y}"
    if first_care.year - born.year > _OLDEST:
        return f"né(e) le {born:%d/%m/%Y}, il y a plus de {_OLDEST} ans"
    return ""


def number_fault(typed: str, longest: int) -> str:
    """Say in French what is wrong with a number that letters and digits make; empty when nothing is."""
    bare = _bare(typed)
    if len(bare) > longest:
        return f"{len(bare)} caractères, {longest} au plus"
    if not (bare.isascii() and bare.isalnum()) or not any(char.isdigit() for char in bare):
        return "des chiffres et des lettres sans accent sont attendus"
    return ""


def card_number_fault(typed: str, country: str) -> str:
    """Say in French what is wrong with a card's number; `country` "": not known, and not compared."""
    number = card_number_of(typed)
    if not (number.isascii() and number.isdigit()):
        return f"{CARD_DIGITS} chiffres sont attendus (champ 8 de la carte)"
    if len(number) != CARD_DIGITS:
        return f"{len(number)} chiffres au lieu de {CARD_DIGITS} (champ 8 de la carte)"
    if not number.startswith(_HEALTH):
        return f"commence par {number[:2]} au lieu de {_HEALTH} : ce n’est pas un numéro de carte de santé"
    if country and number[2:5] != COUNTRIES[country].number:
        told = next(
            (one.name for one in COUNTRIES.values() if one.number == number[2:5]), "aucun pays de la liste"
        )
        return (
            f"porte le code de pays {number[2:5]} ({told}) ; le pays dit est {COUNTRIES[country].name} : "
            f"{COUNTRIES[country].number} est attendu après {_HEALTH}"
        )
    return ""


def expiry_fault(expires: date, last_care: date) -> str:
    """Say in French what is wrong with an expiry date on the last day of care; empty when nothing is."""
    if expires < last_care:
        return (
            f"la carte a expiré le {expires:%d/%m/%Y}, avant le soin du {last_care:%d/%m/%Y} : demandez la "
            "carte en cours, ou un certificat provisoire de remplacement"
        )
    if expires.year - last_care.year > _LONGEST:
        return f"{expires:%d/%m/%Y} est dans plus de {_LONGEST} ans"
    return ""


def start_fault(starts: date, expires: date | None, first_care: date) -> str:
    """Say in French what is wrong with a certificate's first day; empty when nothing is."""
    if expires is not None and starts > expires:
        return f"le certificat commence le {starts:%d/%m/%Y}, après sa fin le {expires:%d/%m/%Y}"
    if starts > first_care:
        return f"le certificat commence le {starts:%d/%m/%Y}, après le soin du {first_care:%d/%m/%Y}"
    return ""


def card_number_of(typed: str) -> str:
    """A card's number without the blanks that stand between its groups."""
    return "".join(typed.split())


def _bare(typed: str) -> str:
    return "".join(char for char in typed if char not in " -./")
