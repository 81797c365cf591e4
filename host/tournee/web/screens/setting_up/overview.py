"""Réglages: what may be set, each with how it stands; the page's own look."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.replacements.contracts import contracts
from tournee.app.setting_up.standing import PracticeStanding, standing_of
from tournee.config import load_config
from tournee.web.face import Face, face_of, show
from tournee.web.live.reader_seen import LinkState
from tournee.web.setting import Setting


def setting_of(face: Face) -> Setting:
    """Where this page stands. ConfigError where nothing is set up."""
    from tournee.errors import ConfigError

    if face.setting is None:
        raise ConfigError("Rien ne se règle ici.", next_step="réglez Tournée là où elle est installée")
    return face.setting


async def settings(request: Request) -> Response:
    """`/reglages`."""
    face = face_of(request)
    setting = setting_of(face)

    def standing(office: Office) -> PracticeStanding:
        return standing_of(office, load_config(setting.config))

    found = await face.ports.ask_journal(standing)
    replacements = await face.ports.ask_journal(lambda office: len(contracts(office)))
    return show(
        request,
        "setting_up/settings.html",
        found=found,
        replacements=replacements,
        here=face.watch.state.link is LinkState.HERE,
        minutes=int(setting.door.lock_after // 60),
        has_code=setting.door.has_code,
        cards=setting.cards is not None,
        copy=face.copying.seen,
        is_tablet=setting.is_tablet,
    )


OVERVIEW = (Route("/reglages", settings),)
