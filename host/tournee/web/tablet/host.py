"""What the worker calls: `begin` once, `choose` or `unlock` with the carer's code, then `answer`."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tournee_page as page
from pyodide.ffi import to_js
from starlette.applications import Starlette

from tournee.app.cards import set_to_time
from tournee.app.context import Office, open_office
from tournee.config import Config, load_config
from tournee.config.page import PageChoice
from tournee.errors import ConfigError, TourneeError
from tournee.reader import Reader
from tournee.secrets import encrypt_secrets_by
from tournee.web.application import FIRST_USE, application
from tournee.web.face import Face
from tournee.web.setting import Setting
from tournee.web.tablet.carrier import PageCarrier
from tournee.web.tablet.compiled_templates import take_templates
from tournee.web.tablet.door import TabletDoor
from tournee.web.tablet.flushed import check_flushed
from tournee.web.tablet.given_files import CONFIGURATION, encrypt_named, keep_given
from tournee.web.tablet.page_stream import PageClock, PageTransport
from tournee.web.tablet.prepared import collect_garbage
from tournee.web.tablet.rehearsal import FILES, SCREENS, make_ready
from tournee.web.tablet.session_kept import kept_session
from tournee.web.tablet.turns import TabletPorts
from tournee.web.tablet.vault import Vault, VaultCipher, WrongCodeError
from tournee.web.templating import templates

_ZONE = ZoneInfo("Europe/Paris")  # of a tablet without a configuration
_BY_ITSELF = "x-tournee-seul"
_BY_THEMSELVES = ("/nouvelles",)


@dataclass
class _Begun:
    """What this page holds: its folder and vault; once it is open, the application and its door."""

    home: Path
    vault: Vault
    app: Starlette | None = None
    door: TabletDoor | None = None


_begun: list[_Begun] = []


async def begin(folder: str) -> str:
    """Make `folder`, a folder of the pool, ready: "" when all is well, else why not as JSON: message, cause,
    nextStep.
    """
    home = Path(folder)
    _live_in(home)
    (home / "passage").mkdir(exist_ok=True)
    try:
        check_flushed(home, page.flushes)
    except TourneeError as error:
        return _why(error)
    take_templates(templates())
    _begun[:] = [_Begun(home, Vault(home, _stretched, time.monotonic))]
    return ""


async def rehearse(folder: str) -> str:
    """Open a made-up practice in `folder`, which is not the pool's, look at its first screens and remove it:
    "", or what went wrong, which hurts nothing.
    """
    home = Path(folder)
    take_templates(templates())
    try:
        make_ready()
        (home / "passage").mkdir(parents=True)
        _live_in(home)
        begun = _Begun(home, Vault(home, _stretched, time.monotonic))
        encrypt_secrets_by(VaultCipher(os.urandom(32)))
        keep_given(home, FILES)
        app, _ = _application(load_config(home / CONFIGURATION), begun)
        for target in SCREENS:
            status, _, _ = await _asked(app, "GET", target, [], b"")
            if status != 200:
                return f"{target}: {status}"
        await app.state.face.ports.set_up_anew()
    except (OSError, TourneeError) as error:
        return str(error)
    finally:
        encrypt_secrets_by(None)
        shutil.rmtree(home, ignore_errors=True)
    return ""


def _live_in(home: Path) -> None:
    for variable, name in (("XDG_STATE_HOME", "etat"), ("XDG_RUNTIME_DIR", "passage"), ("HOME", "")):
        os.environ[variable] = str(home / name)


async def choose(code: str) -> str:
    """Make this the first code, which `unlock` then takes: "", or why not."""
    vault = _begun[0].vault
    try:
        await vault.choose(code)
    except TourneeError as error:
        return _why(error)
    vault.shut()
    return ""


async def unlock(code: str) -> str:
    """Open the practice by the code. JSON: `etat` is `ouverte`, `absente` where no practice is set up yet, or
    `fausse` with the `essais` left and the seconds of `attente`; else why it does not open.
    """
    begun = _begun[0]
    try:
        await begun.vault.open(code)
        encrypt_secrets_by(begun.vault.cipher)
        return await _settled(begun)
    except WrongCodeError as error:
        return json.dumps({"etat": "fausse", "essais": error.left, "attente": error.wait_s})
    except TourneeError as error:
        return _why(error)


async def install(files: Mapping[str, bytes]) -> str:
    """Keep the files of a practice, given once, and open it; as `unlock`."""
    begun = _begun[0]
    try:
        keep_given(begun.home, {name: bytes(data) for name, data in files.items()})
        return await _settled(begun)
    except TourneeError as error:
        return _why(error)


async def begin_new() -> str:
    """Open the page on a tablet that has no practice yet, to be joined to one; as `unlock`."""
    return await _opened(_begun[0], None)


def scanned(link: str) -> None:
    """Keep the link of the QR code by which this page was opened, for the screen that joins."""
    app = _begun[0].app
    if app is not None:
        app.state.face.setting.half_done.link = link


async def _settled(begun: _Begun) -> str:
    path = begun.home / CONFIGURATION
    if not path.exists():
        return json.dumps({"etat": "absente"})
    encrypt_named(path)
    return await _opened(begun, load_config(path))


async def _opened(begun: _Begun, config: Config | None) -> str:
    begun.app, begun.door = _application(config, begun)
    if config is not None:
        await begun.app.state.face.ports.ask_journal(lambda office: None)
    living = begun.app.router.lifespan_context(begun.app)
    begun.app.state.living = living
    await living.__aenter__()
    begun.app.state.idle = asyncio.ensure_future(begun.door.watch())
    return json.dumps({"etat": "ouverte"})


def _application(config: Config | None, begun: _Begun) -> tuple[Starlette, TabletDoor]:
    """The page of a practice; of none yet (None), it says how to have one and then begins anew."""
    zone, chosen = (config.zone, config.page) if config else (_ZONE, PageChoice())

    def clock() -> datetime:
        return datetime.now(zone)

    def office() -> Office:
        if config is None:
            raise ConfigError(
                "Cette tablette n’a pas encore de cabinet.",
                next_step="reliez-la au serveur du cabinet",
                remedy=FIRST_USE,
            )
        return open_office(load_config(path), carrier=PageCarrier)

    def connect() -> Reader:
        session = kept_session(begun.home, clock().date())
        secret = load_config(path).reader.secret_of_port()
        reader = Reader.open(PageTransport, secret, reach, clock=PageClock(), session=session)
        return set_to_time(reader, clock)

    def reach(there: bool) -> None:
        face.watch.reach(there)

    def is_busy() -> bool:
        jobs = any(not job.done() for job in face.jobs.values())
        return jobs or face.evening.is_running

    async def close() -> None:
        """Forget all; what is left of it in memory goes with the worker, which the page then ends."""
        page.shut()
        await face.news.tell()
        await app.state.living.__aexit__(None, None, None)
        await ports.set_up_anew()
        encrypt_secrets_by(None)
        begun.vault.shut()
        page.locked()

    path = begun.home / CONFIGURATION
    ports = TabletPorts(office, connect, page.letIn)
    clocks = (time.monotonic, time.time)
    door = TabletDoor(begun.vault, clocks, chosen.lock_minutes * 60.0, is_busy, close)
    setting = Setting(path, door, ports.set_up_anew, carrier=PageCarrier, origin=page.origin())
    app = application(ports, clock, setting=setting)
    face: Face = app.state.face
    face.watch.code_kept = chosen.code_kept
    face.evening.asked_to_stop, face.shown = page.stopping, page.painted
    return app, door


async def _stretched(code: str, salt: bytes, rounds: int) -> bytes | None:
    made = await page.stretched(code, to_js(salt), rounds)
    return None if made is None else bytes(made.to_bytes())


def _why(error: TourneeError) -> str:
    return json.dumps({"message": error.message, "cause": error.cause, "nextStep": error.next_step})


async def answer(method: str, target: str, headers: Any, body: Any) -> tuple[int, list[list[str]], bytes]:
    """One request through the application: status, headers, body; 401 while the tablet is locked."""
    begun = _begun[0] if _begun else None
    if begun is None or begun.app is None or begun.door is None:
        return 401, [], b""
    told = [(name.lower(), value) for name, value in headers]
    path = target.partition("?")[0]
    await begun.door.look()
    if path not in _BY_THEMSELVES and _BY_ITSELF not in dict(told) and not begun.door.locked:
        begun.door.touched()
    if not begun.door.locked:
        status, given, content = await _asked(begun.app, method, target, told, bytes(body.to_bytes()))
        collect_garbage()
    if begun.door.locked:
        return 401, [], b""
    return status, given, content


async def _asked(
    app: Starlette, method: str, target: str, headers: list[tuple[str, str]], content: bytes
) -> tuple[int, list[list[str]], bytes]:
    path, _, query = target.partition("?")
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
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": ("tablet", 0),
        "server": ("tablet", 443),
    }
    await app(scope, receive, send)
    start = sent[0]
    told = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in start["headers"]]
    return start["status"], told, b"".join(message.get("body", b"") for message in sent[1:])
