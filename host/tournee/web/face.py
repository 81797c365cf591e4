"""What every screen works with: ports, news, the reader's watch, the templates; an answer is a fragment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tournee.errors import TourneeError
from tournee.web.evening import Evening
from tournee.web.live.copying import CopyFollower
from tournee.web.live.news import News
from tournee.web.live.watch import ReaderWatch
from tournee.web.photos import TakenPhotos
from tournee.web.ports import Ports
from tournee.web.setting import Setting
from tournee.web.templating import templates

BESIDE = "X-Tournee-Cote"
"""Header of a question for the pane beside the one that she looks at."""

FRAGMENT = "X-Tournee-Ecran"
"""Header of an answer that is a screen's fragment: the screen's own address."""


async def _at_once() -> None:
    """The page asks for screens whatever goes on."""


@dataclass
class Face:
    """One page's host. `clock` gives aware local times; `at_visit` is the key of the visit that was
    opened last, `signed` that of the one signed with the card that is in; `photos` wait to be kept;
    `jobs` go on while the page may be elsewhere, `failures` say why one ended, by its name; `evening`
    sends, `copying` follows with the copy. `shown` is over once the page has the screen that was answered
    last: where a work keeps it from asking for another, it waits for that.
    """

    ports: Ports
    news: News
    watch: ReaderWatch
    clock: Callable[[], datetime]
    copying: CopyFollower
    setting: Setting | None = None
    at_visit: str = ""
    signed: str = ""
    jobs: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    failures: dict[str, TourneeError] = field(default_factory=dict)
    evening: Evening = field(default_factory=Evening)
    shown: Callable[[], Awaitable[None]] = _at_once
    photos: TakenPhotos = field(default_factory=TakenPhotos)

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> bool:
        """Have a work go on by itself, unless one of this name does; whether it began."""
        running = self.jobs.get(name)
        if running is not None and not running.done():
            work.close()
            return False
        self.failures.pop(name, None)
        self.jobs[name] = asyncio.create_task(work, name=name)
        return True

    def goes_on(self, name: str) -> bool:
        """Whether a work of this name goes on."""
        running = self.jobs.get(name)
        return running is not None and not running.done()


def face_of(request: Request) -> Face:
    """The face that serves this request."""
    face: Face = request.app.state.face
    return face


def show(request: Request, template: str, *, at: str = "", status: int = 200, **values: Any) -> Response:
    """A screen's fragment; `at` is its address where it is not the one asked for."""
    address = at or _address(request)
    face = face_of(request)
    text = (
        templates()
        .get_template(template)
        .render(reader=face.watch.state, now=face.clock(), address=address, **values)
    )
    return HTMLResponse(text, status, headers={FRAGMENT: address})


def go(request: Request, address: str) -> Response:
    """Send the page to another screen after something was done."""
    return Response(status_code=204, headers={FRAGMENT: address})


def show_error(request: Request, error: TourneeError, *, back: str = "/tournee") -> Response:
    """The one screen of errors: what happened and what is safe, why, what to do."""
    return show(request, "error.html", status=409, error=error, back=back)


def _address(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path.removeprefix("/ecran") + query
