"""Which test card is whose: by billing number and by NIR, as a day file names people."""

from __future__ import annotations

from functools import cache

from tournee.emulation.cards.content import card_content, card_names
from tournee.errors import EmulationError
from tournee.formats import zones

_SITUATION, _INSURED = 2, 101


def ps_card_of(number: str) -> str:
    """Name of the PS card with this billing number (9 digits); EmulationError when no test card has it."""
    return _named(_ps_cards(), number, "du professionnel")


def vitale_of(nir: str) -> str:
    """Name of the Vitale card of this insured person's NIR (13); EmulationError when no test card has it."""
    return _named(_vitale_cards(), nir, "Vitale du NIR")


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
def _vitale_cards() -> dict[str, str]:
    return {
        group.field("nir"): name
        for name in card_names("vitale")
        for group in zones.decode(card_content(name).zone)
        if group.id == _INSURED
    }
