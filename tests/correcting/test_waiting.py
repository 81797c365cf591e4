"""What waits to be put right: told back to what is billed it is left; its alert says what comes of it."""

from __future__ import annotations

import pytest
from chain import HUGO, STRANGE_AMC, YVONNE, Chain, check_books, visit
from test_corrected import CLOSED, TWO

from tournee.app.alerts import alerts
from tournee.app.correcting.complementary import charge_patient
from tournee.app.correcting.visits import cancel_visit
from tournee.app.finding import find_invoice
from tournee.errors import BillingError, StoreError


def test_told_back_to_what_is_billed_a_correction_is_left_and_differences_are_from_that(chain: Chain) -> None:
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    chain.correct("angelo", actes=TWO)
    told = chain.correct("angelo", actes=[{"code": "AMI", "coefficient": 3}]).retold
    assert told.changes == ("actes : AMI 1 → AMI 3",)
    assert sum(line.cents for line in told.before.lines) == 335
    with pytest.raises(BillingError, match="rien ne change"):
        chain.correct("angelo", actes=[{"code": "AMI", "coefficient": 3}])
    assert chain.correct("angelo", actes=[{"code": "AMI", "coefficient": 1}]).way.value == "left"
    assert chain.alerts("to_rectify") == []
    assert {row.state.value for row in chain.office.journal.corrections.find()} == {"dropped"}
    cancel_visit(chain.office, 1, "jamais venue")
    assert chain.correct("angelo", actes=[{"code": "AMI", "coefficient": 1}]).way.value == "left"
    with pytest.raises(BillingError, match="rien ne change"):
        chain.correct("angelo", actes=[{"code": "AMI", "coefficient": 1}])
    check_books(chain.office)


def test_what_waits_to_be_cancelled_is_not_said_to_be_billed_anew(chain: Chain) -> None:
    chain.bill(visit(YVONNE, 1))
    cancel_visit(chain.office, 1, "jamais venue")
    steps = [one.next_step for one in alerts(chain.office) if one.kind.value == "to_rectify"]
    chain.fetch()
    steps += [one.next_step for one in alerts(chain.office) if one.kind.value == "to_rectify"]
    assert len(steps) == 2 and all("la visite sera annulée" in one for one in steps)


def test_a_refused_dre_is_not_settled_as_it_was_while_its_correction_waits(chain: Chain) -> None:
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=STRANGE_AMC, documents=["FSE", "DRE"]))
    chain.fetch()
    chain.correct("hugo", amc={"numero": "0099999999"})
    _, invoice = find_invoice(chain.office, "hugo")
    with pytest.raises(StoreError, match="Une correction de la facture"):
        charge_patient(chain.office, invoice, "")
    assert [sheet.state.value for sheet in invoice.sheets] == ["paid", "refused"]


def test_what_was_refused_and_written_off_waits_for_no_return(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    _, invoice = find_invoice(chain.office, "angelo")
    chain.office.journal.given_up.write_off(invoice.id, "trop tard")
    with pytest.raises(StoreError, match="passée en perte"):
        chain.correct("angelo", actes=TWO)
    with pytest.raises(StoreError, match="passée en perte"):
        cancel_visit(chain.office, 1, "jamais venue")
    assert chain.alerts("to_rectify") == []
