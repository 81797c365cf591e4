"""A paper that proves an invoice: its photograph, its four corners, what will be sent, kept (SCOR)."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.pieces.keeping import keep_photo
from tournee.app.pieces.preview import Preview, picture_of, preview_of
from tournee.app.to_settle import ToSettle, thing_to_settle
from tournee.documents.pieces.straightening import WHOLE, Corners
from tournee.errors import ConfigError, TourneeError
from tournee.formats.proof_table import AGREEMENT, CARE_SHEET, NATURES
from tournee.practice.scan_file import SCAN_MAX, Nature
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.templating import capital

_JPEG = "image/jpeg"
_SIDES = ("haut gauche", "haut droit", "bas droit", "bas gauche")
_INSET = 4
_WHOLE = 100


def _nature(one: ToSettle) -> Nature:
    told = one.alert.also if one.alert else ""
    return "F" if told == CARE_SHEET else "D" if told == AGREEMENT else "O"


async def camera(request: Request) -> Response:
    """`/regler/{key}/piece`: the photograph."""
    face, key = face_of(request), request.path_params["key"]
    one = await face.ports.ask_journal(lambda office: thing_to_settle(office, key))
    return show(request, "services/piece_camera.html", one=one, nature=NATURES[_nature(one)], wrong="")


async def photo(request: Request) -> Response:
    """A photograph, as raw bytes, held until its corners are set."""
    key, data = request.path_params["key"], bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > SCAN_MAX:
            raise TourneeError("Cette image est trop grande.", next_step="reprenez la photo, moins fine")
    name = face_of(request).photos.take(bytes(data))
    return go(request, f"/regler/{key}/piece/coins?photo={name}")


async def picture(request: Request) -> Response:
    """The held photograph, small enough to be looked at."""
    data = face_of(request).photos.get(request.path_params["photo"])
    return Response(picture_of(data), media_type=_JPEG)


async def corners(request: Request) -> Response:
    """`/regler/{key}/piece/coins?photo=`: the four corners of the sheet, dragged on the picture."""
    return await _corners(request, dict(request.query_params))


async def _corners(request: Request, given: dict[str, str], wrong: str = "") -> Response:
    face, key = face_of(request), request.path_params["key"]
    one = await face.ports.ask_journal(lambda office: thing_to_settle(office, key))
    name = given.get("photo", "")
    try:
        picture_of(face.photos.get(name))
    except ConfigError:  # no libraries here: it is kept as it came
        return await keep(request, {"photo": name})
    except TourneeError as error:
        wrong = f"{error.message} {capital(error.next_step)}".strip()
        return show(request, "services/piece_camera.html", one=one, nature=NATURES[_nature(one)], wrong=wrong)
    low, high = _INSET, _WHOLE - _INSET
    usual = ((low, low), (high, low), (high, high), (low, high))
    points = [
        (_part(given, f"x{rank}", x), _part(given, f"y{rank}", y), side)
        for rank, ((x, y), side) in enumerate(zip(usual, _SIDES, strict=True))
    ]
    return show(
        request,
        "services/piece_corners.html",
        status=409 if wrong else 200,
        one=one,
        photo=name,
        points=points,
        wrong=wrong,
        nature=NATURES[_nature(one)],
    )


def _part(given: dict[str, str], key: str, usual: float) -> float:
    try:
        found = float(given.get(key, "").replace(",", "."))
    except ValueError:
        return usual
    return found if 0 <= found <= _WHOLE else usual


def _corners_of(given: dict[str, str]) -> Corners:
    one, two, three, four = (
        (_part(given, f"x{rank}", 0) / _WHOLE, _part(given, f"y{rank}", 0) / _WHOLE) for rank in range(4)
    )
    return one, two, three, four


async def preview(request: Request) -> Response:
    """What will be sent of it: as the caisse sees it, or why it would be refused."""
    face, given = face_of(request), await fields_of(request)
    one = await face.ports.ask_journal(lambda office: thing_to_settle(office, request.path_params["key"]))
    bits = given.get("rendu") == "nb"
    try:
        made: Preview = preview_of(face.photos.get(given.get("photo", "")), _corners_of(given), bits=bits)
    except TourneeError as error:
        return await _corners(request, given, f"{error.message} {capital(error.next_step)}".strip())
    shown = face.photos.take(made.picture)
    return show(
        request,
        "services/piece_preview.html",
        one=one,
        given=given,
        shown=shown,
        made=made,
        bits=bits,
        nature=NATURES[_nature(one)],
    )


async def keep(request: Request, given: dict[str, str] | None = None) -> Response:
    """Keep it: it leaves with the next sending."""
    face, key = face_of(request), request.path_params["key"]
    told = await fields_of(request) if given is None else given
    data = face.photos.get(told.get("photo", ""))
    marks = _corners_of(told) if "x0" in told else WHOLE
    await face.ports.ask_journal(
        partial(_kept, key=key, data=data, marks=marks, bits=told.get("rendu") == "nb")
    )
    face.photos.drop(told.get("photo", ""))
    return go(request, "/regler")


def _kept(office: Office, *, key: str, data: bytes, marks: Corners, bits: bool) -> None:
    from tournee.documents.pieces.making import Source

    one = thing_to_settle(office, key)
    keep_photo(office, Source(data, marks), _nature(one), one.invoices[0], black_and_white=bits)


PIECES = (
    Route("/regler/{key}/piece", camera, methods=["GET"]),
    Route("/regler/{key}/piece", keep, methods=["POST"]),
    Route("/regler/{key}/piece/photo", photo, methods=["POST"]),
    Route("/regler/{key}/piece/coins", corners, methods=["GET"]),
    Route("/regler/{key}/piece/apercu", preview, methods=["POST"]),
    Route("/piece/image/{photo}", picture, methods=["GET"]),
)
