"""A station that provisions a list of readers: cut anywhere, it goes on, and no number is given twice.

`TOURNEE_BATCH=50` tries the batch that is killed with as many readers as it says.
"""

import json
import os
import signal
import subprocess
import sys

import pytest
from reader_tray import ReaderTray

from tournee.errors import ConfigError, ReaderError
from tournee.maker.shipping.register import ReaderRegister
from tournee.maker.shipping.register_file import RegisterFile, key_in_file, make_key_file
from tournee.maker.shipping.serials import serials_of
from tournee.maker.shipping.station import NotSettled, ProvisioningStation
from tournee.reader.maker import MakerReader

COUNT = int(os.environ.get("TOURNEE_BATCH", "12"))
SERIALS = [f"TO-{number:06}" for number in range(1, COUNT + 1)]
PROGRAM = [sys.executable, "-c", "from tournee.maker.main import main; main()"]


class Cut(BaseException):
    """Power failed here."""


@pytest.fixture
def register(tmp_path):
    make_key_file(tmp_path / "station.key")
    file = RegisterFile(tmp_path / "readers.tnr", key_in_file(tmp_path / "station.key"))
    file.create({"readers": {}})
    return ReaderRegister(file)


@pytest.fixture
def tray(tmp_path):
    with ReaderTray(tmp_path) as made:
        yield made


def states(register):
    return {one.serial: one.state for one in register.readers()}


def cut_behind(monkeypatch, owner, name):
    """Power fails once this method has done its work."""
    whole = getattr(owner, name)

    def cut(*given, **named):
        whole(*given, **named)
        raise Cut

    monkeypatch.setattr(owner, name, cut)


