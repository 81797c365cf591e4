"""`tournee reader update-card`: the card in the emulated reader, its server, and what the journal keeps."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tournee.app.context import Office, open_office
from tournee.app.services.card_update.updating import updates_done
from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.emulation.services.registered import StandingServices
from tournee.emulation.services.standing import Trouble
from tournee.errors import ServiceError
from tournee.store import RequestState

NIR = b"1620506088054"


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[tuple[Path, StandingServices]]:
    folder = tmp_path_factory.mktemp("cabinet")
    with practice(folder) as board, StandingServices(folder, datetime.now, ["maj"]) as services:
        services.write_settings(folder / CONFIG_NAME)
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            yield folder, services
        finally:
            ask(folder, "stop")
            serving.join()


@pytest.fixture
def folder(desk) -> Iterator[Path]:
    yield desk[0]
    desk[1]["maj"].trouble = Trouble()


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(root, ["--config", str(folder / CONFIG_NAME), *words])


def office(folder: Path) -> Office:
    return open_office(load_config(folder / CONFIG_NAME))


def test_a_card_is_updated_read_anew_and_written_down(folder: Path) -> None:
    """MAJ-4."""
    ask(folder, "insert", slot="vitale", card="martinez")
    due = json.loads(run(folder, "cards", "--json").stdout)["patients"][0]["to_update"]
    assert due == "ses droits sont terminés depuis le 31/12/2024"
    made = json.loads(run(folder, "reader", "update-card", str(folder), "--json").stdout)
    assert (made["changed"], made["simulation"]) == (True, True)
    again = json.loads(run(folder, "reader", "update-card", str(folder), "--json").stdout)
    assert again["changed"] is False
    read = json.loads(run(folder, "cards", "--json").stdout)
    assert (read["patients"][0]["rights_end"], read["patients"][0]["to_update"]) == ("20271231", None)
    ask(folder, "remove", slot="vitale")
    ask(folder, "insert", slot="vitale", card="martinez")
    read = json.loads(run(folder, "cards", "--json").stdout)
    assert read["patients"][0]["rights_end"] == "20271231"
    with office(folder) as opened:
        first, second = updates_done(opened)
    told, then = json.loads(first.answer), json.loads(second.answer)
    assert (first.state, first.choice, second.choice) == (RequestState.USED, "faite", "inutile")
    assert told["avant"] != told["apres"] == then["avant"] == then["apres"]
    assert told["compteur"] == 1
    whole = b"".join(one.read_bytes() for one in folder.glob("journal.db*") if one.is_file())
    assert NIR not in whole
    assert all(NIR not in one.read_bytes()[:46] for one in (folder / "services" / "maj").glob("*-recu.bin"))


def test_a_bad_server_leaves_the_card_as_it_was(folder: Path, desk) -> None:
    """MAJ-2, MAJ-4."""
    ask(folder, "insert", slot="vitale", card="moreau")
    for trouble in (Trouble(body=b"TMAJ1" + bytes(300)), Trouble(body=b"x"), Trouble(is_cut=True)):
        desk[1]["maj"].trouble = trouble
        done = run(folder, "reader", "update-card", str(folder))
        assert isinstance(done.exception, ServiceError)
    assert ask(folder, "vitale")["counter"] == 0


def test_without_a_vitale_card_it_is_said(folder: Path) -> None:
    ask(folder, "remove", slot="vitale")
    done = run(folder, "reader", "update-card", str(folder))
    assert "carte Vitale" in str(done.exception)
