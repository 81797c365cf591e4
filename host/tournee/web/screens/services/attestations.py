"""An attestation of rights, or of AME, copied from paper on the patient's screen."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.pieces.papers import attestation_copy
from tournee.app.practice.attestations import CopiedAttestation, attestation_said, note_attestation
from tournee.app.practice.dossiers import Dossier, get
from tournee.errors import TourneeError
from tournee.practice.patient_file import PatientError, PatientFile
from tournee.practice.scan_file import ScanFile
from tournee.web.days import typed_days
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of

_DAYS = ("debut", "fin", "jour")


async def form(request: Request) -> Response:
    """`/patients/{number}/attestation`."""
    return await _shown(request, {}, {})


async def keep(request: Request) -> Response:
    """Keep what the paper says; what is wrong is said beside what was typed."""
    face, number = face_of(request), request.path_params["number"]
    fields = await fields_of(request)
    days, wrong = typed_days(fields, _DAYS)
    if wrong:
        return await _shown(request, fields, wrong)
    told = CopiedAttestation(
        "".join(fields.get("organisme", "").split()),
        days["debut"],
        days["fin"],
        days["jour"],
        "ald" in fields,
        "ame" in fields,
    )

    def work(office: Office) -> None:
        note_attestation(office, get(office, PatientFile, number), told)

    try:
        await face.ports.ask_journal(work)
    except PatientError as error:
        return await _shown(request, fields, {"": _said(error)})
    await face.news.tell(said="L’attestation est gardée.")
    return go(request, f"/patients/{number}")


def _said(error: TourneeError) -> str:
    return (
        f"{error.message} {error.next_step[:1].upper()}{error.next_step[1:]}."
        if error.next_step
        else error.message
    )


async def _shown(request: Request, told: dict[str, str], wrong: dict[str, str]) -> Response:
    face, number = face_of(request), request.path_params["number"]

    def work(office: Office) -> tuple[str, str, Dossier[ScanFile] | None]:
        one = get(office, PatientFile, number)
        said = attestation_said(one.told, office.clock().date())
        return one.told.who, said, attestation_copy(office, one.id)

    who, said, copy = await face.ports.ask_journal(work)
    return show(
        request,
        "services/attestation.html",
        status=409 if wrong else 200,
        number=number,
        who=who,
        said=said,
        copy=copy,
        told=told,
        wrong=wrong,
    )


ATTESTATIONS = (
    Route("/patients/{number:int}/attestation", form, methods=["GET"]),
    Route("/patients/{number:int}/attestation", keep, methods=["POST"]),
)
