"""Numbers are given once in the world: a copy, an older backup and a folder put back take others; a journal
that was moved goes on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_maker import KEY, NOW, Maker

from tournee.errors import StoreError
from tournee.store import Cipher, Journal
from tournee.store.integrity.host_note import COPIED, OLDER, Host
from tournee.store.numbering.numbers import ACCEPTED, AFTER, FIRST, MORE, STATION, TOLD, NumbersHeld
from tournee.store.numbering.ranges import DRAWN

Bill = Callable[..., list[str]]


@pytest.fixture
def desk(tmp_path: Path) -> Host:
    return Host(tmp_path / "desk", "desk")


@pytest.fixture
def tablet(tmp_path: Path) -> Host:
    return Host(tmp_path / "tablet", "tablet")


@pytest.fixture
def bill(make: Maker) -> Bill:
    """Bills one visit, or more, on a host; gives their numbers."""

    def billed(path: Path, host: Host, visits: int = 1, station: int | None = 0) -> list[str]:
        with Journal(path, Cipher(KEY), lambda: NOW, station=station, host=host) as journal:
            return [journal.invoices.get(make.invoice(journal)).number for _ in range(visits)]

    return billed


def standing(path: Path, host: Host, station: int | None = 0) -> NumbersHeld:
    with Journal(path, Cipher(KEY), lambda: NOW, station=station, host=host) as journal:
        return journal.numbers.standing()


def test_a_station_given_begins_with_its_first_number(path: Path, desk: Host, bill: Bill) -> None:
    assert bill(path, desk, 2) == ["000000001", "000000002"]
    assert bill(path.with_name("other.db"), desk, 1, 7) == ["070000000"]
    told = standing(path, desk)
    assert (told.station, told.anew, [row.reason for row in told.ranges]) == (0, "", [FIRST, FIRST])


def test_without_a_station_one_is_drawn_once_for_all(path: Path, desk: Host, bill: Bill) -> None:
    first, second = bill(path, desk, 1, None) + bill(path, desk, 1, None)
    assert (int(first[:2]) in DRAWN, int(second) - int(first)) == (True, 1)


@pytest.mark.parametrize("station", [0, None])
def test_a_copy_on_another_machine_takes_other_numbers_and_the_original_goes_on(
    path: Path, tmp_path: Path, desk: Host, tablet: Host, bill: Bill, station: int | None
) -> None:
    (first,) = bill(path, desk, 1, station)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    assert standing(copy, tablet, station).anew == COPIED
    (copied,) = bill(copy, tablet, 1, station)
    assert copied[:2] != first[:2]
    assert bill(path, desk, 1, station) == [f"{int(first) + 1:09}"]
    assert bill(copy, tablet, 1, station) == [f"{int(copied) + 1:09}"]


def test_what_a_copy_does_before_it_bills_does_not_make_it_the_original(
    path: Path, tmp_path: Path, desk: Host, tablet: Host, bill: Bill
) -> None:
    bill(path, desk)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    with Journal(copy, Cipher(KEY), lambda: NOW, station=0, host=tablet) as journal:
        journal.visits.add_day("other", "756000014", "20260302", [b"visit"])
    assert standing(copy, tablet).anew == COPIED


def test_a_copy_beside_the_original_takes_other_numbers(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    assert bill(copy, desk)[0][:2] != "00"
    assert bill(path, desk) == ["000000002"]


def test_a_journal_that_was_moved_or_renamed_goes_on(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    moved = path.rename(tmp_path / "renamed.db")
    assert standing(moved, desk).anew == ""
    assert bill(moved, desk) == ["000000002"]
    again = moved.rename(tmp_path / "again.db")
    assert bill(again, desk) == ["000000003"]
    shutil.copy(again, path)  # a copy where it once was is a copy
    assert bill(path, desk)[0][:2] != "00"


def test_another_journal_at_the_place_it_left_does_not_make_it_a_copy(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    moved = path.rename(tmp_path / "moved.db")
    with Journal(path, Cipher(bytes(32)), lambda: NOW, station=0, host=desk):
        assert bill(moved, desk) == ["000000002"]


def test_an_older_copy_in_its_place_takes_other_numbers_once(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    kept = tmp_path / "kept.db"
    shutil.copy(path, kept)
    bill(path, desk)
    shutil.copy(kept, path)
    assert standing(path, desk).anew == OLDER
    first, second = bill(path, desk) + bill(path, desk)
    assert (first[:2] != "00", int(second)) == (True, int(first) + 1)


def test_a_whole_folder_put_back_is_told_and_takes_other_numbers(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    """Its own note of how far it came, beside it, went back with it."""
    bill(path, desk)
    kept = tmp_path / "kept"
    shutil.copytree(path.parent, kept, ignore=shutil.ignore_patterns("kept", "desk", "tablet"))
    bill(path, desk)
    for file in kept.iterdir():
        shutil.copy(file, path.parent)
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        (alteration,) = journal.health.alterations
        assert "copie plus ancienne" in alteration.text
    assert bill(path, desk)[0][:2] != "00"


def test_an_older_copy_that_lost_no_number_goes_on(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    kept = tmp_path / "kept.db"
    shutil.copy(path, kept)
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        journal.visits.add_day("other", "756000014", "20260302", [b"visit"])
    shutil.copy(kept, path)
    assert bill(path, desk) == ["000000002"]


def test_a_copy_of_a_copy_that_comes_back_takes_other_numbers(
    path: Path, tmp_path: Path, desk: Host, tablet: Host, bill: Bill
) -> None:
    """It knows more than what was noted here, and not what was given here since."""
    bill(path, desk)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    (on_tablet,) = bill(copy, tablet, 1)
    bill(copy, tablet, 5)
    shutil.copy(copy, path)
    assert bill(path, desk)[0][:2] not in ("00", on_tablet[:2])


def test_a_journal_never_billed_with_is_a_copy_too(
    path: Path, tmp_path: Path, desk: Host, tablet: Host, bill: Bill
) -> None:
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk):
        pass
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    (copied,) = bill(copy, tablet)
    assert copied not in bill(path, desk, 3)


def test_a_copy_whose_carer_gives_it_a_station_has_that_one(
    path: Path, tmp_path: Path, desk: Host, tablet: Host, bill: Bill
) -> None:
    bill(path, desk)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    assert bill(copy, tablet, 1, 3)[0][:2] == "03"


def test_another_station_is_taken_when_the_carer_gives_it(path: Path, desk: Host, bill: Bill) -> None:
    assert bill(path, desk) + bill(path, desk, 1, 4) == ["000000001", "040000000"]
    assert standing(path, desk, 4).ranges[-1].reason == STATION
    back = bill(path, desk)[0]
    assert (back[:2], back != "000000002") == ("00", True)


def test_where_nothing_can_be_noted_a_journal_goes_on(path: Path, bill: Bill) -> None:
    nowhere = Host(None)
    assert bill(path, nowhere) + bill(path, nowhere) == ["000000001", "000000002"]
    forbidden = Host(Path("/proc/nothing/can/be"))
    assert bill(path, forbidden) == ["000000003"]


def test_what_the_oct_knows_better_ends_the_ranges(path: Path, desk: Host, bill: Bill) -> None:
    bill(path, desk)
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal, journal.db.step("told"):
        journal.numbers.doubt()
    assert standing(path, desk).anew == TOLD
    first, second = bill(path, desk, 2)
    assert (first[:2] != "00", int(second)) == (True, int(first) + 1)
    assert {row.reason for row in standing(path, desk).unseen} == {TOLD}


def test_a_journal_that_is_accepted_takes_other_numbers_and_says_no_more(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    kept = tmp_path / "kept.db"
    shutil.copy(path, kept)
    bill(path, desk)
    shutil.copy(kept, path)
    bill(path, desk)
    assert {row.reason for row in standing(path, desk).unseen} == {OLDER}
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        journal.health.accept()
        journal.numbers.accept()
    told = standing(path, desk)
    assert (told.unseen, told.anew, told.ranges[-1].reason) == ((), "", ACCEPTED)
    assert bill(path, desk) == [f"{told.ranges[-2].range.first:09}"]


def test_a_range_that_is_used_up_is_followed_by_another(path: Path, desk: Host, bill: Bill) -> None:
    bill(path, desk)
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        journal.db.set_counter("756000014", "invoice", 9_998)
        journal.db.set_counter("", "file", 98)
        with journal.db.step("files"):
            assert [journal.numbers.file() for _ in range(3)] == [99, 100, 101]
    assert bill(path, desk, 2) == ["000009999", "000010000"]
    assert [row.reason for row in standing(path, desk).ranges] == [FIRST, FIRST, MORE, MORE]


def test_a_new_journal_goes_on_after_what_another_program_gave(path: Path, desk: Host, bill: Bill) -> None:
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        journal.numbers.start_after(12_345, 7, 87)
        with journal.db.step("numbers"):
            assert (journal.numbers.file(), journal.numbers.lot("756000014")) == (88, 8)
    assert bill(path, desk) == ["000012346"]
    assert standing(path, desk).ranges[0].reason == AFTER
    with (
        Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal,
        pytest.raises(StoreError, match="déjà été donnés"),
    ):
        journal.numbers.start_after(12_000, 0, 0)


def test_a_copy_does_not_go_back_to_numbers_that_its_original_may_give(
    path: Path, tmp_path: Path, desk: Host, bill: Bill
) -> None:
    bill(path, desk)
    kept = tmp_path / "kept.db"
    shutil.copy(path, kept)
    bill(path, desk)
    shutil.copy(kept, path)
    for _ in range(2):  # before it took others, and after
        with (
            Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal,
            pytest.raises(StoreError, match="est une copie"),
        ):
            journal.numbers.start_after(12_345, 3, 87)
        bill(path, desk)


def test_two_processes_on_a_copy_take_other_numbers_once_and_give_none_twice(
    path: Path, tmp_path: Path, desk: Host, tablet: Host, bill: Bill
) -> None:
    bill(path, desk)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    told = [tmp_path / name for name in ("one", "other")]
    children = []
    for file in told:
        child = os.fork()
        if child == 0:
            journal = Journal(copy, Cipher(KEY), lambda: NOW, station=0, host=tablet)
            given = []
            for _ in range(25):
                with journal.db.step("numbers"):
                    numbers = journal.numbers
                    given.append(
                        f"{numbers.invoice('756000014'):09} {numbers.file():06} {numbers.message():05}"
                    )
            file.write_text("\n".join(given))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    rounds = [line.split() for file in told for line in file.read_text().splitlines()]
    for kind in zip(*rounds, strict=True):
        assert len(set(kind)) == 50
    assert {row.reason for row in standing(copy, tablet).ranges} == {FIRST, COPIED}
    assert len(standing(copy, tablet).ranges) == 4
