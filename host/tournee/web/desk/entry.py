"""The doorbell: what a page asks before it has a session, in JSON; see `entrance`."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tournee.web.desk.entrance import Entrance, EntryLocked, EntryRefused

_TEXT_MAX = 128
_SYSTEMS = ("Android", "iPad", "iPhone", "Windows", "Macintosh", "CrOS", "Linux")
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def entry_routes(entrance: Entrance, first: Callable[[], str] = lambda: "") -> list[Route]:
    """The three questions; `first` gives the screen that a page opens with, "" for the one that it was at."""

    async def bring_link(request: Request) -> Response:
        told = await _told(request)
        try:
            device, token = entrance.enrol(told.get("lien", ""), _browser(request))
        except EntryRefused:
            return _refused()
        return JSONResponse({"appareil": device.id, "cle": device.key, "jeton": token, "aller": first()})

    async def ask(request: Request) -> Response:
        told = await _told(request)
        try:
            own, shown = entrance.challenge(told.get("appareil", ""), told.get("alea", ""))
        except EntryRefused:
            return _refused()
        return JSONResponse({"alea": own, "preuve": shown})

    async def answer(request: Request) -> Response:
        told = await _told(request)

        def judged() -> str:
            return entrance.answer(
                told.get("appareil", ""),
                told.get("alea", ""),
                told.get("preuve", ""),
                told.get("code", ""),
                reopens=told.get("ouvrir") == "oui",
            )

        try:
            token = await asyncio.to_thread(judged) if "code" in told else judged()
        except EntryRefused:
            return _refused()
        except EntryLocked:
            left = entrance.kept.tries_left
            if not entrance.kept.devices:
                return JSONResponse({}, 410)
            return JSONResponse({"code": entrance.has_code, "essais": left}, 423)
        return JSONResponse({"jeton": token, "aller": first()})

    return [
        Route("/entree/lien", bring_link, methods=["POST"]),
        Route("/entree/defi", ask, methods=["POST"]),
        Route("/entree/reponse", answer, methods=["POST"]),
    ]


async def _told(request: Request) -> dict[str, str]:
    """The texts of a JSON object, short ones; what is none counts as nothing."""
    try:
        told: Any = json.loads(await request.body())
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {key: one for key, one in told.items() if isinstance(one, str) and len(one) <= _TEXT_MAX}


def _browser(request: Request) -> str:
    """« Chrome, Android », as a browser names itself."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "Navigateur")
    system = next((one for one in _SYSTEMS if re.search(rf"\b{one}", agent)), "")
    return ", ".join(one for one in (browser, system) if one)


def _refused() -> Response:
    return JSONResponse({}, 403)
