"""The table `ceam` of a visit: a European health insurance card, field by field, faults at their place."""

from collections.abc import Sequence
from datetime import date

from tournee.billing.european.ceam import (
    FIRST_NAME_MAX,
    INSTITUTION_MAX,
    NAME_MAX,
    PERSONAL_MAX,
    Ceam,
    acronym_fault,
    birth_fault,
    card_number_fault,
    card_number_of,
    country_fault,
    country_of,
    expiry_fault,
    name_fault,
    number_fault,
    start_fault,
)
from tournee.tables.table import Table

CARD = "ceam"
NOT_BESIDE = (
    "nir",
    "cle",
    "naissance",
    "rang_naissance",
    "patient",
    "tiers_payant",
    "tiers_payant_complementaire",
    "documents",
    "contrat",
    "accident",
    "ald",
    "exoneration",
    "regime_local",
    "maternite",
    "amc",
    "exoneration",
    "regime_local",
    "ame",
)
"""Keys of a visit that say how it is sent, or to whom: a visit on a CEAM is sent to nobody."""


def refuse_beside(visit: Table) -> None:
    """Note the keys of a visit that have no meaning on a CEAM."""
    for key in NOT_BESIDE:
        if visit.has(key):
            visit.fault(key, "n’a pas de sens avec une CEAM : la visite ne se télétransmet pas")


def read_ceam(table: Table, care: Sequence[date]) -> Ceam | None:
    """Read the card on which care of these days was given; None when a field is wrong.

    Without a day (the file's own is missing) no date is compared with it.
    """
    first, last = min(care, default=None), max(care, default=None)
    faults: list[str] = []

    def text(key: str, *, required: bool = True) -> str:
        typed = table.text(key, required=required, longest=80)
        faults.extend(() if typed or not (required or table.has(key)) else (key,))
        return typed

    def day(key: str, *, required: bool = True) -> date | None:
        found = table.day(key, required=required)
        faults.extend(() if found or not (required or table.has(key)) else (key,))
        return found

    def judge(key: str, fault: str) -> None:
        if fault:
            table.fault(key, fault)
            faults.append(key)

    typed_country, name, first_name, born = text("pays"), text("nom"), text("prenom"), day("naissance")
    personal, institution, acronym = text("numero_personnel"), text("institution"), text("sigle")
    starts = day("debut", required=False)
    number, expires = text("numero_carte", required=starts is None), day("expiration")
    country = country_of(typed_country)
    if typed_country:
        judge("pays", country_fault(typed_country))
    for key, said, longest in (("nom", name, NAME_MAX), ("prenom", first_name, FIRST_NAME_MAX)):
        judge(key, name_fault(said, longest) if said else "")
    for key, said, longest in (
        ("numero_personnel", personal, PERSONAL_MAX),
        ("institution", institution, INSTITUTION_MAX),
    ):
        judge(key, number_fault(said, longest) if said else "")
    judge("sigle", acronym_fault(acronym) if acronym else "")
    judge("naissance", birth_fault(born, first) if born and first else "")
    judge("numero_carte", card_number_fault(number, country) if number else "")
    judge("expiration", expiry_fault(expires, last) if expires and last else "")
    judge("debut", start_fault(starts, expires, first) if starts and first else "")
    table.finish()
    if faults or born is None or expires is None:
        return None
    return Ceam(
        country=country,
        name=name,
        first_name=first_name,
        born=born,
        personal_number=personal,
        institution=institution,
        acronym=acronym,
        expires=expires,
        card_number=card_number_of(number),
        starts=starts,
    )
