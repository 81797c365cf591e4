"""A contract of replacement made on the page: who replaces whom, when, what goes back, what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.carer import carer_shown
from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier
from tournee.app.replacements.contracts import add_contract
from tournee.billing.numbers import billing_number_fault, rpps_fault
from tournee.billing.replacement import WEEKDAYS, ReplacementSession
from tournee.errors import TourneeError
from tournee.practice.replacement_contract import BASES, PERS, FixedCost, ReplacementContract
from tournee.web.days import typed_days
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.settling import cents_of

SESSIONS = 4
"""Sessions that the form has room for."""

_ALL_DAYS = len(WEEKDAYS)


@dataclass
class TypedContract:
    """The form as it was posted; `wrong` gathers what is wrong in French, by field ("" for the whole), as it
    is read; `contract` is what it comes to, None where something is wrong.
    """

    fields: dict[str, str]
    wrong: dict[str, str]
    contract: ReplacementContract | None = None

    def text(self, name: str) -> str:
        """What a field says."""
        return self.fields.get(name, "").strip()

    def hundredths(self, name: str, kind: str) -> int:
        """A `pourcentage` in hundredths of one, or a `montant` in cents; 0 for nothing."""
        try:
            return cents_of(self.text(name).replace("%", ""))
        except TourneeError:
            self.wrong[name] = f"« {self.text(name)[:20]} » n’est pas un {kind}"
            return 0

    def sessions(self, rooms: int) -> tuple[ReplacementSession, ...]:
        """The sessions that are told, of so many; the first one has to be."""
        ticked = tuple(rank for rank in range(1, _ALL_DAYS + 1) if f"jour-{rank}" in self.fields)
        weekdays = () if len(ticked) == _ALL_DAYS else ticked
        ranks = [
            rank for rank in range(rooms) if not rank or self.text(f"du-{rank}") or self.text(f"au-{rank}")
        ]
        days: dict[str, date]
        days, wrong = typed_days(self.fields, [f"{end}-{rank}" for rank in ranks for end in ("du", "au")])
        self.wrong |= wrong
        if wrong:
            return ()
        return tuple(ReplacementSession(days[f"du-{rank}"], days[f"au-{rank}"], weekdays) for rank in ranks)


def contract_of(fields: dict[str, str], rooms: int = SESSIONS) -> TypedContract:
    """What a form says, with room for so many sessions."""
    form = TypedContract(fields, {})
    replaced, rpps = ("".join(form.text(name).split()) for name in ("remplace", "rpps"))
    faults = {"remplace": billing_number_fault(replaced), "rpps": rpps_fault(rpps)}
    form.wrong |= {name: fault for name, fault in faults.items() if fault}
    for name in ("nom_remplace", "nom", "part"):
        if not form.text(name):
            form.wrong[name] = "à remplir"
    care = form.hundredths("part", "pourcentage") if form.text("part") else 0
    travel = form.hundredths("part_deplacements", "pourcentage") if form.text("part_deplacements") else care
    costs: tuple[FixedCost, ...] = ()
    if form.text("frais") or form.text("frais_montant"):
        cents = form.hundredths("frais_montant", "montant")
        per = next((one for one in PERS if one == form.text("frais_par")), PERS[-1])
        costs = (FixedCost(form.text("frais"), cents, per),)
    sessions = form.sessions(rooms)
    if form.wrong:
        return form
    basis = next((one for one in BASES if one == form.text("sur")), BASES[0])
    names = form.text("nom_remplace"), form.text("nom")
    try:
        form.contract = ReplacementContract(
            replaced, names[0], rpps, names[1], sessions, care, travel, basis, costs, form.text("note")
        )
    except TourneeError as error:
        form.wrong[""] = error.message
    return form


async def form(request: Request) -> Response:
    """`/remplacements/nouveau`: she who is shown is the one who is replaced, unless she types another."""
    face = face_of(request)

    def work(office: Office) -> dict[str, str]:
        carer = carer_shown(office, face.watch.state.ps)
        return {"remplace": carer.number, "nom_remplace": carer.name}

    return contract_shown(request, await face.ports.ask_journal(work), {})


async def keep(request: Request) -> Response:
    """Keep the contract; what is wrong is said beside what was typed."""
    fields = await fields_of(request)
    made = contract_of(fields)
    told = made.contract
    if told is None:
        return contract_shown(request, fields, made.wrong)
    try:
        await face_of(request).ports.ask_journal(lambda office: add_contract(office, told))
    except TourneeError as error:
        return contract_shown(request, fields, {"": f"{error.message} {error.next_step}".strip()})
    return go(request, "/remplacements")


def contract_shown(
    request: Request,
    told: dict[str, str],
    wrong: dict[str, str],
    *,
    rooms: int = SESSIONS,
    contract: Dossier[ReplacementContract] | None = None,
    signed: int = 0,
    has_week: bool = True,
) -> Response:
    """The form of a new contract, or of one that is changed, of which so many statements are signed;
    `has_week`: its sessions have the same weekdays.
    """
    return show(
        request,
        "services/new_contract.html",
        status=409 if wrong else 200,
        told=told,
        wrong=wrong,
        sessions=range(rooms),
        weekdays=WEEKDAYS,
        bases=BASES,
        pers=PERS,
        contract=contract,
        signed=signed,
        has_week=has_week,
    )


NEW_CONTRACT = (
    Route("/remplacements/nouveau", form, methods=["GET"]),
    Route("/remplacements/nouveau", keep, methods=["POST"]),
)
