"""Five hosts of one professional; journals copied, restored, moved and put back at random: no number comes
twice in the world, and the emulated OCT's register is the judge of it.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from journal_maker import KEY, PS

from tournee.emulation.oct.judging.file import Framed
from tournee.emulation.oct.judging.incoming import Submission
from tournee.emulation.oct.judging.lot import OctLot, OctSheet
from tournee.emulation.oct.judging.refusal import OctRefusedError
from tournee.emulation.oct.judging.register import OctRegister
from tournee.store import Cipher, Journal
from tournee.store.integrity.host_note import Host
from tournee.store.numbering.ranges import DRAWN, DrawnRanges, Kind, NumberRange, lots_of

HOSTS = 5
SENDER = f"00000{PS}"


class NoCoincidence(DrawnRanges):
    """Draws, but no station that another one in this world drew: what is left to chance is told elsewhere."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.drawn: set[int] = set()
        super().__init__(self.dice.randrange)

    def station(self, asked: int | None, known: Collection[int]) -> int:
        found = super().station(asked, {*known, *self.drawn})
        self.drawn.add(found)
        return found

    def more_lots(self, share: range, given: Collection[int]) -> NumberRange:
        others = [number for station in self.drawn for number in lots_of(station)]
        found = super().more_lots(share, {*given, *others})
        self.drawn.add(found.station)
        return found


def sheet(number: int) -> OctSheet:
    return OctSheet({"facture": f"{number:09}", "type_contrat": "00"}, None, None, (), {}, b"", ())


