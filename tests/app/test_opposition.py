"""The opposition list end to end: asked for by mail, brought forward, a listed card refused as it is read."""

from __future__ import annotations

import pytest
from days import short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.care import import_day, read_vitale
from tournee.app.mailroom import fetch
from tournee.app.office import Office
from tournee.app.opposition import (
    OpposedCardError,
    check_serial,
    list_state,
)
from tournee.app.opposition_mail import request_list
from tournee.emulation.cards import load_card
from tournee.reader import Reader

LISTED = "800000117"
NOT_LISTED = "800000101"


def ask_and_fetch(office: Office) -> None:
    import_day(office, short_day(), "short.toml")
    done = request_list(office)
    assert done.error is None
    assert fetch(office).errors == []


def test_request_brings_the_list_in_force(surroundings: Surroundings) -> None:
    """OCT-LOI-1: a request goes to the OCT, a file of increments comes back; OCT-LOI-2: they are applied."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        assert list_state(office).number == 0
        ask_and_fetch(office)
        state = list_state(office)
        assert (state.number, str(state.date), state.count, state.behind) == (3, "2026-11-15", 7, False)
        assert check_serial(office, LISTED).opposed
        assert not check_serial(office, NOT_LISTED).opposed
        assert not check_serial(office, "800000902").opposed  # removed by the second increment


def test_listed_card_is_refused_at_reading(surroundings: Surroundings) -> None:
    """OCT-LOI-2: reported at reading, before any invoice."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        ask_and_fetch(office)
        surroundings.board.insert("vitale", load_card("verdier"))
        with Reader.open(surroundings.board.link_url) as reader, pytest.raises(OpposedCardError) as refused:
            read_vitale(office, reader)
        assert LISTED in refused.value.message
        assert "dégradé" in refused.value.next_step
        assert office.journal.overview() == ()
