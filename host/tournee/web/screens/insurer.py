"""The mutuelle that the card does not say: copied from the attestation, kept for the next visits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.care_visit import CareVisit, take
from tournee.app.bedside.changing import with_insurer
from tournee.app.bedside.proposing import proposed
from tournee.app.context import Office
from tournee.app.practice.insurers import ProposedInsurer, keep_insurer, proposed_insurers
from tournee.app.practice.patients import edit_patient
from tournee.billing.identity import AMC_DIGITS, Amc, Period
from tournee.errors import BillingError, TourneeError
from tournee.practice.insurer_file import insurer_of
from tournee.practice.planning.planned_visit import patient_in_day_file
from tournee.web import words
from tournee.web.days import read_day
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.services.insurers import told_by_insurer
from tournee.web.screens.visit_view import shown_visit


@dataclass(frozen=True)
class InsurerAsked:
    """Whose mutuelle it is, and which it may be."""

    care: CareVisit
    proposed: tuple[ProposedInsurer, ...]
    told: str = ""  # what it said on line
    on_line: bool = False


async def insurer(request: Request) -> Response:
    """`/visite/{key}/mutuelle`."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> InsurerAsked:
        care = shown_visit(office, key, face.watch.state)
        found = proposed_insurers(office, care.patient) if care.patient else []
        file = care.patient.told if care.patient else None
        told = told_by_insurer(office, file.nir, file.born, file.birth_rank) if file else ""
        is_known = file is not None and bool(file.nir) and bool(insurer_of(file))
        return InsurerAsked(care, tuple(found), told, is_known and office.services.has("amc"))

    asked = await face.ports.ask_journal(work)
    return show(request, "insurer.html", asked=asked, care=asked.care, told={}, wrong="", words=words)


async def keep(request: Request) -> Response:
    """Keep it in the patient's file, and bill this visit by it."""
    face, key = face_of(request), request.path_params["key"]
    fields = await fields_of(request)

    def work(office: Office) -> None:
        care = shown_visit(office, key, face.watch.state)
        told = _amc(fields)
        keep_insurer(office, told)
        if care.patient is not None:
            edit_patient(office, care.patient, replace(care.patient.told, amc=told))
            care = shown_visit(office, key, face.watch.state)
        if care.thing is not None and care.patient is not None:
            take(office, care, with_insurer(care.told, patient_in_day_file(care.patient.told).get("amc")))
        elif care.thing is None:
            proposed(office, care)  # what the rules say of it is said on the visit

    try:
        await face.ports.ask_journal(work)
    except TourneeError as error:
        care = await face.ports.ask_journal(lambda office: shown_visit(office, key, face.watch.state))
        asked = InsurerAsked(care, ())
        return show(
            request,
            "insurer.html",
            status=409,
            asked=asked,
            care=care,
            told=fields,
            wrong=error.message,
            words=words,
        )
    return go(request, f"/visite/{key}")


def _amc(fields: dict[str, str]) -> Amc:
    number = "".join(fields.get("numero", "").split())
    if len(number) != AMC_DIGITS or not number.isdecimal():
        raise BillingError(f"Le numéro d’une mutuelle a {AMC_DIGITS} chiffres.")
    until = fields.get("fin", "").strip()
    period = Period(end=f"{read_day(until):%Y%m%d}") if until else Period()
    return Amc(number, member=fields.get("adherent", "").strip()[:15], period=period)


INSURER = (
    Route("/visite/{key}/mutuelle", insurer, methods=["GET"]),
    Route("/visite/{key}/mutuelle", keep, methods=["POST"]),
)
