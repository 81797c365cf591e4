"""A practice that asks the emulated insurers: its visits, without a reader."""

from __future__ import annotations

from dataclasses import replace

from account_life import IDENTITY, PEOPLE, Practice

from tournee.app.certify import make_sheets
from tournee.app.services.insurers.engaging import said_of_visit
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.config.services import ServiceChoice, Services
from tournee.emulation.services.standing import StandingService
from tournee.services.insurers.messages import InsuredAsked
from tournee.services.point import ServicePoint
from tournee.store import InvoiceRow, ServiceRow, VisitState

INSURER = "0099900009"
RECORD = 128


def point_of(service: StandingService, **other: object) -> ServicePoint:
    told = {
        "authority": service.tls.authority,
        "certificate": service.tls.client,
        "key": service.tls.client_key,
        **other,
    }
    return ServicePoint("amc", "localhost", service.port, "/", **told)


def services_of(service: StandingService, **other: object) -> Services:
    return Services({"amc": ServiceChoice(point_of(service, **other), service.counterpart.own)})


class Desk:
    """What a test does in that practice."""

    def __init__(self, made: Practice, service: StandingService) -> None:
        self.practice, self.office, self.journal, self.amc = made, made.office, made.office.journal, service
        self.office.services = services_of(service)
        self._days = 0

    def who(self, member: str = "ADH1", insurer: str = INSURER) -> InsuredAsked:
        one = PEOPLE[0]
        day = self.office.clock().date()
        return InsuredAsked(insurer, member, one.nir, one.born.replace("-", ""), "1", day)

    def note(self, member: str = "ADH1", insurer: str = INSURER) -> int:
        """Take in a visit whose patient has this insurer; gives its id."""
        self._days += 1
        import_day(self.office, _day(member, insurer, 6 + self._days), f"{self._days}.toml")
        return self.journal.visits.find(VisitState.PENDING)[-1].id

    def bill(self, visit: int) -> InvoiceRow:
        """Make the invoice of a visit."""
        row = self.journal.visits.get(visit)
        return self.journal.invoices.get(
            make_sheets(self.office, IDENTITY, None, row, read_judged(row.payload))
        )

    def off_line(self) -> None:
        """Nobody answers any more."""
        chosen = self.office.services.of("amc")
        away = replace(chosen, point=replace(chosen.point, port=1))
        self.office.services = Services({"amc": away})

    def said(self, visit: int) -> str:
        return said_of_visit(self.office, visit)

    def requests(self) -> tuple[ServiceRow, ...]:
        return self.journal.requests.find("amc")


def complement(invoice: InvoiceRow) -> str:
    """Its record 2A."""
    body = invoice.sheets[0].records.decode()
    (found,) = (body[at : at + RECORD] for at in range(0, len(body), RECORD) if body[at + 38] == "A")
    return found


def _day(member: str, insurer: str, hour: int) -> bytes:
    one = PEOPLE[0]
    return f"""[journee]
date = 2026-11-16
ps = "756000121"
profession = "IF"

[[visite]]
nir = "{one.nir}"
cle = "{one.key}"
naissance = {one.born}
heure = "{hour:02}:00"
tiers_payant = "total"
amc = {{ numero = "{insurer}", adherent = "{member}" }}
prescription = {{ date = 2026-10-02, prescripteur = "751000126", rpps = "10100001071" }}
actes = [{{ code = "AMI", coefficient = 1.5 }}, {{ code = "AMI", coefficient = 4 }}]
[visite.patient]
mode = "dégradé"
motif = "carte oubliée"
nom = "{one.name}"
prenom = "{one.first_name}"
regime = "01"
caisse = "041"
centre = "0000"
""".encode()
