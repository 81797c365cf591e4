"""Each code of the table by a call that gives it (domain 1.5)."""

import pytest
from codes_reached import BY_A_CALL

from tournee.ssv import describe


@pytest.mark.parametrize("code", BY_A_CALL, ids=lambda code: f"{code:04X}")
def test_call_gives_its_code_and_says_why(desk, code):
    assert describe(BY_A_CALL[code](desk)) == describe(code)
