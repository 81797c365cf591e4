"""The screens of À régler: every kind has a page with its one act, which does it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tournee.app.accounts.unpaid import Debtor
from tournee.app.alerts import Alert, AlertKind
from tournee.app.to_settle import OwingKind, SettleAct, ToSettle
from tournee.app.to_settle.acts import ACTS, ActWhere
from tournee.app.to_settle.listing import words_of
from tournee.app.to_settle.wording import WORDS
from tournee.errors import BillingError
from tournee.web.live.reader_seen import ReaderSeen
from tournee.web.screens.settling import PAGES, cents_of, day_of, page_of
from tournee.web.templating import templates

NOW = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))


def thing(kind: AlertKind | OwingKind) -> ToSettle:
    words = WORDS[kind]
    is_alert = isinstance(kind, AlertKind)
    alert = (
        Alert(kind, "facture 12", NOW.isoformat(), 3, "dit <pourquoi>", "faites", number=4)
        if is_alert
        else None
    )
    return ToSettle(
        kind=kind,
        who="Ange Casanova",
        said=words.said.format(days="3 jours"),
        told="dit <pourquoi>",
        lead="Facture 12",
        act=words.act,
        others=words.others,
        todo=words.todo,
        debtor=Debtor.CAISSE,
        cents=1048,
        alert=alert,
        person="x",
    )


def page(one: ToSettle) -> str:
    return (
        templates()
        .get_template("settle_one.html")
        .render(
            reader=ReaderSeen(),
            now=NOW,
            address=f"/regler/{one.key}",
            one=one,
            words=words_of(one),
            acts=ACTS,
            story=(),
            pieces={},
            patients=(),
            whose="",
            back="/regler",
            pages={wanted: page_of(wanted, one.key) for wanted in PAGES},
            today=NOW.date(),
        )
    )


@pytest.mark.parametrize("kind", [*AlertKind, *OwingKind])
def test_every_kind_has_a_page_whose_one_act_and_other_choices_can_be_touched(kind):
    one = thing(kind)
    text = page(one)
    assert text.count("btn primary") >= 1
    assert "Dit &lt;pourquoi&gt;" in text
    for act in one.acts:
        if ACTS[act].where is ActWhere.PAGE:
            assert f'href="#{page_of(act, one.key)}"' in text
        else:
            assert f'data-post="/regler/{one.key}/{act.value}"' in text


@pytest.mark.parametrize("act", [act for act, words in ACTS.items() if words.sure])
def test_what_cannot_be_undone_is_asked_before(act):
    one = next(thing(kind) for kind, words in WORDS.items() if act in (words.act, *words.others))
    text = page(one)
    assert f'data-dialog="sur-{act.value}"' in text
    assert ACTS[act].sure in text


def test_every_act_with_a_page_has_its_address():
    assert set(PAGES) == {act for act, words in ACTS.items() if words.where is ActWhere.PAGE}
    assert page_of(SettleAct.CORRECT, "k") == "/regler/k/corriger"


@pytest.mark.parametrize(
    ("text", "cents"), [("", 0), ("12,50", 1250), ("12.5", 1250), ("1 234,56 €", 123456), ("7", 700)]
)
def test_an_amount_is_read_as_it_is_typed(text, cents):
    assert cents_of(text) == cents


@pytest.mark.parametrize("text", ["x", "1,234", "-5", "12,,5", "99999999999", "1e3", "٣"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(BillingError, match="n’est pas un montant"):
        cents_of(text)


def test_what_is_no_day_is_refused():
    assert day_of("") is None
    with pytest.raises(BillingError, match="n’est pas un jour"):
        day_of("31/02/2026")
