"""`tournee serve` against the same functions in process: a price, a certification, invoices a second, memory.

`./tools/dev bench http --requests 100000` asks so often while it looks at the server's memory. The server is
the program itself; who asks is another process, on the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from measure import MEGABYTE, RIG, row, timed

PRICE, CERTIFY, A_SECOND = 0.005, 1.2, 200
"""Limits: seconds of the server's processor, times of in process, invoices a second."""

ROUNDS, CERTIFIED, EACH, A_DAY, ASKERS = 300, 5, 400, 20, 4
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class _Server:
    pid: int
    port: int
    token: str

    def line(self) -> HTTPConnection:
        """A connection that is kept."""
        return HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, line: HTTPConnection, method: str, path: str, told: object = None, key: str = "") -> Any:
        """An answer, read whole."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        headers |= {"idempotency-key": key} if key else {}
        line.request(method, path, None if told is None else json.dumps(told), headers)
        answer = line.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        return json.loads(body) if answer.headers["content-type"] == "application/json" else body

    def spent(self) -> float:
        """Seconds of processor so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> float:
        """MiB held now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def run(options: list[str] | None = None) -> None:
    """Each figure beside its limit."""
    parser = argparse.ArgumentParser(prog="./tools/dev bench http")
    parser.add_argument("--requests", type=int, default=3_000, help="how many, memory being looked at")
    requests = parser.parse_args(options or []).requests
    sys.path.insert(0, str(RIG))
    from editor import KEY, settings

    from tournee import api
    from tournee.emulation.board import EmulatedBoard
    from tournee.emulation.cards import load_card
    from tournee.emulation.oct.identity import make_oct_identity

    with tempfile.TemporaryDirectory() as name, EmulatedBoard() as own, EmulatedBoard() as board:
        folder = Path(name)
        make_oct_identity(folder / "oct", datetime.now(UTC))
        for one in (own, board):
            one.insert("ps", load_card("infirmiere"))
            one.insert("vitale", load_card("moreau"))
        told, beside = (settings(folder / "oct", one.link_url) for one in (board, own))
        (folder / "own").mkdir()
        with api.open_practice(beside, home=folder / "own", key=KEY, new=True) as practice:
            with _serving(folder / "served", told) as server:
                _price(server, practice)
                _certify(server, practice)
            with _serving(folder / "many", told) as server:
                _many(server)
                _flat(server, requests)


def _price(server: _Server, practice: Any) -> None:
    from tournee import api

    line, told = server.line(), _day(0)
    for _ in range(30):
        server.ask(line, "POST", "/v1/prices", told)
        api.price(practice, told)
    before = server.spent()
    trip = timed(lambda: server.ask(line, "POST", "/v1/prices", told), ROUNDS)
    processor = (server.spent() - before) / ROUNDS
    row("a price, processor of the server", processor, "limit", PRICE)
    row("a price, asked to answered", trip, "in process", timed(lambda: api.price(practice, told), ROUNDS))


def _certify(server: _Server, practice: Any) -> None:
    from tournee import api

    line, ours, theirs = server.line(), [], []
    for turn in range(CERTIFIED):
        days = [_child(f"2026-{8 + turn // 2:02}-{1 + 10 * (turn % 2) + day:02}") for day in range(10)]
        for day in days:
            server.ask(line, "POST", "/v1/visits", day)
            api.take_visits(practice, day)
        start = time.perf_counter()
        begun = server.ask(line, "POST", "/v1/certifications", {"code": "1234"})
        events = server.ask(line, "GET", f"/v1/works/{begun['id']}/events")
        ours.append(time.perf_counter() - start)
        if events.count(b"event: visit") != len(days) or b"event: done" not in events:
            raise RuntimeError(events[-500:])
        start = time.perf_counter()
        done = api.certify(practice, "1234")
        theirs.append(time.perf_counter() - start)
        if len(done) != len(days):
            raise RuntimeError(done)
    ours.sort()
    theirs.sort()
    middle = CERTIFIED // 2
    row(f"ten invoices certified (limit {CERTIFY})", ours[middle], "in process", theirs[middle])


def _many(server: _Server) -> None:
    """Invoices a second, four asking at once: whole days priced, and taken by a key; then visit by visit."""
    first = 0
    for what, path, size in (
        ("priced, a day a request", "/v1/prices", A_DAY),
        ("taken, a day a request", "/v1/visits", A_DAY),
        ("priced, a visit a request", "/v1/prices", 1),
        ("taken, a visit a request", "/v1/visits", 1),
    ):
        count = EACH // size
        told = [
            [_day(first + (asker * count + rank) * size, size) for rank in range(count)]
            for asker in range(ASKERS)
        ]
        first += ASKERS * EACH
        before, start = server.spent(), time.perf_counter()
        threads = [threading.Thread(target=_ask_all, args=(server, path, days)) for days in told]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds, total = time.perf_counter() - start, ASKERS * count * size
        alone = total / (server.spent() - before)
        print(f"{what:44} {total / seconds:9.0f} /s   limit {A_SECOND} /s; {alone:.0f} /s of one processor")


def _ask_all(server: _Server, path: str, days: list[dict[str, Any]]) -> None:
    line = server.line()
    for day in days:
        server.ask(line, "POST", path, day, f"of {day['visite'][0]['reference']}".replace(" ", "-"))


def _flat(server: _Server, requests: int) -> None:
    line, marks = server.line(), []
    for rank in range(requests):
        if rank % 4 == 0:
            server.ask(line, "GET", "/v1/invoices?limit=10")
        elif rank % 4 == 1:
            server.ask(line, "POST", "/v1/prices", _day(rank))
        elif rank % 4 == 2:
            server.ask(line, "GET", "/v1/health")
        else:
            server.ask(line, "POST", "/v1/files", None, f"flat-{rank}")
        if (rank + 1) % (requests // 10) == 0:
            marks.append(server.memory())
    told = ", ".join(f"{mark:.1f}" for mark in marks)
    print(f"memory at each tenth of {requests} requests: {told} MiB", flush=True)


@contextmanager
def _serving(folder: Path, told: dict[str, Any]) -> Iterator[_Server]:
    import tomlkit

    folder.mkdir()
    (folder / "tournee.toml").write_text(tomlkit.dumps(told))
    command = [sys.executable, "-m", "tournee.cli", "--config", str(folder / "tournee.toml")]
    with subprocess.Popen(
        [*command, "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            port = json.loads(program.stdout.readline())["port"]
            yield _Server(program.pid, port, (folder / "http.jeton").read_text().strip())
        finally:
            program.terminate()


def _day(rank: int, size: int = 1) -> dict[str, Any]:
    """Visits to some of many patients, of a carer who visits twenty a day."""
    from editor import blood_taken, day

    on = date(2026, 11, 30) - timedelta(days=rank // A_DAY % 300)
    order = {"date": on - timedelta(days=2), "prescripteur": "751000126", "rpps": "10100001071"}
    visits = []
    for one in range(rank, rank + size):
        nir = f"2{30 + one % 60}{1 + one % 12:02}99{one % 1000:03}{one // 1000 + 1:03}"
        visits.append(blood_taken(f"mine-{one}", nir=nir, prescription=order))
        visits[-1].pop("naissance")
    return _plain(day(*visits, on=on))


def _child(on: str) -> dict[str, Any]:
    """A visit to whom the card in the reader is of."""
    from editor import blood_taken, day

    order = {"date": "2026-07-13", "prescripteur": "751000126", "rpps": "10100001071"}
    return _plain(day(blood_taken(f"card-{on}", prescription=order), on=on))


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(told, default=str))
    return found
