"""The slot driver of the hardware boards on a fake `machine` that has time: all of ISO 7816-3's times, judged
by `iso7816`. Never run on hardware."""

import sys
import tomllib
import types

import iso7816
import pytest
from card_line import SOURCE_KHZ, CardLine

from reader.arena import Arena
from reader.crypto.sha256 import Sha256
from reader.transmission.channel import Channel
from reader.transmission.line import REMOVED, TIMEOUT
from sesam import codes
from tournee.boards import BOARDS
from tournee.emulation.cards import load_card

DRIVER = (BOARDS / "drivers" / "official" / "contacts.py").read_text()
SETTINGS = tomllib.loads((BOARDS / "rp2350w" / "board.toml").read_text())
CLOCK_KHZ = SETTINGS["slots"]["clock_khz"]
PINS = SETTINGS["pins"][1]
BETWEEN_NS = 100_000  # the work of T=1 from one part of a block to the next, on an RP2040
T0 = "3B00"
T0_FAST = "3B1018"  # TA1 18: 12 times as fast, by PPS
T0_GUARD = "3B4005"  # N = 5
T1 = "3B800181"
T1_GUARD = "3BC005 81 31 20 4D 18"  # N = 5
T1_FAST = "3B9018 81 31 FE 55 93"  # TA1 18, IFSC 254, BWI 5, CWI 5
T1_FAST_LEAST = "3BD018FF 81 31 FE 55 2C"  # and N = 255


class Busy:
    """A slot that is called as often as T=1 does: its own work between two calls takes time."""

    def __init__(self, slot, line):
        self._slot, self._line = slot, line

    def __getattr__(self, name):
        return getattr(self._slot, name)

    def write(self, buf, start, n):
        self._line.spend(BETWEEN_NS)
        self._slot.write(buf, start, n)


