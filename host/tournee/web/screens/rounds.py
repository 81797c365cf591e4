"""The day's round: what is done, which visit is next, what waits for its card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.care_visit import CareVisit, VisitStanding, care_visits
from tournee.app.bedside.carer import CarerShown, carer_shown
from tournee.app.context import Office
from tournee.web.face import face_of, show


@dataclass(frozen=True)
class RoundOfDay:
    """A day's visits with the next one; amounts in cents."""

    day: date
    visits: tuple[CareVisit, ...]
    next: CareVisit | None
    secured: int

    @property
    def seen(self) -> int:
        """How many visits are behind."""
        return sum(one.standing not in (VisitStanding.TO_SEE, VisitStanding.SET_ASIDE) for one in self.visits)


def round_of_day(office: Office, day: date, carer: CarerShown) -> RoundOfDay:
    """The round that is shown."""
    visits = tuple(care_visits(office, day, carer.number))
    left = [one for one in visits if one.standing == VisitStanding.TO_SEE]
    done = [one for one in visits if one.standing in (VisitStanding.DONE, VisitStanding.SEALED)]
    return RoundOfDay(day, visits, left[0] if left else None, sum(one.thing.fee for one in done if one.thing))


async def the_round(request: Request) -> Response:
    """`/tournee`."""
    face = face_of(request)
    day = face.clock().date()
    found = await face.ports.ask_journal(
        lambda office: round_of_day(office, day, carer_shown(office, face.watch.state.ps))
    )
    return show(request, "round.html", round=found)


ROUNDS = (Route("/tournee", the_round),)
