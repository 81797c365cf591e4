"""A touch changes what the day file says of a visit, and nothing else."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.app.bedside.changing import (
    acts_of_passage,
    with_act,
    with_insurer,
    with_kilometres,
    with_majoration,
    with_mau,
    with_quantity,
)
from tournee.errors import BillingError

INJECTION = {"acte": "injection-sous-cutanee"}
DRESSING = {"code": "AMI", "coefficient": 2.0}
ONE = {"nir": "2550699999001", "actes": [INJECTION, {"code": "MAU"}], "deplacement": {"indemnite": "IFA"}}
TWO = {"nir": "2550699999001", "passage": [{"heure": "08:00", "actes": [INJECTION]}, {"actes": [DRESSING]}]}


def test_second_act_takes_the_majoration_of_a_sole_act_away() -> None:
    assert with_act(ONE, 0, DRESSING)["actes"] == [INJECTION, DRESSING]


def test_same_act_again_is_done_twice() -> None:
    assert with_act({"actes": [INJECTION]}, 0, INJECTION)["actes"] == [{**INJECTION, "quantite": 2}]


def test_once_is_not_said() -> None:
    twice = {"actes": [{**INJECTION, "quantite": 2}]}
    assert with_quantity(twice, 0, 0, 1)["actes"] == [INJECTION]


def test_last_act_of_a_visit_stays() -> None:
    with pytest.raises(BillingError, match="dernier acte"):
        with_quantity({"actes": [INJECTION]}, 0, 0, 0)


def test_act_of_one_passage_may_leave_when_another_has_some() -> None:
    assert acts_of_passage(with_quantity(TWO, 1, 0, 0), 1) == []


def test_only_the_passage_meant_is_changed() -> None:
    changed = with_act(TWO, 1, INJECTION)
    assert acts_of_passage(changed, 0) == [INJECTION]
    assert acts_of_passage(changed, 1) == [DRESSING, INJECTION]


def test_majorations_come_and_go() -> None:
    with_sunday = with_majoration(ONE, 0, "F", on=True)
    assert with_sunday["majoration"] == "F"
    assert with_majoration(with_sunday, 0, "F", on=False) == ONE
    assert with_mau(with_mau(ONE, 0, on=False), 0, on=True) == ONE


def test_no_kilometre_leaves_the_allowance() -> None:
    far = with_kilometres(ONE, 0, 24)
    assert far["deplacement"] == {"indemnite": "IFA", "kilometres": 24}
    assert with_kilometres(far, 0, 0) == ONE


@pytest.mark.parametrize("kilometres", [-1, 301])
def test_kilometres_are_bounded(kilometres: int) -> None:
    with pytest.raises(BillingError):
        with_kilometres(ONE, 0, kilometres)


def test_insurer_is_replaced_or_left_to_the_card() -> None:
    told = with_insurer(ONE, {"numero": "0099900009"})
    assert told["amc"] == {"numero": "0099900009"}
    assert with_insurer(told, None) == ONE


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("act"), st.sampled_from([INJECTION, DRESSING])),
            st.tuples(st.just("quantity"), st.integers(-1, 11)),
            st.tuples(st.just("km"), st.integers(-5, 310)),
            st.tuples(st.just("mau"), st.booleans()),
        ),
        max_size=12,
    )
)
def test_any_touches_leave_the_table_given_and_a_visit_with_acts(touches: list[Any]) -> None:
    before = copy.deepcopy(ONE)
    told: dict[str, Any] = copy.deepcopy(ONE)
    for what, value in touches:
        kept = copy.deepcopy(told)
        try:
            if what == "act":
                told = with_act(told, 0, value)
            elif what == "quantity":
                told = with_quantity(told, 0, 0, value)
            elif what == "km":
                told = with_kilometres(told, 0, value)
            else:
                told = with_mau(told, 0, on=value)
        except BillingError:
            assert told == kept
        assert acts_of_passage(told)
    assert before == ONE
