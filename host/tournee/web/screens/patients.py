"""The patients: found, shown, completed, paid by; a visit or a prescription begun from there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.accounts.paying import pay
from tournee.app.bedside.care_visit import new_key
from tournee.app.context import Office
from tournee.app.finding import thing_of
from tournee.app.patient_view.listed import patients_listed
from tournee.app.patient_view.page import patient_page
from tournee.app.practice.attestations import attestation_said
from tournee.app.practice.dossiers import get
from tournee.app.practice.patients import add_patient, decide, edit_patient
from tournee.app.practice.scans import scan_bytes
from tournee.errors import TourneeError
from tournee.practice.patient_file import Address, PatientFile
from tournee.practice.scan_file import PAPERS, ScanFile
from tournee.web import words
from tournee.web.days import read_day
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.signing import PAYMENTS

_QUERY_MAX = 80
_NIR = 13


async def patients(request: Request) -> Response:
    """`/patients`."""
    face = face_of(request)
    text = request.query_params.get("q", "")[:_QUERY_MAX]
    found = await face.ports.ask_journal(lambda office: patients_listed(office, text))
    return show(request, "patients.html", found=found, text=text, words=words, day=face.clock().date())


async def patient(request: Request) -> Response:
    """`/patients/{number}`; with `?tout=1` all that was billed."""
    face, number = face_of(request), request.path_params["number"]
    shown = 500 if request.query_params.get("tout") else 6
    page = await face.ports.ask_journal(lambda office: patient_page(office, number, shown))
    day = face.clock().date()
    paper = attestation_said(page.patient.told, day)
    return show(
        request,
        "patient.html",
        page=page,
        words=words,
        day=day,
        payments=PAYMENTS,
        paper=paper,
        papers=PAPERS,
    )


async def visit_of(request: Request) -> Response:
    """A visit that nobody planned, for this patient today."""
    day = face_of(request).clock().date()
    return go(request, f"/visite/{new_key(request.path_params['number'], day)}/acte")


async def pays(request: Request) -> Response:
    """The patient pays all that is owed."""
    face, number = face_of(request), request.path_params["number"]
    means = PAYMENTS.get((await fields_of(request)).get("moyen", ""))
    if means is None:
        raise TourneeError("Comment le patient paie-t-il ?", next_step="touchez un moyen de paiement")

    def work(office: Office) -> None:
        for visit in patient_page(office, number).owed_visits:
            pay(office, thing_of(office, visit), means[0])

    await face.ports.ask_journal(work)
    return go(request, f"/patients/{number}")


async def decided(request: Request) -> Response:
    """What the card says otherwise than the file: which is right."""
    face, number = face_of(request), request.path_params["number"]
    fields = await fields_of(request)

    def work(office: Office) -> None:
        decide(
            office,
            get(office, PatientFile, number),
            [fields.get("nom", "")],
            take=fields.get("carte") == "oui",
        )

    await face.ports.ask_journal(work)
    return go(request, f"/patients/{number}")


async def scan(request: Request) -> Response:
    """The picture of a prescription, as it was kept."""
    face, number = face_of(request), request.path_params["number"]

    def work(office: Office) -> tuple[str, bytes]:
        found = get(office, ScanFile, number)
        return found.told.media, scan_bytes(office, found)

    media, data = await face.ports.ask_journal(work)
    return Response(data, media_type=media)


async def form(request: Request) -> Response:
    """`/patients/nouveau` and `/patients/{number}/fiche`: who it is, where, whom to call."""
    face, number = face_of(request), request.path_params.get("number")
    told: dict[str, str] = {}
    if number is not None:
        told = _told(await face.ports.ask_journal(lambda office: get(office, PatientFile, number).told))
    return show(request, "patient_form.html", number=number, told=told, wrong="")


async def keep(request: Request) -> Response:
    """Keep a patient told by hand, new or changed."""
    face, number = face_of(request), request.path_params.get("number")
    fields = await fields_of(request)

    def work(office: Office) -> int:
        if _who(fields)["born"] > f"{office.clock():%Y%m%d}":
            raise TourneeError("La date de naissance est à venir.")
        if number is None:
            return add_patient(office, _with(PatientFile(**_who(fields)), fields)).id
        known = get(office, PatientFile, number)
        told = _with(replace(known.told, **_who(fields)), fields)
        return edit_patient(office, known, told).id

    try:
        kept = await face.ports.ask_journal(work)
    except TourneeError as error:
        return show(request, "patient_form.html", status=409, number=number, told=fields, wrong=error.message)
    return go(request, f"/patients/{kept}")


def _who(fields: dict[str, str]) -> dict[str, Any]:
    digits = "".join(fields.get("nir", "").split()).upper()
    return {
        "name": fields.get("nom", "").strip(),
        "first_name": fields.get("prenom", "").strip(),
        "born": f"{read_day(fields.get('naissance', '')):%Y%m%d}",
        "nir": digits[:_NIR],
        "key": digits[_NIR:],
    }


def _with(file: PatientFile, fields: dict[str, str]) -> PatientFile:
    said = {name: fields.get(name, "").strip() for name in ("rue", "code_postal", "ville", "etage", "porte")}
    address = Address(said["rue"], said["code_postal"], said["ville"], said["etage"], said["porte"])
    return replace(
        file,
        address=address,
        phone=fields.get("telephone", "").strip(),
        notes=fields.get("notes", "").strip(),
    )


def _told(file: PatientFile) -> dict[str, str]:
    born = file.born
    return {
        "nom": file.name,
        "prenom": file.first_name,
        "naissance": f"{born[6:]}/{born[4:6]}/{born[:4]}",
        "nir": f"{file.nir} {file.key}".strip(),
        "rue": file.address.street,
        "code_postal": file.address.postcode,
        "ville": file.address.town,
        "etage": file.address.floor,
        "porte": file.address.door_code,
        "telephone": file.phone,
        "notes": file.notes,
    }


PATIENTS = (
    Route("/patients", patients),
    Route("/patients/nouveau", form, methods=["GET"]),
    Route("/patients/nouveau", keep, methods=["POST"]),
    Route("/patients/{number:int}", patient),
    Route("/patients/{number:int}/fiche", form, methods=["GET"]),
    Route("/patients/{number:int}/fiche", keep, methods=["POST"]),
    Route("/patients/{number:int}/visite", visit_of, methods=["POST"]),
    Route("/patients/{number:int}/payer", pays, methods=["POST"]),
    Route("/patients/{number:int}/decider", decided, methods=["POST"]),
    Route("/images/{number:int}", scan),
)
