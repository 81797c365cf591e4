"""Serveur du cabinet: a device joined to it or rebuilt from it, where its copy stands, the recovery code."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.copies.bringing import new_recovery
from tournee.app.copies.joined import given_ranges, own_name, server_of
from tournee.app.copies.joining import enrol, join
from tournee.app.copies.rebuilding import Rebuilt, rebuild
from tournee.app.copies.standing import CopyFacts, copy_facts
from tournee.config import Config, load_config
from tournee.exchange.practice_server.protocol import NAME_MAX
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.live.copying import CopySeen
from tournee.web.screens.setting_up.overview import setting_of

_TABLET = "Ma tablette"


async def standing(request: Request) -> Response:
    """`/cabinet`: how this device is joined and where its copy stands; where it is not, the way to be."""
    face = face_of(request)
    setting = setting_of(face)
    if not setting.config.exists():
        return _way(request)

    def asked(office: Office) -> tuple[Config, CopyFacts, int | None]:
        config = load_config(setting.config)
        station = given_ranges(config).station_given if config.joined else None
        return config, copy_facts(office), station

    config, facts, station = await face.ports.ask_journal(asked)
    if config.joined is None:
        return _way(request)
    seen = face.copying.seen
    return show(
        request,
        "setting_up/practice.html",
        url=config.joined.url,
        station=station,
        seen=CopySeen(facts, seen.trouble if seen else None),
    )


async def join_now(request: Request) -> Response:
    """Join it: its code is used up by that."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    link, name = setting.link_of(fields.get("lien", "")), _name(fields)
    is_new = not setting.config.exists()

    def joined() -> None:
        join(link, name, setting.config, setting.carrier)

    await setting.set_up_anew(joined)
    setting.half_done.link = ""
    return _began(request) if is_new else go(request, "/cabinet/secours")


async def lost(request: Request) -> Response:
    """`/cabinet/reprendre`: a lost device's practice, from its copy."""
    setting = setting_of(face_of(request))
    if setting.config.exists():
        return go(request, "/cabinet")
    return show(request, "setting_up/rebuild.html", setting=setting, name=_TABLET)


async def rebuild_now(request: Request) -> Response:
    """Rebuild it here; the lost device can do nothing at the server from then on."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    link, name = setting.link_of(fields.get("lien", "")), _name(fields)
    done: list[Rebuilt] = []

    def rebuilt() -> None:
        joined, key = enrol(link, name, setting.config, setting.carrier)
        server = server_of(joined, setting.carrier)
        done.append(rebuild(server, joined, key, fields.get("secours", ""), setting.config))

    await setting.set_up_anew(rebuilt)
    setting.half_done.link = ""
    return _began(request, done[0])


async def copy_now(request: Request) -> Response:
    """Bring the copy forward now."""
    face = face_of(request)
    face.copying.wake()
    return go(request, "/cabinet")


async def recovery(request: Request) -> Response:
    """`/cabinet/secours`: what the recovery code is for; once one is made, itself until it is on paper."""
    face = face_of(request)
    facts = await face.ports.ask_journal(copy_facts)
    code = setting_of(face).half_done.recovery
    return show(request, "setting_up/recovery.html", has_one=facts.has_recovery, code=code)


async def make_recovery(request: Request) -> Response:
    """Make one."""
    face = face_of(request)
    setting_of(face).half_done.recovery = await face.ports.run_courier(new_recovery)
    return go(request, "/cabinet/secours")


async def noted(request: Request) -> Response:
    """It is on paper: it is shown no more."""
    setting_of(face_of(request)).half_done.recovery = ""
    return go(request, "/cabinet")


def _way(request: Request) -> Response:
    setting = setting_of(face_of(request))
    is_new = not setting.config.exists()
    return show(request, "setting_up/join.html", setting=setting, is_new=is_new, name=_TABLET)


def _began(request: Request, done: Rebuilt | None = None) -> Response:
    setting_of(face_of(request)).half_done.rebuilt = done
    return go(request, "/cabinet/relie")


async def began(request: Request) -> Response:
    """`/cabinet/relie`: it is joined, or back; what comes next."""
    setting = setting_of(face_of(request))
    if not setting.config.exists():
        return go(request, "/cabinet")
    return show(request, "setting_up/joined.html", done=setting.half_done.rebuilt, setting=setting)


def _name(fields: dict[str, str]) -> str:
    return " ".join(fields.get("nom", "").split())[:NAME_MAX] or own_name()


JOINING = (
    Route("/cabinet", standing),
    Route("/cabinet/relier", standing),
    Route("/cabinet/relier", join_now, methods=["POST"]),
    Route("/cabinet/relie", began),
    Route("/cabinet/reprendre", lost),
    Route("/cabinet/reprendre", rebuild_now, methods=["POST"]),
    Route("/cabinet/copier", copy_now, methods=["POST"]),
    Route("/cabinet/secours", recovery),
    Route("/cabinet/secours", make_recovery, methods=["POST"]),
    Route("/cabinet/secours/note", noted, methods=["POST"]),
)
