"""The start of a board of an official MicroPython: a host that speaks meanwhile, what ends a reader, and its
maker's way in. Real sources, fake `machine` and `micropython`, the real `mpremote`. Never run on hardware."""

import io
import os
import runpy
import subprocess
import sys
import time
import types

import pytest
from hardware_board import power

from tournee.boards import BOARDS
from tournee.maker.official_boards import CLEAN
from tournee.reader import Reader
from tournee.reader.maker import MakerReader
from tournee.reader.transports.streams import SerialTransport

DRIVERS = BOARDS / "drivers" / "official"
RUNTIMES = ["micropython", "cpython"]
# importing takes a flashed board over a second: it is over when the host has spoken
SLOW = """
import select, sys
_poll = select.poll()
_poll.register(sys.stdin, select.POLLIN)
while not _poll.poll(10):
    pass
"""
LATE = """
import micropython
micropython.kbd_intr(3)  # what MicroPython does before main.py
from assembly import Flash, serve
from console import Console
micropython.kbd_intr(-1)
serve(Console(), Flash(), 1)
"""
ASSEMBLY = (DRIVERS / "assembly.py").read_text()
FAILS_ONCE = """
import os
if "last_word" not in os.listdir():
    raise OSError(28, "1850678006048")
"""


class Deaf:
    """A transport that keeps what is sent, and ends there."""

    def __init__(self):
        self.sent = b""

    def write(self, data, more=False):
        self.sent += bytes(data)
        raise OSError

    def read(self, timeout_ms):
        return b""

    def close(self):
        pass


def hello():
    deaf = Deaf()
    with pytest.raises(Exception):  # noqa: B017
        Reader.open(lambda: deaf)
    return deaf.sent


def read_until(link, wanted):
    data = b""
    for _ in range(100):
        data += link.read(200)
        if wanted in data:
            break
    return data


@pytest.fixture
def start(tmp_path):
    boards = []

    def started(runtime="micropython", main="usb_main", name="rp2350w", **how):
        board = power(name, runtime, main, tmp_path / "flash", tmp_path, usb=True, **how)
        boards.append(board.start())
        return board

    yield started
    for board in boards:
        board.stop()


def test_what_a_host_says_first_holds_ctrl_c():
    assert b"\x03" in hello()


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_main_that_leaves_ctrl_c_armed_ends_in_a_repl_when_the_host_speaks(start, runtime):
    board = start(runtime, "late_main", over={"late_main.py": LATE, "assembly.py": ASSEMBLY + SLOW})
    link = SerialTransport(board.link_url)
    link.write(hello())
    assert b"KeyboardInterrupt" in read_until(link, b">>> ")
    link.close()


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("main", ["usb_main", "air_main"])
def test_host_that_speaks_while_the_board_starts_is_served(start, runtime, main):
    board = start(runtime, main, over={"assembly.py": ASSEMBLY + SLOW})
    with MakerReader.open(board.link_url) as reader:
        assert reader.state().serial == ""
        reader.restart()
        assert reader.state().serial == ""


def test_what_ends_the_reader_starts_it_anew_and_is_kept(start):
    board = start(over={"assembly.py": FAILS_ONCE + ASSEMBLY})
    with MakerReader.open(board.link_url) as reader:
        assert reader.state().serial == ""
    board.stop()
    served = start(held=True)
    word = mpremote(served, "fs", "cat", ":last_word")
    assert word.startswith(b"1 OSError [28]\n  File")
    assert b"1850678006048" not in word


def mpremote(board, *what):
    command = [sys.executable, "-m", "mpremote", "connect", board.link_url, *what]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def test_held_button_lets_mpremote_flash_again(start, tmp_path):
    fresh = tmp_path / "fresh"
    (fresh / "reader").mkdir(parents=True)
    (fresh / "usb_main.py").write_bytes(b"first = 1\n")
    (fresh / "reader" / "core.py").write_bytes(b"later = 2\n" * 300)
    board = start(held=True)
    steps = ["fs", "cp", "-r", f"{fresh}/.", ":", "+", "fs", "cp", f"{fresh}/usb_main.py", ":main.py"]
    for old in (":old.py", ":journal0"):
        mpremote(board, "fs", "cp", str(fresh / "usb_main.py"), old)
    mpremote(board, "run", str(CLEAN), "+", *steps)
    there = mpremote(board, "fs", "ls")
    assert b"journal0" in there and b"old.py" not in there
    assert mpremote(board, "fs", "cat", ":main.py") == b"first = 1\n"
    assert mpremote(board, "fs", "cat", ":reader/core.py") == b"later = 2\n" * 300


