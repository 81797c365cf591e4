"""Lot numbers of a day, invoice numbers and file names: how they are cut among stations."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from journal_maker import KEY, NOW

from tournee.errors import StoreError
from tournee.store import Cipher, Journal
from tournee.store.integrity.host_note import Host
from tournee.store.numbering.numbers import FORMER, MORE
from tournee.store.numbering.ranges import STATIONS, DrawnRanges, Kind, blocks, lots_of


@pytest.fixture
def desk(tmp_path: Path) -> Host:
    return Host(tmp_path / "desk", "desk")


@pytest.fixture
def tablet(tmp_path: Path) -> Host:
    return Host(tmp_path / "tablet", "tablet")


def lots(journal: Journal, count: int) -> list[int]:
    """So many lots of today, as the table keeps them."""
    made = []
    for _ in range(count):
        with journal.db.step("lot"):
            number = journal.numbers.lot("756000014")
            journal.db.insert(
                "lot",
                id=journal.db.new_id("lot"),
                ps="756000014",
                number=number,
                kind="FSE",
                crf="F01751123",
                mode="03",
                date="260302",
                state="made",
            )
        made.append(number)
    return made


def test_a_station_has_its_share_of_a_days_lots_then_tens_of_its_own(path: Path, desk: Host) -> None:
    with Journal(
        path, Cipher(KEY), lambda: NOW, station=1, host=desk, ranges=DrawnRanges(lambda count: count - 1)
    ) as journal:
        assert lots(journal, 20) == list(range(20, 40))
        assert lots(journal, 12) == [*range(990, 1000), 980, 981]
        assert len(set(lots(journal, 1000 - 200 - 12))) == 788
        with pytest.raises(StoreError, match="lot libre aujourd’hui"):
            lots(journal, 1)


def test_the_next_day_begins_in_the_share_again(path: Path, desk: Host) -> None:
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        assert lots(journal, 20)[-1] > 19
    tomorrow = Journal(path, Cipher(KEY), lambda: datetime(2026, 3, 3), station=0, host=desk)
    with tomorrow as journal, journal.db.step("lot"):
        assert journal.numbers.lot("756000014") == 1


def test_a_copy_goes_on_with_no_ten_that_the_original_began(
    path: Path, tmp_path: Path, desk: Host, tablet: Host
) -> None:
    with Journal(path, Cipher(KEY), lambda: NOW, station=0, host=desk) as journal:
        *_, began = lots(journal, 20)
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    with Journal(copy, Cipher(KEY), lambda: NOW, station=0, host=tablet) as journal:
        assert began // 10 not in {number // 10 for number in lots(journal, 30)}


def test_stations_share_no_lot_but_those_that_are_said_to() -> None:
    owners: dict[int, list[int]] = {}
    for station in range(STATIONS):
        for number in lots_of(station):
            owners.setdefault(number, []).append(station)
    assert sorted(owners) == list(range(1, 1000))
    assert {tuple(owner) for owner in owners.values() if len(owner) > 1} == {
        (station, station + 80) for station in range(10, 20)
    }


@pytest.mark.parametrize(("kind", "all_"), [(Kind.INVOICE, 10**9), (Kind.FILE, 10**6)])
def test_blocks_of_all_stations_are_all_numbers_once(kind: Kind, all_: int) -> None:
    following = 1
    for station in range(STATIONS):
        for block in blocks(kind, station):
            assert block.first == following
            following = block.last + 1
    assert following == all_


@pytest.mark.parametrize(("station", "lot"), [(0, 8), (3, 60)])
def test_a_journal_of_before_goes_on_with_the_numbers_that_follow(
    path: Path, desk: Host, station: int, lot: int
) -> None:
    with Journal(path, Cipher(KEY), lambda: NOW, station=station, host=desk) as journal:
        for owner, kind, last in (
            ("756000014", "invoice", 12_345),
            ("756000014", "lot", 7),
            ("", "file", 199),
        ):
            journal.db.set_counter(owner, kind, last)
        journal.db.set_counter("751000027", "invoice", 40)
    with Journal(path, Cipher(KEY), lambda: NOW, station=station, host=desk) as journal:
        with journal.db.step("numbers"):
            numbers = journal.numbers
            told = (numbers.invoice("756000014"), numbers.invoice("751000027"), numbers.lot("756000014"))
            assert told == (12_346, 41, lot)
            following = numbers.file()
            assert following == 200 if station == 0 else following // 10_000 == station
        assert {row.reason for row in numbers.standing().ranges} == {FORMER, MORE}
        assert numbers.standing().station == station
