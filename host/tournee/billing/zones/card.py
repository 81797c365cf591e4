"""The professional and the beneficiaries of a card, out of the zone groups that the reader gave (domain 1.3).

Groups of one beneficiary come in any order; a new group 104 starts the next one.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol, cast

from tournee.billing.identity import (
    ALWAYS,
    AMC_DIGITS,
    SPECIALITIES,
    Amc,
    CardAccident,
    Coverage,
    IdentityError,
    Patient,
    Period,
    PsIdentity,
)
from tournee.billing.numbers import RPPS_DIGITS
from tournee.billing.pricing.coverage import c2s_of_the_caisse
from tournee.tables.document import packaged

HOLDER, SITUATION = 1, 2
INSURED, ACCIDENTS, BENEFICIARY, RIGHTS, COVERAGE, MUTUAL, MUTUAL_RIGHTS, AMC = (
    101,
    103,
    104,
    105,
    106,
    107,
    108,
    109,
)
TEST_PS_CARDS = ("80", "81", "82")
TEST_VITALE = "T"
NO_TARIFF_ZONE = "00"
_RPPS_TYPE = "8"
_DAY = len("AAAAMMJJ")
_NO_DAY = "00000000"


class CardGroup(Protocol):
    """What is asked of a zone group: its number and its fields by name (`tournee.formats.zones.Group`)."""

    id: int

    def field(self, which: int | str) -> str:
        """A field's text by its name in the group table."""
        ...


@cache
def _c2s() -> dict[str, Any]:
    return cast("dict[str, Any]", packaged("tournee.billing", "coverage")["c2s"])


def situations_from_groups(groups: Iterable[CardGroup]) -> list[PsIdentity]:
    """The situations of a PS card that Tournée bills, in its order; `ps_from_groups` when there is none."""
    known = list(groups)
    numbers = [_number(group) for group in known if group.id == SITUATION and _is_billed(group)]
    return [ps_from_groups(known, number) for number in numbers] or [ps_from_groups(known)]


def _is_billed(situation: CardGroup) -> bool:
    return situation.field("specialite") in SPECIALITIES


def ps_from_groups(groups: Iterable[CardGroup], situation: int | None = None) -> PsIdentity:
    """Read the PS card's groups 1 and 2; `situation` (n° logique) chooses one, else the first.

    IdentityError when the card has no such situation, or a speciality that Tournée does not bill.
    """
    holder: CardGroup | None = None
    chosen: CardGroup | None = None
    for group in groups:
        if group.id == HOLDER:
            holder = group
        elif group.id == SITUATION and chosen is None and situation in (None, _number(group)):
            chosen = group
    if holder is None or chosen is None:
        wanted = "" if situation is None else f" n° {situation}"
        raise IdentityError(
            f"La carte du professionnel ne porte pas de situation de facturation{wanted}.",
            next_step="vérifiez que la carte insérée est bien celle du professionnel qui facture.",
        )
    speciality = chosen.field("specialite")
    if speciality not in SPECIALITIES:
        raise IdentityError(
            f"La spécialité {speciality} de la carte n’est pas prise en charge.",
            cause="Tournée facture les infirmiers (24) et les masseurs-kinésithérapeutes (26).",
        )
    identifier = holder.field("identifiant") + holder.field("cle")
    is_rpps = holder.field("type_identifiant") == _RPPS_TYPE
    return PsIdentity(
        billing_number=chosen.field("facturation") + chosen.field("cle_facturation"),
        ps_type=SPECIALITIES[speciality],
        speciality=speciality,
        name=holder.field("nom"),
        first_name=holder.field("prenom"),
        rpps=identifier[-RPPS_DIGITS:] if is_rpps else "",
        convention=chosen.field("convention"),
        tariff_zone=chosen.field("zone_tarif") or NO_TARIFF_ZONE,
        mileage_zone=chosen.field("zone_ik"),
        situation=_number(chosen),
        structure=chosen.field("raison_sociale").strip(),
        test=holder.field("type_carte") in TEST_PS_CARDS,
    )