@dataclass
class World:
    """The hosts' folders, the journals that live, copies that were laid aside, and the OCT."""

    folder: Path
    seed: int
    source: NoCoincidence
    now: datetime = datetime(2026, 3, 2, 8)
    live: dict[Path, int] = field(default_factory=dict)
    aside: list[Path] = field(default_factory=list)
    register: OctRegister = field(default_factory=OctRegister)
    given: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def host(self, rank: int) -> Host:
        return Host(self.folder / f"state {rank}", f"machine{rank}")

    def place(self, rank: int) -> Path:
        self.made += 1
        return self.folder / f"host {rank}" / f"{self.made}" / "journal.db"

    def open(self, path: Path) -> Journal:
        host = self.host(self.live[path])
        journal = Journal(path, Cipher(KEY), lambda: self.now, host=host, ranges=self.source)
        journal.db._connection.execute("PRAGMA synchronous = OFF")  # no power is cut here
        return journal

    # --- what happens ---

    def bill(self) -> None:
        """A round on one journal, given in one step: invoices, lots of them, a file, its message."""
        path = self.dice.choice(list(self.live))
        self.now += timedelta(seconds=self.dice.choice((0, 0, 1, 3600)))
        with self.open(path) as journal:
            numbers = journal.numbers
            for _ in range(self.dice.choice((1, 1, 2))):
                with journal.db.step("round"):
                    kinds = {kind: [] for kind in ("FSE", "DRE")[: self.dice.choice((1, 2))]}
                    lots = {}
                    for _ in range(self.dice.choice((1, 2, 5))):
                        number = numbers.invoice(PS)
                        for invoices in kinds.values():
                            invoices.append(number)
                    for kind, invoices in kinds.items():
                        lots[kind, self.lot(journal, kind)] = invoices
                    self.send(lots, numbers.file(), numbers.message())

    def lot(self, journal: Journal, kind: str) -> int:
        number = journal.numbers.lot(PS)
        journal.db.insert(
            "lot",
            id=journal.db.new_id("lot"),
            ps=PS,
            number=number,
            kind=kind,
            crf="",
            mode="03",
            date=f"{self.now:%y%m%d}",
            state="sent",
        )
        return number

    def send(self, lots: dict[tuple[str, int], list[int]], file: int, counter: int) -> None:
        """The OCT takes it, and refuses what it had: the property is that it never does."""
        stamp = f"{self.now:%Y%m%d%H%M%S}{counter:05}"
        content = repr((lots, file, stamp)).encode()
        submission = Submission(
            f"SV140700/{SENDER}/{stamp}/00001", SENDER, stamp, 1, f"{file:06}", "", content
        )
        framed = Framed({"numero_emetteur": SENDER, "fichier": f"{file:06}"}, ())
        self.register.check_message(submission)
        self.register.check_file(framed)
        for (kind, number), invoices in lots.items():
            header = {"lot": f"{number:03}", "date": f"{self.now:%y%m%d}", "categorie": kind}
            lot = OctLot(header, tuple(map(sheet, invoices)), {}, b"", ())
            self.register.check_lot(framed, lot)
            self.register.note_lot(framed, lot, stamp)
            self.given.update({"lot": 1, "invoice": len(invoices)})
        self.register.note_file(framed, submission)
        self.given.update({"file": 1, "stamp": 1})

    def tomorrow(self) -> None:
        self.now = self.now.replace(hour=8) + timedelta(days=1)

    def new_year(self) -> None:
        self.now = self.now.replace(month=12, day=31, hour=23, minute=59, second=58)

    def copy(self) -> None:
        """A journal is copied while it lives: to another host or to another folder of its own."""
        source = self.dice.choice(list(self.live))
        rank = self.dice.randrange(HOSTS)
        target = self.place(rank)
        self._carry(source, target, head=self.dice.random() < 0.5)
        if len(self.live) >= HOSTS:
            del self.live[self.dice.choice(list(self.live))]
        self.live[target] = rank

    def lay_aside(self) -> None:
        source = self.dice.choice(list(self.live))
        target = self.folder / "aside" / f"{len(self.aside)}" / "journal.db"
        self._carry(source, target, head=True)
        self.aside.append(target)

    def put_back(self) -> None:
        """A copy of before is put over a journal, with or without its note of how far it came."""
        if self.aside:
            target = self.dice.choice(list(self.live))
            self._carry(self.dice.choice(self.aside), target, head=self.dice.random() < 0.7)

    def move(self) -> None:
        source = self.dice.choice(list(self.live))
        if not source.exists():
            return
        rank = self.live.pop(source)
        target = self.place(rank)
        target.parent.parent.mkdir(parents=True, exist_ok=True)
        source.parent.rename(target.parent)
        self.live[target] = rank

    def accept(self) -> None:
        with self.open(self.dice.choice(list(self.live))) as journal:
            journal.health.accept()
            if len(self.source.drawn) < len(DRAWN):
                journal.numbers.accept()

    def near_the_end(self) -> None:
        """Its ranges are all but used up."""
        with self.open(self.dice.choice(list(self.live))) as journal:
            held = [row.range for row in journal.numbers.standing().ranges]
            with journal.db.step("near the end"):
                for kind, owner in ((Kind.INVOICE, PS), (Kind.FILE, "")):
                    last = [one.last for one in held if one.kind is kind][-1:]
                    if last and journal.db.counter(owner, kind.value) < last[0] - 1:
                        journal.db.set_counter(owner, kind.value, last[0] - 1)

    def _carry(self, source: Path, target: Path, *, head: bool) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        for file in target.parent.glob("journal.db*"):
            if head or not file.name.endswith(".head"):
                file.unlink()
        for file in source.parent.glob("journal.db*"):
            if head or not file.name.endswith(".head"):
                shutil.copy(file, target.parent)


CHANCES = {
    World.bill: 60,
    World.tomorrow: 12,
    World.new_year: 1,
    World.copy: 3,
    World.lay_aside: 5,
    World.put_back: 4,
    World.move: 5,
    World.accept: 1,
    World.near_the_end: 3,
}


@pytest.mark.parametrize("seed", range(6))
def test_no_number_comes_twice_in_a_world_of_copies(tmp_path: Path, seed: int) -> None:
    source = NoCoincidence(seed)
    world = World(tmp_path, seed, source)
    first = world.place(0)
    world.live[first] = 0
    for _ in range(220):
        what = world.dice.choices(list(CHANCES), list(CHANCES.values()))[0]
        what(world)
        if len(source.drawn) >= len(DRAWN) - 1:
            break  # no station is left that nobody drew
    assert min(world.given.values()) > 50


def test_the_judge_sees_a_copy_that_goes_on(tmp_path: Path) -> None:
    """The same world, its hosts blind to copies: it does not take long."""
    world = World(tmp_path, 1, NoCoincidence(1))
    world.host = lambda rank: Host(None)  # type: ignore[method-assign]
    world.live[world.place(0)] = 0
    with pytest.raises(OctRefusedError, match="DEJA"):
        for _ in range(220):
            world.dice.choices(list(CHANCES), list(CHANCES.values()))[0](world)
