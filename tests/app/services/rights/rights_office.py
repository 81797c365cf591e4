"""A practice that asks for rights: its journal, a real board with test cards, the emulated service."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from tournee.app.cards import PsOnDuty, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.services.rights.asking import ask_rights
from tournee.app.visits.importing import import_day
from tournee.billing.identity import Patient
from tournee.config.services import ServiceChoice, Services
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.services.registered import StandingServices
from tournee.exchange.route import Route
from tournee.reader import Reader
from tournee.services.point import ServicePoint
from tournee.store import Cipher, InvoiceRow, Journal, ServiceRow

MOMENT = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
ROUTE = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", None, None)
DAY = """[journee]
date = 2026-11-16
ps = "756000121"
profession = "IF"

[[visite]]
nir = "{nir}"
cle = "{key}"
{more}
tiers_payant = "amo"
prescription = {{ date = 2026-11-02, prescripteur = "751000126", rpps = "10100001071" }}
actes = [{{ acte = "Injection sous-cutanée" }}]
{patient}
"""


class Clock:
    """The office's time, and the service's."""

    def __init__(self) -> None:
        self.now = MOMENT

    def reset(self) -> None:
        self.now = MOMENT

    def __call__(self) -> datetime:
        return self.now


class RightsOffice:
    """A practice at work; `reader` and `ps` once it is entered."""

    def __init__(self, journal: Path, board: EmulatedBoard, services: StandingServices, clock: Clock) -> None:
        self.board, self.services, self.clock = board, services, clock
        one = services["droits"]
        point = ServicePoint("droits", "localhost", one.port, "/droits", one.tls.authority)
        self.office = Office(
            Journal(journal, Cipher(bytes(range(32))), clock, station=0),
            ROUTE,
            clock,
            services=Services({"droits": ServiceChoice(point)}),
        )
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.office)
        self.board.insert("ps", load_card("infirmiere"))
        self.reader = self._stack.enter_context(Reader.open(self.board.link_url))
        self.reader.set_date(self.clock())
        self.ps: PsOnDuty = read_ps(self.reader)
        unlock(self.reader, lambda: "1234")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def card(self, name: str) -> list[Patient]:
        """Put a Vitale card in and read it."""
        self.board.insert("vitale", load_card(name))
        return read_vitale(self.office, self.reader).patients

    def ask(self, patient: Patient) -> ServiceRow:
        return ask_rights(self.office, patient, self.ps, self.reader)

    def visit(self, nir: str, key: str, more: str = "", patient: str = "") -> None:
        """Take one visit of today in."""
        text = DAY.format(nir=nir, key=key, more=more, patient=patient)
        imported = import_day(self.office, text.encode(), "jour.toml")
        assert not [mistake for one in imported.visits for mistake in one.mistakes]

    def certify(self) -> list[InvoiceRow]:
        """Certify all that can be, as the cards are."""
        vitale = read_vitale(self.office, self.reader) if self.reader.cards().vitale else None
        possible = visits_for(pending_visits(self.office, self.ps), vitale)
        return [
            certify_visit(self.office, self.reader, self.ps, vitale, row, visit) for row, visit in possible
        ]
