"""Jumeler: a reader over its cable, over this machine's Bluetooth, or over the page's own radio."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.setting_up.pairing import (
    pair_by_cable,
    pair_by_page,
    pair_by_radio,
    serial_ports,
)
from tournee.errors import ReaderError
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.setting_up.overview import setting_of

_LOOK_S = 5.0
_NAME_MAX = 64


async def pairing(request: Request) -> Response:
    """`/jumeler`: the ways there are."""
    face = face_of(request)
    is_tablet = setting_of(face).is_tablet  # whose browser alone reaches a reader
    ports = () if is_tablet else await face.ports.ask_journal(lambda office: serial_ports())
    back = _back(request)
    return show(request, "setting_up/pairing.html", ports=ports, seen=None, back=back, is_tablet=is_tablet)


async def look(request: Request) -> Response:
    """Look for readers by this machine's Bluetooth, five seconds."""
    face = face_of(request)

    def seen(office: Office) -> list[tuple[str, str, int | None]]:
        from tournee.reader.transports.bluetooth import scan  # loads the platform's stack

        return [(one.address, one.name, one.battery) for one in scan(_LOOK_S)]

    found = await face.ports.ask_journal(seen)
    back = _back(request)
    at = f"/jumeler?vers={quote(back, safe='')}"
    return show(request, "setting_up/pairing.html", at=at, ports=(), seen=found, back=back)


async def by_cable(request: Request) -> Response:
    """Put the reader of a port in use."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    port = fields.get("autre", "").strip() or fields.get("port", "")
    await face.ports.let_reader_go()
    await face.ports.ask_journal(lambda office: pair_by_cable(setting.config, port, fields.get("code", "")))
    await setting.set_up_anew()
    return go(request, _back(request))


async def by_radio(request: Request) -> Response:
    """Pair with a reader that was seen."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    address, _, name = fields.get("lecteur", "").partition(" ")
    if not address:
        raise ReaderError("Aucun lecteur n’est choisi.", next_step="choisissez-en un, puis donnez son code")

    def paired() -> None:
        pair_by_radio(setting.config, address, name, fields.get("code", ""))

    await face.ports.let_reader_go()
    await face.ports.ask_journal(lambda office: paired())
    await setting.set_up_anew()
    return go(request, _back(request))


async def linked(request: Request) -> Response:
    """The page has linked a reader by its own radio or cable: its label's code is asked for next."""
    face, fields = face_of(request), await fields_of(request)
    setting_of(face).half_done.name = fields.get("nom", "")[:_NAME_MAX]
    return go(request, f"/jumeler/etiquette?vers={quote(_back(request), safe='')}")


async def label(request: Request) -> Response:
    """`/jumeler/etiquette`: for the reader that the page has linked."""
    name = setting_of(face_of(request)).half_done.name
    return show(request, "setting_up/pairing_label.html", name=name, back=_back(request))


async def by_page(request: Request) -> Response:
    """Have this page bring the reader from now on."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    name, code = setting.half_done.name, fields.get("code", "")
    await face.ports.ask_journal(lambda office: pair_by_page(setting.config, name, code))
    await setting.set_up_anew()
    return go(request, _back(request))


def _back(request: Request) -> str:
    told = request.query_params.get("vers", "")
    return told if told.startswith("/") and not told.startswith("//") else "/lecteur"


PAIRING = (
    Route("/jumeler", pairing),
    Route("/jumeler/chercher", look, methods=["POST"]),
    Route("/jumeler/cable", by_cable, methods=["POST"]),
    Route("/jumeler/relie", linked, methods=["POST"]),
    Route("/jumeler/etiquette", label),
    Route("/jumeler/page", by_page, methods=["POST"]),
    Route("/jumeler/ondes", by_radio, methods=["POST"]),
)
