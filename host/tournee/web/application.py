"""The page as an ASGI application, wherever it stands."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tournee.errors import TourneeError
from tournee.web.assets import ASSETS, shell
from tournee.web.face import Face, face_of, go, show_error
from tournee.web.live.copying import CopyFollower
from tournee.web.live.news import Happening, News
from tournee.web.live.watch import ReaderWatch
from tournee.web.ports import Ports
from tournee.web.screens import SCREENS
from tournee.web.screens.cards import card_opens
from tournee.web.setting import Setting
from tournee.web.status_bar import status_bar

NEWS_S = 20.0
"""How long a page waits for news before it asks again."""

FIRST_USE = "first-use"
"""The remedy of an error that the first use of a device puts right."""

_WITHIN = re.compile(r"/(visite/[pnv][\d-]+|serie/\d+|patients/\d+)(?=/)")
"""Where she was when something was refused: a visit, a series, a patient."""

_log = logging.getLogger(__name__)


def application(
    ports: Ports,
    clock: Callable[[], datetime],
    middleware: Sequence[Middleware] = (),
    routes: Sequence[BaseRoute] = (),
    setting: Setting | None = None,
) -> Starlette:
    """The page over these ports; `middleware` guards it, `routes` are those of where it stands, `setting` is
    what may be set up there.
    """
    news = News()
    watch = ReaderWatch(ports, news, clock, lambda state: card_opens(face, state))
    face = Face(ports, news, watch, clock, CopyFollower(ports, news), setting)

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        face.watch.start()
        face.copying.start()
        try:
            yield
        finally:
            await face.copying.stop()
            face.evening.stop()
            await face.evening.ended()
            await face.watch.stop()

    app = Starlette(
        routes=[
            Route("/", shell),
            Route("/nouvelles", _news),
            *ASSETS,
            Mount("/ecran", routes=list(SCREENS)),
            *routes,
        ],
        middleware=[*middleware, Middleware(Unforeseen)],
        exception_handlers={TourneeError: _refused, 404: _unknown},
        lifespan=living,
    )
    app.state.face = face
    return app


async def _news(request: Request) -> Response:
    """What happened after `depuis`, and the status bar as it is now."""
    face = face_of(request)
    told = request.query_params.get("depuis", "0")
    since = int(told) if told.isdecimal() and len(told) < len("1000000000") else 0
    found = await face.news.after(since, NEWS_S) if told != "-" else []
    leading = next((one for one in reversed(found) if one.go or one.out), Happening(0))
    values = {
        "numero": face.news.number,
        "etat": await status_bar(face),
        "revoir": "tout" if any(not one.quiet for one in found) else "copie" if found else "",
        "aller": leading.go,
        "appel": leading.call,
        "retiree": leading.out,
        "dire": next((one.said for one in reversed(found) if one.said), ""),
        "son": next((one.sound for one in reversed(found) if one.sound), ""),
    }
    return JSONResponse(values)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, TourneeError)
    if error.remedy == FIRST_USE:
        setting = face_of(request).setting
        return go(request, "/cabinet/relier" if setting is not None and setting.is_tablet else "/debut/1")
    found = _WITHIN.match(request.url.path.removeprefix("/ecran"))
    return show_error(request, error, back=found[0] if found else "/tournee")


async def _unknown(request: Request, error: Exception) -> Response:
    if not request.url.path.startswith("/ecran/"):
        return Response(status_code=404)
    gone = TourneeError(
        "Cet écran n’existe pas ou plus.",
        cause="ce qu’il montrait a été annulé ou envoyé entre-temps",
        next_step="revenez à la tournée",
    )
    return show_error(request, gone)


class Unforeseen:
    """Tells what nobody foresaw from within the page's guard: an answer without its headers would be taken
    for a stranger's, and be asked for again without end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; a fault before the answer began is logged, and the carer told what is safe."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            raise  # nobody is there to be told
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            _log.error("%s failed", scope["path"], exc_info=error)
            unforeseen = TourneeError(
                "Le programme s’est trompé ici. Rien n’est perdu, rien n’est compté deux fois.",
                cause="une panne que personne n’avait prévue",
                next_step="revenez à la tournée et recommencez ; si cela revient, faites voir l’appareil",
            )
            answer = show_error(Request(scope, receive), unforeseen)
            await answer(scope, receive, send)
