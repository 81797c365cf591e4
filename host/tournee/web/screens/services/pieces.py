"""A paper photographed: its four corners, what is made of it, kept; asked about when it is another's."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.pieces.preview import Preview, picture_of, preview_of
from tournee.app.pieces.same_picture import SamePictureError
from tournee.documents.pieces.straightening import WHOLE, Corners
from tournee.errors import ConfigError, TourneeError
from tournee.practice.scan_file import SCAN_MAX
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.services.paper_asked import PAPER_ADDRESSES, PaperAsked, keep_asked, paper_asked
from tournee.web.templating import capital

_JPEG = "image/jpeg"
_SIDES = ("haut gauche", "haut droit", "bas droit", "bas gauche")
_INSET = 4
_WHOLE = 100


async def _asked(request: Request) -> PaperAsked:
    return await face_of(request).ports.ask_journal(lambda office: paper_asked(office, request))


async def camera(request: Request) -> Response:
    """The photograph."""
    return show(request, "services/piece_camera.html", asked=await _asked(request), wrong="")


async def photo(request: Request) -> Response:
    """A photograph, as raw bytes, held until its corners are set."""
    asked, data = await _asked(request), bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > SCAN_MAX:
            raise TourneeError("Cette image est trop grande.", next_step="reprenez la photo, moins fine")
    name = face_of(request).photos.take(bytes(data))
    return go(request, f"{asked.here}/coins?photo={name}")


async def picture(request: Request) -> Response:
    """The held photograph, small enough to be looked at."""
    data = face_of(request).photos.get(request.path_params["photo"])
    return Response(picture_of(data), media_type=_JPEG)


async def corners(request: Request) -> Response:
    """`…/coins?photo=`: the four corners of the sheet, dragged on the picture."""
    return await _corners(request, dict(request.query_params))


async def _corners(request: Request, given: dict[str, str], wrong: str = "") -> Response:
    face, asked = face_of(request), await _asked(request)
    name = given.get("photo", "")
    try:
        picture_of(face.photos.get(name))
    except ConfigError:  # no libraries here: it is kept as it came
        return await keep(request, {"photo": name})
    except TourneeError as error:
        wrong = f"{error.message} {capital(error.next_step)}".strip()
        return show(request, "services/piece_camera.html", asked=asked, wrong=wrong)
    low, high = _INSET, _WHOLE - _INSET
    usual = ((low, low), (high, low), (high, high), (low, high))
    points = [
        (_part(given, f"x{rank}", x), _part(given, f"y{rank}", y), side)
        for rank, ((x, y), side) in enumerate(zip(usual, _SIDES, strict=True))
    ]
    template, status = "services/piece_corners.html", 409 if wrong else 200
    return show(request, template, status=status, asked=asked, photo=name, points=points, wrong=wrong)


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
    """What will be sent or kept of it: as the caisse sees it, or why it would be refused."""
    face, given, asked = face_of(request), await fields_of(request), await _asked(request)
    bits = given.get("rendu") == "nb"
    try:
        made: Preview = preview_of(face.photos.get(given.get("photo", "")), _corners_of(given), bits=bits)
    except TourneeError as error:
        return await _corners(request, given, f"{error.message} {capital(error.next_step)}".strip())
    shown = face.photos.take(made.picture)
    template = "services/piece_preview.html"
    return show(request, template, asked=asked, given=given, shown=shown, made=made, bits=bits)


async def keep(request: Request, given: dict[str, str] | None = None) -> Response:
    """Keep it: what a caisse is to have leaves with the next sending. Another person's picture is asked
    about once.
    """
    face, asked = face_of(request), await _asked(request)
    told = await fields_of(request) if given is None else given
    data = face.photos.get(told.get("photo", ""))
    marks = _corners_of(told) if "x0" in told else WHOLE
    bits, sure = told.get("rendu") == "nb", told.get("aussi") == "oui"
    try:
        await face.ports.ask_journal(
            lambda office: keep_asked(office, asked, data, marks, bits=bits, though_same=sure)
        )
    except SamePictureError as error:
        template = "services/piece_same.html"
        return show(request, template, status=409, asked=asked, given=told, who=error.who)
    face.photos.drop(told.get("photo", ""))
    return go(request, asked.after)


PIECES = (
    *(Route(one, camera, methods=["GET"]) for one in PAPER_ADDRESSES),
    *(Route(one, keep, methods=["POST"]) for one in PAPER_ADDRESSES),
    *(Route(f"{one}/photo", photo, methods=["POST"]) for one in PAPER_ADDRESSES),
    *(Route(f"{one}/coins", corners, methods=["GET"]) for one in PAPER_ADDRESSES),
    *(Route(f"{one}/apercu", preview, methods=["POST"]) for one in PAPER_ADDRESSES),
    Route("/piece/image/{photo}", picture, methods=["GET"]),
)
