"""A practice for each test of the editors' interfaces: own journal and clock; a board for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import KEY, MOMENT, Editor, Outbox, journal_of, settings
from many_invoices import DAY_PIECE, PS, Maker, keep_lots

from tournee import api
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.oct.identity import make_oct_identity


@pytest.fixture(scope="module")
def board() -> Iterator[EmulatedBoard]:
    """One board a module: it starts in half a second."""
    with EmulatedBoard() as started:
        yield started


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of the OCT, made once."""
    folder = tmp_path_factory.mktemp("identity")
    make_oct_identity(folder / "oct", MOMENT)
    return folder / "oct"


@pytest.fixture
def editor(tmp_path: Path, identity: Path) -> Iterator[Editor]:
    """An editor's practice without a reader: its transport keeps what is carried."""
    outbox = Outbox()
    with api.open_practice(
        settings(identity), home=tmp_path, key=KEY, new=True, transport=outbox, clock=outbox.clock
    ) as practice:
        yield Editor(practice, outbox, tmp_path, identity)


@pytest.fixture
def bedside(tmp_path: Path, identity: Path, board: EmulatedBoard) -> Iterator[Editor]:
    """The same with a reader and both cards in it."""
    board.insert("ps", load_card("infirmiere"))
    board.insert("vitale", load_card("moreau"))
    outbox = Outbox()
    with api.open_practice(
        settings(identity, board.link_url),
        home=tmp_path,
        key=KEY,
        new=True,
        transport=outbox,
        clock=outbox.clock,
    ) as practice:
        yield Editor(practice, outbox, tmp_path, identity)


@pytest.fixture
def waiting(tmp_path: Path, identity: Path) -> Iterator[Editor]:
    """An editor's practice with one file of a lot that waits to be sent."""
    with journal_of(tmp_path) as journal:
        journal.visits.add_day("day", PS, "20261115", [DAY_PIECE])
        keep_lots(journal, Maker().lots(1))
    outbox = Outbox()
    with api.open_practice(
        settings(identity), home=tmp_path, key=KEY, transport=outbox, clock=outbox.clock
    ) as practice:
        assert len(api.make_files(practice)) == 1
        yield Editor(practice, outbox, tmp_path, identity)
