"""The journal of years: opening it, where all stands, lists, lots closed, writers that queue, a return of
twenty payments, bytes an invoice. Each figure has its floor beside it, measured in the same run, and its
goal.

Seconds are of CPU, the least of several turns, but where waiting is the point (cold files, writers).
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import MEGABYTE, RIG, alone

if TYPE_CHECKING:
    from tournee.store import Journal

SMALL, LARGE = 10_000, 100_000
A_DAY = {SMALL: 21, LARGE: 137}  # one nurse, 1.3 years; a cabinet of six, two years
TURNS = 5
CLOSED = 1_000
WRITERS, WRITE_SECONDS = 8, 8.0
PAYMENTS = 20
_ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
_FLOOR = """import sqlite3, sys, click; from rich.console import Console
found = sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM visit WHERE state = 'pending'").fetchall()
Console().print(found)"""
_SPENT = """import json, os, sys
turns, command, best, peak = int(sys.argv[1]), sys.argv[2:], 1e9, 1e9
for _ in range(turns):
    to_nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    _, code, used = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=to_nowhere), 0)
    if code:
        sys.exit(f"{command} failed")
    best, peak = min(best, used.ru_utime + used.ru_stime), min(peak, used.ru_maxrss)
print(json.dumps([best, peak]))"""
"""Run by a process that is small itself: what it starts is counted from its own size on."""

_KNOWN = "SELECT person_month, id, first_day, state, invoice FROM visit"
_GOALS = {1: "<= 1.5 ms", 0: "<= 2.5 ms"}  # by how they come: once a day, twice

_ROUTE = """
[envoi]
route = "essai"
[route.essai]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
[route.essai.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.essai.retours]
type = "maildir"
dossier = "retours"
"""


def run() -> None:
    """Every figure of the store."""
    sys.path.insert(0, str(RIG))
    from big_journal import big_journal, copy_of

    kept = {count: big_journal(count, A_DAY[count]) for count in (SMALL, LARGE)}
    print(f"{'':52} {'ours':>12} {'floor':>12} {'ratio':>7}   goal", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folders = {}
        for count in kept:
            folders[count] = Path(name) / str(count)
            folders[count].mkdir()
            copy_of(kept[count], folders[count])
        opening(folders[LARGE] / "journal.db")
        status(folders)
        lists(folders[LARGE] / "journal.db")
        known(folders[SMALL] / "journal.db")
        closing(Path(name))
        writers(Path(name))
        one_return(Path(name))
        size(kept[LARGE])


def tell(what: str, ours: float, floor: float, unit: str, goal: str) -> None:
    """One line of the table."""
    print(f"{what:52} {ours:9.2f} {unit:2} {floor:9.2f} {unit:2} {ours / floor:7.2f}   {goal}", flush=True)


def cpu(action: Callable[[], object], turns: int = TURNS) -> float:
    """Least milliseconds of this process in `action`."""
    spent = []
    for _ in range(turns):
        start = time.process_time()
        action()
        spent.append(time.process_time() - start)
    return min(spent) * 1000


def journal_at(path: Path) -> Journal:
    """A journal of the rig, open."""
    from big_journal import KEY, TODAY

    from tournee.store import Cipher, Journal

    return Journal(path, Cipher(KEY), lambda: TODAY, station=0)


def opening(path: Path) -> None:
    """Opening a journal of 100,000, its file in memory and not; against SQLite's opening and one row."""

    def bare() -> None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode").fetchone()
        connection.execute("SELECT key_sealed FROM journal").fetchone()
        connection.close()

    def cold(action: Callable[[], object]) -> float:
        spent = []
        for _ in range(TURNS):
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            start = time.perf_counter()
            action()
            spent.append(time.perf_counter() - start)
        return min(spent) * 1000

    ours = lambda: journal_at(path).close()  # noqa: E731
    tell(f"open at {LARGE}, warm", cpu(ours), cpu(bare), "ms", "<= 3 ms")
    tell(f"open at {LARGE}, cold (elapsed)", cold(ours), cold(bare), "ms", "<= 3 ms")


def status(folders: dict[int, Path]) -> None:
    """`tournee status` of both journals, and the whole of the small one for a program."""
    spent = {}
    for count, folder in folders.items():
        config = folder / "tournee.toml"
        config.write_text(f'[journal]\nchemin = "{folder / "journal.db"}"\n{_ROUTE}')
        ours = [sys.executable, "-m", "tournee.cli", "--config", str(config), "status"]
        floor = process([sys.executable, "-c", _FLOOR, str(folder / "journal.db")])
        spent[count] = process(ours)
        tell(f"status at {count}", spent[count][0], floor[0], "ms", "<= 300 ms")
        tell(f"status at {count}, peak memory", spent[count][1], floor[1], "MB", "<= 50 MB")
    tell("status, growth from one to the other", spent[LARGE][0], spent[SMALL][0], "ms", "ratio <= 1.6")
    config = folders[SMALL] / "tournee.toml"
    whole = process(
        [sys.executable, "-m", "tournee.cli", "--config", str(config), "status", "--all", "--json"]
    )
    floor = process([sys.executable, "-c", _FLOOR, str(folders[SMALL] / "journal.db")])
    tell(f"status --all --json at {SMALL}", whole[0], floor[0], "ms", "<= 600 ms")


