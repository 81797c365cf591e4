"""Rights on line of a patient: asked, beside the card's, with age, origin and differences; chosen here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.cards import read_ps
from tournee.app.context import Office
from tournee.app.practice.dossiers import get
from tournee.app.services.card_update.due import WHERE, UpdateDue, due_cards, due_of
from tournee.app.services.from_here import NOT_FROM_HERE, can_ask
from tournee.app.services.rights.answer import SERVICE
from tournee.app.services.rights.asking import ask_rights, ask_waiting, is_waiting
from tournee.app.services.rights.choosing import choose
from tournee.app.services.rights.showing import RightsSeen, age_of, rights_seen
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientFile
from tournee.reader import PS_ABSENT, PS_UNLOCKED, LinkLost, Reader
from tournee.web import words
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.live.reader_seen import ReaderSeen
from tournee.web.screens.visit_view import shown_visit

_NO_CARD = "votre carte CPS n’est pas dans le lecteur, ou attend son code"
_NO_READER = "le lecteur n’est pas là"


@dataclass(frozen=True)
class RightsPage:
    """What the page of one patient shows; `is_on`: the service is asked from here."""

    seen: RightsSeen
    due: UpdateDue | None
    is_on: bool


async def rights(request: Request) -> Response:
    """`/patients/{number}/droits`; `?visite=` of the visit that it was asked from."""
    face, number = face_of(request), request.path_params["number"]
    day = face.clock().date()

    def work(office: Office) -> RightsPage:
        seen = rights_seen(office, get(office, PatientFile, number).told, day)
        due = None if seen.card is None else due_of(office, seen.card, day)
        return RightsPage(seen, due, office.services.has(SERVICE))

    page = await face.ports.ask_journal(work)
    visit = _visit(request)
    return show(
        request,
        "services/rights.html",
        page=page,
        number=number,
        visit=visit,
        back_to=f"/visite/{visit}/carte" if visit else f"/patients/{number}",
        can_ask=can_ask(),
        has_code=_has_code(page.seen, face.watch.state),
        day=day,
        age_of=age_of,
        where=WHERE,
        words=words,
    )


def _has_code(seen: RightsSeen, state: ReaderSeen) -> bool:
    """Whether what waits for the carer's card waits for it no more."""
    row = seen.asked
    return row is not None and is_waiting(row) and row.reason == _NO_CARD and state.unlocked is not None


def _visit(request: Request) -> str:
    """The key of the visit that it was asked from, "" for none."""
    key = request.query_params.get("visite", "")
    return key if key.replace("-", "").isalnum() else ""


def _here(request: Request) -> str:
    number, visit = request.path_params["number"], _visit(request)
    return f"/patients/{number}/droits" + (f"?visite={visit}" if visit else "")


async def of_visit(request: Request) -> Response:
    """`/visite/{key}/droits`: those of the visit's patient."""
    face, key = face_of(request), request.path_params["key"]
    care = await face.ports.ask_journal(lambda office: shown_visit(office, key, face.watch.state))
    if care.patient is None:
        raise StoreError("Ce patient n’a pas encore de dossier.", next_step="ouvrez-le d’abord")
    return go(request, f"/patients/{care.patient.id}/droits?visite={key}")


async def ask(request: Request) -> Response:
    """Ask now; without reader or card the request waits, and says why. A card that waits for its code gets it
    first: she comes back to the request, which waits.
    """
    face, number = face_of(request), request.path_params["number"]
    if not can_ask():
        await face.ports.ask_journal(
            lambda office: _put_off(office, get(office, PatientFile, number).told, NOT_FROM_HERE)
        )
        return go(request, _here(request))

    def now(office: Office, reader: Reader) -> bool:
        person = get(office, PatientFile, number).told
        there = reader.cards().ps
        if there != PS_UNLOCKED:
            _put_off(office, person, _NO_CARD)
            return there is PS_ABSENT
        ask_rights(office, person, read_ps(reader), reader)
        return True

    try:
        is_over = await face.ports.run_reader(now)
    except LinkLost:
        is_over = True
        await face.ports.ask_journal(
            lambda office: _put_off(office, get(office, PatientFile, number).told, _NO_READER)
        )
    return go(request, _here(request) if is_over else f"/code?vers={quote(_here(request), safe='')}")


def _put_off(office: Office, person: PatientFile, why: str) -> None:
    row = ask_rights(office, person, None, None)
    office.journal.requests.put_off(row.id, why)


async def chosen(request: Request) -> Response:
    """The card's rights count, or the service's."""
    face, number = face_of(request), request.path_params["number"]
    fields = await fields_of(request)

    def work(office: Office) -> tuple[int, ...]:
        person = get(office, PatientFile, number).told
        return choose(office, person, fields.get("choix", ""), though_old="ancienne" in fields).anew

    anew = await face.ports.ask_journal(work)
    if anew:
        await face.news.tell(said=f"La caisse change : {len(anew)} facture(s) à sécuriser de nouveau.")
    return go(request, _here(request))


async def waiting(request: Request) -> Response:
    """`/droits`: requests that wait, cards that are to be updated."""
    face = face_of(request)

    def work(office: Office) -> tuple[int, list[str]]:
        found = [(one, f"{one.patient.first_name} {one.patient.name}".title()) for one in due_cards(office)]
        due = [f"{who} : {one.text}" for one, who in found]
        return len(office.journal.requests.waiting(SERVICE)), due

    count, due = await face.ports.ask_journal(work)
    template = "services/rights_waiting.html"
    return show(request, template, count=count, due=due, where=WHERE, can_ask=can_ask())


async def ask_all(request: Request) -> Response:
    """Ask all that waits; the code is asked for first."""
    face = face_of(request)

    def now(office: Office, reader: Reader) -> int:
        if reader.cards().ps != PS_UNLOCKED:
            return -1
        ask_waiting(office, read_ps(reader), reader)
        return len(office.journal.requests.waiting(SERVICE))

    try:
        left = await face.ports.run_reader(now)
    except LinkLost:
        await face.news.tell(said=f"Rien n’est parti : {_NO_READER}.")
        return go(request, "/droits")
    if left < 0:
        return go(request, "/code?vers=/droits")
    await face.news.tell(said=f"Demandes en attente : {left}.")
    return go(request, "/droits")


RIGHTS = (
    Route("/droits", waiting, methods=["GET"]),
    Route("/droits/demander", ask_all, methods=["POST"]),
    Route("/patients/{number:int}/droits", rights, methods=["GET"]),
    Route("/patients/{number:int}/droits/demander", ask, methods=["POST"]),
    Route("/patients/{number:int}/droits/choisir", chosen, methods=["POST"]),
    Route("/visite/{key}/droits", of_visit, methods=["GET"]),
)
