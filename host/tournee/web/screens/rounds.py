"""The day's round: what is done, which visit is next, what waits for its card, what is to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.care_visit import CareVisit, VisitStanding, care_visits
from tournee.app.bedside.carer import CarerShown, carer_shown
from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.app.evening.waiting import Unsent, unsent
from tournee.app.practice.prescriptions import Counted
from tournee.web import words
from tournee.web.face import BESIDE, face_of, show
from tournee.web.screens.visit_view import sessions_of

_BEHIND = (VisitStanding.CARD_MISSING, VisitStanding.DONE, VisitStanding.SEALED)


_AHEAD = (VisitStanding.TO_SEE, VisitStanding.STARTED)


@dataclass(frozen=True)
class RoundOfDay:
    """A day's visits with the next one and its prescription's counter; amounts in cents."""

    day: date
    carer: CarerShown
    visits: tuple[CareVisit, ...]
    next: CareVisit | None
    counted: Counted | None
    secured: int
    unsent: Unsent

    @property
    def seen(self) -> int:
        """How many visits are behind."""
        return sum(one.standing in _BEHIND for one in self.visits)

    @property
    def made(self) -> tuple[CareVisit, ...]:
        """Those that are signed."""
        return tuple(one for one in self.visits if one.standing in (VisitStanding.DONE, VisitStanding.SEALED))

    @property
    def missing(self) -> tuple[CareVisit, ...]:
        """Those that wait for their card."""
        return tuple(one for one in self.visits if one.standing == VisitStanding.CARD_MISSING)

    @property
    def is_morning(self) -> bool:
        """Whether nothing is done yet."""
        return bool(self.visits) and self.seen == 0

    @property
    def is_evening(self) -> bool:
        """Whether everything is behind."""
        return bool(self.visits) and self.next is None

    @property
    def told(self) -> str:
        """The day's bar in a sentence."""
        done, missing = len(self.made), len(self.missing)
        card = f", {missing} dont la carte manque" if missing else ""
        return f"{self.seen} vues sur {len(self.visits)} : {done} faites{card}"


def round_of_day(office: Office, day: date, ps: PsOnDuty | None) -> RoundOfDay:
    """The round that is shown."""
    carer = carer_shown(office, ps)
    found = care_visits(office, day, carer.number)
    visits = tuple(one for one in found if one.standing != VisitStanding.SET_ASIDE)
    next_one = next((one for one in visits if one.standing in _AHEAD), None)
    counted = sessions_of(office, next_one) if next_one is not None else None
    signed = (VisitStanding.DONE, VisitStanding.SEALED)
    secured = sum(one.thing.fee for one in visits if one.thing and one.standing in signed)
    waits = unsent(office, ps.identity if ps else None)
    return RoundOfDay(day, carer, visits, next_one, counted, secured, waits)


async def the_round(request: Request) -> Response:
    """`/tournee`."""
    face = face_of(request)
    day = face.clock().date()
    if BESIDE not in request.headers:
        face.at_visit = face.signed = ""  # she has left it
    found = await face.ports.ask_journal(lambda office: round_of_day(office, day, face.watch.state.ps))
    return show(request, "round.html", round=found, words=words)


ROUNDS = (Route("/tournee", the_round),)
