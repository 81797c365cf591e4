"""Returns that cannot be read at first, and mailboxes that keep what was taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from days import MOMENT
from life import office_of
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app.context import ReturnKey
from tournee.app.inbound import fetch, read_again
from tournee.app.outbound import send
from tournee.crypto.values import NotDoneHere
from tournee.emulation.world import World
from tournee.errors import ConfigError
from tournee.exchange.mail.maildir import MaildirMailbox
from tournee.exchange.mail.received_mail import Letter
from tournee.store import ReturnState, SheetState


def test_sealed_returns_wait_for_their_key(surroundings: Surroundings, tmp_path: Path) -> None:
    with (
        World(tmp_path / "sealing", lambda: MOMENT, seal_returns=True) as world,
        office_of(surroundings.journal, world.route()) as office,
    ):
        make_one_file(office, surroundings)
        send(office)
        fetch(office)
        assert {row.kind for row in office.journal.returns.find(ReturnState.SETTLED)} == {"ART"}
        assert office.journal.returns.find(ReturnState.QUARANTINED)
        office.unseal = world.unseal
        assert fetch(office).settled == []
        fetch(office, again=True)
        assert office.journal.returns.find(ReturnState.QUARANTINED) == ()
        assert SheetState.PAID in {sheet.state for sheet in office.journal.invoices.sheets()}


def test_a_settled_return_is_shown_again_without_being_unsealed_again(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    with (
        World(tmp_path / "sealing", lambda: MOMENT, seal_returns=True) as world,
        office_of(surroundings.journal, world.route()) as office,
    ):
        make_one_file(office, surroundings)
        send(office)
        office.unseal = world.unseal
        settled = fetch(office).settled
        assert {one.read.kind for one in settled} == {"ART", "ARL", "RSP"}
        office.unseal = None
        again = [read_again(office, one.row.id) for one in settled]
        assert [(one.row, one.effects) for one in again] == [(one.row, one.effects) for one in settled]
        for one, before in zip(again, settled, strict=True):
            assert (one.read.kind, one.read.clear, one.read.notes) == (
                before.read.kind,
                before.read.clear,
                before.read.notes,
            )


def test_a_return_key_that_is_not_there_is_told_once_when_a_sealed_return_comes(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    with (
        World(tmp_path / "sealing", lambda: MOMENT, seal_returns=True) as world,
        office_of(surroundings.journal, world.route()) as office,
    ):
        office.unseal = ReturnKey(tmp_path / "no.pem", tmp_path / "no.key").unseal
        assert fetch(office).errors == []
        make_one_file(office, surroundings)
        send(office)
        fetched = fetch(office)
        (error,) = fetched.errors
        assert isinstance(error, ConfigError)
        assert str(tmp_path / "no.pem") in error.message
        sealed = [one for one in fetched.settled if one.row.state is ReturnState.QUARANTINED]
        assert len(sealed) > 1
        with pytest.raises(ConfigError):
            read_again(office, sealed[0].row.id)


def test_a_sealed_return_that_this_place_must_not_open_is_told_once_and_kept(
    surroundings: Surroundings, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("tournee.app.context.IS_NATIVE", False)
    with (
        World(tmp_path / "sealing", lambda: MOMENT, seal_returns=True) as world,
        office_of(surroundings.journal, world.route()) as office,
    ):
        office.unseal = ReturnKey(tmp_path / "ps.pem", tmp_path / "ps.key").unseal
        make_one_file(office, surroundings)
        send(office)
        fetched = fetch(office)
        (error,) = fetched.errors
        assert isinstance(error, NotDoneHere)
        assert error.next_step == "ouvrez-le sur l’ordinateur du cabinet"
        sealed = [one.row for one in fetched.settled if one.row.state is ReturnState.QUARANTINED]
        assert len(sealed) > 1
        assert all(office.journal.returns.get(row.id).raw for row in sealed)


def test_return_that_stays_unreadable_stays_aside(surroundings: Surroundings) -> None:
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        (surroundings.world.directory / "retours" / "new" / "1.letter").write_bytes(
            b"Subject: bonjour\r\n\r\nrien\r\n"
        )
        fetch(office)
        before = office.journal.history.find()
        (again,) = fetch(office, again=True).settled
        assert again.row.state is ReturnState.QUARANTINED
        assert office.journal.history.find() == before


def test_mailbox_that_keeps_its_letters_is_not_read_twice(surroundings: Surroundings, monkeypatch) -> None:
    route = surroundings.world.route()
    keeping = replace(route, mailbox=replace(route.mailbox, keep=True))
    with office_of(surroundings.journal, keeping) as office:
        make_one_file(office, surroundings)
        send(office)
        assert fetch(office).settled
        shown: list[str] = []
        letters = MaildirMailbox.letters

        def watched(box: MaildirMailbox, *known: object) -> object:
            for letter in letters(box, *known):
                assert isinstance(letter, Letter)
                shown.append(letter.key)
                yield letter

        monkeypatch.setattr(MaildirMailbox, "letters", watched)
        fetched = fetch(office)
        assert (fetched.settled, fetched.already_known, shown) == ([], 0, [])
