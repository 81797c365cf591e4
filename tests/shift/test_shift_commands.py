"""`tournee shift`: the code once, then no more; the agent a process of its own, killed, doubled, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

import tournee.emulation
from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.errors import ReaderError
from tournee.reader import Reader, ReaderInUse, WrongCode
from tournee.reader.failures import CodeMalformed
from tournee.shift.endings import ShiftEnded
from tournee.shift.joining import close_shift
from tournee.shift.paths import ShiftPaths, ShiftUnavailable

DAY = Path(tournee.emulation.__file__).with_name("days") / "infirmier.toml"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A practice whose reader has the nurse's card and a patient's, and whose journal has a day."""
    folder = tmp_path_factory.mktemp("desk")
    with practice(folder) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(folder, "insert", slot="vitale", card="moreau")
            assert run(folder, "day", "import", str(DAY)).exit_code == 0
            yield folder
        finally:
            ask(folder, "stop")
            serving.join()


@pytest.fixture
def nurse(desk: Path) -> Iterator[Path]:
    """The same with the card just put in; no shift is left open."""
    ask(desk, "insert", slot="ps", card="infirmiere")
    yield desk
    close_shift(port(desk))


def port(desk: Path) -> str:
    return str(desk / "reader")


def run(desk: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(root, ["--config", str(desk / CONFIG_NAME), *words], input=typed)


def told(desk: Path, *words: str, typed: str = "") -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run(desk, *words, "--json", typed=typed).stdout)
    return result


def opened(desk: Path) -> int:
    """Open a shift; gives its agent's process."""
    return int(told(desk, "shift", "open", typed="1234\n")["process"])


def test_code_is_asked_once_and_every_command_after_it_does_without(nurse: Path) -> None:
    first = run(nurse, "shift", "open", typed="1234\n")
    assert "Carte de Claire Lefebvre (756000121)." in first.stdout
    assert "Vacation ouverte : jusqu’à" in first.stdout
    assert "certifiée" in run(nurse, "certify").stdout
    assert told(nurse, "lot", "close")["lots"]
    assert told(nurse, "reader", "identify")["board"] == "unix"
    assert told(nurse, "cards")["ps"]["number"] == "756000121"
    assert told(nurse, "diagnose")["reader"]
    assert "Vacation de Claire Lefebvre" in run(nurse, "shift", "status").stdout
    assert run(nurse, "shift", "close").stdout.endswith("Vacation fermée.\n")
    assert isinstance(run(nurse, "certify").exception, CodeMalformed)  # it is asked for again


def test_times_are_those_chosen_and_bounded(nurse: Path) -> None:
    state = told(nurse, "shift", "open", "--idle", "5", "--max", "30", typed="1234\n")
    assert told(nurse, "shift", "status")["since"] == state["since"]
    minutes = [int(one[11:13]) * 60 + int(one[14:16]) for one in (state["ends_idle"], state["ends"])]
    assert (minutes[1] - minutes[0]) % (24 * 60) == 25
    for wrong in (("--idle", "0"), ("--idle", "61"), ("--max", "241")):
        assert run(nurse, "shift", "open", *wrong).exit_code == status.USAGE


def test_hours_are_told_in_the_time_zone_of_the_configuration(nurse: Path) -> None:
    path = nurse / CONFIG_NAME
    text, zone = path.read_text(), ZoneInfo("Pacific/Marquesas")
    try:
        path.write_text(text.replace("[envoi]", '[envoi]\nfuseau = "Pacific/Marquesas"'))
        opened(nurse)
        state = told(nurse, "shift", "status")
        since = datetime.fromisoformat(state["since"])
        assert since.utcoffset() == datetime.now(zone).utcoffset()
        assert f"ouverte à {since:%H:%M} :" in run(nurse, "shift", "status").stdout
    finally:
        path.write_text(text)


def test_wrong_code_opens_nothing_and_tells_the_tries_left(nurse: Path) -> None:
    assert isinstance(run(nurse, "shift", "open", typed="0000\n").exception, WrongCode)
    assert isinstance(run(nurse, "shift", "open", typed="12\n").exception, CodeMalformed)
    assert isinstance(run(nurse, "shift", "open", typed="9" * 70).exception, CodeMalformed)
    assert told(nurse, "shift", "status")["open"] is False
    assert opened(nurse)


def test_second_opening_is_told_that_one_is_open(nurse: Path) -> None:
    opened(nurse)
    refused = run(nurse, "shift", "open", typed="1234\n").exception
    assert isinstance(refused, ShiftUnavailable)
    assert "déjà ouverte" in str(refused)


