"""What makes something: each may be asked again by its `Idempotency-Key`, and does nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import TypeAdapter

from tournee import api
from tournee.http.asked import (
    BackupAsked,
    CertificationAsked,
    Day,
    DeliveryTold,
    LotsAsked,
    SendingAgainAsked,
)
from tournee.http.problems import Refusal
from tournee.http.repeated import HEADER, RepeatedRoute
from tournee.http.work import ACCEPTED, Tell, Work, WorkResult, Works, location_of


def key_told(
    key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            pattern="^[!-~]{1,128}$",
            description="A text of your own, one for each thing that is to be made once.",
        ),
    ] = None,
) -> None:
    """Described here, used by `RepeatedRoute`."""


steps = APIRouter(prefix="/v1", route_class=RepeatedRoute)
_Source = Annotated[str, Query(max_length=80)]
_Name = Annotated[str, Path(pattern=r"^[0-9]{1,6}$")]
_Stamp = Annotated[str, Path(pattern=r"^[0-9]{19}$")]
_RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The whole message as it came (RFC 5322), not decoded.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_VISIT = TypeAdapter(api.CertifiedVisit)


@steps.post("/visits", operation_id="take_visits")
def take_visits(
    request: Request, day: Day, source: _Source = "logiciel", replaces: bool = False, twins: bool = False
) -> api.TakenVisits:
    """Take a day's visits into the journal, each judged alone, known again by its `reference`."""
    return api.take_visits(_practice(request), day, source=source, replaces=replaces, twins=twins)


@steps.post("/certifications", operation_id="certify", status_code=ACCEPTED)
def certify(request: Request, response: Response, asked: CertificationAsked) -> Work:
    """Make and certify the invoices of the visits that can be with the cards that are there. Each is an event
    `visit` of this work.
    """
    practice = _practice(request)

    def do(tell: Tell) -> WorkResult:
        return api.certify(
            practice,
            asked.code.get_secret_value(),
            visits=asked.visits,
            mode=asked.mode,
            situation=asked.situation,
            told=lambda one: tell("visit", _VISIT.dump_json(one).decode()),
        )

    return _begin(request, response, "certifications", do)


@steps.post("/lots", operation_id="close_lots", status_code=ACCEPTED)
def close_lots(request: Request, response: Response, asked: LotsAsked) -> Work:
    """Put the certified sheets of who is at the reader into lots, and have each certified."""
    practice, code = _practice(request), asked.code.get_secret_value()

    def do(tell: Tell) -> WorkResult:
        return api.close_lots(practice, code, situation=asked.situation)

    return _begin(request, response, "lots", do)


@steps.post("/files", operation_id="make_files")
def make_files(request: Request) -> list[api.MadeFile]:
    """Frame the closed lots as the route in force asks."""
    return list(api.make_files(_practice(request)))


@steps.post("/sendings", operation_id="send", status_code=ACCEPTED)
def send(request: Request, response: Response) -> Work:
    """Send every file that waits, by the servers of its route."""
    practice = _practice(request)
    return _begin(request, response, "sendings", lambda tell: api.send(practice))


@steps.post("/files/{name}/sendings", operation_id="send_again", status_code=ACCEPTED)
def send_again(request: Request, response: Response, name: _Name, asked: SendingAgainAsked) -> Work:
    """Send a file once more, because you are sure that it has to be."""
    practice = _practice(request)

    def do(tell: Tell) -> WorkResult:
        return (api.send_again(practice, name, ps=asked.ps, accepted=asked.accepted),)

    return _begin(request, response, "sendings", do)


@steps.post("/messages", operation_id="hand_over")
def hand_over(request: Request) -> list[api.OutgoingMessage]:
    """Take away every message that waits, to be sent by other means; each is given once, so use a key."""
    return list(api.hand_over(_practice(request)))


@steps.put("/messages/{compostage}/delivery", operation_id="note_delivery")
def note_delivery(request: Request, compostage: _Stamp, told: DeliveryTold) -> api.SentFile:
    """Say what became of a message that was taken away, or of one that may have left."""
    return api.note_delivery(_practice(request), compostage, api.Delivery(told.outcome, told.answer))


@steps.post("/returns", operation_id="take_return", openapi_extra=_RAW, response_model=api.TakenReturn)
async def take_return(request: Request, source: _Source = "logiciel") -> Any:
    """Take in one return, as raw bytes. One that is not understood is set aside, and says so."""
    from starlette.concurrency import run_in_threadpool

    content = await request.body()
    if not content:
        raise Refusal(400, "le retour est vide")
    return await run_in_threadpool(api.take_return, _practice(request), content, source=source)


@steps.post("/returns/fetching", operation_id="fetch_returns", status_code=ACCEPTED)
def fetch_returns(request: Request, response: Response, again: bool = False) -> Work:
    """Take in all that waits in the mailboxes of the routes."""
    practice = _practice(request)
    return _begin(request, response, "returns", lambda tell: api.fetch_returns(practice, again=again))


@steps.post("/backups", operation_id="back_up", status_code=ACCEPTED)
def back_up(request: Request, response: Response, asked: BackupAsked) -> Work:
    """Write the whole practice into one file of the server's folder of backups, sealed by a passphrase."""
    practice, folder = _practice(request), request.app.state.backups

    def do(tell: Tell) -> WorkResult:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return api.back_up(practice, folder / asked.name, asked.passphrase.get_secret_value())

    return _begin(request, response, "backups", do)


def _begin(request: Request, response: Response, kind: str, do: Callable[[Tell], WorkResult]) -> Work:
    works: Works = request.app.state.works
    begun = works.begin(kind, request.state.subject, do)
    response.headers["location"] = location_of(begun.id)
    return begun


def _practice(request: Request) -> api.Practice:
    practice: api.Practice = request.app.state.practice
    return practice
