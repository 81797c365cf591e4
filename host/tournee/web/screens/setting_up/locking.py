"""Verrouillage: after how long, with which code, on which devices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.config import load_config
from tournee.config.editing import choose_page
from tournee.config.page import PageChoice
from tournee.errors import ConfigError
from tournee.web.face import Face, face_of, go, show
from tournee.web.forms import fields_of, whole
from tournee.web.screens.setting_up.overview import setting_of

MINUTES, HOURS = (2, 5, 15), (1, 2, 4)
_HERE = "/verrouillage"


async def locking(request: Request) -> Response:
    """`/verrouillage`."""
    return _shown(request)


async def choose(request: Request) -> Response:
    """Change the minutes, or the hours; in the configuration, and at once."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)

    def changed(choice: PageChoice) -> PageChoice:
        minutes, hours = whole(fields, "minutes"), whole(fields, "heures")
        if minutes in MINUTES:
            choice = replace(choice, lock_minutes=minutes)
        return replace(choice, code_hours=hours) if hours in HOURS else choice

    def written() -> PageChoice:
        choice = changed(load_config(setting.config).page)
        choose_page(setting.config, choice)
        return choice

    choice = await face.ports.ask_journal(lambda office: written())
    setting.door.lock_after = choice.lock_minutes * 60.0
    face.watch.code_kept = choice.code_kept
    return go(request, _HERE)


async def pad(request: Request) -> Response:
    """`/verrouillage/code`: a new code for the lock, given twice."""
    return _code(request)


async def first_time(request: Request) -> Response:
    """The code once: it is asked for again."""
    setting_of(face_of(request)).half_done.code = (await fields_of(request)).get("code", "")
    return _code(request, again=True)


async def second_time(request: Request) -> Response:
    """The code again: kept when it is the same."""
    face, fields = face_of(request), await fields_of(request)
    half_done = setting_of(face).half_done
    wanted, half_done.code = half_done.code, ""
    if not wanted or fields.get("code", "") != wanted:
        return _code(request, mistake="Les deux codes ne sont pas les mêmes.")
    try:
        await setting_of(face).door.choose_code(wanted)
    except ConfigError as error:
        return _code(request, mistake=error.message)
    return go(request, _HERE)


async def lock(request: Request) -> Response:
    """Lock now: this very session ends with it, and comes back to the screen that it was at."""
    face = face_of(request)
    door = setting_of(face).door
    face.begin("verrouiller", door.lock())
    return Response(status_code=204)


async def revoke(request: Request) -> Response:
    """A device opens the page no more."""
    face = face_of(request)
    await setting_of(face).door.revoke((await fields_of(request)).get("appareil", ""))
    await face.news.tell()  # what it has open hears of it at once
    return go(request, _HERE)


def _shown(request: Request) -> Response:
    face: Face = face_of(request)
    door = setting_of(face).door
    return show(
        request,
        "setting_up/locking.html",
        minutes=int(door.lock_after // 60),
        hours=int(face.watch.code_kept.total_seconds() // 3600),
        choices=MINUTES,
        hour_choices=HOURS,
        has_code=door.has_code,
        devices=[(one, date.fromisoformat(one.seen)) for one in door.devices(request)],
    )


def _code(request: Request, *, again: bool = False, mistake: str = "") -> Response:
    return show(
        request,
        "setting_up/lock_code.html",
        at="/verrouillage/code",
        status=409 if mistake else 200,
        again=again,
        mistake=mistake,
        digits=setting_of(face_of(request)).door.digits,
    )


LOCKING = (
    Route("/verrouillage", locking),
    Route("/verrouillage", choose, methods=["POST"]),
    Route("/verrouillage/code", pad),
    Route("/verrouillage/code", first_time, methods=["POST"]),
    Route("/verrouillage/code/encore", second_time, methods=["POST"]),
    Route("/verrouillage/appareil", revoke, methods=["POST"]),
    Route("/verrouillage/maintenant", lock, methods=["POST"]),
)
