"""Cartes d’essai: the demonstration's cards, put into the emulated reader and pulled out from the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.errors import EmulationError
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.setting import TestCards

SLOTS = ("ps", "vitale")
_HERE = "/cartes-d-essai"


def _cards(request: Request) -> TestCards:
    setting = face_of(request).setting
    if setting is None or setting.cards is None:
        raise EmulationError(
            "Il n’y a de cartes d’essai que dans la démonstration.", next_step="insérez une vraie carte"
        )
    return setting.cards


async def test_cards(request: Request) -> Response:
    """`/cartes-d-essai`."""
    cards = _cards(request)
    inside, known = cards.inside(), cards.known()
    about = {one.name: one.about for one in known}
    return show(
        request,
        "setting_up/test_cards.html",
        slots=[(slot, inside.get(slot, ""), about.get(inside.get(slot, ""), "")) for slot in SLOTS],
        known={slot: [one for one in known if one.slot == slot] for slot in SLOTS},
    )


async def insert(request: Request) -> Response:
    """Put a card in, in the place of the one that is there."""
    cards, fields = _cards(request), await fields_of(request)
    found = next((one for one in cards.known() if one.name == fields.get("carte", "")), None)
    if found is None:
        raise EmulationError("Cette carte d’essai n’existe pas.", next_step="choisissez-en une autre")
    if cards.inside().get(found.slot):  # as by hand: out, then in
        cards.remove(found.slot)
        await face_of(request).watch.look()
    cards.insert(found.slot, found.name)
    return go(request, _HERE)


async def remove(request: Request) -> Response:
    """Pull the card of a slot out."""
    cards, fields = _cards(request), await fields_of(request)
    slot = fields.get("fente", "")
    if slot in SLOTS and cards.inside().get(slot):
        cards.remove(slot)
    return go(request, _HERE)


TEST_CARDS = (
    Route("/cartes-d-essai", test_cards),
    Route("/cartes-d-essai/inserer", insert, methods=["POST"]),
    Route("/cartes-d-essai/retirer", remove, methods=["POST"]),
)