@pytest.fixture
def put(monkeypatch):
    """`put(ATR, driver)`: a card in the slot of that driver, and the channel to it."""

    def made(atr, driver=DRIVER, **how):
        card = load_card("moreau", atr=bytes.fromhex(atr)) if atr else None
        line = CardLine(PINS, card, **how)
        machine, clock = line.machine()
        monkeypatch.setitem(sys.modules, "machine", machine)
        monkeypatch.setitem(sys.modules, "time", clock)
        module = types.ModuleType("contacts")
        monkeypatch.setitem(sys.modules, "contacts", module)
        exec(driver, module.__dict__)
        slot = module.ContactSlot(PINS, CLOCK_KHZ)
        line.edges.clear()
        ticks = lambda: int(line.now // 1e6)  # noqa: E731
        channel = Channel(Busy(slot, line), Arena(1280, Sha256), CLOCK_KHZ, ticks, lambda: None)
        made.slot = slot
        return line, channel

    return made


def talk(channel):
    """From the reset to a signature, and the card is put off."""
    assert channel.activate() == 0
    channel.header(0, 0xA4, 0x04, 0x0C)
    assert channel.expect(channel.put(b"\xd2\x50\x00\x00\x02VITALE"), -1) == 0
    channel.header(0, 0xA4, 0x02, 0x0C)
    assert channel.expect(channel.put(b"\x20\x03"), -1) == 0
    channel.header(0, 0xB0, 0, 0)
    assert channel.expect(0, 224) == 0
    channel.header(0, 0x88, 0, 0)
    assert channel.expect(channel.put(bytes(range(32))), 256) == 0
    channel.deactivate()


def faults(put, atr, protocol, driver=DRIVER, **limits):
    line, channel = put(atr, driver, turn=iso7816.TURN[protocol])
    talk(channel)
    off = 4
    found = iso7816.activation(line, line.edges[:off]) + iso7816.deactivation(line.edges[off:])
    return found + iso7816.characters(line, protocol, **limits)


CARDS = [
    (T0, 0, {}),
    (T0_FAST, 0, {}),
    (T0_GUARD, 0, {"n": 5}),
    (T1, 1, {}),
    (T1_FAST, 1, {"cwi": 5}),
    (T1_FAST_LEAST, 1, {"cwi": 5, "n": 255}),
    (T1_GUARD, 1, {"n": 5}),
]


@pytest.mark.parametrize(("atr", "protocol", "limits"), CARDS, ids=[one[0] for one in CARDS])
def test_all_times_are_the_standards(put, atr, protocol, limits):
    assert faults(put, atr, protocol, **limits) == []


WHOLE = "            self._uart.write(buf, start, n)\n"
SLOW = """            for i in range(start, start + n):
                self._uart.write(buf, i, 1)
                self._take(3)
                self._echoes -= 1
"""  # each byte waits for the echo of the one before
WRONG = [
    ("_TURNAROUND = const(12)", "_TURNAROUND = const(0)", T0, 0, "10.2 turnaround"),
    ("_TURNAROUND = const(12)", "_TURNAROUND = const(6)", T1, 1, "11.4.3 turnaround"),
    ("_RESET_MS = const(2)", "_RESET_MS = const(20)", T0, 0, "6.2.2 RST low for 7"),
    ("        sleep_ms(_RESET_MS)\n", "        self._reset.value(1)\n", T0, 0, "6.2.2 RST low for 1"),
    ("self._clock.init(Pin.OUT, value=0)", "self._clock.value(0)", T0, 0, "6.4 order"),
    ("self._io.init(Pin.OUT, value=0)", "pass", T0, 0, "6.4 order"),
    ("        self._supply.value(1)\n        sleep_ms(_SUPPLY_MS)\n", "", T0, 0, "6.2.1 order"),
    ("(_CHARACTER + self._guard)", "_CHARACTER", T0_GUARD, 0, "8.3 guard time"),
    ("(_CHARACTER + self._guard)", "_CHARACTER", T1_GUARD, 1, "8.3 guard time"),
    (WHOLE, SLOW, T1_FAST, 1, "11.4.3 CWT"),
    ("clock_khz * 1000 * d", "clock_khz * 1030 * d", T0, 0, "7.2"),
]


@pytest.mark.parametrize(
    ("right", "wrong", "atr", "protocol", "fault"), WRONG, ids=[one[-1] for one in WRONG]
)
def test_driver_that_does_otherwise_is_told_so(put, right, wrong, atr, protocol, fault):
    assert right in DRIVER
    limits = {"cwi": 5} if atr == T1_FAST else {"n": 5} if atr in (T0_GUARD, T1_GUARD) else {}
    found = faults(put, atr, protocol, DRIVER.replace(right, wrong), **limits)
    assert any(one.startswith(fault) for one in found), found


def test_clock_is_what_the_boards_counter_makes_exactly(put):
    for name in ("rp2040", "rp2350w", "esp32s3"):
        slots = tomllib.loads((BOARDS / name / "board.toml").read_text())["slots"]
        assert slots["pwm_khz"] % slots["clock_khz"] == 0
    assert SETTINGS["slots"]["pwm_khz"] == SOURCE_KHZ
    line, channel = put(T0)
    assert channel.activate() == 0
    assert line.clock_khz == CLOCK_KHZ


@pytest.mark.parametrize("cycles", [400, 40_000])
def test_answer_to_reset_that_begins_within_its_limits_is_taken(put, cycles):  # 6.2.2
    _, channel = put(T0, ts_clocks=cycles)
    assert channel.activate() == 0


def test_card_that_does_not_answer_is_put_off(put):  # 6.2.2
    line, channel = put(T0, ts_clocks=40_000_000)
    assert channel.activate() == codes.CARD_SILENT
    assert iso7816.deactivation(line.edges[4:]) == []


def until(channel):
    """Up to the first answer of the card."""
    status = channel.activate()
    if not status:
        channel.header(0, 0xA4, 0x04, 0x0C)
        status = channel.expect(channel.put(b"\xd2\x50\x00\x00\x02VITALE"), -1)
    return status


# what a card lets go by before its character of this number since the reset: etu between leading edges
WAITS = [
    (T0, 1, 9_600, "7.2, 8.1: between two characters of an answer to reset"),
    (T0, 2, 10 * 960, "10.2: WT, WI 10, before the procedure byte"),
    (T0_FAST, 7, 10 * 960 * 12, "10.2: WT by Fi, at D 12"),
    (T0_FAST, 3, 9_600, "9: before the answer to PPS"),
    (T1, 4, 11 + (1 << 4) * 960, "11.4.3: BWT, BWI 4, D 1"),
    (T1, 5, 11 + (1 << 13), "11.4.3: CWT, CWI 13"),
    (T1_FAST, 12, 11 + (1 << 5) * 960 * 12, "11.4.3: BWT, BWI 5, by Fd, at D 12"),
    (T1_FAST, 13, 11 + (1 << 5), "11.4.3: CWT, CWI 5"),
]


@pytest.mark.parametrize(("atr", "number", "etu"), [one[:3] for one in WAITS], ids=[one[3] for one in WAITS])
def test_card_may_wait_as_long_as_the_standard_lets_it(put, atr, number, etu):
    line, channel = put(atr, turn=iso7816.TURN[atr.startswith("3B9") or atr == T1])
    line.delays = {number: etu - 22}
    assert until(channel) == 0
    told = [one for one in line.characters if one.sender == "card"][number]
    before = line.characters[line.characters.index(told) - 1]
    assert told.at - before.at == pytest.approx(etu * told.etu, abs=12 * told.etu)


def test_card_that_waits_for_long_after_that_is_put_off(put):
    line, channel = put(T0)
    line.delays = {2: 3 * 9_600}
    assert until(channel) == codes.CARD_SILENT
    assert iso7816.deactivation(line.edges[4:]) == []


@pytest.mark.parametrize(
    ("ta1", "bits"), [(0x11, 10752), (0x18, 129032), (0x95, 125000), (0x96, 250000), (0x7F, 0), (0xE1, 0)]
)
def test_speed_is_the_clock_divided_by_f_over_d(put, ta1, bits):  # 8.1, tables 7 and 8
    line, _ = put(T0)
    assert sys.modules["contacts"].baud(4000, ta1) == bits
    put.slot.speed(0x11)
    put.slot.speed(ta1)
    assert line._baud == (bits or 10752) * CLOCK_KHZ // 4000


def test_removal_is_told_once_even_when_a_card_is_back(put):
    line, _ = put(T0)
    card = line.card
    assert put.slot.present()
    line.card = None
    assert put.slot.read(10) == REMOVED
    line.card = card
    assert [put.slot.present(), put.slot.present()] == [False, True]


def test_card_that_was_out_between_two_looks_is_told_once(put):
    line, channel = put(T0)
    assert until(channel) == 0
    line.card, card = None, line.card
    line.card = card
    channel.watch()
    assert not channel.powered
    assert iso7816.deactivation(line.edges[4:]) == []
    assert channel.present()


def test_card_swapped_behind_the_first_of_two_looks_is_put_off(put):
    line, channel = put(T0)
    assert until(channel) == 0
    look, card = put.slot.present, line.card
    swaps = [None, card]

    def looks():
        here = look()
        while swaps:
            line.card = swaps.pop(0)
        return here

    put.slot.present = looks
    assert channel.present()
    channel.watch()
    assert not channel.powered


def test_line_that_does_not_hear_itself_is_silent(put):
    line, _ = put(T0)
    put.slot.activate()
    put.slot.write(bytes(5), 0, 5)
    line._coming.clear()
    assert put.slot.read(10) == TIMEOUT


def test_microseconds_that_come_round_make_nobody_wait(put):
    line, channel = put(T0)
    assert until(channel) == 0
    line.now = 0  # what `ticks_diff` tells as long ago is in front then
    put.slot.write(bytes(1), 0, 1)
    assert line.now < 1e6
