"""A practice without a reader: visits of day files, certified by a stand-in, and what returns say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from journal_maker import Maker

from tournee.app.context import Office
from tournee.app.visits.importing import import_day
from tournee.billing.identity import PsIdentity, Substitute
from tournee.billing.invoice import make_invoice
from tournee.billing.kept.judged import read_judged
from tournee.billing.sheets import invoice_sheets
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.model import Effect, Outcome, Sheet, Target
from tournee.store import Cipher, InvoiceRow, Journal, SheetState, VisitState

KEY = bytes(range(32))
NOW = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
PS, OTHER_PS = "756000121", "697000230"
IDENTITY = PsIdentity(PS, "IF", "24", "LEFEBVRE", "CLAIRE")
SEVEN = b"7".ljust(128)
SUBSTITUTE = Substitute("756000030", "10100000040", "FAURE", "INES")
_MAKER = Maker()


@dataclass(frozen=True)
class Person:
    """A fictitious patient."""

    nir: str
    key: str
    name: str
    first_name: str
    born: str


PEOPLE = (
    Person("2550699999001", "62", "LAMBERT", "YVONNE", "1955-06-12"),
    Person("1480369123017", "30", "DURAND", "PAUL", "1948-03-05"),
    Person("1350187085012", "33", "CHEVALIER", "LUCIEN", "1935-01-21"),
    Person("1590299351044", "43", "PEREIRA", "ANTONIO", "1959-02-18"),
)
THIRD_PARTIES = ("non", "amo", "amc", "total")
_BY_AMC = ("amc", "total")


@dataclass(frozen=True)
class Told:
    """A visit to be noted: whose, who pays directly, how much is asked for it."""

    who: int = 0
    third_party: str = "amo"
    acts: int = 1
    day: str = "2026-11-15"


def day_file(visits: Sequence[Told], day: str = "2026-11-15", ps: str = PS) -> bytes:
    """These visits, each of a patient typed by hand, whose card was forgotten."""
    parts = [f'[journee]\ndate = {day}\nps = "{ps}"\nprofession = "IF"\n']
    for rank, told in enumerate(visits):
        person = PEOPLE[told.who]
        acts = ", ".join(['{ code = "AMI", coefficient = 1.0 }'] * told.acts)
        insurer = 'amc = { numero = "0099999997", adherent = "A1" }' if told.third_party in _BY_AMC else ""
        prescription = '{ date = 2026-10-02, prescripteur = "751000126", rpps = "10100001071" }'
        parts.append(
            f"""
[[visite]]
nir = "{person.nir}"
cle = "{person.key}"
naissance = {person.born}
reference = "{day}/{rank}"
heure = "{6 + rank // 4:02}:{rank % 4 * 15:02}"
tiers_payant = "{told.third_party}"
{insurer}
prescription = {prescription}
actes = [{acts}]
[visite.patient]
mode = "dégradé"
motif = "carte oubliée"
nom = "{person.name}"
prenom = "{person.first_name}"
regime = "01"
caisse = "041"
centre = "0000"
"""
        )
    return "\n".join(parts).encode()


@dataclass
class Practice:
    """An office whose clock a test moves."""

    office: Office
    days: list[timedelta] = field(default_factory=lambda: [timedelta()])
    _returns: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def journal(self) -> Journal:
        return self.office.journal

    def later(self, days: int) -> None:
        self.days[0] += timedelta(days)

    def bill(
        self, *visits: Told, day: str = "2026-11-15", ps: str = PS, substitute: Substitute | None = None
    ) -> list[InvoiceRow]:
        """Take these visits in, and certify what is to be billed, with the card of this carer or of who
        cares in her place.
        """
        import_day(self.office, day_file(visits, day, ps), f"{day}-{next(self._returns)}.toml")
        return self.certify(replace(IDENTITY, billing_number=ps, substitute=substitute))

    def certify(self, carer: PsIdentity = IDENTITY) -> list[InvoiceRow]:
        made = []
        for row in self.journal.visits.find(VisitState.PENDING):
            judged = read_judged(row.payload)

            def build(number: int, judged=judged) -> list[Sheet]:
                assert judged.typed is not None
                return invoice_sheets(make_invoice(carer, judged.typed, judged, number))

            invoice = self.journal.invoices.make(row.id, row.ps, build)
            for sheet in self.journal.invoices.get(invoice).sheets:
                if sheet.state is SheetState.MADE:
                    self.journal.invoices.certified(sheet.id, SEVEN)
            made.append(self.journal.invoices.get(invoice))
        return made

    def sign_alone(self) -> None:
        """Sign the DRE that were corrected alone."""
        for sheet in self.journal.invoices.sheets(SheetState.MADE):
            self.journal.invoices.certified(sheet.id, SEVEN)

    def send(self) -> None:
        """Put all that is certified into lots and a file, and send it."""
        groups: dict[tuple[str, str, str], list[int]] = {}
        for sheet in self.journal.invoices.sheets(SheetState.CERTIFIED):
            groups.setdefault((sheet.kind, sheet.crf, sheet.mode), []).append(sheet.id)
        lots = [self.journal.lots.make(PS, *group, ids, _MAKER.lot()) for group, ids in groups.items()]
        for lot in lots:
            self.journal.lots.certified(lot, SEVEN)
        if lots:
            file = self.journal.files.make(PS, lots, _MAKER.file())
            message = self.journal.messages.make(file, "oct", _MAKER.message())
            self.journal.messages.transmitting(message)
            self.journal.messages.sent(message)

    def returned(self, *effects: Effect) -> int:
        """A return that says this; gives its id."""
        received = self.journal.returns.take(b"return %d" % next(self._returns), "imap")
        assert received is not None
        self.journal.returns.settle(received, "RSP", "RSP", effects)
        return received

    def paid(self, number: str, cents: int, asked: int, share: str = "AMO", reference: str = "VIR 1") -> int:
        """A return that says a share is paid."""
        return self.returned(
            Effect(
                *(Target.INVOICE, Outcome.PAID, PS),
                invoice=number,
                share=share,
                asked=asked,
                paid=cents,
                reference=reference,
            )
        )


@contextmanager
def practice(path: Path, key: bytes = KEY) -> Iterator[Practice]:
    """A practice with a new journal, of this key."""
    days = [timedelta()]

    def clock() -> datetime:
        return NOW + days[0]

    with Journal(path, Cipher(key), clock, station=0) as journal:
        yield Practice(Office(journal, _route(path.parent), clock), days)


def _route(folder: Path) -> Route:
    return Route(
        name="oct",
        address="factures@oct.example",
        sender="cabinet@soins.example",
        identifier="999999998",
        submission=Server("127.0.0.1", 1, Security.TLS),
        mailbox=Mailbox(MailboxKind.MAILDIR, path=folder),
        certificate=folder / "oct.pem",
    )
