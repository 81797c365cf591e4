"""The list in force: what goes in by increments is what a look-up finds, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from changes import Change, answers, held
from hypothesis import given
from hypothesis import strategies as st

from tournee.opposition.applying import IncrementError, apply_increment
from tournee.opposition.held import DamagedListError, OppositionList, list_in_force
from tournee.opposition.serials import SerialError, code_of, codes_of, serial_of

NEAR = ("800000117", "0800000117", "80000117", "8000001170", "800000118", "VX00000117")
serials = st.one_of(
    st.integers(0, 200_000).map(lambda number: f"{800000000 + number:09}"),
    st.text("0123456789", min_size=1, max_size=10),
    st.text("0123456789ABCXYZ-/", min_size=1, max_size=10),
)


def test_no_list_is_in_force_before_the_first_increment(path: Path) -> None:
    assert list_in_force(path) is None


def test_list_holds_what_was_added_and_nothing_near_it(path: Path) -> None:
    for rank, serial in enumerate(NEAR):
        apply_increment(path, Change(rank, rank + 1, (serial,)))
        assert answers(path, NEAR) == set(NEAR[: rank + 1])


def test_header_says_number_date_and_count(path: Path) -> None:
    apply_increment(path, Change(0, 7, NEAR, date="261101"))
    with OppositionList.open(path) as found:
        assert (found.facts.number, found.facts.date, found.facts.count) == (7, "261101", len(NEAR))


@given(st.lists(st.tuples(st.sets(serials), st.sets(serials)), min_size=1, max_size=5))
def test_any_run_of_increments_leaves_the_set_that_python_finds(tmp_path_factory, changes) -> None:
    path = tmp_path_factory.mktemp("list") / "list"
    expected: set[str] = set()
    told = {serial for added, removed in changes for serial in added | removed}
    for number, (added, removed) in enumerate(changes):
        removed = removed - added
        done = apply_increment(path, Change(number, number + 1, tuple(added), tuple(removed)))
        assert (done.already, done.absent) == (len(added & expected), len(removed - expected))
        expected = (expected - removed) | added
        assert held(path) == expected
        assert answers(path, told) == expected & told


@given(st.lists(serials))
def test_codes_of_many_are_the_codes_of_each(some: list[str]) -> None:
    assert codes_of(some) == [code_of(serial) for serial in some]


@given(serials)
def test_serial_and_code_are_one_to_one(serial: str) -> None:
    assert serial_of(code_of(serial)) == serial


@pytest.mark.parametrize("text", ["", " ", "12 34", "12345678901", "abc", "é", "１２３", "12\n", " 12"])
def test_what_is_no_serial_is_refused(text: str) -> None:
    with pytest.raises(SerialError):
        code_of(text)


@pytest.mark.parametrize(("before", "after"), [(0, 3), (1, 3), (3, 4), (2, 2), (2, 1)])
def test_increment_that_is_not_the_next_is_refused_and_changes_nothing(
    path: Path, before: int, after: int
) -> None:
    apply_increment(path, Change(0, 2, NEAR))
    whole = path.read_bytes()
    with pytest.raises(IncrementError):
        apply_increment(path, Change(before, after, ("1",)))
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("additions", "removals"), [(("1", "2", "1"), ()), (("1",), ("1",)), ((), ("1", "1"))]
)
def test_increment_that_names_a_serial_twice_is_refused(path: Path, additions, removals) -> None:
    with pytest.raises(IncrementError):
        apply_increment(path, Change(0, 1, additions, removals))
    assert not path.exists()


def test_damage_at_any_place_is_refused_at_opening(path: Path) -> None:
    apply_increment(path, Change(0, 1, NEAR))
    whole = path.read_bytes()
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(DamagedListError):
            OppositionList.open(path)


def test_file_cut_anywhere_or_too_long_is_refused_at_opening(path: Path) -> None:
    apply_increment(path, Change(0, 1, NEAR))
    whole = path.read_bytes()
    for wrong in (*(whole[:at] for at in range(len(whole))), whole + b"\0"):
        path.write_bytes(wrong)
        with pytest.raises(DamagedListError):
            OppositionList.open(path)
