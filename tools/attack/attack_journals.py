"""Journals damaged anywhere, with their WAL; writers killed at any moment, two at once: told or well."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine import Tally, Target, attempt, rounds

RIG = Path(__file__).parents[2] / "tests" / "rig"
sys.path.insert(0, str(RIG))
from journal_maker import KEY, NOW, PS, Maker  # noqa: E402

from tournee.store import Cipher, Journal  # noqa: E402

WRITERS = 2
_WRITE = f"""
import sys
sys.path.insert(0, {str(RIG)!r})
from journal_maker import KEY, NOW, PS, Maker
from tournee.store import Cipher, Journal
make, who = Maker(), sys.argv[2]
with Journal(sys.argv[1], Cipher(KEY), lambda: NOW, busy_seconds=30) as journal:
    for number in range(10_000):
        journal.visits.add_day(f"{{who}} {{number}}", PS, "20260302", [b"visit"])
        make.invoice(journal)
"""


def run(seconds: float, seed: int) -> int:
    """Half of the time damage, half kills."""
    drawn = random.Random(seed)
    damage, kills = Tally("damaged journals"), Tally("writers killed")
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder) / "good"
        _made(good)
        act = Target(damage.name, lambda data: _opened(good, Path(folder) / "bad", data), ())
        for _ in rounds(seconds / 2):
            attempt(damage, act, drawn.randbytes(8))
        killed = Target(kills.name, lambda data: _killed(Path(folder) / "killed", data), (), ())
        for _ in rounds(seconds / 2):
            attempt(kills, killed, drawn.randbytes(8))
    print(damage, kills, sep="\n")
    return 0 if damage.held and kills.held else 1


def _made(folder: Path) -> None:
    """A journal that was in use when it was copied: its WAL holds what the file does not."""
    folder.mkdir()
    make = Maker()
    with Journal(folder / "live.db", Cipher(KEY), lambda: NOW) as journal:
        for _ in range(8):
            make.invoice(journal, "FSE", "DRE")
        make.sent_file(journal)
        for name in ("", "-wal"):
            shutil.copy(folder / f"live.db{name}", folder / f"journal.db{name}")


def _opened(good: Path, bad: Path, data: bytes) -> None:
    """Damage a copy by what `data` draws, then ask it everything: an answer or a StoreError."""
    drawn = random.Random(data)
    shutil.rmtree(bad, ignore_errors=True)
    bad.mkdir()
    for name in ("journal.db", "journal.db-wal"):
        shutil.copy(good / name, bad / name)
    path = bad / drawn.choice(["journal.db", "journal.db-wal"])
    content = bytearray(path.read_bytes())
    for _ in range(drawn.randrange(1, 5)):
        at = drawn.randrange(len(content))
        chunk = drawn.choice([drawn.randbytes(1), drawn.randbytes(64), bytes(4096), b"\xff" * 16])
        content[at : at + len(chunk)] = chunk
    if drawn.random() < 0.2:
        del content[drawn.randrange(len(content)) :]
    path.write_bytes(content)
    with Journal(bad / "journal.db", Cipher(KEY), lambda: NOW) as journal:
        journal.health.check()
        journal.overview()
        journal.totals()
        journal.history.find()
        for lot in journal.lots.find():
            assert lot.records
        for file in journal.files.find():
            assert file.clear
        journal.returns.take(data, "box")


def _killed(folder: Path, data: bytes) -> None:
    """Two writers at once, killed at a moment that `data` draws: what is there holds together."""
    drawn = random.Random(data)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "journal.db"
    with Journal(path, Cipher(KEY), lambda: NOW):
        pass
    command = [sys.executable, "-c", _WRITE, str(path)]
    writers = [subprocess.Popen([*command, str(who)]) for who in range(WRITERS)]
    time.sleep(0.4 + drawn.random())
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    with Journal(path, Cipher(KEY), lambda: NOW) as journal:
        assert journal.health.check() == ()
        numbers = [row.number for row in journal.overview()]
        assert len(numbers) == len(set(numbers))
        Maker().invoice(journal)
        assert PS in journal.visits.professionals()
