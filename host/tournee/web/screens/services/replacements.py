"""Contracts of replacement and their statements of rétrocession: shown, given as PDF, signed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, get
from tournee.app.replacements.contracts import contracts
from tournee.app.replacements.papers import month_said, owed_said, statement_pdf, terms_said
from tournee.app.replacements.statements import (
    RetrocessionStatement,
    sign_statement,
    statements,
    the_statement,
)
from tournee.practice.replacement_contract import ReplacementContract
from tournee.web.face import face_of, go, show


@dataclass(frozen=True)
class ContractShown:
    """A contract with its statements, the last first; `first` is the one to be signed next, 0 for none;
    `is_over`: its last session is.
    """

    contract: Dossier[ReplacementContract]
    statements: tuple[RetrocessionStatement, ...]
    first: int
    is_over: bool


async def replacements(request: Request) -> Response:
    """`/remplacements`."""

    def work(office: Office) -> list[ContractShown]:
        return [_shown(office, one) for one in contracts(office)]

    found = await face_of(request).ports.ask_journal(work)
    return show(
        request,
        "services/replacements.html",
        found=found,
        month_said=month_said,
        owed_said=owed_said,
        terms_said=terms_said,
    )


def _shown(office: Office, contract: Dossier[ReplacementContract]) -> ContractShown:
    told = statements(office, contract)
    first = next((one.number for one in told if one.signed is None), 0)
    is_over = all(one.last < office.clock().date() for one in contract.told.sessions)
    return ContractShown(contract, told[::-1], first, is_over)


async def paper(request: Request) -> Response:
    """A statement as PDF."""
    number = request.path_params["number"]

    def work(office: Office) -> bytes:
        contract = get(office, ReplacementContract, request.path_params["contract"])
        return statement_pdf(the_statement(office, contract, number=number))

    content = await face_of(request).ports.ask_journal(work)
    named = {"Content-Disposition": f'attachment; filename="releve-{number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=named)


async def sign(request: Request) -> Response:
    """Both agree: the statement is kept as it is."""

    def work(office: Office) -> None:
        contract = get(office, ReplacementContract, request.path_params["contract"])
        sign_statement(office, contract, request.path_params["number"])

    await face_of(request).ports.ask_journal(work)
    return go(request, "/remplacements")


REPLACEMENTS = (
    Route("/remplacements", replacements),
    Route("/remplacements/{contract:int}/{number:int}/releve.pdf", paper),
    Route("/remplacements/{contract:int}/{number:int}/signer", sign, methods=["POST"]),
)
