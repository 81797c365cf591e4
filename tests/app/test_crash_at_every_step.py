"""A host killed at any step of the journal loses nothing, signs nothing twice, sends nothing twice."""

from __future__ import annotations

import os

import pytest
from life import live, office_of
from surroundings import Surroundings, new_surroundings

from tournee.store import LEASE

SHARES = 8  # the steps are shared out, so that the tests run side by side
KILLED = 9


def steps_of(surroundings: Surroundings) -> list[str]:
    told: list[str] = []
    with office_of(surroundings.journal, surroundings.world.route(), told.append) as office:
        live(office, surroundings.board.link_url)
    return told


def ends(surroundings: Surroundings) -> dict[str, object]:
    """What must be the same however often the host was killed."""
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        journal = office.journal
        return {
            "invoices": [
                (row.number, row.kinds, row.states, row.lots, row.files, row.paid)
                for row in journal.overview()[::-1]
            ],
            "files": [file.clear for file in journal.files.find()],
            "returns": sorted(
                (row.kind, row.content[:91] + row.content[128:])  # but for the message that an ARL answers
                for row in journal.returns.find()
                if row.kind != "ART"
            ),
            "unmatched": sorted(row.effect.label for row in journal.effects.unmatched()),
            "received": surroundings.received(),
            "signatures": surroundings.signatures(),
        }


def die_at(step: int, surroundings: Surroundings) -> None:
    """Run the life in a process of its own that is killed at its `step`-th step."""
    route = surroundings.world.route()
    child = os.fork()
    if child == 0:
        left = step

        def told(_: str) -> None:
            nonlocal left
            if left == 0:
                os._exit(KILLED)
            left -= 1

        try:
            with office_of(surroundings.journal, route, told) as office:
                live(office, surroundings.board.link_url)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


@pytest.mark.parametrize("share", range(SHARES))
def test_host_killed_at_every_step_ends_as_one_never_killed(
    share: int, surroundings: Surroundings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    steps = steps_of(surroundings)
    expected = ends(surroundings)
    assert expected["received"] == 1
    assert len(steps) > 40
    for step in range(share, len(steps), SHARES):
        with new_surroundings(tmp_path_factory.mktemp("crash")) as again:
            die_at(step, again)
            with office_of(again.journal, again.world.route(), after=LEASE) as office:
                live(office, again.board.link_url)
            assert ends(again) == expected, steps[step]
