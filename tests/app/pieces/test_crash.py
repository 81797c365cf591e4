"""A host killed at any step of the sending of pieces loses none and sends none twice (SCOR-6)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from proved_day import DEGRADED, SECURED, bill, office_at, prove

from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import make_files, resend, send
from tournee.app.pieces.needs import needed_pieces
from tournee.emulation.world import World
from tournee.store import LEASE, MessageState

KILLED = 9
OWN = ("add_dossier", "tie_piece", "make_pieces_file", "lot_proved")


def live(office: Office) -> None:
    """All that is left to do of the day, as a carer who does everything again after a crash."""
    make_files(office)
    send(office)
    fetch(office)
    for message in office.journal.messages.find(MessageState.UNCERTAIN):
        resend(office, office.journal.files.get(message.file_id).name)
        fetch(office)
    send(office)
    fetch(office)


def ends(office: Office, world: World) -> tuple[object, ...]:
    folders = sorted((world.directory / "oct" / "scor").iterdir())
    return (
        [(one.nature, str(one.standing)) for one in needed_pieces(office, [SECURED, DEGRADED])],
        sorted(path.read_bytes() for folder in folders for path in folder.glob("*.pdf")),
        len(list((world.directory / "sent").glob("*.eml"))),
        [row.effect.label for row in office.journal.effects.unmatched()],
    )


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal whose day is billed, its pieces kept, and the keys of its OCT."""
    from surroundings import new_surroundings

    folder = tmp_path_factory.mktemp("billed")
    with new_surroundings(folder) as made, office_at(made.journal, made.world.route()) as office:
        bill(office, made)
        prove(office, SECURED, 1)
        prove(office, DEGRADED, 2)
    return folder


def lived(billed: Path, folder: Path, die_at: int = -1) -> tuple[tuple[object, ...], list[str]]:
    """The life in a copy of this journal; killed at a step, it goes on in another process."""
    shutil.copytree(billed, folder, dirs_exist_ok=True)
    told: list[str] = []
    with world_of(folder) as world:
        if die_at >= 0:
            child = os.fork()
            if child == 0:
                left = die_at

                def step(_: str) -> None:
                    nonlocal left
                    if left == 0:
                        os._exit(KILLED)
                    left -= 1

                run(folder, world, step)
                os._exit(1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
        with office_at(folder / "journal.db", world.route(), told.append, after=LEASE) as office:
            live(office)
            return ends(office, world), told


def run(folder: Path, world: World, step: Callable[[str], None]) -> None:
    with office_at(folder / "journal.db", world.route(), step) as office:
        live(office)


def world_of(folder: Path) -> World:
    from days import MOMENT

    return World(folder, lambda: MOMENT)


def test_host_killed_at_any_step_of_pieces_sends_each_once(billed: Path, tmp_path: Path) -> None:
    """SCOR-6: at the steps that are of pieces alone, each the first time; the others are the lots' too."""
    expected, steps = lived(billed, tmp_path / "never")
    assert expected[0] == [("O", "accepted"), ("O", "accepted"), ("F", "accepted")]
    assert expected[2:] == (3, [])
    own = [name for name in dict.fromkeys(steps) if name.partition(".")[0] in OWN]
    assert len(own) == 2 * len(OWN)
    for die_at in map(steps.index, own):
        found, _ = lived(billed, tmp_path / f"{die_at}", die_at)
        assert found == expected, steps[die_at]
