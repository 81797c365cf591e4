"""What is asked and changes nothing: prices, cards, invoices, alerts, work."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator

from tournee import api
from tournee.http.asked import Day
from tournee.http.strict_json import StrictRoute
from tournee.http.work import Work, Works


def _iso(told: object) -> date:
    """A day as ISO 8601 writes it, AAAA-MM-JJ, and no number."""
    return date.fromisoformat(str(told))


questions = APIRouter(prefix="/v1", route_class=StrictRoute)
_Text = Annotated[str, Query(max_length=80)]
_Day = Annotated[date, BeforeValidator(_iso)]
_Limit = Annotated[int, Query(ge=1, le=1000)]
_Cursor = Annotated[str, Query(max_length=140)]
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Events"}
}


@questions.post("/prices", operation_id="price")
def price(request: Request, day: Day, with_journal: bool = True) -> api.DayPrice:
    """Say what a day's visits would cost; nothing is taken. Judged among the visits of the journal, or by
    themselves.
    """
    return api.price(_practice(request), day, with_journal=with_journal)


@questions.get("/cards", operation_id="read_cards")
def cards(request: Request, situation: Annotated[int | None, Query(ge=0, le=99)] = None) -> api.CardsInReader:
    """Read the cards in the reader, and say which visits can be certified with them; no code is needed."""
    return api.read_cards(_practice(request), situation=situation)


@questions.get("/invoices", operation_id="invoices")
def invoices(
    request: Request,
    since: _Day | None = None,
    ps: _Text = "",
    states: Annotated[list[api.InvoiceState], Query(max_length=20)] = [],  # noqa: B006 (FastAPI copies it)
    patient: _Text = "",
    reference: _Text = "",
    limit: _Limit = 100,
    cursor: _Cursor = "",
) -> api.InvoicePage:
    """Where invoices stand, those made last first, a page at a time."""
    return api.invoices(
        _practice(request),
        since=since,
        ps=ps,
        states=states,
        patient=patient,
        reference=reference,
        limit=limit,
        cursor=cursor,
    )


@questions.get("/alerts", operation_id="alerts")
def alerts(
    request: Request,
    kinds: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    ps: _Text = "",
    urgent: bool = False,
    limit: _Limit = 100,
    cursor: _Cursor = "",
) -> api.AlertPage:
    """What to look into now, the urgent first, a page at a time."""
    return api.alerts(_practice(request), kinds=kinds, ps=ps, urgent=urgent, limit=limit, cursor=cursor)


@questions.get("/works/{name}", operation_id="work")
def work(request: Request, name: str) -> Work:
    """Where a piece of work stands, and what it gave; for a week."""
    return _works(request).find(name, request.state.subject)


@questions.get(
    "/works/{name}/events", operation_id="work_events", response_class=StreamingResponse, responses=_EVENTS
)
def work_events(
    request: Request, name: str, last_event_id: Annotated[int, Header(ge=0, le=100_000)] = 0
) -> StreamingResponse:
    """Server-sent events of a piece of work as it goes; the last is `done` or `failed`, with all of it."""
    works, subject = _works(request), request.state.subject
    works.find(name, subject)
    works.check_listeners()
    return StreamingResponse(works.events(name, subject, last_event_id), media_type="text/event-stream")


def _practice(request: Request) -> api.Practice:
    practice: api.Practice = request.app.state.practice
    return practice


def _works(request: Request) -> Works:
    works: Works = request.app.state.works
    return works
