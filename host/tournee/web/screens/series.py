"""A series seen day by day and billed now and then: which days, then one visit of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.care_visit import planned_key, refuse_mistakes, visit_key
from tournee.app.context import Office
from tournee.app.practice.day.series import PlannedSeries, price_days, series_of, take_days
from tournee.app.practice.rounds import plan_of
from tournee.app.visits.pricing import PricedVisit
from tournee.errors import BillingError
from tournee.web import words
from tournee.web.face import BESIDE, face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.visit_view import on_card, shown_visit

_DAYS_MAX = 120


@dataclass(frozen=True)
class SeriesShown:
    """A plan's fourteen days with those chosen, and what a visit of them comes to; `card`: hers is in."""

    series: PlannedSeries
    chosen: tuple[date, ...]
    priced: PricedVisit | None
    card: bool

    @property
    def older(self) -> tuple[date, ...]:
        """Days before the strip that are in no visit, and those of them that are chosen."""
        first = self.series.days[0].day
        return tuple(sorted({day for day in (*self.series.proposed, *self.chosen) if day < first}))

    def toggled(self, day: date) -> str:
        """The chosen days with this one changed, as an address has them."""
        return written({*self.chosen} ^ {day})


def written(days: set[date]) -> str:
    """Days as an address has them; `-` for none."""
    return ",".join(f"{day:%Y%m%d}" for day in sorted(days)) or "-"


async def series(request: Request) -> Response:
    """`/serie/{plan}`, with `?jours=`: those chosen; without, those proposed."""
    face, number = face_of(request), request.path_params["plan"]
    given = request.query_params.get("jours", "")
    today = face.clock().date()

    def work(office: Office) -> SeriesShown:
        plan = plan_of(office, number)
        found = series_of(office, plan)
        seen = tuple(day for day in found.proposed if day >= found.days[0].day)
        chosen = _days(given) if given else seen  # what she cannot see is never billed by itself
        priced = price_days(office, plan, chosen) if chosen else None
        care = shown_visit(office, planned_key(number, today), face.watch.state)
        return SeriesShown(found, chosen, priced, on_card(care, face.watch.state) is not None)

    found = await face.ports.ask_journal(work)
    if BESIDE not in request.headers:
        face.at_visit = planned_key(number, today)
    return show(request, "series.html", shown=found, words=words, today=today, written=written)


async def take(request: Request) -> Response:
    """One visit of the days chosen, to be looked at and signed."""
    face, number = face_of(request), request.path_params["plan"]
    days = _days((await fields_of(request)).get("jours", ""))

    def work(office: Office) -> int:
        plan = plan_of(office, number)
        one = take_days(office, plan, days).visits[0]
        refuse_mistakes(plan.patient.told.who, one)
        assert one.id is not None
        return one.id

    visit = await face.ports.ask_journal(work)
    return go(request, f"/visite/{visit_key(visit)}/verifier")


def _days(text: str) -> tuple[date, ...]:
    if text == "-":
        return ()
    parts = text.split(",")[:_DAYS_MAX]
    try:
        return tuple(sorted({datetime.strptime(one, "%Y%m%d").date() for one in parts}))
    except ValueError as error:
        raise BillingError("Ces jours ne se lisent pas.", next_step="rouvrez la série") from error


SERIES = (
    Route("/serie/{plan:int}", series, methods=["GET"]),
    Route("/serie/{plan:int}", take, methods=["POST"]),
)
