"""Où vont les factures: the routes there are, the one in force, whether one is ready."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office, ReturnKey
from tournee.app.route_trial import Finding, Standing, certificate_ends, try_route
from tournee.app.setting_up.standing import PracticeStanding, standing_of
from tournee.config import Config, load_config
from tournee.config.editing import choose_route
from tournee.errors import ConfigError, TourneeError
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.setting_up.overview import setting_of


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
)
