"""Each code of the table by a call that gives it (domain 1.5)."""

import pytest
from codes_reached import BY_A_CALL, bill, read_vitale, with_list
from ssv_desk import invoice_zone

from tournee.ssv import describe


@pytest.mark.parametrize("code", BY_A_CALL, ids=lambda code: f"{code:04X}")
def test_call_gives_its_code_and_says_why(desk, code):
    assert describe(BY_A_CALL[code](desk)) == describe(code)


def test_opposed_card_makes_no_secured_invoice_but_a_degraded_one(desk):
    """OCT-LOI-2."""
    assert with_list(desk, lambda desk: bill(desk, invoice_zone())) == 0xE60B
    assert with_list(desk, lambda desk: bill(desk, invoice_zone(), mode="5")) == 0


def test_card_that_is_not_on_the_list_is_read(desk):
    """OCT-LOI-2."""
    assert with_list(desk, read_vitale, serial="800000103") == 0
