"""A Vitale card that comes in: which screen it opens, and whom it may be for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.card_met import PersonOnCard, people_on_card
from tournee.app.bedside.carer import carer_shown
from tournee.app.bedside.rights import OPPOSITION, rights_on
from tournee.app.context import Office
from tournee.errors import ReaderError, StoreError
from tournee.french import of_name
from tournee.web import words
from tournee.web.face import Face, face_of, go, show, show_error
from tournee.web.live.reader_seen import CardLeads, ReaderSeen
from tournee.web.screens.visit_view import shown_visit


@dataclass(frozen=True)
class CardOpened:
    """The people of a card; `opens` is the screen that it is surely for, "" when that is to be asked;
    `fine`: nothing of its rights is amiss; `was_at` whose visit was open.
    """

    people: tuple[PersonOnCard, ...]
    opens: str
    fine: bool
    was_at: str

    @property
    def holder(self) -> str:
        """The insured person's name."""
        first = self.people[0].patient if self.people else None
        return f"{first.first_name} {first.name}".title() if first else ""


async def card_opens(face: Face, state: ReaderSeen) -> CardLeads:
    """What to open for the card that went in; a card never touches the visit that was open."""
    if state.vitale is None:
        return CardLeads("/carte", "Carte qui ne se lit pas") if state.problem else CardLeads()
    found = await face.ports.ask_journal(lambda office: card_opened(office, state, face))
    whose = f"Carte {of_name(found.holder)}" if found.holder else "Carte lue"
    if not found.opens:
        return CardLeads("/carte", whose)
    return CardLeads(found.opens if found.fine else f"{found.opens}/carte", whose)


def card_opened(office: Office, state: ReaderSeen, face: Face) -> CardOpened:
    """What a card may be for, today."""
    assert state.vitale is not None
    day = face.clock().date()
    carer = carer_shown(office, state.ps)
    people = tuple(people_on_card(office, state.vitale.patients, day, carer.number))
    left = [(one, visit) for one in people for visit in one.to_see]
    at, was_at = [], ""
    if face.at_visit:
        with suppress(StoreError):
            open_one = shown_visit(office, face.at_visit, state)
            at = [(one, visit) for one, visit in left if visit.key == open_one.key]
            was_at = "" if at or not open_one.is_open else open_one.name
    chosen = at[0] if at else (left[0] if len({one.patient.born for one, _ in left}) == 1 else None)
    series = [plan for one in people for plan in one.series]
    if chosen is None and not left and len(series) == 1 and not was_at:
        return CardOpened(people, f"/serie/{series[0].id}", True, "")
    if chosen is None or was_at:
        return CardOpened(people, "", True, was_at)
    one, visit = chosen
    return CardOpened(people, f"/visite/{visit.key}", rights_on(office, one.patient, day).is_fine, "")


def amiss_on(office: Office, people: Sequence[PersonOnCard], day: date) -> tuple[str, ...]:
    """What is amiss of a card's rights on a day, each in a line, with its person where there are several;
    and why its opposition was not looked up.
    """
    told, doubts = [], []
    for one in people:
        whose = f"{one.patient.first_name} {one.patient.name} : ".title() if len(people) > 1 else ""
        file = one.met.patient.told if one.met else None
        for line in rights_on(office, one.patient, day, file).lines:
            text = line.text[:1].lower() + line.text[1:]
            if line.state == "bad":
                told.append(f"{whose}{'droits' if whose else 'Droits'} {text}")
            elif line.name == OPPOSITION and line.state == "warn":
                doubts.append(line.text)
    return tuple(dict.fromkeys((*told, *doubts)))


async def card(request: Request) -> Response:
    """`/carte`: the card in the reader, and whom she cares for."""
    face = face_of(request)
    state = face.watch.state
    if state.vitale is None:
        return show_error(request, state.problem) if state.problem else go(request, "/tournee")
    day = face.clock().date()

    def work(office: Office) -> tuple[CardOpened, tuple[str, ...]]:
        found = card_opened(office, state, face)
        return found, amiss_on(office, found.people, day)

    found, amiss = await face.ports.ask_journal(work)
    return show(request, "card_people.html", found=found, amiss=amiss, day=day, words=words)


async def new_person(request: Request) -> Response:
    """Make the file of one person of the card, for a visit that nobody planned."""
    from tournee.app.bedside.card_met import file_of_person
    from tournee.app.bedside.care_visit import new_key

    face = face_of(request)
    state, rank = face.watch.state, request.path_params["rank"]
    if state.vitale is None or not 0 <= rank < len(state.vitale.patients):
        raise ReaderError("La carte Vitale a été retirée.", next_step="insérez-la de nouveau")
    person = state.vitale.patients[rank]
    met = await face.ports.ask_journal(lambda office: file_of_person(office, person))
    return go(request, f"/visite/{new_key(met.patient.id, face.clock().date())}/acte")


CARDS = (
    Route("/carte", card),
    Route("/carte/{rank:int}/ajouter", new_person, methods=["POST"]),
)
