"""What the links of hardware boards take of the heap in steady state: of the drivers themselves, on the
emulated Cortex-M3 (over the air) and on the unix port's MicroPython (USB console)."""

import subprocess
import sys

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard

TURNS = 51  # of the probe, the first one included
CONSOLE = """
import gc, sys
sys.path.insert(0, {drivers!r})
from console import Console
def measure():
    console = Console()
    buf = bytearray(200)
    n = console.read(buf, 5000)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    while n < 4000:
        n += console.read(buf, 0)
    taken = gc.mem_alloc() - before
    sys.stderr.write("{{}} {{}} {{}}".format(n, taken, len(buf)))
measure()
"""
RUN = "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))"


def test_link_over_the_air_takes_no_heap_but_for_the_stack_and_a_view_of_a_short_piece(code_board):
    board_dir = code_board("armv6m", "gatt.py", "kept_bonds.py")
    with EmulatedBoard(board_dir, script=BOARDS / "probes" / "air.py") as board:
        told = list(map(int, board.console().split("begin", 1)[1].split()))
    read, nothing, reads, event, whole, short, *lengths, sent = told
    assert [read, nothing, event, whole, short] == [0, 0, 0, 0, 16]
    assert reads == TURNS + 1  # each makes an object: none of an empty buffer, but as a host connects
    assert lengths == [100, 244]
    assert sent == TURNS * (244 + 100)


def test_usb_console_takes_no_heap_for_what_it_reads():
    code = CONSOLE.format(drivers=str(BOARDS / "drivers" / "official"))
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, "micropython", "-c", code],
        input=bytes(6000),
        capture_output=True,
        check=True,
    )
    n, taken, length = map(int, done.stderr.split())
    assert (n >= 4000, taken, length) == (True, 0, 200)
