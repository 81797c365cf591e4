"""What the worker calls: `begin` once, then `answer` for each request of the page."""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

import tournee_page as page
from starlette.applications import Starlette

from tournee.app.cards import set_to_time
from tournee.app.context import open_office
from tournee.config import load_config
from tournee.errors import TourneeError
from tournee.reader import Reader
from tournee.web.application import application
from tournee.web.tablet.flushed import check_flushed
from tournee.web.tablet.page_stream import PageTransport
from tournee.web.tablet.session_kept import kept_session
from tournee.web.tablet.turns import TabletPorts

CONFIGURATION = "tournee.toml"

_running: list[Any] = []  # the application, and what keeps it alive


async def begin(folder: str) -> str:
    """Open the practice in `folder`, a folder of the pool: "" when all is well, "absent" where there is none
    yet, else why not as JSON: message, cause, nextStep.
    """
    home = Path(folder)
    if not (home / CONFIGURATION).exists():
        return "absent"
    for variable, name in (("XDG_STATE_HOME", "etat"), ("XDG_RUNTIME_DIR", "passage"), ("HOME", "")):
        os.environ[variable] = str(home / name)
    (home / "passage").mkdir(exist_ok=True)
    try:
        check_flushed(home, page.flushes)
        config = load_config(home / CONFIGURATION)
        app = _application(config, home)
        await app.state.face.ports.ask_journal(lambda office: None)
    except TourneeError as error:
        told = {"message": error.message, "cause": error.cause, "nextStep": error.next_step}
        return json.dumps(told)
    living = app.router.lifespan_context(app)
    await living.__aenter__()
    _running[:] = [app, living]
    return ""


def _application(config: Any, home: Path) -> Starlette:
    def clock() -> datetime:
        return datetime.now(config.zone)

    def connect() -> Reader:
        session = kept_session(home, clock().date())
        secret = config.reader.secret_of_port()
        return set_to_time(Reader.open(PageTransport, secret, session=session), clock)

    return application(TabletPorts(lambda: open_office(config), connect), clock)


async def answer(method: str, target: str, headers: Any, body: Any) -> tuple[int, list[list[str]], bytes]:
    """One request through the application: status, headers, body."""
    path, _, query = target.partition("?")
    content = bytes(body.to_bytes())
    sent: list[MutableMapping[str, Any]] = []
    given = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        return next(given, {"type": "http.disconnect"})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("tablet", 0),
        "server": ("tablet", 443),
    }
    await _running[0](scope, receive, send)
    start = sent[0]
    told = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in start["headers"]]
    return start["status"], told, b"".join(message.get("body", b"") for message in sent[1:])
