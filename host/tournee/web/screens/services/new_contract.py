"""A contract of replacement made on the page: who replaces whom, when, what goes back, what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.bedside.carer import carer_shown
from tournee.app.context import Office
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
    """The form as it was posted; `wrong` gathers what is wrong in French, by field, as it is read."""

    fields: dict[str, str]
    wrong: dict[str, str]

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

    def sessions(self) -> tuple[ReplacementSession, ...]:
        """The sessions that are told; the first one has to be."""
        ticked = tuple(rank for rank in range(1, _ALL_DAYS + 1) if f"jour-{rank}" in self.fields)
        weekdays = () if len(ticked) == _ALL_DAYS else ticked
        ranks = [
            rank for rank in range(SESSIONS) if not rank or self.text(f"du-{rank}") or self.text(f"au-{rank}")
        ]
        days: dict[str, date]
        days, wrong = typed_days(self.fields, [f"{end}-{rank}" for rank in ranks for end in ("du", "au")])
        self.wrong |= wrong
        if wrong:
            return ()
        return tuple(ReplacementSession(days[f"du-{rank}"], days[f"au-{rank}"], weekdays) for rank in ranks)


def contract_of(fields: dict[str, str]) -> tuple[ReplacementContract | None, dict[str, str]]:
    """The contract that a form says, or None and what is wrong by field, "" for the whole."""
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
    sessions = form.sessions()
    if form.wrong:
        return None, form.wrong
    basis = next((one for one in BASES if one == form.text("sur")), BASES[0])
    names = form.text("nom_remplace"), form.text("nom")
    try:
        told = ReplacementContract(
            replaced, names[0], rpps, names[1], sessions, care, travel, basis, costs, form.text("note")
        )
    except TourneeError as error:
        return None, {"": error.message}
    return told, {}


async def form(request: Request) -> Response:
    """`/remplacements/nouveau`: she who is shown is the one who is replaced, unless she types another."""
    face = face_of(request)

    def work(office: Office) -> dict[str, str]:
        carer = carer_shown(office, face.watch.state.ps)
        return {"remplace": carer.number, "nom_remplace": carer.name}

    return _shown(request, await face.ports.ask_journal(work), {})


async def keep(request: Request) -> Response:
    """Keep the contract; what is wrong is said beside what was typed."""
    fields = await fields_of(request)
    told, wrong = contract_of(fields)
    if told is None:
        return _shown(request, fields, wrong)
    try:
        await face_of(request).ports.ask_journal(lambda office: add_contract(office, told))
    except TourneeError as error:
        return _shown(request, fields, {"": f"{error.message} {error.next_step}".strip()})
    return go(request, "/remplacements")


def _shown(request: Request, told: dict[str, str], wrong: dict[str, str]) -> Response:
    return show(
        request,
        "services/new_contract.html",
        status=409 if wrong else 200,
        told=told,
        wrong=wrong,
        sessions=range(SESSIONS),
        weekdays=WEEKDAYS,
        bases=BASES,
        pers=PERS,
    )


NEW_CONTRACT = (
    Route("/remplacements/nouveau", form, methods=["GET"]),
    Route("/remplacements/nouveau", keep, methods=["POST"]),
)
