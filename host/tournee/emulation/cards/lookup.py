"""Which test card is whose: by billing number and by NIR, as a day file names people."""

from __future__ import annotations

from functools import cache

from tournee.emulation.cards.content import card_content, card_names
from tournee.errors import EmulationError
from tournee.formats import zones

_HOLDER, _SITUATION, _INSURED = 1, 2, 101


def ps_card_of(number: str) -> str:
    """Name of the PS card with this billing number (9 digits); EmulationError when no test card has it."""
    return _named(_ps_cards(), number, "du professionnel")


def vitale_of(nir: str) -> str:
    """Name of the Vitale card of this insured person's NIR (13); EmulationError when no test card has it."""
    return _named(_vitale_cards(), nir, "Vitale du NIR")


def ps_card_of_rpps(rpps: str) -> str:
    """Name of the first PS card of this RPPS number; EmulationError when no test card has it."""
    return _named({one: name for name, one in reversed(_rpps_by_card().items())}, rpps, "du professionnel")


def professionals() -> dict[str, str]:
    """The RPPS numbers of the test cards' holders, by billing number."""
    holders = _rpps_by_card()
    return {number: holders[name] for number, name in _ps_cards().items()}


def _named(cards: dict[str, str], number: str, whose: str) -> str:
    if number not in cards:
        raise EmulationError(
            f"Aucune carte d'essai {whose} {number}.",
            next_step="employez les cartes d’essai : tournee reader cards.",
        )
    return cards[number]


@cache
def _ps_cards() -> dict[str, str]:
    return {
        group.field("facturation") + group.field("cle_facturation"): name
        for name in card_names("cps")
        for group in zones.decode(card_content(name).zone)
        if group.id == _SITUATION
    }


@cache
def _rpps_by_card() -> dict[str, str]:
    return {
        name: group.field("identifiant") + group.field("cle")
        for name in card_names("cps")
        for group in zones.decode(card_content(name).zone)
        if group.id == _HOLDER
    }


@cache
def _vitale_cards() -> dict[str, str]:
    return {
        group.field("nir"): name
        for name in card_names("vitale")
        for group in zones.decode(card_content(name).zone)
        if group.id == _INSURED
    }
