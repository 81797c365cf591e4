"""`tournee web`: the page served on this machine alone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette

from tournee.app.cards import set_to_time
from tournee.app.context import Office, open_office
from tournee.asgi.serving import listener, settings
from tournee.config import Config, load_config
from tournee.config.page import PageChoice
from tournee.errors import ConfigError, ReaderError
from tournee.reader import Reader
from tournee.reader.link.session import Reach
from tournee.reader.transports.open import PAGE
from tournee.shift.endings import Reason
from tournee.shift.joining import close_shift, join
from tournee.web.application import FIRST_USE, application
from tournee.web.desk.door import DeskDoor
from tournee.web.desk.enrolled import NAME, Enrolled
from tournee.web.desk.entrance import Entrance
from tournee.web.desk.entry import entry_routes
from tournee.web.desk.guard import guard
from tournee.web.desk.link_file import link_file, remove_link, write_link
from tournee.web.desk.page_readers import MESSAGE_MAX, PageReaders, open_page_reader
from tournee.web.desk.threads import DeskPorts
from tournee.web.setting import Setting, TestCards

PORT = 8737
"""Part of the page's origin, hence of what the browser keeps for it."""

FIRST_SCREEN = "/debut/1"
_STOP_S = 3
_ZONE = ZoneInfo("Europe/Paris")  # of a host without a configuration

Opened = Callable[[str, Path], None]
"""Told a one-time link, and the file of its owner alone that leads a browser to another one."""


@dataclass(frozen=True)
class ServedPage:
    """One page: its application, who keeps the door, its threads."""

    app: Starlette
    entrance: Entrance
    ports: DeskPorts


def desk(path: Path, port: int, cards: TestCards | None = None) -> ServedPage:
    """The page of the configuration at `path`, there or to be; nothing of the practice is opened yet."""
    config = load_config(path) if path.exists() else None
    page = config.page if config else PageChoice()
    zone = config.zone if config else _ZONE

    def clock() -> datetime:
        return datetime.now(zone)

    def office() -> Office:
        return open_office(_configured(path))

    def reach(there: bool) -> None:
        app.state.face.watch.reach(there)

    readers = PageReaders(lambda: _configured(path).reader.port)
    ports = DeskPorts(office, lambda: connect(_configured(path), path, clock, readers, reach))
    kept = Enrolled(path.resolve().parent / NAME, lambda: clock().date())
    entrance = Entrance(kept, port, time.monotonic, page.lock_minutes * 60.0)
    setting = Setting(path, DeskDoor(entrance), ports.set_up_anew, cards)
    entry = entry_routes(entrance, lambda: "" if path.exists() else FIRST_SCREEN)
    routes = [*entry, readers.route]
    app = application(ports, clock, middleware=guard(entrance, port), routes=routes, setting=setting)
    face = app.state.face
    face.watch.code_kept = page.code_kept
    entrance.on_lock += [face.news.tell, ports.let_reader_go, _closing_shift(path)]
    return ServedPage(app, entrance, ports)


def serve(path: Path, port: int, opened: Opened, cards: TestCards | None = None) -> None:
    """Serve the page of a configuration, there or to be, until it is stopped; `opened` is told its links.

    ConfigError when the port is taken.
    """
    made = desk(path, port, cards)
    line = listener("127.0.0.1", port, "fermez l’autre programme, ou servez la page sur un autre port")
    file = link_file(path.resolve().parent, port)

    def link() -> str:
        return f"http://localhost:{port}/#lien={made.entrance.new_link()}"

    made.entrance.on_enrol = lambda: write_link(file, link())
    with contextlib.closing(line):
        write_link(file, link())
        opened(link(), file)
        try:
            asyncio.run(_run(server(made.app), line, made))
        finally:
            remove_link(file)


class PageServer(uvicorn.Server):
    """uvicorn; pages that wait for news are answered before it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As the one above."""
        face = getattr(getattr(self.config.app, "state", None), "face", None)
        if face is not None:
            await face.news.end()
        await super().shutdown(sockets)


def server(app: Starlette) -> PageServer:
    """uvicorn for this page."""
    return PageServer(settings(app, stop_s=_STOP_S, message_max=MESSAGE_MAX))


async def _run(served: uvicorn.Server, line: socket.socket, made: ServedPage) -> None:
    watch = asyncio.create_task(made.entrance.watch(), name="idle lock")
    try:
        await served.serve(sockets=[line])
    finally:
        watch.cancel()
        await made.ports.close()


def connect(
    config: Config, path: Path, clock: Callable[[], datetime], readers: PageReaders, reach: Reach
) -> Reader:
    """The configured reader, set to the time: the page's own, over an open shift, or connected."""
    choice = config.reader
    if not choice.port:
        raise ReaderError("Aucun lecteur n’est configuré.", next_step="jumelez un lecteur dans les réglages")
    if choice.port.startswith(PAGE):
        return set_to_time(open_page_reader(readers, choice, reach), clock)
    joined = join(choice.port, str(path.resolve()), "tournee web", reach)
    if joined is not None:
        return set_to_time(Reader.over(joined), clock)
    reader = Reader.open(choice.port, choice.secret_of_port(), reach)
    return set_to_time(reader, clock)


def _configured(path: Path) -> Config:
    if not path.exists():
        raise ConfigError(
            "Ce cabinet n’est pas encore ouvert sur cet appareil.",
            next_step="commencez par le lecteur, ou reprenez une sauvegarde",
            remedy=FIRST_USE,
        )
    return load_config(path)


def _closing_shift(path: Path) -> Callable[[], Awaitable[None]]:
    """A shift that a command opened on this reader ends with the lock: it keeps the code too."""

    async def close() -> None:
        with suppress(ConfigError, ReaderError, OSError):
            await asyncio.to_thread(lambda: close_shift(_configured(path).reader.port, Reason.LOCKED))

    return close
