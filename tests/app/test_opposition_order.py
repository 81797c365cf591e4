"""Increments of the opposition list in any order, repeated, damaged; hosts that stop anywhere (OCT-LOI-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from days import MOMENT, short_day
from life import office_of
from opposition_mail import deliver

from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.opposition.by_mail import request_list
from tournee.app.opposition.in_force import check_serial, list_path, list_state
from tournee.app.visits.importing import import_day
from tournee.emulation.world import World
from tournee.errors import StoreError
from tournee.model import Increment
from tournee.opposition.held import DamagedListError, OppositionList
from tournee.store import FileState, IncrementState, ReturnState

FOUR = Increment(3, 4, "261116", ("800000908",), ("800000907",))
FIVE = Increment(4, 5, "261117", ("800000909",))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, lambda: MOMENT) as made:
        yield made


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Office]:
    """An office that holds list 3."""
    with office_of(tmp_path / "journal.db", world.route()) as made:
        import_day(made, short_day(), "short.toml")
        request_list(made)
        fetch(made)
        assert list_state(made).number == 3
        yield made


def sent(world: World) -> int:
    return len(list((world.directory / "sent").glob("*.eml")))


def states(office: Office, after: int) -> list[IncrementState]:
    return [row.state for row in office.journal.opposition.increments() if row.after == after]


def test_list_that_is_the_last_is_answered_by_no_increment(office: Office) -> None:
    """OCT-LOI-1."""
    request_list(office)
    (answer,) = fetch(office).settled
    assert (answer.read.kind, answer.row.state) == ("DLOI", ReturnState.SETTLED)
    assert list_state(office).number == 3


def test_increments_in_the_wrong_order_are_applied_in_the_right_one(office: Office, world: World) -> None:
    before = sent(world)
    deliver(world, 901, FIVE)
    deliver(world, 902, FOUR)
    fetch(office)
    assert (list_state(office).number, list_state(office).count, sent(world)) == (5, 8, before)


def test_gap_keeps_what_came_early_and_asks_once_for_what_is_missing(office: Office, world: World) -> None:
    world.oct.scenario = replace(world.oct.scenario, opposition=())  # it has nothing to answer with yet
    before = sent(world)
    deliver(world, 901, FIVE)
    fetch(office)
    assert (list_state(office).number, list_state(office).behind, sent(world)) == (3, True, before + 1)
    (waiting,) = list_state(office).waiting
    assert waiting.note == "attend la liste 000004 (ici 000003)"
    deliver(world, 902, FIVE)
    fetch(office)
    assert sent(world) == before + 1
    deliver(world, 903, FOUR)
    fetch(office)
    assert list_state(office).number == 5
    assert sorted(state.value for state in states(office, 5)) == ["applied", "known"]


def test_missing_increments_that_the_oct_gives_fill_the_gap(office: Office, world: World) -> None:
    scenario = world.oct.scenario
    world.oct.scenario = replace(scenario, opposition=(*scenario.opposition, FOUR, FIVE))
    deliver(world, 901, FIVE)
    fetch(office)
    fetch(office)
    assert (list_state(office).number, list_state(office).waiting) == (5, ())
    assert check_serial(office, "800000909").opposed


def test_increment_that_comes_again_is_ignored_and_said(office: Office, world: World) -> None:
    deliver(world, 901, FOUR)
    fetch(office)
    whole = list_path(office).read_bytes()
    deliver(world, 902, FOUR)
    fetch(office)
    assert list_path(office).read_bytes() == whole
    assert [row.note for row in office.journal.opposition.increments(IncrementState.KNOWN)] == [
        "déjà appliqué : la liste en vigueur est 000004"
    ]


def test_increment_that_starts_before_the_list_in_force_is_not_applied(office: Office, world: World) -> None:
    deliver(world, 901, Increment(2, 6, "261118", ("800000990",)))
    fetch(office)
    assert (list_state(office).number, states(office, 6)) == (3, [IncrementState.KNOWN])


def test_file_with_one_wrong_count_changes_nothing_and_says_where(office: Office, world: World) -> None:
    deliver(world, 901, FOUR, FIVE, damage=b"I0000030000042611160000002")
    (taken,) = fetch(office).settled
    assert taken.row.reason == (
        "L’incrément annonce 2 ajouts, il en a 1. (enregistrement 2, colonne 20, octet 147)"
    )
    assert (list_state(office).number, states(office, 5)) == (3, [])


def test_changes_that_were_made_already_are_noted(office: Office, world: World) -> None:
    deliver(world, 901, Increment(3, 4, "261116", ("800000901", "800000910"), ("800000902",)))
    fetch(office)
    (row,) = [row for row in office.journal.opposition.increments() if row.after == 4]
    assert row.note == "ajouts déjà présents : 1, retraits absents : 1"


def test_damaged_list_is_refused_and_asked_for_anew_as_a_whole(office: Office) -> None:
    path = list_path(office)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    for act in (list_state, lambda one: check_serial(one, "1"), request_list):
        with pytest.raises(DamagedListError, match="redemandez la liste entière"):
            act(office)
    request_list(office, whole=True)
    with pytest.raises(DamagedListError):
        check_serial(office, "1")  # no card passes until the whole list is there
    assert fetch(office).errors == []
    assert list_state(office).number == 3
    assert path.read_bytes() == whole


def test_whole_list_asked_for_takes_the_place_of_the_one_in_force_when_it_comes(
    office: Office, world: World
) -> None:
    world.oct.scenario = replace(world.oct.scenario, opposition=(Increment(0, 9, "261116", ("800000999",)),))
    request_list(office, whole=True)
    assert list_state(office).number == 3
    fetch(office)
    assert (list_state(office).number, list_state(office).count) == (9, 1)
    deliver(world, 901, Increment(0, 12, "261117", ("1",)))
    fetch(office)
    assert list_state(office).number == 9  # nobody asked for it


def test_request_in_nobodys_name_is_refused(world: World, tmp_path: Path) -> None:
    with (
        office_of(tmp_path / "new.db", world.route()) as office,
        pytest.raises(StoreError, match="indiquez son numéro"),
    ):
        request_list(office)
    with office_of(tmp_path / "new.db", world.route()) as office:
        assert request_list(office, "756000121", "IF").error is None


def test_request_that_the_oct_refuses_is_shown_as_refused(office: Office, world: World) -> None:
    world.oct.scenario = replace(world.oct.scenario, address="autre@oct.example")
    request_list(office)
    fetch(office)
    request = list_state(office).request
    assert request is not None
    assert (request.state, list_state(office).number) == (FileState.REFUSED, 3)
    assert request.reason


class Stopped(BaseException):
    """The host is stopped."""


def stop_after(steps: int) -> Callable[[str], None]:
    left = [steps]

    def on_step(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return on_step


def test_host_stopped_at_any_step_ends_with_the_same_list(world: World, tmp_path: Path) -> None:
    """OCT-LOI-2: all or nothing, whatever stops it."""
    for steps in range(100):
        path = tmp_path / f"{steps}.db"
        try:
            with office_of(path, world.route(), stop_after(steps)) as office:
                import_day(office, short_day(), "short.toml")
                request_list(office)
                fetch(office)
        except Stopped:
            pass
        else:
            break
        if path.with_suffix(".opposition").exists():
            OppositionList.open(path.with_suffix(".opposition")).close()
        with office_of(path, world.route()) as office:
            import_day(office, short_day(), "short.toml")
            fetch(office)
            if list_state(office).number < 3:
                request_list(office)
                fetch(office)
            assert (list_state(office).number, list_state(office).count) == (3, 7)
            states = [row.state for row in office.journal.opposition.increments()]
            assert IncrementState.WAITING not in states
    assert steps > 20
