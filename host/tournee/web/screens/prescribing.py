"""A new prescription: its photograph, then a few touches, then the visits that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.carer import carer_shown
from tournee.app.context import Office
from tournee.app.patient_view.prescribing import (
    CareOffered,
    OrderTold,
    care_named,
    cares_offered,
    keep_order,
    prescribers_offered,
)
from tournee.app.practice.dossiers import Dossier, get
from tournee.app.practice.prescribers import ProposedPrescriber, said_prescriber
from tournee.app.practice.scans import take_scan
from tournee.errors import TourneeError
from tournee.practice.patient_file import PatientFile
from tournee.practice.scan_file import SCAN_MAX, ScanFile
from tournee.web.days import read_day
from tournee.web.face import Face, face_of, go, show
from tournee.web.forms import fields_of, whole
from tournee.web.templating import capital

_PASSAGES_MAX, _SESSIONS_MAX = 3, 300


@dataclass(frozen=True)
class OrderForm:
    """What the form offers, and what it comes to so far: `told` None while something is missing."""

    patient: Dossier[PatientFile]
    prescribers: tuple[ProposedPrescriber, ...]
    cares: tuple[CareOffered, ...]
    told: OrderTold | None


async def camera(request: Request) -> Response:
    """`/patients/{number}/ordonnance`: the photograph."""
    number = request.path_params["number"]
    patient = await face_of(request).ports.ask_journal(lambda office: get(office, PatientFile, number))
    return show(request, "camera.html", patient=patient)


async def photo(request: Request) -> Response:
    """A photograph, as raw bytes; kept before anything is told of it."""
    number, data = request.path_params["number"], bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > SCAN_MAX:
            raise TourneeError("Cette image est trop grande.", next_step="reprenez la photo, moins fine")
    if electronic := await _electronic(request, number, bytes(data)):
        return go(request, electronic)
    found = await face_of(request).ports.ask_journal(lambda office: take_scan(office, number, bytes(data)))
    return go(request, f"/patients/{number}/ordonnance/champs?photo={found.id}")


async def _electronic(request: Request, number: int, picture: bytes) -> str:
    """Where to go when a picture shows the code of an electronic prescription: it needs no photograph; ""
    where it shows none, or none is asked here.
    """
    face = face_of(request)
    if not await face.ports.ask_journal(lambda office: office.services.has("ordonnance")):
        return ""
    from tournee.web.screens.services.electronic_order import keep_of_picture

    return await keep_of_picture(face, number, picture)


async def fields(request: Request) -> Response:
    """`/patients/{number}/ordonnance/champs`: what it says."""
    face, number = face_of(request), request.path_params["number"]
    given = dict(request.query_params)
    form = await face.ports.ask_journal(lambda office: _form(office, face, number, given))
    today = face.clock().date()
    return show(
        request,
        "order.html",
        form=form,
        given=given,
        today=today,
        yesterday=today - timedelta(days=1),
        wrong="",
    )


async def keep(request: Request) -> Response:
    """Keep it, and the visits that it makes."""
    face, number = face_of(request), request.path_params["number"]
    given = await fields_of(request)

    def work(office: Office) -> None:
        patient = get(office, PatientFile, number)
        carer = carer_shown(office, face.watch.state.ps)
        keep_order(office, patient, _told(office, face, given), carer.number, carer.profession)

    try:
        await face.ports.ask_journal(work)
    except TourneeError as error:
        form = await face.ports.ask_journal(lambda office: _form(office, face, number, given))
        today = face.clock().date()
        return show(
            request,
            "order.html",
            status=409,
            form=form,
            given=given,
            today=today,
            yesterday=today - timedelta(days=1),
            wrong=f"{error.message} {capital(error.next_step)}".strip(),
        )
    return go(request, f"/patients/{number}")


def _form(office: Office, face: Face, number: int, given: dict[str, str]) -> OrderForm:
    patient = get(office, PatientFile, number)
    carer = carer_shown(office, face.watch.state.ps)
    day = face.clock().date()
    cares = cares_offered(office, carer.number, carer.profession, given.get("cherche", ""), day)
    try:
        told = _told(office, face, given)
    except TourneeError:
        told = None
    return OrderForm(patient, tuple(prescribers_offered(office, patient)), tuple(cares), told)


def _told(office: Office, face: Face, given: dict[str, str]) -> OrderTold:
    carer, today = carer_shown(office, face.watch.state.ps), face.clock().date()
    said = given.get("medecin", "")
    said = given.get("autre_medecin", "") if said in ("", "autre") else said
    if not said.strip():
        raise TourneeError("Qui a prescrit ?", next_step="touchez un nom, ou tapez un numéro RPPS")
    prescriber = said_prescriber(office, said, given.get("nom_medecin", "").strip())
    care = care_named(
        office, given.get("soin", ""), carer.number, carer.profession, given.get("cherche", ""), today
    )
    sessions = whole(given, "seances", 10)
    passages = min(max(whole(given, "passages", 1), 1), _PASSAGES_MAX)
    if not 1 <= sessions <= _SESSIONS_MAX:
        raise TourneeError(
            f"Une ordonnance a de 1 à {_SESSIONS_MAX} séances.", next_step="corrigez leur nombre"
        )
    scan = get(office, ScanFile, whole(given, "photo")).told.digest if given.get("photo") else ""
    first = read_day(given["debut"]) if given.get("debut") else today
    return OrderTold(
        prescriber,
        _day(given, today),
        care,
        sessions,
        passages,
        _minute(given.get("heure", "")),
        given.get("dimanche") == "oui",
        given.get("ald") == "oui",
        first,
        scan,
    )


def _day(given: dict[str, str], today: date) -> date:
    word = given.get("date", "aujourdhui")
    if word == "autre":
        return read_day(given.get("autre_date", ""))
    return today - timedelta(days=1) if word == "hier" else today


def _minute(text: str) -> int | None:
    hours, colon, minutes = text.strip().partition(":")
    if not colon or not (hours + minutes).isdecimal():
        return None
    minute = int(hours) * 60 + int(minutes)
    return minute if minute < 24 * 60 else None


PRESCRIBING = (
    Route("/patients/{number:int}/ordonnance", camera),
    Route("/patients/{number:int}/photo", photo, methods=["POST"]),
    Route("/patients/{number:int}/ordonnance/champs", fields, methods=["GET"]),
    Route("/patients/{number:int}/ordonnance/champs", keep, methods=["POST"]),
)
