"""The fortnight planned instead of typed: each prescription told once, its visits come out of plans."""

import pytest
from comes_to import Told

pytestmark = pytest.mark.timeout(300)  # two fortnights may be lived for one test

SHEETS = 250
"""FSE and DRE of the fortnight, at least."""


def test_everything_planned_went_as_the_story_has_it(planned: Told) -> None:
    assert planned.wrong == ""


def test_the_same_invoices_leave_byte_for_byte_in_the_same_order(typed: Told, planned: Told) -> None:
    assert len(planned.records) > SHEETS
    assert planned.records == typed.records


def test_planned_it_takes_at_most_a_tenth_of_what_was_typed(typed: Told, planned: Told) -> None:
    assert planned.given * 10 <= typed.given
