"""Server and tablet killed at any moment: nothing is sent twice, nothing is lost, no number comes twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from life import live
from serving_rig import KILLED, Served, joined_office
from surroundings import Surroundings

from tournee.app.context import Office
from tournee.app.outbound import send
from tournee.errors import ExchangeError
from tournee.store import MessageState, SheetState

STEPS = ["take_message", "leaving", "message_sent", "take_letter", "acknowledge", "put_part"]
PAID = [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]


def states(office: Office) -> list[SheetState]:
    return [state for row in office.journal.overview()[::-1] for state in row.states]


def home_of(tmp_path: Path) -> Path:
    home = tmp_path / "tablette"
    home.mkdir(exist_ok=True)
    return home


@pytest.mark.parametrize("step", STEPS)
def test_server_killed_after_any_step_ends_as_one_never_killed(
    step: str, surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    key, home = served.enrol(), home_of(tmp_path)
    with joined_office(home, served.route, served, key):
        pass
    served.kill()
    served.start(kill_at=step)
    with joined_office(home, served.route, served, key) as office:
        try:
            live(office, surroundings.board.link_url)
        except ExchangeError:
            assert step in ("put_part", "acknowledge")
        assert served.wait() == KILLED
        served.start()
        live(office, surroundings.board.link_url)
        uncertain = [one.state for one in office.journal.messages.find()]
        assert states(office) == PAID, uncertain
    assert surroundings.received() == 1


def test_server_killed_between_the_mail_and_its_note_never_mails_again(
    surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    """The mail server took it, the note of it is lost: uncertain here and there, until a return proves it."""
    key, home = served.enrol(), home_of(tmp_path)
    with joined_office(home, served.route, served, key) as office:
        served.kill()
        served.start(kill_at="leaving")
        live(office, surroundings.board.link_url)
        assert served.wait() == KILLED
        served.start()
        (again,) = send(office)
        assert again.message is not None
        assert again.message.state is MessageState.UNCERTAIN
        with served.records() as records:
            (row,) = records.rows("SELECT state, tries FROM message")
        assert tuple(row) == ("uncertain", 1)
        assert send(office)[0].message == again.message
    assert surroundings.received() == 0


@pytest.mark.parametrize(
    "step",
    [
        *("make_message.after", "message_transmitting.before", "message_transmitting.after"),
        *("message_sent.before", "take_return.after", "settle_return.before"),
    ],
)
def test_tablet_killed_at_a_step_of_its_journal_sends_nothing_twice(
    step: str, surroundings: Surroundings, served: Served, tmp_path: Path
) -> None:
    key, home = served.enrol(), home_of(tmp_path)
    child = os.fork()
    if child == 0:

        def told(name: str) -> None:
            if name == step:
                os._exit(KILLED)

        try:
            with joined_office(home, served.route, served, key, told) as office:
                live(office, surroundings.board.link_url)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    with joined_office(home, served.route, served, key) as office:
        live(office, surroundings.board.link_url)
        assert states(office) == PAID
    assert surroundings.received() == 1
