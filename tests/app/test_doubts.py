"""What a settled return says against what is known: shown until it is said to be seen, nothing undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from journal_maker import KEY, PS, Maker

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.errors import StoreError
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, DoubtState, Journal, LotState, SheetState

START = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
MAKE = Maker()
PAID = Effect(
    Target.INVOICE, Outcome.PAID, invoice="000000001", document="FSE", share="AMO", asked=600, paid=600
)
REFUSED = Effect(
    Target.INVOICE, Outcome.REJECTED, invoice="000000001", document="FSE", share="AMO", asked=600, code="0043"
)
DEFERRED = Effect(
    Target.INVOICE, Outcome.DEFERRED, invoice="000000001", document="FSE", share="AMO", asked=600
)
PART = Effect(
    Target.INVOICE, Outcome.PAID, invoice="000000001", document="FSE", share="AMO", asked=600, paid=400
)
LOT_TAKEN = Effect(Target.LOT, Outcome.ACCEPTED, lot="001", code="0000")
LOT_REFUSED = Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0102", label="CERTIFICAT")
FILE_TAKEN = Effect(Target.FILE, Outcome.ACCEPTED, file="000001", code="0000")
FILE_REFUSED = Effect(Target.FILE, Outcome.REFUSED, file="000001", code="0106", label="FORMAT")
OTHER_AMC = Effect(
    Target.INVOICE, Outcome.REJECTED, invoice="000000001", document="FSE", share="AMC", asked=400, code="0043"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """One invoice, FSE alone, sent; nothing answered yet."""
    server = Server("mail.example", 465, Security.TLS)
    mailbox = Mailbox(MailboxKind.MAILDIR, path=tmp_path / "retours")
    route = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
    with Journal(tmp_path / "journal.db", Cipher(KEY), lambda: START, station=0) as journal:
        MAKE.invoice(journal)
        MAKE.sent_file(journal)
        yield Office(journal, route, lambda: START)


def settle(office: Office, *effects: Effect) -> None:
    number = len(office.journal.returns.find()) + 1
    received = office.journal.returns.take(b"return %d" % number, "oct")
    assert received is not None
    office.journal.returns.settle(received, "RSP", "RSP", effects)


def kinds(office: Office) -> list[AlertKind]:
    return [one.kind for one in alerts(office)]


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        (REFUSED, PAID, "paiement refusé, puis payé"),
        (PAID, REFUSED, "payée, puis paiement refusé"),
        (PAID, DEFERRED, "payée, puis différée"),
        (LOT_REFUSED, PAID, "refusée, puis payée"),
        (LOT_REFUSED, LOT_TAKEN, "lot refusé, puis accepté"),
        (LOT_TAKEN, LOT_REFUSED, "lot accepté, puis refusé"),
        (FILE_REFUSED, FILE_TAKEN, "fichier refusé, puis accepté"),
        (FILE_REFUSED, LOT_TAKEN, "lot refusé, puis accepté"),
        (PAID, LOT_REFUSED, "lot refusé, dont des factures sont payées"),
    ],
)
def test_two_returns_that_contradict_each_other_are_an_alert_until_it_is_seen(office, first, then, said):
    settle(office, first)
    settle(office, then)
    found = [one for one in alerts(office) if one.kind is AlertKind.CONTRADICTED]
    assert len(found) == 1
    assert (found[0].about.split(",")[0], said in found[0].text) == ("retour 2", True)
    office.journal.doubts.seen([2], "vu avec la caisse")
    assert AlertKind.CONTRADICTED not in kinds(office)
    assert [row.detail for row in office.journal.history.find("effect")][-1] == "vu avec la caisse"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (FILE_TAKEN, LOT_REFUSED),
        (LOT_REFUSED, FILE_TAKEN),
        (LOT_TAKEN, FILE_TAKEN),
        (DEFERRED, PAID),
        (DEFERRED, REFUSED),
        (LOT_TAKEN, PAID),
        (PAID, LOT_TAKEN),
        (PAID, OTHER_AMC),
        (LOT_REFUSED, LOT_REFUSED),
    ],
)
def test_what_agrees_is_no_contradiction(office, first, then):
    """The more precise wins over its file; one share refused says nothing of the other."""
    settle(office, first)
    settle(office, then)
    assert AlertKind.CONTRADICTED not in kinds(office)


def test_a_contradiction_undoes_nothing(office):
    settle(office, LOT_REFUSED)
    settle(office, LOT_TAKEN)
    assert office.journal.lots.find()[0].state is LotState.REFUSED
    settle(office, PAID)
    settle(office, REFUSED)
    assert office.journal.invoices.sheets()[0].state is SheetState.PAID
    assert [one.paid for one in office.journal.payments.of_sheet(1)] == [600, 0]


def test_a_part_paid_is_an_alert_until_the_rest_comes(office):
    settle(office, PART)
    (found,) = alerts(office)
    assert (found.kind, found.about) == (AlertKind.PARTLY_PAID, "facture 000000001, LEFEVRE ELOISE")
    assert found.text == "payée en partie : payé 4,00 € pour 6,00 € demandés"
    settle(office, Effect(**{**vars(PART), "paid": 200}))
    assert alerts(office) == []


def test_a_part_whose_rest_is_put_off_waits_for_the_insurer(office):
    settle(office, PAID, Effect(**{**vars(DEFERRED), "share": "AMC", "asked": 400}))
    assert office.journal.invoices.sheets()[0].state is SheetState.PARTLY_PAID
    assert kinds(office) == [AlertKind.PAYMENT_DEFERRED]


@pytest.mark.parametrize(
    "effect", [PART, REFUSED, LOT_REFUSED, DEFERRED], ids=["part", "refused", "lot refused", "put off"]
)
def test_what_is_written_off_ends_its_alert_and_is_not_billed_again(office, effect):
    settle(office, effect)
    office.journal.given_up.write_off(1, "trop peu pour insister")
    assert alerts(office) == []
    assert office.journal.invoices.sheets()[0].state is SheetState.WRITTEN_OFF
    with pytest.raises(StoreError):
        office.journal.visits.reopen(1, "de nouveau")
    with pytest.raises(StoreError):
        office.journal.given_up.write_off(1, "de nouveau")
    settle(office, REFUSED)
    assert office.journal.invoices.sheets()[0].state is SheetState.WRITTEN_OFF
    settle(office, PAID)
    assert sum(one.paid for one in office.journal.payments.of_sheet(1)) >= 600


@pytest.mark.parametrize("asked", [1968, 600])
def test_amounts_that_are_not_the_invoices_are_an_alert_that_ends_with_its_cause(office, asked):
    settle(office, Effect(**{**vars(PAID), "asked": asked, "paid": 1968}))
    (found,) = alerts(office)
    assert (found.kind, found.about) == (AlertKind.UNBALANCED, "retour 1, facture 000000001, payé 19,68 €")
    assert "payé 19,68 € pour 6,00 € demandés" in found.text
    if asked == 600:
        settle(office, Effect(**{**vars(PAID), "paid": -1368}))
        assert alerts(office) == []


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Effect(**{**vars(PAID), "invoice": "000000077"}), "facture inconnue"),
        (Effect(**{**vars(REFUSED), "invoice": "000000077"}), "facture inconnue"),
        (Effect(**{**vars(PAID), "lot": "009"}), "autre lot"),
        (Effect(Target.LOT, Outcome.REFUSED, lot="009", code="0105"), "lot inconnu"),
        (Effect(Target.FILE, Outcome.DUPLICATE, file="000009", code="0105"), "fichier inconnu"),
    ],
)
def test_money_or_a_refusal_that_is_of_nothing_sent_is_an_alert(office, effect, said):
    settle(office, effect)
    (found,) = [one for one in alerts(office) if one.kind is not AlertKind.OTHER_NUMBERS]
    assert (found.kind, said in found.text) == (AlertKind.UNMATCHED, True)
    office.journal.doubts.seen([1], "vu")
    assert AlertKind.UNMATCHED not in kinds(office)


def test_a_taken_lot_of_nobody_is_no_alert(office):
    settle(office, Effect(Target.LOT, Outcome.ACCEPTED, lot="009"))
    assert alerts(office) == []


def test_what_another_professional_is_paid_is_left_alone_and_no_alert(office):
    of_other = Effect(**{**vars(PAID), "ps": "123456782"})
    flat = Effect(Target.PAYMENT, Outcome.PAID, ps="123456782", paid=30000)
    settle(office, of_other, flat, Effect(**{**vars(PAID), "ps": PS}))
    rows = office.journal.effects.of_return(1)
    assert [(row.applied, row.note) for row in rows[:2]] == [(False, "d’un autre professionnel")] * 2
    assert [row.paid for row in office.journal.payments.of_sheet(1)] == [600]
    assert office.journal.effects.payments_outside() == ()
    assert alerts(office) == []


def test_nothing_is_seen_where_nothing_waits(office):
    with pytest.raises(StoreError):
        office.journal.doubts.seen([1], "vu")


def test_a_doubt_of_the_return_itself_waits_too(office):
    received = office.journal.returns.take(b"return", "oct")
    office.journal.returns.settle(
        received, "RSP", "RSP", (), doubt=(DoubtState.UNSOUND, "999 : annonce 1 et 2 centimes")
    )
    (found,) = alerts(office)
    assert (found.kind, found.about) == (AlertKind.UNSOUND, "retour 1")
    office.journal.doubts.seen([1], "vu")
    assert alerts(office) == []
