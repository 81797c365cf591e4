"""À régler: every kind has its words and one act; acts end what they are for; the money is the ledger's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from journal_maker import KEY, PS, Maker

from tournee.app.accounts.unpaid import Debtor
from tournee.app.alerts import AlertKind
from tournee.app.bedside.carer import CarerShown
from tournee.app.context import Office
from tournee.app.to_settle import OwingKind, SettleAct, count_to_settle, thing_to_settle, to_settle
from tournee.app.to_settle.acts import ACTS, ActWhere
from tournee.app.to_settle.doing import SettleWords
from tournee.app.to_settle.reasons import CorrectionAsked, asked_by, words_only
from tournee.app.to_settle.story import story_of
from tournee.app.to_settle.wording import REFUSED_DRE, TODO_BY_REFUSAL, WORDS
from tournee.errors import StoreError
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, Journal, SheetState

NOBODY = CarerShown("")
START = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
MAKE = Maker()
NOT_OURS = ("FSE", "DRE", "ARL", "AMO", "AMC", "tournee ", "lot ", "veuillez", "!")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    server = Server("mail.example", 465, Security.TLS)
    mailbox = Mailbox(MailboxKind.MAILDIR, path=Path("retours"))
    route = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
    with Journal(tmp_path / "journal.db", Cipher(KEY), lambda: START, station=0) as journal:
        yield Office(journal, route, lambda: START)


def settle(office: Office, *effects: Effect, raw: bytes = b"return") -> None:
    received = office.journal.returns.take(raw, "oct 1")
    assert received is not None
    office.journal.returns.settle(received, "RSP", "RSP", effects)


def sent(office: Office, *kinds: str) -> int:
    invoice = MAKE.invoice(office.journal, *(kinds or ("FSE",)))
    MAKE.sent_file(office.journal)
    settle(office, Effect(Target.FILE, Outcome.ACCEPTED, file="000001"), raw=b"ack")
    return invoice


def rejected(office: Office, code: str = "0043", label: str = "PRESCRIPTION NON CONFORME") -> int:
    invoice = sent(office)
    number = office.journal.invoices.get(invoice).number
    told = Effect(
        Target.INVOICE,
        Outcome.REJECTED,
        ps=PS,
        invoice=number,
        share="AMO",
        asked=600,
        code=code,
        label=label,
    )
    settle(office, told, raw=b"rejection")
    return invoice


def of_kind(office: Office, kind: str):
    return [one for one in to_settle(office) if one.kind == kind]


def do(office: Office, one, act: SettleAct, **told: object) -> str:
    run = ACTS[act].run
    assert run is not None
    return run(office, one, SettleWords(**told))


@pytest.mark.parametrize("kind", [*AlertKind, *OwingKind])
def test_no_kind_is_without_words_and_an_act(kind):
    words = WORDS[kind]
    assert words.said
    assert words.todo
    assert words.act in ACTS


@pytest.mark.parametrize("act", list(SettleAct))
def test_every_act_is_done_somewhere(act):
    words = ACTS[act]
    assert words.label
    assert words.does
    by_run = words.where in (ActWhere.JOURNAL, ActWhere.COURIER)
    assert (words.run is not None) == by_run


def test_no_word_of_the_machine_is_said():
    told = [words.said + words.todo for words in (*WORDS.values(), REFUSED_DRE)]
    told += [words.label + words.does + words.sure for words in ACTS.values()]
    told += list(TODO_BY_REFUSAL.values())
    assert [(text, word) for text in told for word in NOT_OURS if word in text and "ce lot" not in text] == []


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        ("0043 PRESCRIPTION NON CONFORME", CorrectionAsked.PRESCRIPTION),
        ("0199 AMC 0099999997 INCONNUE DE L'OCT", CorrectionAsked.COMPLEMENTARY),
        ("0105 DOUBLON", CorrectionAsked.DUPLICATE),
        ("0012 DROITS NON OUVERTS A CETTE DATE", CorrectionAsked.RIGHTS),
        ("0013 DATE DE SOINS ERRONEE", CorrectionAsked.DATE),
        ("0077 COTATION NON CUMULABLE", CorrectionAsked.ACTS),
        ("0999 VOIR COURRIER", CorrectionAsked.OTHER),
    ],
)
def test_a_refusal_asks_for_one_thing_by_its_words(reason, asked):
    assert asked_by(reason) is asked


def test_an_insurers_words_are_told_without_their_code():
    assert words_only("0999 VOIR COURRIER ; payé 0,00 €") == "Voir courrier"


def test_a_refused_payment_says_who_does_not_pay_what_and_why(office):
    invoice = rejected(office)
    (one,) = of_kind(office, AlertKind.PAYMENT_REFUSED)
    shares = office.journal.invoices.get(invoice).shares
    assert one.debtor is Debtor.CAISSE
    assert one.cents == shares.amo + shares.amc  # one sheet asks both
    assert one.said == "Caisse : l’ordonnance n’est pas la bonne"
    assert "0043" not in one.told + one.said + one.headline
    assert one.act is SettleAct.CORRECT


def test_written_off_it_waits_no_more_and_its_key_is_told_gone(office):
    rejected(office)
    (one,) = of_kind(office, AlertKind.PAYMENT_REFUSED)
    do(office, one, SettleAct.WRITE_OFF, word="trop peu")
    assert of_kind(office, AlertKind.PAYMENT_REFUSED) == []
    with pytest.raises(StoreError, match="plus rien"):
        thing_to_settle(office, one.key)


def test_the_story_is_newest_first_and_the_code_is_beside(office):
    invoice = rejected(office)
    row = office.journal.invoices.get(invoice)
    lines = story_of(office, row.number, row.ps)
    assert [line.text for line in lines][-1] == "Sécurisée"
    assert "Paiement refusé par la caisse" in [line.text for line in lines]
    assert any(line.code == "0043 PRESCRIPTION NON CONFORME" for line in lines)


def test_a_refused_demand_to_a_mutuelle_asks_for_its_number(office):
    MAKE.invoice(office.journal, "FSE", "DRE")
    MAKE.sent_file(office.journal)
    settle(office, Effect(Target.LOT, Outcome.REFUSED, lot="002", code="0199", label="AMC INCONNUE"))
    (one,) = of_kind(office, AlertKind.REFUSED)
    assert one.act is SettleAct.SEND_DRE
    assert one.debtor is Debtor.MUTUELLE
    assert one.said == "Mutuelle : numéro non reconnu"
    said = do(office, one, SettleAct.CHARGE_PATIENT)
    assert said.startswith("Le patient doit")
    assert of_kind(office, AlertKind.REFUSED) == []


def test_a_refused_lot_is_made_again(office):
    invoice = MAKE.invoice(office.journal)
    MAKE.sent_file(office.journal)
    settle(office, Effect(Target.LOT, Outcome.REFUSED, lot="001", code="0102", label="CERTIFICAT"))
    (one,) = of_kind(office, AlertKind.REFUSED)
    assert do(office, one, SettleAct.REMAKE_LOT) == "1 à renvoyer ce soir"
    assert of_kind(office, AlertKind.REFUSED) == []
    assert office.journal.invoices.get(invoice).sheets[0].state is SheetState.CERTIFIED


def test_what_was_paid_otherwise_than_asked_ends_once_it_is_seen(office):
    number = office.journal.invoices.get(sent(office)).number
    told = Effect(Target.INVOICE, Outcome.PAID, ps=PS, invoice=number, share="AMO", asked=999, paid=999)
    settle(office, told)
    doubtful = [one for one in to_settle(office) if one.act is SettleAct.SEEN]
    assert len(doubtful) == 1
    do(office, doubtful[0], SettleAct.SEEN, word="vu avec la caisse")
    assert [one for one in to_settle(office) if one.act is SettleAct.SEEN] == []


def test_an_invoice_taken_and_not_paid_is_claimed_after_a_month(office):
    sent(office)
    assert of_kind(office, OwingKind.UNANSWERED) == []
    office.clock = lambda: START + timedelta(days=31)
    found = of_kind(office, OwingKind.UNANSWERED)
    assert {one.debtor for one in found} == {Debtor.CAISSE, Debtor.MUTUELLE}
    assert all(one.act is SettleAct.CLAIM and "31 jours" in one.said for one in found)


def test_a_key_names_no_patient(office):
    rejected(office)
    for one in to_settle(office):
        assert "LEFEVRE" not in one.key.upper()
        assert "255069" not in one.key


def test_the_count_is_that_of_the_list_after_every_step(office):
    assert count_to_settle(office, NOBODY) == 0
    rejected(office)
    assert count_to_settle(office, NOBODY) == len(to_settle(office)) > 0
    (one,) = of_kind(office, AlertKind.PAYMENT_REFUSED)
    do(office, one, SettleAct.WRITE_OFF, word="trop peu")
    assert count_to_settle(office, NOBODY) == len(to_settle(office))