class Reset(BaseException):
    """The board starts anew."""


@pytest.fixture
def startup(monkeypatch, tmp_path):
    """The module on a fake `machine`, in a folder of its own: `end(error, lasted_ms)` starts a reader that
    this ends, and gives how long the board waited before its new start."""
    monkeypatch.chdir(tmp_path)
    now = [0]
    waited = []

    def reset():
        raise Reset

    def sleep_ms(n):
        now[0] += n
        waited.append(n)

    pin = types.SimpleNamespace(value=lambda: 1)
    fakes = {
        "machine": {
            "Pin": type("Pin", (), {"IN": 0, "PULL_UP": 2, "__new__": lambda *_: pin}),
            "reset": reset,
        },
        "board": {"BUTTON": 14},
        "link": {},
        "whole_file": runpy.run_path(str(DRIVERS.parent / "whole_file.py")),
    }
    for name, values in fakes.items():
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        sys.modules[name].__dict__.update(values)
    monkeypatch.setattr(time, "sleep_ms", sleep_ms, raising=False)
    monkeypatch.setattr("sesam.port.ticks_ms", lambda: now[0])
    monkeypatch.setattr("sesam.port.ticks_diff", lambda later, earlier: later - earlier)

    def print_exception(error, file):
        file.write(f'Traceback:\n  File "a.py", line 7, in read\n{type(error).__name__}: {error}\n')

    monkeypatch.setattr(sys, "print_exception", print_exception, raising=False)
    module = runpy.run_path(str(DRIVERS / "startup.py"))

    def end(error, lasted_ms=0):
        def run():
            now[0] += lasted_ms
            raise error

        sys.modules["link"].run = run
        waited.clear()
        with pytest.raises(Reset):
            module["start"]("link")
        return sum(waited) - 1

    return types.SimpleNamespace(end=end, pin=pin, start=module["start"])


def last_word():
    with open("last_word", encoding="ascii") as file:
        return file.read()


def test_sixth_end_in_a_row_waits_a_minute(startup):
    assert [startup.end(ValueError()) for _ in range(7)] == [0, 0, 0, 0, 60_000, 60_000, 60_000]
    assert last_word()[0] == "5"


def test_reader_that_has_served_a_minute_begins_a_new_row(startup):
    for _ in range(6):
        startup.end(ValueError())
    assert startup.end(ValueError(), 60_000) == 0
    assert last_word()[0] == "1"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), OSError(5), RuntimeError("deep")])
def test_nothing_that_the_reader_raises_is_more_than_a_new_start(startup, error):
    assert startup.end(error) == 0
    assert type(error).__name__ in last_word()


def test_last_word_tells_place_and_numbers_and_no_text(startup):
    startup.end(OSError(28, "DUPONT"))
    assert last_word() == '1 OSError [28]\n  File "a.py", line 7, in read\n'


def test_same_word_is_not_written_twice(startup):
    for _ in range(6):
        startup.end(ValueError())
    os.utime("last_word", (0, 0))
    startup.end(ValueError())
    assert os.stat("last_word").st_mtime == 0


def test_word_that_cannot_be_kept_costs_a_minute(startup, monkeypatch):
    monkeypatch.setattr(io, "StringIO", lambda: 1 / 0)
    assert startup.end(ValueError()) == 60_000


def test_held_button_starts_no_reader(startup):
    startup.pin.value = lambda: 0
    assert startup.start("no_such_link") is None


def test_button_that_bounces_is_not_held(startup):
    levels = [0, 0, 1]
    startup.pin.value = lambda: levels.pop(0)
    startup.end(ValueError())
    assert levels == []
