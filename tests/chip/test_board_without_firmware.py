"""The emulated board whole, as `EmulatedBoard` starts it, with a program of nine instructions in place of a
firmware: it writes a table of words to registers, and stops."""

import struct
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "chip"))

from line_trace import events
from power import Desk

from tournee.emulation.cards import load_card

ATR = bytes.fromhex("3B751300004209EA9000")
AT = 0x10000000
LOOP = (
    "054A 1068 5168 0832 0028 01D0 0160 F8E7 FEE7 C046 C046 C046"  # r2: table; until 0: [r2] takes [r2 + 4]
)
TABLE = 0x1C
PINS, SIO, UART, PWM = 0x40014000, 0xD0000000, 0x40038000, 0x40050000
WATCHDOG, CHIP_SELECT, SSI_DATA = 0x40058000, 0x4001800C, 0x18000060
LOW, HIGH = 0x200, 0x300
IO, CLOCK, RESET, SUPPLY = 8, 10, 11, 12
ENOUGH_S = 30


def function(pin, number):
    return PINS + 8 * pin + 4, number


def command(*data):
    return [(CHIP_SELECT, LOW), *((SSI_DATA, byte) for byte in data), (CHIP_SELECT, HIGH)]


RESETS_A_CARD = [
    function(SUPPLY, 5),
    function(RESET, 5),
    (SIO + 0x24, 1 << SUPPLY | 1 << RESET),
    (SIO + 0x14, 1 << SUPPLY),
    (UART + 0x24, 930),  # 125 MHz / 16 / 930: an etu of 372 cycles of 3,125 kHz
    (UART + 0x2C, 0b1111110),
    (UART + 0x30, 0x301),
    function(IO, 2),
    (UART, 0x55),
    (PWM + 0x74, 39),
    (PWM + 0x70, 20),
    (PWM + 0x64, 1),
    function(CLOCK, 4),
    (SIO + 0x14, 1 << RESET),
]
STARTS_ANEW = [(WATCHDOG, 0x80000000)]
PROGRAMS_A_PAGE = command(6) + command(2, 0x08, 0, 0, 1, 2, 3, 4)


@pytest.fixture
def started(tmp_path):
    """`started(table, …)`: a board with this table, until what it wrote down is as `until` has it."""

    def start(table, until, **how):
        desk = Desk("rp2040", tmp_path)
        words = [AT + TABLE, *(word for pair in table for word in pair), 0, 0]
        program = bytes.fromhex(LOOP) + struct.pack(f"<{len(words)}I", *words)
        desk.flash.write_bytes(program.ljust(2 << 20, b"\xff"))
        desk.cards["vitale"] = load_card("moreau", atr=ATR)
        end = time.monotonic() + ENOUGH_S
        with desk.powered(**how) as board:
            told = []
            while not until(told, board) and wall() < end:
                told = events(desk.trace)
            status = board._process.poll()
        return desk, told, status

    wall = time.monotonic
    return start


def test_a_card_that_is_reset_answers_and_all_of_it_is_written_down(started):
    def answered(told, _):
        return sum(what.get("from") == "card" for what in told) == len(ATR)

    _, told, _ = started(RESETS_A_CARD, answered)
    edges = [(what["contact"], what["level"]) for what in told if "contact" in what and what["slot"] == 1]
    assert edges == [("VCC", 1), ("IO", 1), ("CLK", 3125), ("RST", 1)]
    line = [what for what in told if "byte" in what]
    assert [(what["byte"], what["format"]) for what in line if what["from"] == "reader"] == [(0x55, "8E2")]
    card = [what for what in line if what["from"] == "card"]
    assert bytes(what["byte"] for what in card) == ATR
    assert (card[1]["at"] - card[0]["at"]) / card[0]["etu"] == pytest.approx(12)


def test_a_chip_that_resets_itself_starts_anew_and_its_clock_goes_on(started):
    _, told, _ = started(STARTS_ANEW, lambda told, _: len(told) > 4)
    assert [what["event"] for what in told[:5]] == ["power", "reset", "power", "reset", "power"]
    assert told[1]["at"] == told[2]["at"] < told[3]["at"]


def programmed(told, _):
    return any(what.get("event") == "program" for what in told)


def died(told, board):
    return told and board._process.poll() is not None


def test_power_that_fails_in_an_operation_leaves_half_of_it(started):
    desk, told, status = started(PROGRAMS_A_PAGE, died, cut=0)
    assert desk.flash.read_bytes()[0x80000:0x80005] == b"\1\2\xff\xff\xff"
    assert (told[-1]["event"], told[-1]["number"]) == ("program", 0)
    assert status == 9


def test_the_half_of_each_operation_is_kept_beside_the_whole(started, tmp_path):
    desk, _, _ = started(PROGRAMS_A_PAGE, programmed, halves=tmp_path)
    assert (tmp_path / "0.bin").read_bytes()[0x80000:0x80005] == b"\1\2\xff\xff\xff"
    assert desk.flash.read_bytes()[0x80000:0x80005] == b"\1\2\3\4\xff"
