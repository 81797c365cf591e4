"""What is shown to the carer as needing attention, from when on, and until when; no test waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from journal_maker import KEY, Maker

from tournee.app.alerts import UNSENT_DAYS, Alert, AlertKind, alerts
from tournee.app.context import Office
from tournee.app.outbound import send
from tournee.cli.display.hints import OF_ALERT, command_after
from tournee.errors import ConfigError, StoreError
from tournee.exchange.route import ARL_DAYS, Mailbox, MailboxKind, Route, Security, Server
from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, Journal

START = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
MAKE = Maker()
ACCEPTED = Effect(Target.FILE, Outcome.ACCEPTED, file="000001")
REFUSED = Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0102", label="CERTIFICAT")


@dataclass
class Desk:
    """An office whose clock a test turns."""

    office: Office
    now: datetime = START

    def after(self, **time: float) -> list[Alert]:
        """What is told so much later, but for a backup that is due: it has tests of its own."""
        self.now = START + timedelta(**time)
        return [one for one in alerts(self.office) if one.kind is not AlertKind.BACKUP_DUE]

    def settle(self, *effects: Effect, raw: bytes = b"return") -> None:
        received = self.office.journal.returns.take(raw, "oct 1")
        assert received is not None
        self.office.journal.returns.settle(received, "ARL", "ARL", effects)


def route(name: str = "oct", **values: object) -> Route:
    server = Server("mail.example", 465, Security.TLS)
    mailbox = Mailbox(MailboxKind.MAILDIR, path=Path("retours"))
    plain = Route(name, "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
    return replace(plain, **values)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Journal(tmp_path / "journal.db", Cipher(KEY), lambda: START, station=0) as journal:
        made = Desk(Office(journal, route(), lambda: made.now))
        yield made


def test_lot_without_arl_raises_an_alert_once_the_delay_is_over(desk: Desk) -> None:
    """OCT-RET-2, and the delay that is ours where the route gives none."""
    MAKE.invoice(desk.office.journal, "FSE", "DRE")
    MAKE.sent_file(desk.office.journal)
    assert desk.after(days=ARL_DAYS, seconds=-1) == []
    found = desk.after(days=ARL_DAYS)
    assert [(one.kind, one.about, one.days) for one in found] == [
        (AlertKind.NO_ARL, "lot 001, fichier 000001", 3),
        (AlertKind.NO_ARL, "lot 002, fichier 000001", 3),
    ]
    assert found[0].text == "aucun ARL après 3 jours"
    assert (found[0].lot, found[0].file) == ("001", "000001")
    assert "tournee" not in found[0].next_step  # every face shows it


def test_the_delay_is_the_routes_own(desk: Desk) -> None:
    MAKE.invoice(desk.office.journal)
    MAKE.sent_file(desk.office.journal)
    desk.office.route = route(arl_days=1)
    assert len(desk.after(days=1)) == 1
    desk.office.route, desk.office.former = route("autre", arl_days=1), (route(arl_days=5),)
    assert desk.after(days=4) == []
    assert len(desk.after(days=5)) == 1


@pytest.mark.parametrize("days", [0, -1, 61])
def test_a_delay_that_makes_no_sense_is_refused(days: int) -> None:
    with pytest.raises(ConfigError):
        route(arl_days=days)


def test_the_alert_ends_when_the_arl_comes(desk: Desk) -> None:
    MAKE.invoice(desk.office.journal)
    MAKE.sent_file(desk.office.journal)
    assert desk.after(days=9)
    desk.settle(ACCEPTED)
    assert desk.after(days=9) == []


def test_a_lot_that_was_paid_needs_no_arl(desk: Desk) -> None:
    MAKE.invoice(desk.office.journal)
    MAKE.sent_file(desk.office.journal)
    desk.settle(Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", asked=600, paid=600))
    assert desk.after(days=9) == []


def test_a_clock_set_back_raises_no_alert(desk: Desk) -> None:
    MAKE.invoice(desk.office.journal)
    MAKE.sent_file(desk.office.journal)
    assert desk.after(days=-30) == []


def test_file_framed_and_not_sent_raises_an_alert_after_its_days(desk: Desk) -> None:
    MAKE.invoice(desk.office.journal)
    MAKE.certified_lot(desk.office.journal)
    MAKE.made_file(desk.office.journal)
    assert desk.after(days=UNSENT_DAYS, seconds=-1) == []
    (found,) = desk.after(days=UNSENT_DAYS)
    assert (found.kind, found.about, found.next_step) == (
        AlertKind.NOT_SENT,
        "fichier 000001",
        "envoyez-le",
    )


def test_certified_invoices_in_no_file_raise_one_alert_after_their_days_with_their_money(desk: Desk) -> None:
    MAKE.invoice(desk.office.journal, "FSE", "DRE")
    MAKE.invoice(desk.office.journal)
    assert desk.after(days=UNSENT_DAYS, seconds=-1) == []
    (found,) = desk.after(days=UNSENT_DAYS)
    assert (found.kind, found.about) == (AlertKind.IN_NO_FILE, f"2 factures de {MAKE.ps}")
    assert found.text == "certifiées, 20,00 €, et dans aucun fichier"
    MAKE.certified_lot(desk.office.journal)
    MAKE.certified_lot(desk.office.journal, "DRE")
    assert [one.kind for one in desk.after(days=UNSENT_DAYS)] == [AlertKind.IN_NO_FILE]
    MAKE.made_file(desk.office.journal)
    assert AlertKind.IN_NO_FILE not in {one.kind for one in desk.after(days=9)}


@pytest.mark.parametrize(("left", "told"), [(31, None), (29, "il prend fin le"), (-1, "il a pris fin")])
def test_a_certificate_that_ends_is_told_a_month_before(
    desk: Desk, tmp_path: Path, left: int, told: str | None
) -> None:
    path = tmp_path / "cert.pem"
    path.write_bytes(certificate(START + timedelta(days=left, hours=1)))
    desk.office.route = route(certificate=path)
    desk.office.return_certificate = path
    found = [one for one in desk.after() if one.kind is AlertKind.CERTIFICATE_ENDING]
    assert [one.about for one in found] == (
        ["certificat de l’OCT oct", "votre certificat de messagerie"] if told else []
    )
    assert all(told and one.text.startswith(told) and one.urgent is (left < 0) for one in found)


def certificate(ends: datetime) -> bytes:
    """A recipient's, of a key of its own."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "oct")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(7).not_valid_before(START - timedelta(days=900)).not_valid_after(ends)
    return dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_every_alert_has_its_command() -> None:
    assert OF_ALERT.keys() == {kind.value for kind in AlertKind}


