"""The application: routes over one open practice, its description (OpenAPI 3.1), a page to try it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel

import tournee
from tournee.api import API_VERSION, Practice
from tournee.http.door import HttpDoor, Judge
from tournee.http.problems import MEDIA, ProblemDetails, told_by
from tournee.http.questions import questions
from tournee.http.steps import key_told, steps
from tournee.http.work import Works

TITLE = "Tournee"
_ABOUT = (
    "What `tournee.api` does, over HTTP. **Simulation, profile `open-1`: bills nobody.** Amounts are whole "
    "cents, days ISO 8601. Errors are problem details (RFC 9457) in French. What makes something takes an "
    "`Idempotency-Key`; long work answers 202 with its name, and tells its events."
)
_FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "content": {MEDIA: {}}, "description": about}
    for status, about in {
        400: "It does not read",
        401: "No token, or a wrong one",
        403: "Not permitted, or a wrong code",
        404: "There is none",
        409: "It does not fit where things stand",
        413: "Too long",
        422: "Refused, by a rule that is told",
        429: "Too much waits",
        502: "The server beyond does not take it",
        503: "No reader, or no card",
    }.items()
}


class ServerHealth(BaseModel):
    """That the server answers, and what it is."""

    status: Literal["ok"] = "ok"
    version: str
    api_version: str
    profile: Literal["open-1"] = "open-1"
    simulation: Literal[True] = True


_open = APIRouter(prefix="/v1")


@_open.get("/health", operation_id="health")
def health() -> ServerHealth:
    """Whether the server answers; no token is needed."""
    return ServerHealth(version=tournee.__version__, api_version=API_VERSION)


def application(practice: Practice, judge: Judge, hosts: Collection[str], backups: Path) -> FastAPI:
    """An application over this practice; `judge` says whose a token is, `hosts` are the names by which the
    machine may be asked (none: all), `backups` is where backups are written.
    """
    app: FastAPI = FastAPIOffline(
        title=TITLE,
        version=API_VERSION,
        description=_ABOUT,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.practice, app.state.works = practice, Works(practice)
    app.state.under_way, app.state.backups = set(), backups
    _with_routes(app)
    app.add_middleware(HttpDoor, judge=judge, hosts=hosts)
    told_by(app)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def description() -> dict[str, Any]:
    """The description of the interface alone, OpenAPI 3.1."""
    app = FastAPI(title=TITLE, version=API_VERSION, description=_ABOUT, separate_input_output_schemas=False)
    _with_routes(app)
    return _described(app)


def _with_routes(app: FastAPI) -> None:
    token = [Security(HTTPBearer(auto_error=False))]
    app.include_router(_open)
    app.include_router(questions, dependencies=token, responses=_FAULTS)
    app.include_router(steps, dependencies=[*token, Depends(key_told)], responses=_FAULTS)


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for path in made["paths"].values():
            for told in path.values():
                for status, one in told["responses"].items():
                    if status >= "4" and "content" in one:
                        reference = {"$ref": "#/components/schemas/ProblemDetails"}
                        one["content"] = {MEDIA: {"schema": reference}}
        for name in ("HTTPValidationError", "ValidationError"):
            made["components"]["schemas"].pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema
