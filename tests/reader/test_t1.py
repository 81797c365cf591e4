"""T=1 through the channel: chains, sizes, extensions, checks; the card's end shares no code with ours."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_bench import CLOCK_KHZ, MESSAGE_MAX, Bench, heard_by
from scripted_card import NOTHING, ScriptedSlot, play

from reader.arena import Arena
from reader.crypto.sha256 import Sha256
from reader.transmission.channel import Channel
from sesam import codes
from tournee.emulation.cards import load_card
from tournee.emulation.cards.line.style import Style
from tournee.emulation.slots import FakeClock

DIALOGUES = Path(__file__).parents[1] / "vectors" / "reader" / "t1"
CPS4_ATR = bytes.fromhex("3B9B188001001225006480040100009044")
PLAIN = "3B800181"  # T=1 alone, everything by default: IFSC 32, BWI 4, CWI 13, LRC
SMALL = "3B8081310845 7D"  # IFSC 8
LARGE = "3B80 81 31 FE 45 8B"  # IFSC 254
CRC = "3B8081712045 01 14"  # CRC
CERTIFICATE = Bench(None, "moreau").read("READ_VITALE", 1)


def activated(atr, **style):
    bench = Bench(None, load_card("moreau", atr=bytes.fromhex(atr), style=Style(**style)))
    channel = bench.channels[1]
    assert channel.activate() == 0
    return bench, channel


def select(channel, name=b"\xd2\x50\x00\x00\x02VITALE"):
    channel.header(0, 0xA4, 0x04, 0x0C)
    return channel.expect(channel.put(name), -1)


def read(channel, offset, length):
    channel.header(0, 0xA4, 0x02, 0x0C)
    assert channel.expect(channel.put(b"\x20\x03"), -1) == 0
    channel.header(0, 0xB0, offset >> 8, offset & 255)
    status = channel.transmit(0, length)
    return status, bytes(channel.response[: channel.length])


@pytest.mark.parametrize("atr", [PLAIN, SMALL, LARGE, CRC], ids=["default", "IFSC 8", "IFSC 254", "CRC"])
@pytest.mark.parametrize("style", [{}, {"work_wtx": 3, "wtx_times": 5}, {"ifsc": 5}, {"chunk": 100}], ids=str)
def test_commands_and_answers_pass_whole_however_they_are_cut(atr, style):
    bench, channel = activated(atr, **style)
    assert select(channel) == 0
    assert read(channel, 0, 224) == (0, CERTIFICATE[:224])
    channel.header(0, 0x88, 0, 0)
    assert channel.expect(channel.put(bytes(range(32))), 256) == 0
    assert channel.length == 256
    assert bench.slots[1].card.signatures == 1


@pytest.mark.parametrize("path", sorted(DIALOGUES.glob("*.txt")), ids=lambda path: path.stem)
def test_dialogue_of_blocks_goes_as_it_is_written(path):
    clock = FakeClock()
    slot = ScriptedSlot(path, clock)
    play(slot, Channel(slot, Arena(MESSAGE_MAX, Sha256), CLOCK_KHZ, clock, lambda: None))
    assert slot.next == NOTHING


@pytest.mark.parametrize(
    ("atr", "request_", "agreed"),
    [
        ("3B9B188001001225006480040100009044", "FF 11 18 F6", 0x18),
        ("3B80800101", "FF 01 FE", 0x11),
        ("3B1018", "FF 10 18 F7", 0x18),
        ("3B800181", "", 0x11),
    ],
    ids=["T=0 and T=1 with a speed", "T=0 and T=1", "T=0 with a speed", "T=1 alone"],
)
def test_protocol_and_speed_are_asked_for_by_pps_where_they_are_not_the_card_s_own(atr, request_, agreed):
    bench = Bench(None, load_card("moreau", atr=bytes.fromhex(atr)))
    heard = heard_by(bench.slots[1])
    assert bench.channels[1].activate() == 0
    assert [block for block in heard if block[0] == 0xFF] == [bytes.fromhex(request_)] * bool(request_)
    assert bench.slots[1].card._contact.agreed_speed == agreed
    assert select(bench.channels[1]) == 0


def test_card_that_does_not_answer_the_pps_for_t_1_goes_on_with_its_first_protocol():
    card = load_card("moreau", atr=CPS4_ATR, style=Style(pps="silent"))
    bench = Bench(None, card)
    assert bench.channels[1].activate() == 0
    assert select(bench.channels[1]) == 0
    assert card._contact.exchange == "A4"
    assert card._contact.agreed_speed == 0x11


def test_specific_mode_imposes_protocol_and_speed_without_pps():
    card = load_card("moreau", atr=bytes.fromhex("3B9018110198"))
    bench = Bench(None, card)
    heard = heard_by(bench.slots[1])
    speeds = []
    card.speed = speeds.append
    assert bench.channels[1].activate() == 0
    assert speeds == [0x18]
    assert heard[0][:2] == b"\x00\xc1"


class Tampered:
    """Bytes between card and reader, one of them damaged: the `nth` that the card or the reader sends."""

    def __init__(self, slot, side, nth, damage):
        self.slot, self.left, self.damage = slot, nth, damage
        self.passed = 0
        if side == "card":
            self.inner, slot.read = slot.read, self.read
        else:
            self.inner, slot.write = slot.write, self.write

    def read(self, timeout_ms):
        byte = self.inner(timeout_ms)
        return self.struck(byte) if byte >= 0 else byte

    def write(self, buf, start, n):
        data = bytes(self.struck(byte) for byte in buf[start : start + n])
        self.inner(data, 0, len(data))

    def struck(self, byte):
        self.passed += 1
        return byte ^ self.damage if self.passed == self.left else byte


def dialogue(side, nth, damage, atr):
    """SELECT, VERIFY and more with one byte damaged: answers, tries left, how many bytes passed.

    All is made good but a damaged length of the reader's: this card has no clock, and waits for the rest."""
    bench = Bench(load_card("infirmiere", atr=bytes.fromhex(atr)), None)
    channel = bench.channels[0]
    assert channel.activate() == 0
    tampered = Tampered(bench.slots[0], side, nth, damage)
    answers = []
    for header, data, le in (
        ((0, 0xA4, 4, 0x0C), bytes.fromhex("e828bd080f8025000001ff0010"), -1),
        ((0, 0x20, 0, 1), b"0000", -1),
        ((0, 0x20, 0, 1), b"1234", -1),
        ((0, 0x22, 0x41, 0xB6), bytes.fromhex("800142840110"), -1),
        ((0, 0xCB, 0x3F, 0xFF), bytes.fromhex("4d087006bf810102a080"), 256),
    ):
        channel.header(*header)
        status = channel.transmit(channel.put(data), le)
        answers.append((status, channel.sw, bytes(channel.response[: channel.length])))
        if status:
            break
    return answers, bench.slots[0].card.application.tries_left, tampered.passed


