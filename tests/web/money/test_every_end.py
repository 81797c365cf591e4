"""Each kind of thing to settle ends by a touch on its screen: shown in the list, opened, done, gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import many_invoices
import pytest
from account_life import Practice, Told
from handlers import Asked
from journal_maker import KEY, PS, Maker
from test_alerts import certificate

from tournee.app.alerts import AlertKind
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.opposition.by_mail import request_list
from tournee.app.outbound import make_files
from tournee.app.practice.dossiers import add
from tournee.app.to_settle import OwingKind
from tournee.app.to_settle.acts import ACTS, ActWhere
from tournee.emulation.world import World
from tournee.exchange.route import Route
from tournee.model import Effect, Means, Outcome, PaymentKind, Target
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import Prescriber, PrescriptionFile
from tournee.store import Cipher, DoubtState, InvoiceRow, Journal
from tournee.store.accounts.patient_payments import Balance, PaymentDraft

START = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
MAKE = Maker()
NUMBER = "000000001"
WORD = {"mot": "vu avec la caisse, lundi"}
PAID = Effect(Target.INVOICE, Outcome.PAID, ps=PS, invoice=NUMBER, asked=1000, paid=1000)
REFUSED = replace(PAID, outcome=Outcome.REJECTED, paid=0, code="0043", label="PRESCRIPTION")


@dataclass
class Desk:
    """An office whose clock a test turns; `post` takes in what a return says."""

    office: Office
    folder: Path
    _now: list[datetime]

    @property
    def now(self) -> datetime:
        return self._now[0]

    def later(self, **time: float) -> None:
        self._now[0] += timedelta(**time)

    def post(self, *effects: Effect, doubt: tuple[DoubtState, str] | None = None) -> int:
        returns = self.office.journal.returns
        received = returns.take(b"return %d" % len(returns.find()), "oct 1")
        assert received is not None
        returns.settle(received, "RSP", "RSP", effects, doubt=doubt)
        return received

    def sent(self, *kinds: str) -> int:
        """An invoice in a file that left and was taken."""
        invoice = MAKE.invoice(self.office.journal, *(kinds or ("FSE",)))
        MAKE.sent_file(self.office.journal)
        return invoice

    def taken(self, *kinds: str) -> int:
        invoice = self.sent(*kinds)
        self.post(Effect(Target.FILE, Outcome.ACCEPTED, file="000001"))
        return invoice

    def file(self) -> int:
        """A made file that a mail server can carry."""
        journal = self.office.journal
        journal.visits.add_day("day", many_invoices.PS, "20261115", [many_invoices.DAY_PIECE])
        many_invoices.keep_lots(journal, many_invoices.Maker().lots(1))
        (made,) = make_files(self.office)
        return made.id

    def message(self) -> int:
        """A message of it, at its beginning."""
        return self.office.journal.messages.make(self.file(), self.office.route.name, MAKE.message())

    def billed(self) -> InvoiceRow:
        """An invoice of a visit that reads, which left."""
        practice = Practice(self.office)
        (invoice,) = practice.bill(Told(0, "amo"))
        practice.send()
        return invoice


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A mail server with an OCT behind it."""
    with World(tmp_path_factory.mktemp("oct"), lambda: START) as made:
        yield made


@contextmanager
def desk_at(folder: Path, route: Route) -> Iterator[Desk]:
    now = [START]
    with Journal(folder / "journal.db", Cipher(KEY), lambda: now[0], station=0) as journal:
        yield Desk(Office(journal, route, lambda: now[0]), folder, now)


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Desk]:
    with desk_at(tmp_path, world.route()) as made:
        yield made


def deferred(desk: Desk) -> None:
    desk.taken()
    desk.post(replace(PAID, outcome=Outcome.DEFERRED, paid=0))


def part(desk: Desk) -> None:
    desk.taken()
    desk.post(replace(PAID, paid=400))


def refused(desk: Desk) -> None:
    desk.taken()
    desk.post(REFUSED)


