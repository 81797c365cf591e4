"""Où vont les factures: the routes there are, the one in force, whether one is ready."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office, ReturnKey
from tournee.app.route_trial import Finding, Standing, certificate_ends, try_route
from tournee.app.setting_up.adding_oct import CERTIFICATE_MAX, OctTold, add_oct
from tournee.app.setting_up.standing import PracticeStanding, standing_of
from tournee.config import Config, load_config
from tournee.config.editing import choose_route
from tournee.errors import ConfigError, TourneeError
from tournee.files import read_bounded
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.setting_up.files import came, forget_received, received
from tournee.web.screens.setting_up.overview import setting_of

_FIELDS = {
    "name": "nom",
    "address": "adresse",
    "identifier": "siren",
    "sender": "expediteur",
    "submission": "envoi",
    "mailbox": "retours",
    "user": "compte",
    "password": "motdepasse",
}


async def routes(request: Request) -> Response:
    """`/routes`."""
    return await _shown(request, ())


async def choose(request: Request) -> Response:
    """Put a route in force: what is made goes by its own, the rest by the new one."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    await face.ports.ask_journal(lambda office: choose_route(setting.config, fields.get("route", "")))
    await setting.set_up_anew()
    return go(request, "/routes")


async def test(request: Request) -> Response:
    """Try the route in force: nothing is sent, no return is taken."""
    face = face_of(request)
    setting = setting_of(face)

    def tried(office: Office) -> tuple[Finding, ...]:
        config = load_config(setting.config)
        return tuple(try_route(config.route, face.clock(), ReturnKey.of(config)))

    return await _shown(request, await face.ports.ask_journal(tried))


async def new_oct(request: Request) -> Response:
    """`/routes/oct`: its certificate first, a file; then who and where it is."""
    half_done = setting_of(face_of(request)).half_done
    return show(request, "setting_up/new_oct.html", is_in=half_done.came is not None)


async def certificate(request: Request) -> Response:
    """The OCT's certificate comes in."""
    await received(request, setting_of(face_of(request)))
    return go(request, "/routes/oct")


async def add(request: Request) -> Response:
    """Write the OCT; it is put in force by the carer, once it was tried."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    told = OctTold(**{key: fields.get(name, "").strip() for key, name in _FIELDS.items()})

    def added(office: Office) -> str:
        pem = read_bounded(came(setting), CERTIFICATE_MAX)
        return add_oct(setting.config, told, pem, face.clock())

    try:
        await face.ports.ask_journal(added)
    except OSError as error:
        raise ConfigError(
            "Ce certificat est trop long.", next_step="choisissez celui de l’OCT, un PEM"
        ) from error
    forget_received(setting)
    await setting.set_up_anew()
    return go(request, "/routes")


async def _shown(request: Request, found: tuple[Finding, ...]) -> Response:
    face = face_of(request)
    setting, now = setting_of(face), face.clock()

    def asked(office: Office) -> tuple[PracticeStanding, dict[str, int | None]]:
        config = load_config(setting.config)
        return standing_of(office, config), {name: _days(config, name, now) for name in config.routes}

    standing, days = await face.ports.ask_journal(asked)
    return show(
        request,
        "setting_up/routes.html",
        at="/routes",
        standing=standing,
        days=days,
        found=found,
        ready=bool(found) and not any(one.standing is Standing.WRONG for one in found),
    )


def _days(config: Config, name: str, now: datetime) -> int | None:
    """Days that the certificate of a route is still good for; None when there is none to use."""
    try:
        return (certificate_ends(config.routes[name], now) - now).days
    except (TourneeError, ConfigError, ValueError):
        return None


ROUTES = (
    Route("/routes", routes),
    Route("/routes", choose, methods=["POST"]),
    Route("/routes/essai", test, methods=["POST"]),
    Route("/routes/oct", new_oct),
    Route("/routes/oct", add, methods=["POST"]),
    Route("/routes/certificat", certificate, methods=["POST"]),
)
