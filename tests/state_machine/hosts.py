"""Hosts of one practice at random work: each a folder with a journal, all before one reader and one OCT."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tablets import configure

from tournee.app.cards import PsOnDuty, open_reader, read_ps, unlock
from tournee.app.context import Office, open_office
from tournee.config import load_config
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.oct import ScenarioRejection
from tournee.emulation.world import World
from tournee.reader import Reader

PS, CODE = "756000121", "1234"
START = datetime(2026, 11, 16, 18, 0, tzinfo=ZoneInfo("Europe/Paris"))
PATIENTS: dict[str, dict[str, Any]] = {
    "lambert": {"nir": "2550699999001", "cle": "62", "tiers_payant": "amo"},
    "moreau": {"nir": "1820475113042", "cle": "45", "naissance": "2022-02-05", "tiers_payant": "total"},
    "pereira": {
        "nir": "1590299351044",
        "cle": "43",
        "tiers_payant": "total",
        "amc": {"numero": "0099900009", "adherent": "PER590218"},
        "documents": ["FSE", "DRE"],
    },
}
ACTS = ("Injection sous-cutanée", "Pansement de stomie")
_PRESCRIPTION = {"date": "2026-11-02", "rpps": "10100001071"}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Told:
    """A visit as it is told: who, how many days before, at which hour, which act; whether the caisse pays."""

    whom: str
    back: int
    hour: str
    act: str
    amo: bool = True

    def written(self) -> dict[str, Any]:
        """It, as a day file has it."""
        told = {**PATIENTS[self.whom], "heure": self.hour, "prescription": _PRESCRIPTION}
        told |= {"actes": [{"acte": self.act}]}
        return told if self.amo else {**told, "tiers_payant": "non", "documents": ["FSE"]}


@dataclass
class Host:
    """One folder of a tablet; `state` is where its account keeps what it knows of journals."""

    folder: Path
    state: Path

    @property
    def journal(self) -> Path:
        """Its journal."""
        return self.folder / "journal.db"


class Practice:
    """The OCT, the mail, the reader, the clock, and all hosts there are."""

    def __init__(self, directory: Path, identities: Path, board: EmulatedBoard) -> None:
        shutil.copytree(identities / "oct", directory / "oct")
        self.directory, self.board, self.now = directory, board, START
        self.world = World(directory, self.clock)
        self.world.server.start()
        self.hosts: list[Host] = []
        self.copies: list[Path] = []
        self._made = 0
        self._account = pytest.MonkeyPatch()
        self.insert("ps", "infirmiere")

    def close(self) -> None:
        """Stop the mail server."""
        self.world.server.stop()
        self._account.undo()

    def clock(self) -> datetime:
        """Now; it is never the same minute twice."""
        self.now += _MINUTE
        return self.now

    @property
    def today(self) -> date:
        """The day of the clock."""
        return self.now.date()

    def insert(self, slot: str, card: str) -> None:
        """Put a card into the reader."""
        self.board.insert(slot, load_card(card))

    def new_folder(self) -> Path:
        """A place where no host is."""
        self._made += 1
        return self.directory / f"host-{self._made}"

    def add(self, station: int | None) -> Host:
        """A new host, with a journal of its own."""
        folder = self.new_folder()
        folder.mkdir()
        configure(folder, self.world, self.board.link_url, station)
        return self.join(folder)

    def join(self, folder: Path, state: Path | None = None) -> Host:
        """A folder is a host; on an account that knows other journals, or on a new one."""
        self.hosts.append(Host(folder, state or self.new_folder()))
        return self.hosts[-1]

    @contextmanager
    def office(self, host: Host) -> Iterator[Office]:
        """One command's office, on the account of its host."""
        self._account.setenv("XDG_STATE_HOME", str(host.state))
        with open_office(load_config(host.folder / "tournee.toml"), self.clock) as office:
            yield office

    @contextmanager
    def at_reader(self, host: Host) -> Iterator[tuple[Office, Reader, PsOnDuty]]:
        """One command's office and reader, the carer's card unlocked."""
        with self.office(host) as office, open_reader(self.board.link_url, self.clock) as reader:
            ps = read_ps(reader)
            unlock(reader, lambda: CODE)
            yield office, reader, ps

    def signatures(self) -> int:
        """How many the carer's card has made since it was put in."""
        card = self.board.cards["ps"]
        assert card is not None
        return card.signatures

    def day_file(self, told: list[Told]) -> bytes:
        """Visits of one day as a file."""
        day = self.today - timedelta(days=told[0].back)
        head = {"date": f"{day}", "ps": PS, "profession": "IF"}
        return json.dumps({"journee": head, "visite": [one.written() for one in told]}).encode()

    def humour(self, rejected: set[str], deferred: set[str], unknown: bool) -> None:
        """Whom insurers reject or defer from now on; whether the OCT knows the complementary insurer."""
        nirs = {name: str(PATIENTS[name]["nir"]) for name in PATIENTS}
        self.world.oct.scenario = replace(
            self.world.oct.scenario,
            rejected={nirs[name]: ScenarioRejection("0043", "NON CONFORME") for name in rejected},
            deferred=frozenset(nirs[name] for name in deferred),
            unknown_amc=frozenset({"0099900009"} if unknown else ()),
        )

    def copy(self, host: Host) -> Path:
        """A copy of a folder as it is now, its journal whole."""
        folder = self.new_folder()
        shutil.copytree(host.folder, folder, ignore=shutil.ignore_patterns("journal.db", "*-wal", "*-shm"))
        with sqlite3.connect(host.journal) as source, sqlite3.connect(folder / "journal.db") as target:
            source.backup(target)
        return folder

    def put_back(self, host: Host, copy: Path, *, alone: bool) -> None:
        """A copy in place of what is there: the journal `alone` with its key, or all."""
        for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
            (host.folder / name).unlink(missing_ok=True)
        if alone:
            for name in ("journal.db", "journal.db.key"):
                shutil.copyfile(copy / name, host.folder / name)
        else:
            shutil.copytree(copy, host.folder, dirs_exist_ok=True)

    def move(self, host: Host) -> None:
        """The folder has another name."""
        folder = self.new_folder()
        host.folder.rename(folder)
        host.folder = folder


def digest(content: bytes) -> str:
    """A short name of content."""
    return hashlib.sha256(content).hexdigest()[:16]
