"""A patient's insurer asked on line, from the screen of the mutuelle."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.errors import StoreError, TourneeError
from tournee.practice.patient_file import PatientFile
from tournee.web.face import face_of, go
from tournee.web.screens.visit_view import shown_visit

_SERVICE = "amc"


def told_by_insurer(office: Office, nir: str, born: str, birth_rank: str) -> str:
    """What the insurer said last of a person, in French; "" where none is asked on line, or none answered."""
    if not nir or not office.services.has(_SERVICE):
        return ""
    from tournee.app.services.insurers.rights import last_rights  # not on a tablet's page

    told = last_rights(office, nir, born, birth_rank)
    return told.said() if told is not None else ""


def said_for_visit(office: Office, visit: int) -> str:
    """What an insurer said of a visit's invoice, or that it went without; "" where none is asked."""
    if not office.services.has(_SERVICE):
        return ""
    from tournee.app.services.insurers.engaging import said_of_visit

    return said_of_visit(office, visit)


def asked_at_signing(office: Office, file: PatientFile | None) -> str:
    """That the patient's insurer is asked as her invoice is made, in French; "" where it is not."""
    if file is None or not office.services.has(_SERVICE):
        return ""
    from tournee.app.services.insurers.listed import listed
    from tournee.app.services.insurers.rights import insured_of

    try:
        entry = listed(office, insured_of(office, file).insurer)
    except TourneeError:
        return ""
    if entry is None or not entry.clc:
        return ""
    return f"{entry.name} dira à la signature ce qu’elle paie : sa part peut changer (simulation)."


async def ask(request: Request) -> Response:
    """Ask now; off line the question waits."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> str:
        from tournee.app.services.insurers.rights import ask_rights, insured_of

        care = shown_visit(office, key, face.watch.state)
        if care.patient is None:
            raise StoreError("Ce patient n’a pas encore de dossier.", next_step="ouvrez-le d’abord")
        return ask_rights(office, insured_of(office, care.patient.told), ps=care.ps).said()

    said = await face.ports.ask_journal(work)
    await face.news.tell(said=said)
    return go(request, f"/visite/{key}/mutuelle")


INSURER_SERVICE = (Route("/visite/{key}/mutuelle/demander", ask, methods=["POST"]),)
