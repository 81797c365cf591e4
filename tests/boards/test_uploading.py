"""A reader flashed onto a board of an official MicroPython: the real `mpremote`, what runs there looked at
first, a cut in the middle. The board is the unix port's MicroPython with a real littlefs."""

import struct

import pytest
from hardware_board import compiled, power

from tournee.boards import runtimes
from tournee.errors import EmulationError
from tournee.maker import uploading

BOARD = {"name": "rp2350w", "core": {"chip": "version"}}  # how the unix port's machine ends
HEADER = bytes((0x4D, 6, 4 << 2 | 3, 31))  # of an RP2040's machine code
PICO = runtimes.Runtime("micropython", (1, 28, 0), 6 | (4 << 2 | 3) << 8, "Raspberry Pi Pico with RP2040")


LIST = """
import os
def show(at):
    for name, kind, *_ in os.ilistdir(at):
        path = at + '/' + name if at != '.' else name
        if kind & 0x4000:
            show(path)
        else:
            print(path, open(path, 'rb').read().hex() or '00')
show('.')
"""


def few(folder):
    """A folder as it is flashed, of fewer files: their machine code is for this machine."""
    whole = compiled("rp2350w")
    for name in ("usb_main.py", "air_main.py", "native.mpy", "startup.mpy", "reader/core.mpy"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((whole / name).read_bytes()[:400])
    for n in range(9):
        (folder / "sesam" / f"part{n}.mpy").parent.mkdir(exist_ok=True)
        (folder / "sesam" / f"part{n}.mpy").write_bytes(b"M%d" % n)
    return folder


class Bench:
    """A board whose service button is held, behind a port that stays where it is."""

    def __init__(self, folder):
        self._folder = folder
        self.port = folder / "port"
        self.modules = few(folder / "modules")
        self.said = []
        self.cut_at = None
        self.board = None
        self.start()

    def start(self):
        flash = self._folder / "flash"
        self.board = power("rp2350w", "micropython", "usb_main", flash, self._folder, usb=True, held=True)
        self.board.start()
        self.port.symlink_to(self.board.link_url)

    def stop(self):
        self.port.unlink()
        self.board.stop()

    def tell(self, line):
        self.said.append(line)
        if self.cut_at and line.startswith(self.cut_at):
            self.cut_at = None
            self.stop()
            self.lost = pytest.MonkeyPatch()  # a pseudo-terminal does not tell `mpremote` that it is gone
            self.lost.setattr(uploading, "_STALL_S", 1)
        elif "interrompue" in line:
            self.lost.undo()
        elif "attendu" in line:
            self.start()
            self.between = self.held()

    def flash(self, main="usb_main", wait_s=20, **other):
        board = {**BOARD, **other}
        uploading.put_on(board, str(self.port), self.modules, main, self.tell, "tenez-le", wait_s)

    def held(self):
        """Its files by name, with what is in them, as `mpremote` shows it."""
        told = self.remote("exec", LIST)
        return {name: bytes.fromhex(data) for name, data in (line.split() for line in told.splitlines())}

    def remote(self, *words):
        status, told = uploading._run(["mpremote", "connect", str(self.port), *words])
        assert status == 0, told
        return told


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.stop()


def flashed(folder, main):
    names = {name: name for name in uploading.modules(folder)} | {"main.py": main}
    return {name: (folder / file).read_bytes() for name, file in names.items()}


def test_flashed_again_it_holds_what_is_flashed_now_and_what_it_keeps(bench):
    old = "('main.py', 'gatt.py', 'usb_link.mpy', 'sesam/old.py', 'sesam/part1.mpy', 'journal0', 'bonds')"
    bench.remote(
        "exec", f"import os\nos.mkdir('sesam')\nfor n in {old}:\n with open(n, 'w') as f: f.write('x')"
    )
    bench.flash()
    assert bench.held() == flashed(bench.modules, "usb_main.py") | {"journal0": b"x", "bonds": b"x"}
    assert bench.said[0].startswith("10 sur 12 : ")
    assert bench.said[-1] == "12 modules sur la carte, qui démarre."


def test_cut_in_the_middle_goes_on_when_the_port_is_back(bench):
    bench.remote("exec", "with open('main.py', 'w') as f: f.write('old')")
    bench.cut_at = "10 sur 12"
    bench.flash("air_main")
    assert set(bench.between) < set(uploading.modules(bench.modules))  # and no main.py
    assert bench.held() == flashed(bench.modules, "air_main.py")
    assert [line.split(" :")[0] for line in bench.said] == [
        "10 sur 12",
        "La copie s’est interrompue",
        "Le port de la carte est attendu…",
        "10 sur 12",
        "12 sur 12",
        "12 modules sur la carte, qui démarre.",
    ]


def test_other_chip_is_told_and_nothing_is_copied(bench):
    with pytest.raises(EmulationError, match="sans RP2040"):
        bench.flash(core={"chip": "RP2040"})
    assert bench.held() == {}


def test_port_that_does_not_come_is_told(bench):
    with pytest.raises(EmulationError, match="n’est pas venu"):
        uploading.put_on(BOARD, "/nowhere", bench.modules, "usb_main", print, "", 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"version": (2, 0, 1)}, ""),
        ({"machine": "Raspberry Pi Pico W with RP2040"}, ""),
        ({"version": (1, 26, 1)}, "son MicroPython 1.26.1 est trop ancien : il en faut un de 1.27 ou plus"),
        ({"name": "circuitpython"}, "elle tourne sous circuitpython 1.28.0, et non MicroPython"),
        ({"machine": "Raspberry Pi Pico 2 with RP2350"}, "sans RP2040"),
        ({"loads": 7 | (4 << 2 | 3) << 8}, "de version 7.3, et ceux-ci sont de 6.3"),
        ({"loads": 6 | (4 << 2 | 2) << 8}, "de version 6.2, et ceux-ci sont de 6.3"),
        ({"loads": 6 | (7 << 2 | 3) << 8}, ""),  # a later Arm core loads an earlier one's
        ({"loads": 6 | (10 << 2 | 3) << 8}, "de sorte 10, et celui-ci est de 4"),
        ({"loads": 6 | 3 << 8}, "de sorte 0, et celui-ci est de 4"),
    ],
    ids=map(str, range(11)),
)
def test_runtime_that_cannot_run_it_is_told_why(change, why):
    found = runtimes.refusal(PICO._replace(**change), HEADER, "RP2040")
    assert found == why or (why and why in found)


def test_runtime_is_read_from_its_own_answer():
    said = "runtime micropython 1.28.0 4870 = Raspberry Pi Pico with RP2040\r\n"
    assert runtimes.told(f"mpremote's words\n{said}") == PICO
    assert runtimes.told("runtime micropython 1.28") is None
    assert struct.pack("<H", 4870) == HEADER[1:3]
