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
    flashing.flash_file("unix", made["unix"], tmp_path / "flash")
    assert stat.S_IMODE((tmp_path / "flash").stat().st_mode) == 0o600, "its reader keeps a secret there"
    with pytest.raises(images.ImageError, match="pas pu être écrit"):
        flashing.flash_file("unix", made["unix"], tmp_path / "none" / "flash")
    data = (tmp_path / "flash").read_bytes()
    assert data.startswith(made["unix"])
    assert set(data[len(made["unix"]) :]) == {0xFF}
    for wrong in (made["lm3s"], b"", made["unix"][:-1]):
        with pytest.raises(ConfigError):
            flashing.flash_file("unix", wrong, tmp_path / "other")
    assert not (tmp_path / "other").exists()


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
