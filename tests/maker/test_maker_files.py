"""The maker's register, labels and flashing plans."""

import json

import pytest

from tournee.boards import image as images
from tournee.errors import ConfigError, EmulationError, StoreError
from tournee.maker import flashing
from tournee.maker.label import check_serial, write_label
from tournee.maker.main import main
from tournee.maker.register import ReaderRegister

BOARD = {
    "name": "unix",
    "flashing": {
        "method": "esptool",
        "steps": [["esptool", "--port", "{port}", "0x0", "{firmware}"], ["true"]],
    },
}


def test_register_is_its_owners_alone_and_read_back(tmp_path):
    file = tmp_path / "register.json"
    ReaderRegister(file).add("A-1", bytes(range(32)), "unix")
    assert file.stat().st_mode & 0o777 == 0o600
    assert ReaderRegister(file).secret("A-1") == bytes(range(32))
    assert list(tmp_path.iterdir()) == [file]


def test_serial_number_keeps_its_secret(tmp_path):
    register = ReaderRegister(tmp_path / "register.json")
    register.add("A-1", bytes(32), "unix")
    register.add("A-1", bytes(32), "unix")
    with pytest.raises(StoreError, match="déjà au registre"):
        register.add("A-1", bytes([1]) * 32, "unix")


def test_register_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "register.json"
    ReaderRegister(file).add("A-1", bytes(32), "unix")
    file.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        ReaderRegister(file)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"readers": 3}'])
def test_damaged_register_is_refused(tmp_path, text):
    file = tmp_path / "register.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(StoreError, match="illisible"):
        ReaderRegister(file)


def test_label_is_its_owners_alone(tmp_path):
    png, pdf = write_label(tmp_path / "new", "TO-1", bytes(range(32)))
    assert {path.stat().st_mode & 0o777 for path in (png, pdf)} == {0o600}
    assert png.read_bytes().startswith(b"\x89PNG")
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("serial", ["", "a", "A" * 17, "A B", "A/B", "É"])
def test_serial_number_that_cannot_be_is_refused(serial):
    with pytest.raises(ConfigError, match="Numéro de série impossible"):
        check_serial(serial)


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
    ],
)
def test_command_ends_with_the_status_of_its_error(arguments, status):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == status


def test_json_of_the_register_names_board_and_secret(tmp_path):
    file = tmp_path / "register.json"
    ReaderRegister(file).add("A-1", bytes(32), "mps2")
    assert json.loads(file.read_text()) == {"readers": {"A-1": {"board": "mps2", "secret": "00" * 32}}}
