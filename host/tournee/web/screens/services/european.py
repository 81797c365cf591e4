"""A European card copied on a visit without Vitale card: kept outside télétransmission, its sheet printed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.accounts.paying import owes
from tournee.app.bedside.act_search import AddableActs, addable_acts
from tournee.app.bedside.care_visit import CareVisit
from tournee.app.bedside.carer import carer_shown
from tournee.app.bedside.changing import Told, acts_of_passage
from tournee.app.bedside.european import EuropeanCardError, is_european, keep_european, leave_european
from tournee.app.bedside.proposing import proposed
from tournee.app.context import Office
from tournee.app.pieces.papers import card_copy
from tournee.app.practice.dossiers import Dossier
from tournee.app.visits.european import EuropeanRecord, care_sheet, european_record
from tournee.billing.dayfile.ceam import CARD
from tournee.billing.european.ceam import COUNTRIES
from tournee.errors import StoreError
from tournee.practice.scan_file import ScanFile
from tournee.web.days import typed_days
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.signing import PAYMENTS
from tournee.web.screens.visit_view import shown_visit

_WORDS = ("pays", "nom", "prenom", "numero_personnel", "institution", "sigle", "numero_carte")
_DAYS = ("naissance", "expiration", "debut")
_QUERY_MAX = 80


@dataclass(frozen=True)
class CardToCopy:
    """A visit whose card is copied; `acts` may be chosen where it has none yet."""

    care: CareVisit
    acts: AddableActs | None


async def card(request: Request) -> Response:
    """`/visite/{key}/carte-europeenne`: the card to copy; what was kept, once it is; `?corriger=1` anew."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> tuple[EuropeanRecord, int, Dossier[ScanFile] | None] | None:
        care = shown_visit(office, key, face.watch.state)
        if care.thing is None or not is_european(care) or "corriger" in request.query_params:
            return None
        visit = care.thing.id
        return european_record(office, visit), owes(office, visit), card_copy(office, visit)

    kept = await face.ports.ask_journal(work)
    if kept is None:
        return await _form(request, None, {})
    record, due, copy = kept
    return show(
        request,
        "services/european_kept.html",
        key=key,
        record=record,
        due=due,
        copy=copy,
        country=COUNTRIES[record.ceam.country].name,
        payments=PAYMENTS,
    )


async def keep(request: Request) -> Response:
    """Keep the visit on this card; what is wrong is said beside what was typed."""
    face, key = face_of(request), request.path_params["key"]
    fields = await fields_of(request)
    days, wrong = typed_days(fields, [one for one in _DAYS if one != "debut" or fields.get(one, "").strip()])
    said = {name: fields.get(name, "").strip() for name in _WORDS}
    said |= {name: day.isoformat() for name, day in days.items()}

    def work(office: Office) -> CareVisit:
        care = shown_visit(office, key, face.watch.state)
        act: Told | None = None
        if not acts_of_passage(care.told):
            name, _, code = fields.get("acte", "").rpartition("|")
            act = {"acte": name} if name else {"code": code} if code else None
            if act is None:
                raise EuropeanCardError({"": "Choisissez le soin : la visite n’en a pas encore."})
        elif care.thing is None:
            care = proposed(office, care)[0].care
        return keep_european(office, care, said, act)

    if not wrong:
        try:
            care = await face.ports.ask_journal(work)
        except EuropeanCardError as error:
            wrong = error.faults
        else:
            if face.at_visit == key:
                face.at_visit = ""
            return go(request, f"/visite/{care.key}/carte-europeenne")
    return await _form(request, fields, wrong)


async def leave(request: Request) -> Response:
    """It was a mistake: the visit waits for the Vitale card again."""
    face, key = face_of(request), request.path_params["key"]
    care = await face.ports.ask_journal(
        lambda office: leave_european(office, shown_visit(office, key, face.watch.state))
    )
    return go(request, f"/visite/{care.key}")


async def sheet(request: Request) -> Response:
    """The care sheet as PDF."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> bytes:
        care = shown_visit(office, key, face.watch.state)
        if care.thing is None:
            raise StoreError("Cette visite n’a pas de feuille de soins.")
        name = carer_shown(office, face.watch.state.ps).name
        return care_sheet(european_record(office, care.thing.id), name)

    named = {"Content-Disposition": 'inline; filename="feuille-de-soins.pdf"'}
    content = await face.ports.ask_journal(work)
    return Response(content, media_type="application/pdf", headers=named)


async def _form(request: Request, fields: dict[str, str] | None, wrong: dict[str, str]) -> Response:
    face, key = face_of(request), request.path_params["key"]
    text = request.query_params.get("q", "")[:_QUERY_MAX]

    def work(office: Office) -> CardToCopy:
        care = shown_visit(office, key, face.watch.state)
        acts = None if acts_of_passage(care.told) else addable_acts(office, care, text)
        return CardToCopy(care, acts)

    found = await face.ports.ask_journal(work)
    return show(
        request,
        "services/european.html",
        status=409 if wrong else 200,
        care=found.care,
        acts=found.acts,
        text=text,
        told=_told(found.care) if fields is None else fields,
        wrong=wrong,
        countries=COUNTRIES,
    )


def _told(care: CareVisit) -> dict[str, str]:
    """What is known before she types: the card of before, else the patient's file."""
    if CARD in care.told:
        told = dict(care.told[CARD])
        return told | {name: _typed(told[name]) for name in _DAYS if name in told}
    if care.patient is None:
        return {}
    file = care.patient.told
    born = f"{file.born[6:]}/{file.born[4:6]}/{file.born[:4]}"
    return {"nom": file.name, "prenom": file.first_name, "naissance": born}


def _typed(day: str) -> str:
    return "/".join(reversed(str(day).split("-")))


EUROPEAN = (
    Route("/visite/{key}/carte-europeenne", card, methods=["GET"]),
    Route("/visite/{key}/carte-europeenne", keep, methods=["POST"]),
    Route("/visite/{key}/carte-europeenne/quitter", leave, methods=["POST"]),
    Route("/visite/{key}/feuille-de-soins.pdf", sheet),
)