@pytest.mark.parametrize("damage", [0x01, 0xFF, 0x40])
@pytest.mark.parametrize("side", ["card", "reader"])
@pytest.mark.parametrize("atr", [PLAIN, SMALL, CRC], ids=["LRC", "IFSC 8", "CRC"])
def test_any_one_damaged_byte_is_made_good_or_told_and_costs_no_try(atr, side, damage):
    whole, tries, bytes_passed = dialogue(side, 0, damage, atr)
    assert [sw for _, sw, _ in whole] == [0x9000, 0x63C2, 0x9000, 0x9000, 0x9000]
    for nth in range(1, bytes_passed + 1):
        answers, left, _ = dialogue(side, nth, damage, atr)
        if answers[-1][0]:
            assert answers[:-1] == whole[: len(answers) - 1]
            assert left >= 2
        else:
            assert (answers, left) == (whole, tries)


BLOCKS = [
    bytes.fromhex(text)
    for text in (
        "00 00 02 90 00 92",
        "00 40 02 90 00 D2",
        "00 20 01 55 74",
        "00 60 01 55 34",
        "00 80 00 80",
        "00 90 00 90",
        "00 81 00 81",
        "00 92 00 92",
        "00 E1 01 FE 1E",
        "00 C3 01 01 C3",
        "00 C3 01 FF 3D",
        "00 C1 01 01 C1",
        "00 E0 00 E0",
        "00 C0 00 C0",
        "00 C2 00 C2",
    )
]


class HostileSlot:
    """A card that answers each piece it is sent by whatever comes next, or by nothing."""

    def __init__(self, answers, clock):
        self.answers, self.clock, self.coming = list(answers), clock, b""

    def present(self):
        return True

    def activate(self):
        self.coming = bytes.fromhex(PLAIN)

    def deactivate(self):
        self.coming = b""

    def write(self, buf, start, n):
        self.coming += self.answers.pop(0) if self.answers else b""

    def read(self, timeout_ms):
        if not self.coming:
            self.clock.advance(timeout_ms)
            return -1
        byte, self.coming = self.coming[0], self.coming[1:]
        return byte


@given(st.lists(st.one_of(st.sampled_from([b"", *BLOCKS]), st.binary(max_size=12)), max_size=60))
@settings(max_examples=150)
def test_whatever_a_card_says_ends_in_a_status_within_its_bound(answers):
    clock = FakeClock()
    slot = HostileSlot(answers, clock)
    channel = Channel(slot, Arena(MESSAGE_MAX, Sha256), CLOCK_KHZ, clock, lambda: None)
    status = channel.activate()
    assert status in (0, codes.CARD_SILENT, codes.CARD_PROTOCOL)
    assert clock() <= 9_000
    if not status:
        channel.header(0, 0xB0, 0, 0)
        before = clock()
        status = channel.transmit(0, 224)
        assert status in (0, codes.CARD_SILENT, codes.CARD_PROTOCOL)
        assert clock() - before <= 22_000
        assert channel.length <= 224