def process(command: list[str]) -> tuple[float, float]:
    """Least CPU in milliseconds, and peak memory in MB, of a process of its own."""
    small = [sys.executable, "-c", _SPENT, str(TURNS), *command]
    done = subprocess.run(small, env=_ENVIRONMENT, capture_output=True, text=True, check=True)
    spent, peak = json.loads(done.stdout)
    return spent * 1000, peak / 1024


def lists(path: Path) -> None:
    """Lists by state, the slowest of them; against their ids alone."""
    from big_journal import PS

    from tournee.store import FileState, LotState, MessageState, ReturnState, SheetState, VisitState

    with journal_at(path) as journal:
        asked: dict[str, Callable[[], object]] = {
            "certified sheets": partial(journal.invoices.sheets, SheetState.CERTIFIED, PS),
            "pending visits": partial(journal.visits.find, VisitState.PENDING),
            "first visit": partial(journal.visits.first, PS),
            "lots made": partial(journal.lots.find, LotState.MADE),
            "files made": partial(journal.files.find, FileState.MADE),
            "messages uncertain": partial(journal.messages.find, MessageState.UNCERTAIN),
            "returns taken": partial(journal.returns.find, ReturnState.TAKEN),
            "effects unmatched": journal.effects.unmatched,
        }
        spent = {what: cpu(ask) for what, ask in asked.items()}
        slowest = max(spent, key=lambda what: spent[what])
        query = "SELECT id FROM sheet WHERE state = ?"
        floor = cpu(lambda: journal.db.rows(query, SheetState.CERTIFIED.value))
        tell(f"lists by state at {LARGE}, slowest: {slowest}", spent[slowest], floor, "ms", "<= 1 ms")


def known(path: Path) -> None:
    """A patient's year of visits, one and two a day, and a carer's day; against the same rows and values by
    SQLite and AES-GCM alone.
    """
    from big_journal import KEY, PS, TODAY, nir
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from tournee.store import Cipher

    today, before = f"{TODAY:%Y%m%d}", f"{TODAY - timedelta(days=364):%Y%m%d}"
    bare, aead = sqlite3.connect(path), AESGCM(KEY)

    def floor(where: str, *values: object) -> int:
        rows = bare.execute(f"{_KNOWN} WHERE {where}", values).fetchall()
        months = {row[0] for row in rows}
        asked = f"SELECT id, facts_sealed FROM person_month WHERE id IN ({', '.join('?' * len(months))})"
        for row, encrypted in bare.execute(asked, tuple(months)):
            aead.decrypt(encrypted[:12], encrypted[12:], f"person_month.facts.{row}".encode())
        return len(rows)

    with journal_at(path) as journal:
        for patient in (1, 0):
            ours = partial(journal.known.of_person, nir(patient), before, today)
            person = Cipher(KEY).name(nir(patient).encode(), "person")
            month = "person_month IN (SELECT id FROM person_month WHERE person = ?) AND first_day >= ?"
            count = floor(month, person, before)
            assert count == len(ours())
            least = cpu(lambda: floor(month, person, before), 40)  # noqa: B023
            tell(f"{count} visits of a person", cpu(ours, 40), least, "ms", _GOALS[patient])
        (last,) = bare.execute("SELECT max(first_day) FROM visit").fetchone()
        ours = partial(journal.known.of_carer, PS, last, last)
        least = cpu(lambda: floor("ps = ? AND first_day = ?", PS, last), 40)
        tell(f"a carer's day, {len(ours())} visits", cpu(ours, 40), least, "ms", "<= 0.5 ms")
    bare.close()


def closing(folder: Path) -> None:
    """Closing lots, an invoice; against what it cannot do without."""
    from many_invoices import fill_journal

    from tournee.emulation.oct import make_oct_identity

    _, certificate = make_oct_identity(folder / "oct", datetime.now(UTC))
    fill_journal(folder / "closing.db", CLOSED)
    told = alone("from_journal.py", folder / "closing.db", certificate, CLOSED)
    ours, floor = (told[name] / CLOSED * 1000 for name in ("lots", "floor"))
    tell("closing lots, an invoice", ours, floor, "ms", "<= 0.22 ms")