def test_no_practice_is_put_in_place_of_one_whose_shift_is_open(nurse: Path) -> None:
    opened(nurse)
    before = (nurse / "journal.db").read_bytes()
    refused = run(nurse, "restore", str(nurse / "none.sauvegarde"), "--replace", typed="phrase\n").exception
    assert isinstance(refused, ReaderError) and "Une vacation est ouverte" in str(refused)
    assert (nurse / "journal.db").read_bytes() == before
    run(nurse, "shift", "close")
    absent = run(nurse, "restore", str(nurse / "none.sauvegarde"), "--replace", typed="phrase\n").exception
    assert not isinstance(absent, ReaderError)


def test_of_two_openings_at_once_one_opens(nurse: Path) -> None:
    command = [sys.executable, "-m", "tournee.cli", "--config", str(nurse / CONFIG_NAME), "shift", "open"]
    pipe = subprocess.PIPE
    both = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [one.communicate("1234\n", timeout=60)[0] for one in both]
    assert sorted(one.returncode for one in both) == [0, 4]
    assert ["Vacation ouverte" in one for one in said] == [one.returncode == 0 for one in both]
    assert "certifi" in run(nurse, "certify").stdout or run(nurse, "certify").exit_code == 0


def test_card_pulled_out_ends_it_and_the_next_command_says_so(nurse: Path) -> None:
    opened(nurse)
    ask(nurse, "remove", slot="ps")
    ended = run(nurse, "certify").exception
    assert isinstance(ended, ShiftEnded)
    assert "la carte du professionnel a été retirée" in str(ended)
    assert told(nurse, "shift", "status")["ended"]["reason"] == "card"
    ask(nurse, "insert", slot="ps", card="infirmiere")
    again = run(nurse, "certify", typed="1234\n")
    assert again.exit_code == 0
    assert "La vacation a pris fin" in again.stderr
    assert "La vacation a pris fin" not in run(nurse, "certify", typed="1234\n").stderr


def test_lock_closes_it_for_the_screen(nurse: Path) -> None:
    opened(nurse)
    assert told(nurse, "shift", "lock") == told(nurse, "shift", "lock") | {"closed": True}
    assert "l’écran a été verrouillé" in str(run(nurse, "certify").exception)


def test_situation_of_a_card_that_has_several_is_told_once_a_shift(nurse: Path) -> None:
    ask(nurse, "insert", slot="ps", card="deux-cabinets")
    opened(nurse)
    assert "plusieurs situations" in str(run(nurse, "certify").exception)
    assert run(nurse, "certify", "--situation", "2").exception is None
    assert run(nurse, "certify").exception is None
    run(nurse, "shift", "close")
    opened(nurse)
    assert "plusieurs situations" in str(run(nurse, "certify").exception)


def test_agent_that_was_killed_is_told_and_another_opens(nurse: Path) -> None:
    os.kill(opened(nurse), signal.SIGKILL)
    assert told(nurse, "shift", "status")["ended"]["reason"] == "stopped"
    assert "s’est arrêté sans prévenir" in str(run(nurse, "certify").exception)
    assert opened(nurse)


def test_agent_that_is_asked_to_end_has_the_reader_forget_the_code(nurse: Path) -> None:
    os.kill(opened(nurse), signal.SIGTERM)
    assert close_shift(port(nurse)) in (True, False)  # it may be gone by now
    with Reader.open(port(nurse)) as reader:
        assert reader.cards().ps.name == "PRESENT"


def test_other_configuration_and_other_program_are_told_who_has_the_reader(nurse: Path) -> None:
    process = opened(nurse)
    other = nurse / "autre.toml"
    other.write_text((nurse / CONFIG_NAME).read_text("utf-8"), "utf-8")
    refused = CliRunner().invoke(root, ["--config", str(other), "cards"]).exception
    assert isinstance(refused, ReaderInUse)
    assert str(nurse / CONFIG_NAME) in str(refused)
    with pytest.raises(ReaderInUse, match=rf"\(processus {process}\)"):
        Reader.open(port(nurse))


def test_code_and_secret_are_in_no_argument_variable_or_core_file(nurse: Path) -> None:
    process = Path("/proc") / str(opened(nurse))
    assert b"1234" not in (process / "cmdline").read_bytes().replace(str(os.getpid()).encode(), b"")
    limits = (process / "limits").read_text().splitlines()
    assert next(line.split()[4:6] for line in limits if line.startswith("Max core file size")) == ["0", "0"]
    assert not any(b"1234" in path.read_bytes() for path in _left(nurse))


def _left(desk: Path) -> list[Path]:
    """Every file that a shift leaves or makes."""
    return [path for path in ShiftPaths.of(port(desk)).folder.iterdir() if path.is_file()]