def patients_from_groups(groups: Iterable[CardGroup]) -> list[Patient]:
    """Read a Vitale card's beneficiaries, in its order; IdentityError when it names no insured person."""
    insured: CardGroup | None = None
    accidents: tuple[CardAccident, ...] = ()
    people: list[list[CardGroup]] = []
    for group in groups:
        if group.id == INSURED:
            insured = group
        elif group.id == ACCIDENTS:
            accidents = _accidents(group)
        elif group.id == BENEFICIARY:
            people.append([group])
        elif people:
            people[-1].append(group)
    if insured is None or not people:
        raise IdentityError(
            "La carte Vitale ne porte pas d’assuré ou pas de bénéficiaire.",
            next_step="recommencez la lecture, ou passez la visite en mode dégradé.",
        )
    return [_patient(insured, rank, person, accidents) for rank, person in enumerate(people, 1)]


def serial_from_groups(groups: Iterable[CardGroup]) -> str:
    """Read a Vitale card's serial number (101.2), by which the opposition list knows it; "" without one."""
    return next((group.field("serie").strip() for group in groups if group.id == INSURED), "")


def _number(group: CardGroup) -> int:
    return int(group.field("numero_logique") or "0")


def _accidents(group: CardGroup) -> tuple[CardAccident, ...]:
    """The accidents of a card, in its order; a place without a number has none."""
    places = ((group.field(f"identifiant_{rank}"), group.field(f"organisme_{rank}")) for rank in range(3))
    return tuple(
        CardAccident(number.strip(), organisme.strip()) for number, organisme in places if number.strip()
    )


def _patient(
    insured: CardGroup, rank: int, person: Sequence[CardGroup], accidents: tuple[CardAccident, ...]
) -> Patient:
    """One beneficiary; accidents are the insured person's, first on the card: nobody else has any."""
    who = person[0]
    return Patient(
        nir=insured.field("nir"),
        key=insured.field("cle"),
        regime=insured.field("regime"),
        caisse=insured.field("caisse"),
        centre=insured.field("centre"),
        born=who.field("naissance")[:_DAY],
        name=who.field("nom_usuel") or who.field("nom"),
        first_name=who.field("prenom"),
        birth_rank=who.field("rang") or "1",
        beneficiary_rank=f"{rank:03d}",
        quality=who.field("qualite"),
        coverage=tuple(
            Coverage(group.field("ald") or "0", group.field("situation"), _period(group))
            for group in person
            if group.id == COVERAGE
        ),
        rights=tuple(_period(group) for group in person if group.id == RIGHTS),
        amc=_amc(person),
        accidents=accidents if rank == 1 else (),
        serial=insured.field("serie"),
        test=insured.field("type_carte") == TEST_VITALE,
    )


def _period(group: CardGroup, start: str = "debut", end: str = "fin") -> Period:
    bounds = (group.field(name)[:_DAY] for name in (start, end))
    return Period(*("" if day == _NO_DAY else day for day in bounds))


def _amc(person: Sequence[CardGroup]) -> Amc | None:
    """Find who pays the complementary share: an AMC (109), a mutual (107), or the caisse's C2S (104)."""
    by_id = {group.id: group for group in person}
    if AMC in by_id:
        return _separate(by_id[AMC])
    if MUTUAL in by_id:
        return _mutual(by_id[MUTUAL], [group for group in person if group.id == MUTUAL_RIGHTS])
    who = by_id[BENEFICIARY]
    if who.field("service_amo") in _c2s()["services"]:
        return c2s_of_the_caisse(_period(who, "debut_service", "fin_service"))
    return None


def _separate(group: CardGroup) -> Amc | None:
    indicator = group.field("traitement")
    if indicator[:1] in _c2s()["ended"]:
        return None
    return Amc(
        number=group.field("numero_amc").zfill(AMC_DIGITS),
        member=group.field("adherent"),
        management="single" if indicator == _c2s()["no_dre"] else "separate",
        indicator=indicator,
        period=_period(group),
        edi=group.field("edi"),
        routing=group.field("routage"),
        host=group.field("hote"),
        domain=group.field("domaine"),
        c2s=indicator[:1] == _c2s()["separate"],
    )


def _mutual(group: CardGroup, rights: Sequence[CardGroup]) -> Amc | None:
    indicator = group.field("traitement")
    if indicator[:1] in _c2s()["ended"]:
        return None
    return Amc(
        number=group.field("identifiant").zfill(AMC_DIGITS),
        management="single",
        indicator=indicator,
        period=_period(rights[0]) if rights else ALWAYS,
        c2s=indicator in _c2s()["complementary"],
    )
