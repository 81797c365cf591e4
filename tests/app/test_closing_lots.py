"""Lots are closed one at a time: what stops one leaves those before it closed, and later sheets free."""

from __future__ import annotations

import pytest
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import PsOnDuty, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.outbound import close_lots, make_files
from tournee.app.visits.importing import import_day
from tournee.reader import Reader


class StoppedError(Exception):
    """Somebody pulled the plug."""


def certify_day(office: Office, reader: Reader) -> PsOnDuty:
    import_day(office, short_day(), "short.toml")
    ps = read_ps(reader)
    unlock(reader, lambda: CODE)
    vitale = read_vitale(office, reader)
    for row, visit in pending_visits(office, ps):
        certify_visit(office, reader, ps, vitale, row, visit)
    return ps


def test_what_stops_before_the_second_lot_leaves_its_sheets_for_the_next_time(
    surroundings: Surroundings,
) -> None:
    """OCT-SF-2."""

    def stop(label: str, done: int, _: int) -> None:
        if (label, done) == ("lots", 2):
            raise StoppedError

    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        ps = certify_day(office, reader)
        with pytest.raises(StoppedError):
            close_lots(office, reader, ps, stop)
        assert [file.invoices for file in make_files(office)] == [1]
        assert [lot.number for lot in close_lots(office, reader, ps)] == ["002", "003"]
        assert close_lots(office, reader, ps) == []


def test_a_lot_left_without_its_certificate_gets_it_before_others_are_made(
    surroundings: Surroundings,
) -> None:
    """OCT-SF-2."""
    stopping = True

    def stop(step: str) -> None:
        if stopping and step == "make_lot.after":
            raise StoppedError

    with (
        office_of(surroundings.journal, surroundings.world.route(), stop) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        ps = certify_day(office, reader)
        with pytest.raises(StoppedError):
            close_lots(office, reader, ps)
        assert make_files(office) == []
        stopping = False
        told: list[str] = []
        closed = close_lots(office, reader, ps, lambda label, done, whole: told.append(label))
        assert [lot.number for lot in closed] == ["001", "002", "003"]
        assert list(dict.fromkeys(told)) == ["lot 001", "lots", "lot 002", "lot 003"]
