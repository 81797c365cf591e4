"""The opposition list end to end: asked for by mail, brought forward, a listed card refused as it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from days import CODE, short_day
from life import office_of
from opposition_mail import deliver
from surroundings import Surroundings

from tournee.app.alerts import AlertKind, alerts
from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.opposition.by_mail import request_list
from tournee.app.opposition.in_force import OpposedCardError, check_serial, list_state, load_reader
from tournee.app.visits.importing import import_day
from tournee.emulation.cards import load_card
from tournee.errors import OppositionError
from tournee.exchange.route import Sealing
from tournee.model import Increment
from tournee.opposition.compact import TooManyError, make_filter
from tournee.reader import CardSuspected, Reader

LISTED = "800000117"  # verdier
MOREAU = "800000102"


def ask_and_fetch(office: Office) -> None:
    import_day(office, short_day(), "short.toml")
    assert request_list(office).error is None
    assert fetch(office).errors == []


@pytest.mark.parametrize("sealing", [Sealing.K, Sealing.ZK])
def test_request_brings_the_list_in_force(surroundings: Surroundings, sealing: Sealing) -> None:
    """OCT-LOI-1: a request goes to the OCT, a file of increments comes back; OCT-LOI-2: they are applied."""
    with office_of(surroundings.journal, surroundings.world.route(sealing)) as office:
        assert list_state(office).number == 0
        ask_and_fetch(office)
        state = list_state(office)
        assert (state.number, str(state.date), state.age, state.count) == (3, "2026-11-15", 1, 7)
        assert check_serial(office, LISTED).opposed
        assert not check_serial(office, MOREAU).opposed
        assert not check_serial(office, "800000902").opposed  # removed by the second increment
        (message,) = office.journal.messages.find()
        assert message.subject == f"DLOI/00000756000121/{message.compostage}"
        assert f"Content-Description: DLOI/SV/{sealing.value}\r\n".encode() in message.raw


@pytest.mark.parametrize(("days", "told"), [(6, False), (7, True)])
def test_a_list_of_eight_days_is_an_alert_and_none_at_all_is_not(
    surroundings: Surroundings, days: int, told: bool
) -> None:
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        later = replace(office, clock=lambda now=office.clock: now() + timedelta(days=days))
        assert AlertKind.LIST_AGEING not in {one.kind for one in alerts(later)}
        ask_and_fetch(office)
        assert (AlertKind.LIST_AGEING in {one.kind for one in alerts(later)}) is told


def test_listed_card_is_refused_at_reading_before_any_invoice(surroundings: Surroundings) -> None:
    """OCT-LOI-2."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        ask_and_fetch(office)
        surroundings.board.insert("vitale", load_card("verdier"))
        with Reader.open(surroundings.board.link_url) as reader, pytest.raises(OpposedCardError) as refused:
            read_vitale(office, reader)
        assert LISTED in refused.value.message
        assert "dégradé" in refused.value.next_step
        assert office.journal.overview()[::-1] == ()


def test_card_listed_since_it_was_read_seals_nothing_and_typed_visits_go_on(
    surroundings: Surroundings,
) -> None:
    """OCT-LOI-2: nothing secured with a listed card; the carer's fallback, mode 05, stays."""
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        ask_and_fetch(office)
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        deliver(surroundings.world, 901, Increment(3, 4, "261116", (MOREAU,)))
        fetch(office)
        secured, typed = visits_for(pending_visits(office, ps), vitale)
        with pytest.raises(OpposedCardError):
            certify_visit(office, reader, ps, vitale, *secured)
        made = certify_visit(office, reader, ps, vitale, *typed)
        assert [(sheet.mode, bool(sheet.sevens)) for sheet in made.sheets] == [("05", True)]
        assert made.number == "000000001"  # the refused visit took no number
        assert surroundings.signatures()["vitale"] == 0


def test_card_that_the_reader_alone_suspects_is_cleared_by_the_list(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        state = reader.filter_state()
        assert state is not None
        wrong = make_filter([MOREAU], state.size)
        reader.load_filter(wrong.data, hashes=wrong.hashes, number=1)
        with pytest.raises(OppositionError, match="rien ne permet de le vérifier"):
            read_vitale(office, reader)
        ask_and_fetch(office)
        assert read_vitale(office, reader).serial == MOREAU


def test_list_loaded_in_the_reader_is_checked_there_and_confirmed_here(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        with pytest.raises(OppositionError, match="Aucune liste"):
            load_reader(office, reader)
        ask_and_fetch(office)
        loaded = load_reader(office, reader)
        assert (loaded.number, loaded.count) == (3, 7)
        surroundings.board.insert("vitale", load_card("verdier"))
        with pytest.raises(CardSuspected):
            reader.read_vitale()
        with pytest.raises(OpposedCardError):
            read_vitale(office, reader)
        assert load_reader(office, reader, since=2).count == 1  # what the third increment added
        assert reader.read_vitale().zone
        with pytest.raises(OpposedCardError):
            read_vitale(office, reader)


def test_list_too_long_for_the_reader_is_refused_and_its_newest_part_is_not(
    surroundings: Surroundings,
) -> None:
    many = Increment(0, 1, "261101", tuple(f"{900000000 + number}" for number in range(2000)))
    scenario = surroundings.world.oct.scenario
    new = Increment(1, 2, "261115", (LISTED,))
    surroundings.world.oct.scenario = replace(scenario, opposition=(many, new))
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        ask_and_fetch(office)
        with pytest.raises(TooManyError, match="2001 cartes"):
            load_reader(office, reader)
        state = reader.filter_state()
        assert state is not None
        assert state.number == 0
        assert load_reader(office, reader, since=1).count == 1