def test_batch_that_is_killed_goes_on_and_gives_each_number_once(tmp_path, register, tray):
    (tmp_path / "list.csv").write_text("serial;lot\n" + "".join(f"{one};7\n" for one in SERIALS))
    command = [*PROGRAM, "batch", "list.csv", "--port", "reader", "--register", "readers.tnr"]
    command += ["--register-key", "station.key", "--labels", "labels", "--wait", "60"]

    def run(until: int, *more: str) -> int:
        """Put a reader there for each that is done; kill the station as it begins on the one of this rank."""
        said = (tmp_path / "said").open("w")
        process = subprocess.Popen(
            [*command, *more], cwd=tmp_path, stdout=subprocess.PIPE, stderr=said, text=True
        )
        with said, process:
            for line in process.stdout:
                if not line.rstrip().endswith("mis en service"):
                    continue
                rank = int(line.split("/")[0])
                before = (tmp_path / "readers.tnr").read_bytes()
                tray.next()
                if rank == until:
                    while (tmp_path / "readers.tnr").read_bytes() == before and process.poll() is None:
                        pass
                    process.kill()
                elif rank == COUNT:
                    tray.take_away()
        return process.returncode

    tray.next()
    assert run(COUNT // 2) == -signal.SIGKILL
    assert list(states(register).values()).count("made") in (COUNT // 2, COUNT // 2 + 1)
    if list(states(register).values()).count("made") > COUNT // 2:  # it had just ended with that reader
        tray.next()
    assert run(0, "--same-reader") == 0, (tmp_path / "said").read_text()
    assert states(register) == dict.fromkeys(SERIALS, "made")
    assert [tray.numbers_in(number, SERIALS) for number in range(1, COUNT + 1)] == [[one] for one in SERIALS]
    assert len({one.secret for one in register.readers()}) == COUNT
    assert {one.stem for one in (tmp_path / "labels").iterdir()} == set(SERIALS)


@pytest.mark.parametrize(
    ("owner", "name", "asked"),
    [
        (ReaderRegister, "begin", ["A-1"]),
        (MakerReader, "provision", []),
        (MakerReader, "restart", []),
    ],
    ids=["written down", "given", "started anew"],
)
def test_cut_at_any_step_is_made_good_by_the_same_reader(register, tray, monkeypatch, owner, name, asked):
    tray.next()
    said: list[str] = []
    station = ProvisioningStation(str(tray.link), register, lambda serial: said.append(serial) or True)
    with monkeypatch.context() as patch:
        cut_behind(patch, owner, name)
        with pytest.raises(Cut):
            station.provision("A-1")
    assert states(register) == {"A-1": "pending"}
    secret = register.find("A-1").secret
    assert station.provision("A-1").secret == secret
    assert (states(register), said) == ({"A-1": "made"}, asked)


def test_pending_number_is_not_given_to_another_reader(register, tray, monkeypatch):
    tray.next()
    station = ProvisioningStation(str(tray.link), register)
    with monkeypatch.context() as patch:
        cut_behind(patch, MakerReader, "provision")
        with pytest.raises(Cut):
            station.provision("A-1")
    tray.next()
    with pytest.raises(NotSettled, match="A-1"):
        list(station.run(["A-1", "A-2"], pytest.fail))
    assert tray.numbers_in(2, ["A-1", "A-2"]) == []
    tray.put(1)
    (done,) = station.run(["A-1"], pytest.fail)
    assert done.reader.state == "made"


def test_reader_that_has_its_secret_is_waited_away_and_what_is_done_passed_over(register, tray):
    tray.next()
    station = ProvisioningStation(str(tray.link), register)
    station.provision("A-1")
    register.begin("A-2", "unix")
    register.end("A-2", "withdrawn", "volé")
    seen: list[str] = []

    def wait(what):
        seen.append(what)
        tray.take_away() if what == "busy" else tray.next()

    steps = list(station.run(["A-1", "A-2", "A-3"], wait))
    assert [(step.rank, step.reader.serial, step.was) for step in steps] == [
        (1, "A-1", True), (2, "A-2", True), (3, "A-3", False)
    ]  # fmt: skip
    assert seen == ["busy", "absent"]


def test_reader_of_another_register_gets_nothing(register, tray):
    tray.next()
    with MakerReader.open(str(tray.link)) as reader:
        reader.provision("B-9", bytes(range(32)))
    with pytest.raises(ReaderError, match="B-9"):
        ProvisioningStation(str(tray.link), register).provision("A-1")
    assert states(register) == {}


def test_reset_is_believed_of_a_blank_reader_alone(tmp_path, register, tray):
    tray.next()
    ProvisioningStation(str(tray.link), register).provision("A-1")
    command = [*PROGRAM, "register", "reset", "readers.tnr", "A-1", "--port", "reader"]
    command += ["--register-key", "station.key", "--reason", "retour"]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (refused.returncode, states(register)) == (4, {"A-1": "made"})
    assert "n’est pas vierge" in refused.stderr
    secret = register.find("A-1").secret
    tray.take_away()
    tray.flash(1).unlink()
    tray.put(1)
    with pytest.raises(ReaderError):
        MakerReader.open(str(tray.link), secret)
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert states(register) == {"A-1": "reset"}


def test_station_that_waited_long_enough_says_so(tmp_path, register):
    (tmp_path / "list.txt").write_text("A-1\n")
    command = [*PROGRAM, "batch", "list.txt", "--port", "reader", "--register", "readers.tnr"]
    command += ["--register-key", "station.key", "--wait", "0", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "Aucun lecteur vierge" in done.stderr


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A-1\nA-2\n", ["A-1", "A-2"]),
        ("\ufeff# lot 7\r\n\r\nA-1 # first\r\nA-2", ["A-1", "A-2"]),
        ("lot;Numéro de série\n7;A-1\n7;A-2\n", ["A-1", "A-2"]),
        ('serial,board\n"A-1",unix\n', ["A-1"]),
        ("A-1\tunix\nA-2\tmps2\n", ["A-1", "A-2"]),
    ],
    ids=["text", "comments", "column", "quoted", "tabs"],
)
def test_list_is_read_as_text_and_as_csv(tmp_path, text, found):
    (tmp_path / "list").write_text(text, "utf-8", newline="")
    assert serials_of(tmp_path / "list") == found


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "aucun numéro"),
        (b"serial\n", "aucun numéro"),
        (b"A-1\nA-2\nA-1\n", "deux fois, lignes 1 et 3"),
        (b"A-1\na-2\n", "Ligne 2"),
        (b"lot;serial\n7\n", "Ligne 2"),
        (b"\xff\xfe", "illisible"),
        (b"\0", "Ligne 1"),
    ],
    ids=["empty", "heading alone", "twice", "small letters", "short line", "no text", "control"],
)
def test_list_that_cannot_be_is_refused_whole(tmp_path, data, why):
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(ConfigError, match=why):
        serials_of(tmp_path / "list")


def test_what_is_done_is_told_as_json(tmp_path, register, tray):
    tray.next()
    (tmp_path / "list.txt").write_text("A-1\n")
    command = [*PROGRAM, "batch", "list.txt", "--port", "reader", "--register", "readers.tnr", "--json"]
    command += ["--register-key", "station.key", "--labels", "labels"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"readers": {"A-1": "made"}}
