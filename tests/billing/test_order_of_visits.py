"""A physiotherapist's visits are judged alike in one file or in several, in whatever order they come."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from told_visits import DAY, OTHER_PATIENT, act, told_files

ACTS = st.sampled_from(
    [
        ("RAM", 8.09),
        ("RAM", 8.11),
        ("VIM", 8.11),
        ("ARL", 8),
        ("ARL", 10),
        ("NMI", 9),
        ("PLL", 12),
        ("RSC", 8.09),
    ]
)
BESIDE = st.sampled_from([(), (), (), ("AMK", 10.7), ("AMK", 10.8), ("AMK", 8.5), ("AMK", 3.5)])
PRESCRIPTIONS = st.sampled_from(
    [
        {"date": date(2026, 11, 2), "seances": 4},
        {"date": date(2026, 11, 5)},
        {"date": date(2026, 11, 3), "renouvellement": True},
        {"date": date(2026, 10, 1), "seances": 40, "faites": 14},
    ]
)
AGREEMENTS = st.sampled_from([{}, {}, {"accord": {"demande": date(2026, 10, 28)}}])
HOURS = st.sampled_from([{}, {"heure": "09:00"}, {"heure": "16:00"}])
MORE = st.sampled_from([{}, {}, {"groupe": 2}, {"deplacement": {"indemnite": "IFS"}}, OTHER_PATIENT])


@st.composite
def visits(draw: Any) -> dict[str, Any]:
    day = DAY - timedelta(draw(st.integers(0, 8)))
    pairs = [draw(ACTS), draw(BESIDE)]
    acts = [act(*pair, date=day) for pair in pairs if pair]
    kept: dict[str, Any] = {"actes": acts, "prescription": draw(PRESCRIPTIONS)}
    return kept | draw(AGREEMENTS) | draw(HOURS) | draw(MORE)


@given(st.lists(visits(), min_size=2, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_files_and_order_change_neither_a_cent_nor_what_can_be_billed(noted: list[Any], chance: Any) -> None:
    shuffled = chance.sample(noted, len(noted))
    ways = [[noted], [shuffled], [[one] for one in noted], [[one] for one in shuffled]]
    found = set()
    for files in ways:
        told = [one for file in told_files("mk", *((DAY, file) for file in files)) for one in file]
        found.add((any(one.refusals for one in told), sum(one.cents for one in told)))
    assert len(found) == 1