def writers(folder: Path) -> None:
    """Eight processes make and certify on one journal; against as many bare commits, one after another."""
    from many_invoices import DAY_PIECE, PS

    path = folder / "shared.db"
    with journal_at(path) as journal:
        journal.visits.add_day("shared", PS, "20261115", [DAY_PIECE] * WRITERS * 2_000)
    read, write = os.pipe()
    gate, opened = os.pipe()
    children = []
    for rank in range(WRITERS):
        child = os.fork()
        if child == 0:
            os.close(opened)
            os.read(gate, 1)
            os.write(write, json.dumps(write_for(path, rank)).encode() + b"\n")
            os._exit(0)
        children.append(child)
    os.close(opened)
    os.close(write)
    with os.fdopen(read) as answers:
        told = [json.loads(line) for line in answers]
    for child in children:
        os.waitpid(child, 0)
    spent = sorted(one for each in told for one in each["spent"])
    counts = sorted(len(each["spent"]) for each in told)
    p99 = spent[int(len(spent) * 0.99)] * 1000
    tell(
        f"{WRITERS} writers, p99 of a sheet made and certified", p99, bare_commits(folder), "ms", "<= 150 ms"
    )
    errors = sum(each["errors"] for each in told)
    spread = f"{counts[0]}..{counts[-1]} sheets each in {WRITE_SECONDS:.0f} s"
    fair = (counts[-1] - counts[0]) / counts[-1] * 100
    print(f"{'':52} {errors} errors, {spread}: {fair:.0f} % apart   0 errors, <= 10 %", flush=True)


def write_for(path: Path, rank: int) -> dict[str, object]:
    """What one writer did: seconds of each sheet made and certified, and how many errors."""
    from many_invoices import PS, Maker

    from tournee.errors import StoreError

    maker, spent, errors = Maker(), [], 0
    end = time.monotonic() + WRITE_SECONDS
    with journal_at(path) as journal:
        for visit in range(rank * 2_000 + 1, (rank + 1) * 2_000):
            if time.monotonic() > end:
                break
            start = time.perf_counter()
            try:
                invoice = journal.invoices.make(visit, PS, maker.sheet)
                (sheet,) = journal.invoices.get(invoice).sheets
                journal.invoices.certified(sheet.id, maker.sevens(invoice, sheet.records))
            except StoreError:
                errors += 1
            spent.append(time.perf_counter() - start)
    return {"spent": spent, "errors": errors}


def bare_commits(folder: Path) -> float:
    """Milliseconds that the commits of eight writers take at least: two each, of one row."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE one (a BLOB)")
    start, rounds = time.perf_counter(), 50
    for _ in range(rounds):
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO one VALUES (?)", (bytes(2_000),))
        database.execute("COMMIT")
    return (time.perf_counter() - start) / rounds * 2 * WRITERS * 1000


def one_return(folder: Path) -> None:
    """Statements that settle a return of twenty payments; a row of each kind has to be written."""
    from big_journal import payment, sent_file
    from many_invoices import DAY_PIECE, PS, Maker

    maker = Maker()
    with journal_at(folder / "return.db") as journal:
        journal.visits.add_day("return", PS, "20261115", [DAY_PIECE] * PAYMENTS)
        for visit in range(1, PAYMENTS + 1):
            (sheet,) = journal.invoices.get(journal.invoices.make(visit, PS, maker.sheet)).sheets
            journal.invoices.certified(sheet.id, maker.sevens(visit, sheet.records))
        sent_file(journal)
        effects = [payment(sheet.invoice) for sheet in journal.invoices.sheets()]
        taken = journal.returns.take(b"return", "oct")
        statements: list[str] = []
        journal.db._connection.set_trace_callback(statements.append)
        journal.returns.settle(taken or 0, "RSP", "summary", effects, b"content")
        journal.db._connection.set_trace_callback(None)
    written = {line.split()[2] for line in statements if line.startswith("INSERT")}
    tell(f"statements for an RSP of {PAYMENTS} payments", len(statements), len(written) + 3, "", "<= 60")


def size(path: Path) -> None:
    """Bytes of the file an invoice; against those of certified records and messages alone."""
    with sqlite3.connect(path) as raw:
        (least,) = raw.execute(
            "SELECT (SELECT sum(length(records_sealed) + length(sevens_sealed)) FROM sheet_bytes)"
            " + (SELECT sum(length(sealed)) FROM sealed_chunk WHERE place = 'message.raw')"
        ).fetchone()
    whole = path.stat().st_size
    tell("bytes an invoice", whole / LARGE, least / LARGE, "B", "<= 5500 B")
    print(f"{'':52} {whole / MEGABYTE:.0f} MB in all", flush=True)
