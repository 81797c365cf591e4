"""An invoice that is accepted or paid is corrected from its visit's screen as the command corrects it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chain import YVONNE, Chain, Practice, opened_practice, visit
from handlers import Asked
from test_corrected import CLOSED

from tournee.app.finding import find_invoice
from tournee.errors import StoreError

FORM = "/visite/v1/facture/corriger"
FORGOTTEN = {"quoi": "actes", "actes": "1", "acte-0": "oui", "coefficient-0": "1", "ajout": "AMI 4"}
ACTS = [{"code": "AMI", "coefficient": 1}, {"code": "AMI", "coefficient": 4}]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with opened_practice(tmp_path_factory.mktemp("practice")) as made:
        yield made


def waiting(chain: Chain) -> list[tuple[bytes, str]]:
    return [(row.after, row.reason) for row in chain.office.journal.corrections.find()]


@pytest.mark.parametrize("paid", [False, True], ids=["accepted", "paid"])
def test_a_forgotten_act_waits_as_the_command_has_it_wait(practice: Practice, paid: bool):
    with practice.chain() as told:
        told.scenario(deferred=frozenset() if paid else frozenset({YVONNE["nir"]}))
        told.bill(visit(YVONNE, 1))
        told.fetch()
        assert told.correct("angelo", actes=ACTS).way.value == "waits"
        by_command = waiting(told)
    with practice.chain() as chain, Asked(chain.office) as asked:
        chain.scenario(deferred=frozenset() if paid else frozenset({YVONNE["nir"]}))
        chain.bill(visit(YVONNE, 1))
        chain.fetch()
        assert f'href="#{FORM}"' in asked.show("/visite/v1/fait")
        what = asked.show(FORM)
        assert f'href="#{FORM}?quoi=actes"' in what and "quoi=autre" not in what
        form = asked.show(f"{FORM}?quoi=actes")
        assert "La facture compte encore" in form and "Garder la correction" in form
        assert asked.post(FORM, **FORGOTTEN) == "/visite/v1/fait"
        assert waiting(chain) == by_command
        assert "to_rectify" in asked.kinds()
        assert "Reprendre la correction" in asked.show("/visite/v1/fait")


def test_told_as_it_is_billed_nothing_waits(practice: Practice):
    with practice.chain() as chain, Asked(chain.office) as asked:
        chain.bill(visit(YVONNE, 1))
        chain.fetch()
        asked.post(FORM, **{**FORGOTTEN, "ajout": ""})
        assert waiting(chain) == [] and "to_rectify" not in asked.kinds()


def test_one_in_no_lot_is_undone_and_not_corrected(practice: Practice):
    with practice.chain() as chain, Asked(chain.office) as asked:
        chain.post = lambda: None  # type: ignore[method-assign]
        chain.bill(visit(YVONNE, 1))
        shown = asked.show("/visite/v1/fait")
        assert "Annuler cette facture" in shown and FORM not in shown


def test_what_the_command_refuses_the_screen_refuses_for_the_same_reason(practice: Practice):
    with practice.chain() as chain, Asked(chain.office) as asked:
        chain.scenario(rejected=CLOSED)
        chain.bill(visit(YVONNE, 1))
        chain.fetch()
        _, invoice = find_invoice(chain.office, "angelo")
        chain.office.journal.given_up.write_off(invoice.id, "trop tard")
        with pytest.raises(StoreError, match="passée en perte"):
            chain.correct("angelo", actes=ACTS)
        with pytest.raises(AssertionError, match="passée en perte"):
            asked.show(FORM)
        with pytest.raises(AssertionError, match="passée en perte"):
            asked.post(FORM, **FORGOTTEN)
