"""What a card that is in changes on screens: what is amiss of it is said, a visit does not wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from chain import HUGO, VITALE_CARD, Chain, Practice, opened_practice, visit
from handlers import Asked

from tournee.app.cards import read_vitale
from tournee.emulation.cards import load_card
from tournee.web.live.reader_seen import LinkState


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with opened_practice(tmp_path_factory.mktemp("practice")) as made:
        yield made


@pytest.fixture
def chain(practice: Practice) -> Iterator[Chain]:
    with practice.chain() as made:
        yield made
    practice.board.insert("vitale", load_card(VITALE_CARD))


def put_in(asked: Asked, chain: Chain, practice: Practice, card: str) -> None:
    practice.board.insert("vitale", load_card(card))
    assert asked.reader is not None
    vitale = read_vitale(chain.office, asked.reader)
    state = asked.face.watch.state
    asked.face.watch.state = replace(
        state, link=LinkState.HERE, has_vitale=True, vitale=vitale, read_at=chain.office.clock()
    )


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("martinez", "Droits terminés depuis le 31/12/2024."),
        ("verdier", "Aucune liste d’opposition : les cartes ne sont pas vérifiées."),
    ],
)
def test_what_is_amiss_is_said_before_a_visit_is_added(
    chain: Chain, practice: Practice, card: str, said: str
):
    with Asked(chain.office, link=chain.link) as asked:
        put_in(asked, chain, practice, card)
        shown = asked.show("/carte")
        assert shown.index(said) < shown.index("Aucune visite prévue, ajouter")
        assert ("peut refuser de payer" in shown) == (card == "martinez")


def test_undone_with_its_card_in_a_visit_is_to_be_secured_and_waits_for_no_card(
    chain: Chain, practice: Practice
):
    chain.post = lambda: None  # type: ignore[method-assign]
    chain.bill(visit(HUGO, 1))
    with Asked(chain.office, link=chain.link) as asked:
        asked.post("/visite/v1/annuler")
        assert "attend sa carte" in asked.show("/envoi")
        put_in(asked, chain, practice, VITALE_CARD)
        shown = asked.show("/envoi")
        assert "est à sécuriser, sa carte est là." in shown and "attend sa carte" not in shown


def test_acts_are_searched_for_a_patient_without_an_ordonnance(chain: Chain, practice: Practice):
    chain.bill(visit(HUGO, 1))  # an act that is usual from now on
    with Asked(chain.office, link=chain.link) as asked:
        put_in(asked, chain, practice, "pereira")
        address = asked.post("/carte/0/ajouter").removesuffix("/acte")
        assert "demande une ordonnance" in asked.show(f"{address}/acte?q=pansement")


def test_a_fault_that_nobody_foresaw_is_a_screen_of_the_page(chain: Chain, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    with Asked(chain.office, link=chain.link) as asked:
        monkeypatch.setattr(asked.face.ports, "ask_journal", fails)
        with pytest.raises(AssertionError, match="Le programme s’est trompé ici") as told:
            asked.show("/tournee")
    assert "ZeroDivisionError" not in str(told.value)
