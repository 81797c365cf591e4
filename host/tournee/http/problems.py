"""Errors as HTTP tells them: problem details (RFC 9457) with the words of `TourneeError`, a fixed status."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tournee.api import (
    CallError,
    ConfigError,
    CursorError,
    ExchangeError,
    PracticeClosedError,
    ReaderError,
    StoreError,
    TourneeError,
    VisitsRefusedError,
)
from tournee.api.problems import problem_of
from tournee.logs import where
from tournee.reader import WrongCode

MEDIA = "application/problem+json"
_URN = "urn:tournee:problem:"
_STATUS: dict[type[TourneeError], int] = {  # the first that an error is of
    WrongCode: 403,
    CursorError: 400,
    PracticeClosedError: 503,
    CallError: 409,
    ReaderError: 503,
    ConfigError: 409,
    ExchangeError: 502,
    StoreError: 409,
}
_REFUSED = 422
_TITLES = {
    400: "La demande ne se lit pas.",
    401: "Un jeton est nécessaire.",
    403: "Ce jeton ne le permet pas.",
    404: "Il n’y a rien à cette adresse.",
    405: "Cette adresse ne prend pas cette méthode.",
    406: "La réponse ne peut pas être donnée sous cette forme.",
    408: "La demande est venue trop lentement.",
    409: "Cette demande ne peut pas être faite maintenant.",
    413: "La demande est trop longue.",
    415: "Le contenu n’est pas de la forme attendue.",
    422: "La demande est refusée.",
    429: "Trop de travaux attendent.",
    500: "Une erreur imprévue est survenue.",
}
_UNFIT = "cette valeur n’a pas la forme attendue"
_WHOLE, _TRUTH = "un nombre entier est attendu", "true ou false est attendu"
_DAY = "un jour est attendu : AAAA-MM-JJ"
_MISTAKES = {  # what pydantic finds, by its word for it
    "missing": "il manque",
    "extra_forbidden": "ce nom n’est pas attendu ici",
    "json_invalid": "ce n’est pas du JSON",
    "string_type": "un texte est attendu",
    "string_too_short": "trop court : {min_length} au moins",
    "string_too_long": "trop long : {max_length} au plus",
    "string_pattern_mismatch": "n’a pas la forme attendue : {pattern}",
    "too_short": "trop court : {min_length} au moins",
    "too_long": "trop long : {max_length} au plus",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than": "plus de {gt} est attendu",
    "greater_than_equal": "{ge} au moins est attendu",
    "less_than": "moins de {lt} est attendu",
    "less_than_equal": "{le} au plus est attendu",
    "enum": "une de ces valeurs est attendue : {expected}",
    "list_type": "une liste est attendue",
    "dict_type": "un objet est attendu",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
    "date_from_datetime_parsing": _DAY,
    "date_parsing": _DAY,
    "date_type": _DAY,
}
_SHOWN = 40
_log = logging.getLogger(__name__)


class MistakeTold(BaseModel):
    """One thing that is wrong in what was asked: where (keys, ranks from 0), what, by which rule."""

    path: list[str | int]
    where: str
    text: str
    rule: str = ""


class ProblemDetails(BaseModel):
    """RFC 9457. `type` names the layer (`urn:tournee:problem:billing`), `title` says what happened, `cause`
    why, `next_step` what to do, in French; `remedy` is a word for programs; `mistakes` all that is wrong.
    """

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    cause: str = ""
    next_step: str = ""
    remedy: str = ""
    mistakes: list[MistakeTold] = []


class Refusal(HTTPException):
    """An answer of HTTP itself: its status, why, and headers."""

    def __init__(self, status: int, cause: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, cause, headers)
        self.cause = cause


def details_of(error: TourneeError) -> ProblemDetails:
    """An error of ours, told."""
    told = problem_of(error)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), _REFUSED)
    mistakes = error.mistakes if isinstance(error, VisitsRefusedError) else ()
    return ProblemDetails(
        type=_URN + (told.layer or "tournee"),
        title=told.message,
        status=status,
        detail=str(error),
        cause=told.cause,
        next_step=told.next_step,
        remedy=told.remedy,
        mistakes=[
            MistakeTold(path=list(one.path), where=one.where, text=one.text, rule=one.rule)
            for one in mistakes
        ],
    )


def answer(details: ProblemDetails, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that tells it."""
    return JSONResponse(details.model_dump(), details.status, headers, media_type=MEDIA)


def refused(status: int, cause: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer of HTTP itself."""
    title = _TITLES.get(status, _TITLES[_REFUSED])
    kind = f"{_URN}http"
    return answer(ProblemDetails(type=kind, title=title, status=status, cause=cause), headers)


def told_by(app: FastAPI) -> None:
    """Have an application tell its errors so."""
    app.add_exception_handler(TourneeError, _ours)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _shape)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TourneeError)
    return answer(details_of(error))


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return refused(error.status_code, error.cause, error.headers)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return refused(error.status_code, headers=error.headers)


async def _shape(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = ProblemDetails(
        type=f"{_URN}http",
        title=_TITLES[_REFUSED],
        status=_REFUSED,
        cause="elle n’a pas la forme que dit la description de cette interface (openapi.json)",
        mistakes=[_mistake(one) for one in error.errors()[:_SHOWN]],
    )
    return answer(details)


def _mistake(told: Mapping[str, Any]) -> MistakeTold:
    path = [part if isinstance(part, int) else str(part)[:_SHOWN] for part in told["loc"]]
    known = {name: str(value).replace(" or ", " ou ") for name, value in told.get("ctx", {}).items()}
    text = _MISTAKES.get(told["type"], _UNFIT).format_map(known)
    return MistakeTold(path=path, where=".".join(map(str, path)), text=text)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s failed: %s", request.scope["route"].path if "route" in request.scope else "", where(error))
    return refused(500, "ce qui était fait est au journal")  # what it was is in the log
