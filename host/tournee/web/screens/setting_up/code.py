"""The pad for the code porteur: asked for where it is wanted, then back to where she was."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.reader import CODE_DIGITS, PsState, WrongCode
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of

_ROUND = "/tournee"


async def pad(request: Request) -> Response:
    """`/code?vers=…`: four digits; nothing to do when the card is open."""
    face = face_of(request)
    if face.watch.state.unlocked is not None:
        return go(request, _back(request))
    return _shown(request, None)


async def give(request: Request) -> Response:
    """Present the code to the card; a wrong one says how many tries are left."""
    face, fields = face_of(request), await fields_of(request)
    code = bytearray(fields.get("code", ""), "ascii", "replace")
    try:
        await face.ports.run_reader(lambda office, reader: reader.unlock(code))
    except WrongCode as wrong:
        return _shown(request, wrong.tries_left)
    finally:
        code[:] = bytes(len(code))
    await face.watch.unlocked()
    return go(request, _back(request))


async def forget(request: Request) -> Response:
    """Lock the professional's card again."""
    face = face_of(request)
    await face.ports.let_reader_go()
    await face.watch.look()
    return go(request, _back(request))


def _shown(request: Request, left: int | None) -> Response:
    face, back = face_of(request), _back(request)
    ps = face.watch.state.ps
    return show(
        request,
        "setting_up/code.html",
        at=f"/code?vers={quote(back, safe='')}",
        status=200 if left is None else 409,
        name=f"{ps.identity.first_name} {ps.identity.name}".title() if ps else "",
        is_in=face.watch.state.ps_state is not PsState.ABSENT,
        left=left,
        back=back,
        digits=CODE_DIGITS,
        hours=int(face.watch.code_kept.total_seconds() // 3600),
    )


def _back(request: Request) -> str:
    """Where she was: a screen's address."""
    told = request.query_params.get("vers", "")
    return told if told.startswith("/") and not told.startswith(("//", "/code")) else _ROUND


CODE = (
    Route("/code", pad),
    Route("/code", give, methods=["POST"]),
    Route("/code/oublier", forget, methods=["POST"]),
)
