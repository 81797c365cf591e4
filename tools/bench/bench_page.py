"""The page at 5,000 patients and 100,000 visits: its fragments in processor time, what the shell weighs; what
its host costs on a desk until the shell is served.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench_practice import spent
from large_practice import NOW, large_practice
from measure import RIG, row

FRAGMENT = 0.030
"""Limit, in seconds."""

SHELL = 120_000
"""Limit, in bytes: the document with all that it loads."""

START, MEMORY = 1.0, 70
"""Limits, in seconds of processor time and MiB that are resident."""

DEBTS = 150
TURNS = 5
PORT = 18_737

SCREENS = ("/tournee", "/patients", "/patients?q=anne", "/patients/1", "/regler")


def run() -> None:
    """Median processor times of fragments, in this process; bytes of the shell."""
    from tournee.errors import ReaderError
    from tournee.web.application import application
    from tournee.web.assets import assets

    with large_practice() as office:

        class Here:
            async def ask_journal(self, work: Callable[[Any], Any]) -> Any:
                return work(office)

            async def run_courier(self, work: Callable[[Any], Any]) -> Any:
                return work(office)

            async def run_reader(self, work: Callable[[Any, Any], Any]) -> Any:
                raise ReaderError("Aucun lecteur.")

            async def let_reader_go(self) -> None:
                pass

        app = application(Here(), lambda: NOW)
        for screen in SCREENS:
            path, _, query = screen.partition("?")
            ask = partial(_get, app, f"/ecran{path}", query)
            row(f"fragment {screen}", spent(partial(_run, ask)), "limit", FRAGMENT)
        weight = sum(len(data) for data, _ in assets().values()) + len(asyncio.run(_get(app, "/", "")))
        row("the shell, in kB (shown as ms)", weight / 1e6, "limit", SHELL / 1e6)
    _after_a_step()
    _desk()


def _after_a_step() -> None:
    """What is to settle, looked for anew, where 150 patients owe something."""
    sys.path.insert(0, str(RIG))
    import account_life
    from account_life import NOW as NOW_THERE
    from account_life import Person, Told, practice

    from tournee.app.to_settle import listing
    from tournee.web.application import application

    bodies = [f"2{30 + n % 69:02}{1 + n % 12:02}99{n:03}001" for n in range(DEBTS)]
    account_life.PEOPLE = tuple(
        Person(
            one, f"{97 - int(one) % 97:02}", f"NOM{chr(65 + n % 26)}", "ANNE", f"19{one[1:3]}-{one[3:5]}-11"
        )
        for n, one in enumerate(bodies)
    )
    with tempfile.TemporaryDirectory() as folder, practice(Path(folder) / "journal.db") as desk:
        for first in range(0, DEBTS, 50):
            told = (Told(who) for who in range(first, first + 50))
            desk.bill(*told, day=f"2026-11-{10 + first // 50}")

        class Here:
            async def ask_journal(self, work: Callable[[Any], Any]) -> Any:
                return work(desk.office)

        app = application(Here(), lambda: NOW_THERE)  # type: ignore[arg-type]

        def asked() -> None:
            listing._KEPT.clear()  # as after any step
            _run(partial(_get, app, "/ecran/regler", ""))

        row(f"fragment /regler, {DEBTS} debts, after a step", spent(asked), "limit", FRAGMENT)


def _desk() -> None:
    """The least of some starts of `tournee web`, with a practice and with the demonstration."""
    from tournee.emulation.practice import CONFIG_NAME, practice

    with tempfile.TemporaryDirectory() as folder:
        with practice(Path(folder)):
            pass
        for what, words in {
            "a practice": ["--config", str(Path(folder) / CONFIG_NAME), "web"],
            "the demonstration": ["web", "--demo"],
        }.items():
            told = [_started([*words, "--no-open", "--port", str(PORT)], folder) for _ in range(TURNS)]
            seconds, memory = map(min, zip(*told, strict=True))
            row(f"start, {what}", seconds, "limit", START)
            row(f"memory, {what}, in MiB (shown as ms)", memory / 1e3, "limit", MEMORY / 1e3)


def _started(words: list[str], folder: str) -> tuple[float, float]:
    """Processor seconds of a host until it has served the shell, and what is resident then, in MiB."""
    command = [sys.executable, "-m", "tournee.cli", *words]
    wide = {**os.environ, "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=wide) as host:
        assert host.stdout is not None
        try:
            next(line for line in host.stdout if "http://" in line)
            asked = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
            asked.request("GET", "/", headers={"Host": f"localhost:{PORT}"})
            asked.getresponse().read()
            return _used(Path(f"/proc/{host.pid}"))
        finally:
            host.terminate()


def _used(process: Path) -> tuple[float, float]:
    words = (process / "stat").read_text().rpartition(")")[2].split()
    resident = re.search(r"^VmRSS:\s+(\d+)", (process / "status").read_text(), re.MULTILINE)
    assert resident is not None
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK"), int(resident[1]) / 1024


def _run(ask: Callable[[], Any]) -> None:
    asyncio.run(ask())


async def _get(app: Any, path: str, query: str) -> bytes:
    """The body of an answer of 200 of an ASGI application."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "server": ("localhost", 0),
        "scheme": "http",
    }
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    if told[0]["status"] != 200:
        raise AssertionError(f"{path}: {told[0]['status']}")
    return b"".join(one.get("body", b"") for one in told)
