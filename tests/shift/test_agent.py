"""The agent of a shift: how long it lasts, what ends it, and that the reader then forgets the code."""

from __future__ import annotations

import time

import pytest
from shift_rig import Shift

from tournee.emulation.cards import load_card
from tournee.reader import CardAbsent, Reader, ReaderInUse
from tournee.shift.endings import Reason, ShiftEnded
from tournee.shift.joining import forget_ending, last_ending, shift_status

HOUR = 3_600


def cards(shift: Shift) -> str:
    with Reader.over(shift.join()) as reader:
        return reader.cards().ps.name


def test_commands_one_after_the_other_find_the_card_open(shift: Shift) -> None:
    assert [cards(shift) for _ in range(3)] == ["UNLOCKED"] * 3


def test_fifteen_minutes_without_a_demand_end_it(shift: Shift) -> None:
    shift.time.passed += 15 * 60 - 1
    assert cards(shift) == "UNLOCKED"
    shift.time.passed += 15 * 60 - 1
    assert cards(shift) == "UNLOCKED"
    shift.time.passed += 15 * 60
    assert shift.ended().reason == Reason.IDLE


def test_looking_at_its_state_is_no_demand(shift: Shift) -> None:
    shift.time.passed += 14 * 60
    status = shift_status(shift.port, "")
    assert status is not None
    assert status["idle"] == pytest.approx(60, abs=1)
    shift.time.passed += 60
    assert shift.ended().reason == Reason.IDLE


def test_four_hours_end_it_whatever_is_asked(shift: Shift) -> None:
    for _ in range(23):
        shift.time.passed += 10 * 60
        assert cards(shift) == "UNLOCKED"
    shift.time.passed += 10 * 60
    assert shift.ended().reason == Reason.MAXIMUM


def test_sleep_of_the_machine_ends_it(shift: Shift) -> None:
    shift.time.slept += 60
    assert shift.ended().reason == Reason.SUSPENDED


def test_reader_is_opened_anew_at_the_end_and_so_forgets_the_code(shift: Shift) -> None:
    shift.agent.end(Reason.LOCKED)
    assert shift.ended().reason == Reason.LOCKED
    assert len(shift.reopened) == 1
    with Reader.open(shift.port) as reader:
        assert reader.cards().ps.name == "PRESENT"


def test_card_pulled_out_between_two_commands_ends_it(shift: Shift) -> None:
    shift.board.remove("ps")
    with pytest.raises(ShiftEnded, match="la carte du professionnel a été retirée"):
        shift.join()
    assert shift.ended().reason == Reason.CARD


def test_same_card_put_back_is_no_open_card(shift: Shift) -> None:
    shift.board.insert("ps", load_card("infirmiere"))
    with pytest.raises(ShiftEnded):
        shift.join()


def test_command_that_finds_the_card_gone_is_told_that_the_shift_is_over(shift: Shift) -> None:
    with Reader.over(shift.join()) as reader:
        shift.board.remove("ps")
        with pytest.raises(CardAbsent):
            reader.read_ps_card()
        with pytest.raises(ShiftEnded, match="la carte du professionnel a été retirée"):
            reader.cards()


def test_reader_that_dies_ends_it_and_the_command_is_told(shift: Shift) -> None:
    with Reader.over(shift.join()) as reader:
        shift.unplug()
        with pytest.raises(ShiftEnded, match="la liaison avec le lecteur s’est perdue"):
            reader.identify()
    assert shift.ended().reason == Reason.LINK


def test_end_while_a_command_asks_nothing_is_what_its_next_demand_meets(shift: Shift) -> None:
    with Reader.over(shift.join()) as reader:
        shift.agent.end(Reason.LOCKED)
        with pytest.raises(ShiftEnded, match="l’écran a été verrouillé"):
            reader.identify()


def test_end_is_news_until_it_is_told(shift: Shift) -> None:
    shift.time.calendar = time.time()
    shift.agent.end(Reason.IDLE)
    shift.ended()
    ending = last_ending(shift.port)
    assert ending is not None
    assert ending.reason == Reason.IDLE
    forget_ending(shift.port)
    assert last_ending(shift.port) is None


def test_second_command_is_told_at_once_which_one_has_the_reader(shift: Shift) -> None:
    with (
        Reader.over(shift.join(command="tournee lot close")),
        pytest.raises(ReaderInUse, match=r"« tournee lot close » \(processus \d+\)"),
    ):
        shift.join()
    assert cards(shift) == "UNLOCKED"


def test_another_configuration_is_told_whose_the_shift_is(shift: Shift) -> None:
    with pytest.raises(ReaderInUse, match=r"autre configuration \(/practice/tournee.toml\)"):
        shift.join("/elsewhere/tournee.toml")


def test_program_that_opens_the_reader_itself_is_told_who_has_it(shift: Shift) -> None:
    with pytest.raises(ReaderInUse, match=r"processus \d+\) de l’utilisateur "):
        Reader.open(shift.port)


def test_what_is_asked_once_is_kept_for_the_commands_after(shift: Shift) -> None:
    link = shift.join()
    assert link.kept("situation") is None
    link.keep("situation", "2")
    Reader.over(link).cards()  # kept before this was answered
    link.close()
    link = shift.join()
    assert link.kept("situation") == "2"
    link.close()
