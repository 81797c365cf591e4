"""A contract of replacement changed or ended on the page: what was signed stays as it was signed."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, get
from tournee.app.replacements.contracts import change_contract
from tournee.app.replacements.ending import end_contract
from tournee.app.replacements.statements import statements
from tournee.errors import TourneeError
from tournee.practice.replacement_contract import ReplacementContract
from tournee.web.days import read_day
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.services.new_contract import SESSIONS, TypedContract, contract_of, contract_shown

_DAY = "%d/%m/%Y"


def _typed(hundredths: int) -> str:
    """A percentage or an amount as it is typed."""
    whole, part = divmod(hundredths, 100)
    return f"{whole},{part:02}".removesuffix(",00")


def fields_of_contract(told: ReplacementContract) -> dict[str, str]:
    """A contract as its form has it."""
    fields = {
        "remplace": told.replaced,
        "nom_remplace": told.replaced_name,
        "rpps": told.rpps,
        "nom": told.name,
        "part": _typed(told.care),
        "part_deplacements": "" if told.travel == told.care else _typed(told.travel),
        "sur": told.basis,
        "note": told.note,
    }
    for rank, one in enumerate(told.sessions):
        fields |= {f"du-{rank}": f"{one.first:{_DAY}}", f"au-{rank}": f"{one.last:{_DAY}}"}
    if told.costs:
        cost = told.costs[0]
        fields |= {"frais": cost.label, "frais_montant": _typed(cost.cents), "frais_par": cost.per}
    return fields | {f"jour-{day}": "oui" for day in told.sessions[0].weekdays}


def _room(told: ReplacementContract) -> int:
    """How many sessions the form has room for: one more than there are."""
    return max(SESSIONS, len(told.sessions) + 1)


def _has_one_week(told: ReplacementContract) -> bool:
    return len({one.weekdays for one in told.sessions}) == 1


def changed_by(told: ReplacementContract, fields: dict[str, str]) -> TypedContract:
    """What the form makes of a contract: the two persons stay, and what it has no room for."""
    named = fields_of_contract(told)
    who = {key: named[key] for key in ("remplace", "nom_remplace", "rpps", "nom")}
    form = contract_of({**fields, **who}, _room(told))
    if form.contract is None:
        return form
    new = form.contract
    costs, sessions = (*new.costs, *told.costs[1:]), new.sessions
    if not _has_one_week(told):  # each keeps its own, a new one the first's
        weeks = [one.weekdays for one in told.sessions]
        weeks += [weeks[0]] * (len(sessions) - len(weeks))
        sessions = tuple(replace(one, weekdays=week) for one, week in zip(sessions, weeks, strict=False))
    try:
        form.contract = replace(new, costs=costs, sessions=sessions)
    except TourneeError as error:
        form.contract, form.wrong = None, {"": error.message}
    return form


def _contract(office: Office, request: Request) -> Dossier[ReplacementContract]:
    return get(office, ReplacementContract, request.path_params["contract"])


async def form(request: Request) -> Response:
    """`/remplacements/{contract}/changer`."""
    return await _shown(request, None, {})


async def _shown(request: Request, fields: dict[str, str] | None, wrong: dict[str, str]) -> Response:
    def work(office: Office) -> tuple[Dossier[ReplacementContract], int]:
        one = _contract(office, request)
        return one, sum(each.signed is not None for each in statements(office, one))

    one, signed = await face_of(request).ports.ask_journal(work)
    told = fields_of_contract(one.told) if fields is None else fields
    return contract_shown(
        request,
        told,
        wrong,
        rooms=_room(one.told),
        contract=one,
        signed=signed,
        has_week=_has_one_week(one.told),
    )


async def keep(request: Request) -> Response:
    """Keep what was agreed now; what is wrong is said beside what was typed."""
    fields = await fields_of(request)

    def work(office: Office) -> dict[str, str]:
        one = _contract(office, request)
        made = changed_by(one.told, fields)
        if made.contract is None:
            return made.wrong
        change_contract(office, one, made.contract)
        return {}

    try:
        wrong = await face_of(request).ports.ask_journal(work)
    except TourneeError as error:
        wrong = {"": f"{error.message} {error.next_step}".strip()}
    return await _shown(request, fields, wrong) if wrong else go(request, "/remplacements")


async def ending(request: Request) -> Response:
    """`/remplacements/{contract}/terminer`: the last day."""
    return await _ending(request, {}, "")


async def _ending(request: Request, fields: dict[str, str], wrong: str) -> Response:
    face = face_of(request)
    one = await face.ports.ask_journal(lambda office: _contract(office, request))
    day = fields.get("jour", f"{face.clock():{_DAY}}")
    template, status = "services/ended_contract.html", 409 if wrong else 200
    return show(request, template, status=status, contract=one, told={"jour": day}, wrong=wrong)


async def end(request: Request) -> Response:
    """Let the contract end on a day."""
    face, fields = face_of(request), await fields_of(request)

    def work(office: Office) -> bool:
        return end_contract(office, _contract(office, request), read_day(fields.get("jour", ""))) is None

    try:
        is_gone = await face.ports.ask_journal(work)
    except TourneeError as error:
        return await _ending(request, fields, f"{error.message} {error.next_step}".strip())
    await face.news.tell(said="Le contrat est mis de côté." if is_gone else "Le contrat est terminé.")
    return go(request, "/remplacements")


CHANGED_CONTRACT = (
    Route("/remplacements/{contract:int}/changer", form, methods=["GET"]),
    Route("/remplacements/{contract:int}/changer", keep, methods=["POST"]),
    Route("/remplacements/{contract:int}/terminer", ending, methods=["GET"]),
    Route("/remplacements/{contract:int}/terminer", end, methods=["POST"]),
)