@pytest.mark.parametrize(
    ("nature", "more"), [("O", ""), ("F", " --nature feuille"), ("D", " --nature accord")]
)
def test_the_command_of_a_piece_that_lacks_names_its_invoice_and_nature(nature: str, more: str) -> None:
    alert = Alert(AlertKind.PIECE_MISSING, "", "", 0, "", "", also=nature, invoices=("000000012",))
    assert command_after(alert) == f"tournee piece add PHOTO --facture 000000012{more} ; tournee send"


def test_uncertain_message_raises_an_alert_at_once_and_no_other(desk: Desk) -> None:
    journal = desk.office.journal
    MAKE.invoice(journal)
    MAKE.certified_lot(journal)
    file = MAKE.made_file(journal)
    message = journal.messages.make(file, "oct", MAKE.message())
    journal.messages.transmitting(message)
    journal.messages.uncertain(message, "coupé")
    assert [one.kind for one in desk.after(days=0)] == [AlertKind.UNCERTAIN]
    assert [one.kind for one in desk.after(days=9)] == [AlertKind.UNCERTAIN]


def test_an_uncertain_message_is_told_until_its_file_left_again_or_was_answered(desk: Desk) -> None:
    journal = desk.office.journal
    MAKE.invoice(journal)
    MAKE.certified_lot(journal)
    file = MAKE.made_file(journal)
    first = journal.messages.make(file, "oct", MAKE.message())
    journal.messages.transmitting(first)
    journal.messages.uncertain(first, "coupé")
    second = journal.messages.make(file, "oct", MAKE.message(), resend=True)
    assert [one.kind for one in desk.after(days=0)] == [AlertKind.UNCERTAIN]
    journal.messages.transmitting(second)
    journal.messages.sent(second, "250 ok")
    assert desk.after(days=0) == []


def test_a_message_that_a_crash_left_is_told_at_once_and_then_is_uncertain(desk: Desk) -> None:
    """Its sender has it alone for 15 minutes; nobody waits for that to be told which file it is."""
    journal = desk.office.journal
    MAKE.invoice(journal)
    MAKE.certified_lot(journal)
    file = MAKE.made_file(journal)
    journal.messages.transmitting(journal.messages.make(file, "oct", MAKE.message()))
    (found,) = desk.after(days=0)
    assert (found.kind, found.about, found.file) == (AlertKind.UNFINISHED, "fichier 000001", "000001")
    assert found.text == "envoi commencé à 19:30, pas fini : parti ou non, on le saura après 19:45"
    assert "aucun ARL ne vient" in found.next_step
    journal.messages.sent(1, "250 ok")
    assert desk.after(days=0) == []


def test_refused_lot_raises_an_alert_until_it_is_billed_anew_or_set_aside(desk: Desk) -> None:
    journal = desk.office.journal
    MAKE.invoice(journal)
    MAKE.sent_file(journal)
    desk.settle(REFUSED)
    (found,) = desk.after(days=0)
    assert (found.kind, found.about) == (AlertKind.REFUSED, "lot 001, fichier 000001")
    journal.visits.reopen(1, "facture à refaire")
    assert desk.after(days=0) == []


def test_quarantined_return_raises_an_alert_until_it_is_settled(desk: Desk) -> None:
    received = desk.office.journal.returns.take(b"?", "oct 1")
    desk.office.journal.returns.quarantine(received, "illisible")
    (found,) = desk.after(days=1)
    assert (found.kind, found.about, found.days) == (AlertKind.QUARANTINED, "retour 1", 1)
    desk.office.journal.returns.settle(received, "ART", "", ())
    assert desk.after(days=1) == []


def test_two_invoices_of_one_visit_of_which_one_is_paid_raise_an_alert_and_stay_here(desk: Desk) -> None:
    """The refused one was paid all the same, when the other was framed already."""
    journal = desk.office.journal
    MAKE.invoice(journal)
    MAKE.sent_file(journal)
    desk.settle(replace(REFUSED, code="0103", invoice="000000001"))
    journal.remaking.remake(1, ("000000001",), "certificat")
    MAKE.invoice(journal)
    MAKE.certified_lot(journal)
    MAKE.made_file(journal)
    assert desk.after(days=0) == []
    paid = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", asked=600, paid=600)
    desk.settle(paid, raw=b"late")
    (found,) = desk.after(days=0)
    assert (found.kind, found.about) == (AlertKind.BILLED_TWICE, "facture 000000002")
    (kept,) = send(desk.office)
    assert kept.message is None
    assert isinstance(kept.error, StoreError)
    assert "Le fichier 000002 porte 000000002" in str(kept.error)
    assert journal.messages.find(file_id=2) == ()
