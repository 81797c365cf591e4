"""The real chain, from a visit told to what the emulated OCT and insurers say of it, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from days import CODE, MOMENT, PS_CARD, VITALE_CARD

from tournee.app.alerts import alerts
from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.correcting.invoices import Corrected, correct_invoice
from tournee.app.finding import find_invoice
from tournee.app.inbound import Fetched, fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.importing import import_day
from tournee.app.visits.past import facts_of_payload
from tournee.app.visits.retelling import Edit
from tournee.billing.kept.judged import read_judged
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.world import World
from tournee.reader import Reader
from tournee.store import Cipher, Journal, OverviewRow, SheetState

PS = "756000121"
DEAD = (SheetState.ABANDONED, SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
PRESCRIPTION = {"date": "2026-11-02", "rpps": "10100001071"}
_TYPED = {"mode": "dégradé", "motif": "puce illisible", "regime": "01", "caisse": "041", "centre": "0000"}
YVONNE: dict[str, Any] = {
    "nir": "2550699999001",
    "cle": "62",
    "naissance": "1955-06-11",
    "patient": {**_TYPED, "nom": "D'ANGELO", "prenom": "YVONNE"},
}
ROBERT: dict[str, Any] = {
    "nir": "1480369123017",
    "cle": "30",
    "naissance": "1948-03-12",
    "patient": {**_TYPED, "nom": "GARNIER", "prenom": "ROBERT"},
}
HUGO: dict[str, Any] = {"nir": "1820475113042", "cle": "45", "naissance": "2022-02-05"}  # on the card
STRANGE_AMC = {"numero": "0099999997", "adherent": "PER590218"}


def visit(whom: dict[str, Any], act: float = 1, **more: Any) -> dict[str, Any]:
    """A visit with one AMI of this coefficient."""
    told = {**whom, "prescription": PRESCRIPTION, "actes": [{"code": "AMI", "coefficient": act}]}
    return {"tiers_payant": "amo", **told, **more}


@dataclass
class Chain:
    """An office and all that stands around it."""

    office: Office
    world: World
    link: str
    told: int = 0

    def bill(self, *visits: dict[str, Any], day: str = "2026-11-15") -> None:
        """Take these visits in, certify them and send them."""
        self.told += 1
        head = {"date": day, "ps": PS, "profession": "IF"}
        data = json.dumps({"journee": head, "visite": visits}).encode()
        done = import_day(self.office, data, f"{self.told}.json")
        assert not done.refused, [str(wrong) for one in done.visits for wrong in one.mistakes]
        self.certify()
        self.post()

    def certify(self) -> None:
        """Certify all that can be."""
        with self._reader() as (reader, ps):
            vitale = read_vitale(self.office, reader)
            for row, told in visits_for(pending_visits(self.office, ps), vitale):
                certify_visit(self.office, reader, ps, vitale, row, told)

    def post(self) -> None:
        """Close lots and send their files."""
        with self._reader() as (reader, ps):
            close_lots(self.office, reader, ps)
        make_files(self.office)
        assert [one.error for one in send(self.office)] in ([], [None])

    def fetch(self) -> Fetched:
        """Take the returns in."""
        done = fetch(self.office)
        assert (done.errors, done.problems) == ([], [])
        return done

    def correct(self, words: str, *, same: bool = False, **told: Any) -> Corrected:
        """Correct an invoice by whatever names it."""
        one, row = find_invoice(self.office, words)
        return correct_invoice(self.office, one, row, Edit(told), same=same)

    def scenario(self, **more: Any) -> None:
        """How the OCT and the insurers behave from now on."""
        self.world.oct.scenario = replace(self.world.oct.scenario, **more)

    def alerts(self, *kinds: str) -> list[str]:
        """What is amiss, of these kinds."""
        return [f"{one.kind.value}: {one.text}" for one in alerts(self.office) if one.kind.value in kinds]

    def rows(self) -> list[OverviewRow]:
        """Where the invoices stand, in the order they were made."""
        return list(self.office.journal.overview())[::-1]

    def again(self) -> Fetched:
        """Certify what waits, send it, take in what comes of it."""
        self.certify()
        self.post()
        return self.fetch()

    @contextmanager
    def _reader(self) -> Iterator[Any]:
        with Reader.open(self.link) as reader:
            ps = read_ps(reader)
            unlock(reader, lambda: CODE)
            yield reader, ps


def check_books(office: Office) -> None:
    """A visit has one invoice that stands at most, and that one asks what the visit says."""
    asked, said = 0, 0
    for row in office.journal.visits.find():
        invoices = office.journal.invoices.get_all(office.journal.lookup.invoices_of(row.id))
        standing = [one for one in invoices if any(sheet.state not in DEAD for sheet in one.sheets)]
        assert [one.id for one in standing] == ([row.invoice_id] if row.invoice_id else [])
        for one in standing:
            asked += max(sheet.fee for sheet in one.sheets)
            said += sum(line.cents for line in read_judged(row.payload).lines)
    assert asked == said


@dataclass
class Practice:
    """The reader and the world, which remember; journals, which number on from one test to the next."""

    world: World
    board: EmulatedBoard
    folder: Path
    made: int = 0

    @contextmanager
    def chain(self) -> Iterator[Chain]:
        """A chain with a new journal, of a station of its own; the OCT behaves as at first."""
        self.made += 1
        moment: datetime = MOMENT + timedelta(minutes=self.made)
        quiet = {
            "rejected": {},
            "rejected_amc": {},
            "refused": {},
            "deferred": frozenset(),
            "unknown_amc": frozenset({"0099999997"}),
        }
        self.world.oct.scenario = replace(self.world.oct.scenario, **quiet)
        path = self.folder / f"{self.made}" / "journal.db"
        path.parent.mkdir()
        with Journal(
            path, Cipher(bytes(range(32))), lambda: moment, station=self.made, facts_of=facts_of_payload
        ) as journal:
            office = Office(journal, self.world.route(), lambda: moment)
            yield Chain(office, self.world, self.board.link_url)


@contextmanager
def opened_practice(folder: Path) -> Iterator[Practice]:
    """A board with both cards, and an OCT."""
    with World(folder, lambda: MOMENT) as world, EmulatedBoard() as board:
        board.insert("ps", load_card(PS_CARD))
        board.insert("vitale", load_card(VITALE_CARD))
        yield Practice(world, board, folder)
