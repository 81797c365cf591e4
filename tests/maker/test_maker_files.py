"""Flashing plans, and the exit statuses of the maker's commands."""

import stat

import pytest

from tournee.boards import image as images
from tournee.errors import ConfigError, EmulationError
from tournee.maker import flashing
from tournee.maker.main import main

BOARD = {
    "name": "unix",
    "flashing": {
        "method": "esptool",
        "steps": [["esptool", "--port", "{port}", "0x0", "{firmware}"], ["true"]],
    },
}


def test_steps_of_a_board_are_filled_in():
    steps = flashing.plan(BOARD, {"port": "/dev/ttyACM0", "firmware": "mp.bin"})
    assert steps == [["esptool", "--port", "/dev/ttyACM0", "0x0", "mp.bin"], ["true"]]


def test_what_a_step_lacks_is_named():
    with pytest.raises(ConfigError, match="--firmware, --port"):
        flashing.plan(BOARD, {})


def test_steps_after_one_that_fails_are_not_begun(tmp_path):
    told = []
    with pytest.raises(EmulationError):
        flashing.run([["false"], ["touch", str(tmp_path / "done")]], told.append)
    assert told == ["false"]
    assert not (tmp_path / "done").exists()


def test_emulated_board_is_flashed_with_its_own_image_alone(tmp_path):
    key = images.private_key(images.DEVELOPMENT_KEY)
    made = {name: images.make(b"\xff" * 64, name, 0x100, key, development=True) for name in ("unix", "lm3s")}
    known = {name: images.parse(data) for name, data in made.items()}
    flashing.flash_file("unix", known["unix"], tmp_path / "flash")
    assert stat.S_IMODE((tmp_path / "flash").stat().st_mode) == 0o600, "its reader keeps a secret there"
    with pytest.raises(images.ImageError, match="pas pu être écrit"):
        flashing.flash_file("unix", known["unix"], tmp_path / "none" / "flash")
    data = (tmp_path / "flash").read_bytes()
    assert data.startswith(made["unix"])
    assert set(data[len(made["unix"]) :]) == {0xFF}
    large = images.parse(images.make(b"\xff" * 0x20000, "unix", 0x100, key, development=True))
    for wrong in (known["lm3s"], large):
        with pytest.raises(ConfigError, match="ne va pas sur unix"):
            flashing.flash_file("unix", wrong, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files that are none of what a command wants, by name."""
    folder = tmp_path_factory.mktemp("files")
    whole = images.make(
        b"\xff" * 64, "unix", 0x100, images.private_key(images.DEVELOPMENT_KEY), development=True
    )
    contents = {
        "empty": b"",
        "16 bytes": bytes(16),
        "cut": whole[:-1],
        "flipped": whole[:70] + b"x" + whole[71:],
    }
    contents |= {
        "huge": bytes(images.SIZE_MAX + 1),
        "noise": bytes(range(256)) * 64,
        "unsigned": whole[:-256],
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "folder").mkdir()
    return folder


def ended(capsys, *arguments):
    """A command's status and what it said on stderr."""
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in arguments])
    return left.value.code, capsys.readouterr().err


