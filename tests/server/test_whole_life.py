"""A tablet's life behind a practice's server: let in, its day mailed and paid; lost and rebuilt."""

from __future__ import annotations

from pathlib import Path

from life import live
from serving_rig import Served, joined_office
from surroundings import Surroundings

from tournee.store import MessageState, SheetState


def test_a_day_is_certified_handed_over_mailed_and_paid(
    surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    key = served.enrol()
    home = tmp_path / "tablette"
    home.mkdir()
    with joined_office(home, served.route, served, key) as office:
        live(office, surroundings.board.link_url)
        states = [state for row in office.journal.overview()[::-1] for state in row.states]
        assert states == [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]
        assert [one.state for one in office.journal.messages.find()] == [MessageState.SENT]
    assert surroundings.received() == 1