def refused_lot(desk: Desk) -> None:
    desk.sent()
    desk.post(Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0102", label="CERTIFICAT"))


def contradicted(desk: Desk) -> None:
    desk.sent()
    desk.post(Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0102", label="CERTIFICAT"))
    desk.post(PAID)


def unbalanced(desk: Desk) -> None:
    desk.taken()
    desk.post(replace(PAID, asked=999, paid=999))


def unmatched(desk: Desk) -> None:
    desk.sent()
    desk.post(replace(PAID, invoice="000000077"))


def other_station(desk: Desk) -> None:
    desk.sent()
    desk.post(replace(PAID, invoice="000014999"))


def unsound(desk: Desk) -> None:
    desk.post(doubt=(DoubtState.UNSOUND, "les sommes diffèrent"))


def odd(desk: Desk) -> None:
    desk.post(doubt=(DoubtState.ODD, "venu d’ailleurs"))


def other_insured(desk: Desk) -> None:
    desk.taken()
    desk.post(replace(PAID, nir="1480275999002"))


def quarantined(desk: Desk) -> None:
    received = desk.office.journal.returns.take(b"?", "oct 1")
    assert received is not None
    desk.office.journal.returns.quarantine(received, "illisible")


def not_sent(desk: Desk) -> None:
    desk.file()
    desk.later(days=3)


def uncertain(desk: Desk) -> None:
    message = desk.message()
    desk.office.journal.messages.transmitting(message)
    desk.office.journal.messages.uncertain(message, "coupé")


def unfinished(desk: Desk) -> None:
    desk.office.journal.messages.transmitting(desk.message())
    desk.later(minutes=30)


def undelivered(desk: Desk) -> None:
    messages, message = desk.office.journal.messages, desk.message()
    messages.transmitting(message)
    messages.sent(message)
    messages.undelivered(messages.get(message).compostage, "550 inconnu")


def to_rectify(desk: Desk) -> None:
    invoice = desk.billed()
    row = desk.office.journal.visits.get(invoice.visit_id)
    desk.office.journal.corrections.wait(invoice.id, row.payload, b"", "jamais venue")


def billed_twice(desk: Desk) -> None:
    desk.sent()
    desk.post(Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0103", label="FACTURE", invoice=NUMBER))
    desk.office.journal.remaking.remake(1, (NUMBER,), "certificat")
    MAKE.invoice(desk.office.journal)
    MAKE.sent_file(desk.office.journal)
    desk.post(replace(PAID, asked=600, paid=600))


def ending(desk: Desk) -> None:
    patient = add(desk.office, PatientFile("LAMBERT", "Yvonne", "19550612", nir="2550699999001", key="62"))
    told = PrescriptionFile(Prescriber("", "751000126", "10100001071"), date(2026, 5, 18), months=6)
    add(desk.office, told, patient=patient)


def owed(desk: Desk) -> None:
    def beyond(balance: Balance) -> list[PaymentDraft]:
        return [PaymentDraft(balance.visit_id, PaymentKind.PAID, Means.CASH, 500, f"{desk.now:%Y%m%d}")]

    desk.office.journal.patient_payments.add(desk.billed().visit_id, beyond)


def of_the_patient(desk: Desk) -> None:
    desk.billed()


def other_numbers(desk: Desk) -> None:
    desk.sent()
    with desk.office.journal.db.step("doubt"):
        desk.office.journal.numbers.doubt()


def unanswered(desk: Desk) -> None:
    desk.taken()
    desk.later(days=31)


ENDS: dict[AlertKind | OwingKind, tuple[Callable[[Desk], None], str, dict[str, str]]] = {
    AlertKind.NOT_SENT: (not_sent, "envoyer", {}),
    AlertKind.UNCERTAIN: (uncertain, "renvoyer", {}),
    AlertKind.UNFINISHED: (unfinished, "relever", {}),
    AlertKind.UNDELIVERED: (undelivered, "renvoyer", {}),
    AlertKind.REFUSED: (refused_lot, "refaire-lot", {}),
    AlertKind.BILLED_TWICE: (billed_twice, "annulee", {**WORD, "rendu": "0"}),
    AlertKind.TO_RECTIFY: (to_rectify, "laisser", {}),
    AlertKind.PAYMENT_REFUSED: (refused, "classer", WORD),
    AlertKind.PAYMENT_DEFERRED: (deferred, "classer", WORD),
    AlertKind.PARTLY_PAID: (part, "classer", WORD),
    AlertKind.CONTRADICTED: (contradicted, "vu", WORD),
    AlertKind.UNBALANCED: (unbalanced, "vu", WORD),
    AlertKind.UNMATCHED: (unmatched, "vu", WORD),
    AlertKind.OTHER_STATION: (other_station, "poste-vu", WORD),
    AlertKind.UNSOUND: (unsound, "vu", WORD),
    AlertKind.ODD: (odd, "vu", WORD),
    AlertKind.OTHER_INSURED: (other_insured, "vu", WORD),
    AlertKind.QUARANTINED: (quarantined, "vu", WORD),
    AlertKind.PRESCRIPTION_ENDING: (ending, "fermer", WORD),
    AlertKind.OTHER_NUMBERS: (other_numbers, "accepter", {}),
    OwingKind.PATIENT_OWES: (of_the_patient, "encaisser", {"moyen": "cheque"}),
    OwingKind.TO_GIVE_BACK: (owed, "rendre", {"moyen": "especes"}),
    OwingKind.UNANSWERED: (unanswered, "annulee", WORD),
}
"""What brings each kind about, the act that ends it, and what is said with it."""


@pytest.mark.parametrize("kind", ENDS)
def test_it_ends_by_a_touch_on_its_screen(desk: Desk, kind: AlertKind | OwingKind):
    bring, act, told = ENDS[kind]
    bring(desk)
    with Asked(desk.office) as asked:
        address = asked.thing(kind)
        assert f'data-post="{address}/{act}"' in asked.show(address)
        before = len(desk.office.journal.history.find())
        asked.post(f"{address}/{act}", **told)
        assert kind not in asked.kinds()
        if kind not in (AlertKind.OTHER_NUMBERS, AlertKind.PRESCRIPTION_ENDING, *OwingKind):
            assert len(desk.office.journal.history.find()) > before


LEADS = {
    AlertKind.CERTIFICATE_ENDING: "/routes",
    AlertKind.BACKUP_DUE: "/sauvegarde",
}
"""Kinds whose act is a screen of the settings."""


@pytest.mark.parametrize("kind", LEADS)
def test_it_leads_to_the_screen_that_ends_it(desk: Desk, kind: AlertKind):
    desk.sent()
    desk.later(days=8)
    path = desk.folder / "cert.pem"
    path.write_bytes(certificate(desk.now + timedelta(days=9)))
    desk.office.route = replace(desk.office.route, certificate=path)
    with Asked(desk.office) as asked:
        assert f'<a class="btn primary" href="#{LEADS[kind]}"' in asked.show(asked.thing(kind))


def test_a_journal_that_another_hand_changed_is_taken_as_it_is(tmp_path: Path, world: World):
    with desk_at(tmp_path, world.route()) as desk:
        desk.sent()
    with sqlite3.connect(tmp_path / "journal.db") as other:
        other.execute("UPDATE sheet SET amo = amo + 1 WHERE id = 1")
    other.close()
    with desk_at(tmp_path, world.route()) as desk, Asked(desk.office) as asked:
        address = asked.thing(AlertKind.JOURNAL_ALTERED)
        assert "Continuer avec ces données" in asked.show(address)
        asked.post(f"{address}/accepter")
        assert AlertKind.JOURNAL_ALTERED not in asked.kinds()


def test_a_list_that_is_old_is_asked_for_and_comes(tmp_path: Path, world: World):
    with desk_at(tmp_path, world.route()) as desk, Asked(desk.office) as asked:
        desk.file()
        request_list(desk.office)
        fetch(desk.office)
        desk.later(days=9)
        address = asked.thing(AlertKind.LIST_AGEING)
        sent = len(list((world.directory / "sent").glob("*.eml")))
        asked.post(f"{address}/demander-la-liste")
        assert len(list((world.directory / "sent").glob("*.eml"))) == sent + 1


OVER_THE_READER = {AlertKind(one) for one in ("no_arl", "in_no_file", "to_countersign", "taken_elsewhere")}
"""Walked in `test_over_the_reader`."""

AT_A_SERVER = {AlertKind.COPY_STOPPED, AlertKind.COPY_BEHIND}
"""Of a tablet that belongs to a practice's server: what ends them is there."""

BY_THEMSELVES = {AlertKind.JOURNAL_ALTERED, AlertKind.LIST_AGEING}
"""Each has a test of its own here."""

OF_SERVICES = {
    kind for kind in AlertKind if kind.startswith(("piece", "card_", "service", "insurer", "engage"))
}
"""Pieces are walked in `test_pieces`, the others end in `tests/app/services` and `tests/insurers`."""


def test_no_kind_is_left_out():
    walked = {*ENDS, *LEADS, *OVER_THE_READER, *AT_A_SERVER, *BY_THEMSELVES, *OF_SERVICES}
    assert walked == {*AlertKind, *OwingKind}


def test_no_act_is_without_a_place():
    assert {words.where for words in ACTS.values()} == set(ActWhere)