BAD = ("empty", "16 bytes", "cut", "flipped", "huge", "noise", "unsigned", "folder", "absent")
WITH_IMAGE = {
    "show": "show {}",
    "sign": "sign {} --digest /dev/null/x",
    "flash a file": "flash unix --image {} --file {folder}/out",
    "flash a board": "flash rp2040 --image {} --port /nowhere --dry-run",
    "update": "update --port /nowhere {}",
    "emulate": "emulate unix {} {folder}/link",
    "emulate mps2": "emulate mps2 {} {folder}/link",
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("command", WITH_IMAGE)
def test_file_that_is_no_image_is_named_before_any_reader_or_tool_is_asked(capsys, files, command, bad):
    words = [word.format(files / bad, folder=files) for word in WITH_IMAGE[command].split()]
    status, said = ended(capsys, *words)
    assert status in (2, 3), said
    assert str(files / bad) in said or (command, bad) == ("sign", "unsigned")
    assert "Traceback" not in said
    assert not (files / "out").exists()


NEVER = {
    "flash dry": "flash {} --dry-run --port /nowhere --bluetooth --erase-secret",
    "flash": "flash {} --port /nowhere --firmware {files}/noise --file {files}/out",
    "build": "build {} --version 9.9",
    "emulate": "emulate {} {files}/noise {files}/link",
}


@pytest.mark.parametrize("board", ["pcsc", "rp2040", "nowhere", "../keys", "../boards/unix", "x" * 300])
@pytest.mark.parametrize("command", NEVER)
def test_board_that_cannot_do_it_is_told(capsys, files, command, board):
    status, said = ended(capsys, *(word.format(board, files=files) for word in NEVER[command].split()))
    assert status in (2, 3, 9), said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], 0),
        (["flash", "nowhere"], 3),
        (["flash", "lm3s"], 3),
        (["flash", "unix"], 2),
        (["identify"], 2),
        (["identify", "--port", "/nowhere"], 4),
        (["provision", "--port", "/nowhere", "a", "--register", "r"], 3),
        (["provision", "--port", "/nowhere", "A", "--register", "r", "--register-key", "/nowhere"], 8),
    ],
)
def test_command_ends_with_the_status_of_its_error(arguments, status):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == status


BARE = {
    "register withdraw r A": "--reason TEXTE",
    "register label r A": "--labels DOSSIER ou --sheet FICHIER",
    "register label r --sheet s": "un numéro de série au moins, ou --list",
    "conform --port p --record d": "--record et --sign-key vont ensemble",
    "flash unix": "--image et --file",
    "identify": "« --port »",
    "batch l --port p": "« --register »",
    "build": "« CARTE »",
    "sign": "« IMAGE »",
    "register nowhere": "« nowhere »",
    "emulate unix": "« MÉMOIRE »",
}


@pytest.mark.parametrize("command", BARE)
def test_command_that_is_not_whole_says_what_lacks_and_where_its_help_is(capsys, command):
    status, said = ended(capsys, *command.split())
    assert status == 2
    assert BARE[command] in said
    assert "mal écrite" not in said
    typed = " ".join(["tournee-maker", *command.split()[: 1 + command.startswith("register ")]])
    assert f"Aide : {typed.removesuffix(' nowhere')} --help" in said


UNWRITTEN = {
    "conform --record": "conform --port /nowhere --sign-key {key} --record {file}",
    "conform --json": "conform --port /nowhere --json {file}/report.json",
    "conform --json folder": "conform --port /nowhere --json {folder}",
    "provision": "provision --port /nowhere A-1 --register {file} --labels {file}",
    "batch": "batch {list} --port /nowhere --register {file} --labels {file}",
    "label": "register label {file} A-1 --labels {file}",
    "sheet": "register label {file} A-1 --sheet {folder} --form 70x37",
}


@pytest.mark.parametrize("command", UNWRITTEN)
def test_place_that_takes_no_file_is_told_before_the_work(capsys, tmp_path, command):
    (tmp_path / "file").write_text("")
    (tmp_path / "list").write_text("A-1\n")
    places = {"file": tmp_path / "file", "folder": tmp_path, "list": tmp_path / "list"}
    words = UNWRITTEN[command].format(key=images.DEVELOPMENT_KEY, **places).split()
    status, said = ended(capsys, *words)
    assert (status in (2, 3), "/nowhere" in said) == (True, False), said
    assert str(tmp_path) in said


def test_unexpected_fault_ends_in_a_sentence(capsys, monkeypatch):
    monkeypatch.setattr(flashing, "with_image", lambda name: {}[name])
    status, said = ended(capsys, "build", "unix")
    assert (status, "Erreur imprévue" in said, "Traceback" in said) == (1, True, False)
