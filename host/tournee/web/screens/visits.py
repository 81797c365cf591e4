"""One visit: its acts, what is added or left out, its card, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.act_search import AddableActs, addable_acts
from tournee.app.bedside.care_visit import CareVisit, judged_care, take
from tournee.app.bedside.changing import (
    Told,
    with_act,
    with_kilometres,
    with_majoration,
    with_mau,
    with_quantity,
    with_third_party,
)
from tournee.app.bedside.proposing import proposed
from tournee.app.bedside.securing import (
    CARD_REASONS,
    keep_for_card,
    lacks_insurance,
    note_insurance,
    pass_visit,
)
from tournee.app.context import Office
from tournee.errors import BillingError
from tournee.practice.insurer_file import THIRD_PARTY
from tournee.web import words
from tournee.web.face import BESIDE, Face, face_of, go, show
from tournee.web.forms import fields_of, whole
from tournee.web.screens.visit_view import shown_visit, view_of

Change = Callable[[Told, dict[str, str]], dict[str, Any]]


async def visit(request: Request) -> Response:
    """`/visite/{key}`: one that is signed shows what was done."""
    face, key = face_of(request), request.path_params["key"]
    found = await face.ports.ask_journal(lambda office: view_of(office, key, face.watch.state))
    if BESIDE not in request.headers:
        face.at_visit = found.care.key
    if not found.care.is_open:
        return go(request, f"/visite/{found.care.key}/fait")
    plan = found.care.plan
    if plan is not None and plan.plan.told.together:
        return go(request, f"/serie/{plan.plan.id}")
    return show(request, "visit.html", view=found, care=found.care, words=words)


def _changing(change: Change) -> Callable[[Request], Any]:
    """What a touch on the screen of a visit does: the visit is in the journal from then on."""

    async def handle(request: Request) -> Response:
        face, key = face_of(request), request.path_params["key"]
        fields = await fields_of(request)

        def work(office: Office) -> CareVisit:
            care = shown_visit(office, key, face.watch.state)
            told = care.told if care.thing is not None else proposed(office, care)[0].care.told
            return take(office, care, change(told, fields))

        care = await face.ports.ask_journal(work)
        found = await face.ports.ask_journal(lambda office: view_of(office, care.key, face.watch.state))
        face.at_visit = care.key
        return show(request, "visit.html", at=f"/visite/{care.key}", view=found, care=found.care, words=words)

    return handle


def _extra(told: Told, fields: dict[str, str]) -> dict[str, Any]:
    passage, code, on = whole(fields, "passage"), fields.get("code", ""), fields.get("on") == "oui"
    if code == "MAU":
        return with_mau(told, passage, on=on)
    if code not in ("N", "F"):
        raise BillingError("Cette majoration n’existe pas ici.", next_step="rouvrez la visite")
    return with_majoration(told, passage, code, on=on)


def _payer(told: Told, fields: dict[str, str]) -> dict[str, Any]:
    if fields.get("qui") not in THIRD_PARTY:
        raise BillingError("Qui paie ?", next_step="touchez l’une des réponses")
    return with_third_party(told, fields["qui"])


def _act(told: Told, fields: dict[str, str]) -> dict[str, Any]:
    name, code = fields.get("acte", ""), fields.get("code", "")
    if not name and not code:
        raise BillingError("Quel acte ?", next_step="choisissez-le dans la liste")
    return with_act(told, whole(fields, "passage"), {"acte": name} if name else {"code": code})


quantity = _changing(
    lambda told, fields: with_quantity(
        told, whole(fields, "passage"), whole(fields, "acte"), whole(fields, "n")
    )
)
kilometres = _changing(
    lambda told, fields: with_kilometres(told, whole(fields, "passage"), whole(fields, "km"))
)
extra = _changing(_extra)
third_party = _changing(_payer)
add_act = _changing(_act)


async def act(request: Request) -> Response:
    """`/visite/{key}/acte`: what may be added, and a search."""
    face, key = face_of(request), request.path_params["key"]
    text = request.query_params.get("q", "")[:80]

    def work(office: Office) -> tuple[CareVisit, AddableActs]:
        care = shown_visit(office, key, face.watch.state)
        return care, addable_acts(office, care, text)

    care, acts = await face.ports.ask_journal(work)
    return show(request, "act.html", care=care, acts=acts, text=text)


async def card(request: Request) -> Response:
    """`/visite/{key}/carte`: what the card says of this patient."""
    face, key = face_of(request), request.path_params["key"]
    found = await face.ports.ask_journal(lambda office: view_of(office, key, face.watch.state))
    if found.card is None:
        return go(request, f"/visite/{key}")
    return show(request, "card.html", view=found, care=found.care)


async def without_card(request: Request) -> Response:
    """`/visite/{key}/sans-carte`: why, and what becomes of the visit."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> tuple[CareVisit, int, bool]:
        care = shown_visit(office, key, face.watch.state)
        return care, judged_care(office, care).cents, lacks_insurance(office, care)

    care, cents, lacks = await face.ports.ask_journal(work)
    return show(request, "without_card.html", care=care, cents=cents, reasons=CARD_REASONS, lacks=lacks)


async def keep(request: Request) -> Response:
    """Keep a visit until its card comes."""
    await _in_journal(request, keep_for_card)
    return go(request, "/tournee")


async def set_aside(request: Request) -> Response:
    """A visit that was not made."""
    await _in_journal(request, pass_visit)
    return go(request, "/tournee")


async def choose_degraded(request: Request) -> Response:
    """Bill without the card, for the reason that was chosen."""
    face, key = face_of(request), request.path_params["key"]
    fields = await fields_of(request)
    reason = fields.get("motif", "")
    if reason not in CARD_REASONS or reason == "plus-tard":
        raise BillingError(
            "Pour facturer sans carte, dites pourquoi elle n’est pas là.",
            cause="la raison est écrite sur la facture",
            next_step="choisissez-la ; si la carte vient plus tard, gardez la visite",
        )

    def work(office: Office) -> None:
        care = shown_visit(office, key, face.watch.state)
        if lacks_insurance(office, care):
            note_insurance(office, care, fields.get("organisme", ""))

    await face.ports.ask_journal(work)
    return go(request, f"/visite/{key}/verifier?sans={reason}")


async def _in_journal(request: Request, work: Callable[[Office, CareVisit, Told], object]) -> None:
    face, key = face_of(request), request.path_params["key"]

    def done(office: Office) -> None:
        care = shown_visit(office, key, face.watch.state)
        told = care.told if care.thing is not None else proposed(office, care)[0].care.told
        work(office, care, told)

    await face.ports.ask_journal(done)
    _leave(face, key)


def _leave(face: Face, key: str) -> None:
    if face.at_visit == key:
        face.at_visit = ""


VISITS = (
    Route("/visite/{key}", visit),
    Route("/visite/{key}/quantite", quantity, methods=["POST"]),
    Route("/visite/{key}/kilometres", kilometres, methods=["POST"]),
    Route("/visite/{key}/tiers", third_party, methods=["POST"]),
    Route("/visite/{key}/extra", extra, methods=["POST"]),
    Route("/visite/{key}/acte", act, methods=["GET"]),
    Route("/visite/{key}/acte", add_act, methods=["POST"]),
    Route("/visite/{key}/carte", card),
    Route("/visite/{key}/sans-carte", without_card, methods=["GET"]),
    Route("/visite/{key}/sans-carte", choose_degraded, methods=["POST"]),
    Route("/visite/{key}/garder", keep, methods=["POST"]),
    Route("/visite/{key}/passer", set_aside, methods=["POST"]),
)
