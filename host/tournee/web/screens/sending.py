"""Sending: what waits, by day; one touch sends and fetches; its steps while it goes on, its line after."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.alerts import AlertKind
from tournee.app.context import Office
from tournee.app.evening.run import EveningStep, needs_reader
from tournee.app.evening.waiting import ToSend, to_send
from tournee.app.opposition.in_force import list_state
from tournee.app.to_settle import to_settle
from tournee.errors import TourneeError
from tournee.web import words
from tournee.web.face import Face, face_of, go, show
from tournee.web.forms import fields_of

STEPS = {
    EveningStep.CLOSE: ("Signature par votre carte CPS", "Signées par votre carte CPS"),
    EveningStep.MAKE: ("Préparation des fichiers", "Fichiers préparés"),
    EveningStep.SEND: ("Envoi", "Envoyées"),
    EveningStep.FETCH: ("Lecture des réponses et des paiements", "Réponses et paiements lus"),
}
"""Each step while it goes on or is to come, and once it is behind."""


async def _waiting(face: Face) -> ToSend:
    ps = face.watch.state.ps
    return await face.ports.ask_journal(lambda office: to_send(office, ps.identity if ps else None))


async def sending(request: Request) -> Response:
    """`/envoi`."""
    face = face_of(request)
    told = await _waiting(face)
    is_tablet = face.setting is not None and face.setting.is_tablet
    copy = face.copying.seen
    return show(
        request,
        "sending.html",
        told=told,
        evening=face.evening,
        copy=copy,
        is_tablet=is_tablet,
        words=words,
    )


async def begin(request: Request) -> Response:
    """Send everything, or with `relever` fetch alone; one that goes on is that one."""
    face = face_of(request)
    fields = await fields_of(request)
    seen = face.watch.state
    waits_for_code = seen.ps is not None and seen.unlocked is None and "relever" not in fields
    if waits_for_code and await face.ports.ask_journal(needs_reader):
        return go(request, "/code?vers=/envoi")
    return begun(request, fetch_only="relever" in fields, again="relire" in fields)


def begun(request: Request, *, fetch_only: bool = False, again: bool = False) -> Response:
    """Begin to send, or to fetch alone; answers its screen, so that *Arrêter* is there before it works."""
    face = face_of(request)
    face.evening.start(face, fetch_only=fetch_only, again=again)
    state = face.evening.state
    return show(request, "sending_on.html", at="/envoi/cours", state=state, steps=STEPS)


async def stop(request: Request) -> Response:
    """Stop after this message."""
    face = face_of(request)
    face.evening.stop()
    return go(request, "/envoi/cours")


async def under_way(request: Request) -> Response:
    """`/envoi/cours`: the steps while it goes on, then what came of it."""
    face = face_of(request)
    state = face.evening.state
    if state is None:
        return await sending(request)
    if state.step is not None:
        return show(request, "sending_on.html", state=state, steps=STEPS)
    return await done(request)


async def done(request: Request) -> Response:
    """`/envoi/fait`: the line of the last run, and what it brought."""
    face = face_of(request)
    state = face.evening.state
    if state is None or state.outcome is None:
        return await sending(request)
    if state.is_offline:
        return await offline(request)
    came, left = state.outcome, await _waiting(face)
    list_day = await face.ports.ask_journal(_list_day)
    told = await face.ports.ask_journal(to_settle) if came.refused else ()
    alerts = [one for one in told if isinstance(one.kind, AlertKind)]  # not what the patient owes of them
    refused = [one for one in alerts if came.refused_ids & set(one.invoices)]
    return show(
        request, "sending_done.html", state=state, came=came, left=left, list_day=list_day, refused=refused
    )


async def offline(request: Request) -> Response:
    """`/hors-ligne`: what is safe without the network."""
    face = face_of(request)
    list_day = await face.ports.ask_journal(_list_day)
    return show(request, "offline.html", told=await _waiting(face), list_day=list_day)


def _list_day(office: Office) -> date | None:
    """The day of the opposition list in force, None where there is none that reads."""
    try:
        return list_state(office).date
    except TourneeError:
        return None


SENDING = (
    Route("/envoi", sending),
    Route("/envoi/lancer", begin, methods=["POST"]),
    Route("/envoi/arreter", stop, methods=["POST"]),
    Route("/envoi/cours", under_way),
    Route("/envoi/fait", done),
    Route("/hors-ligne", offline),
)
