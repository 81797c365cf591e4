"""T=0 through the channel: conventions, speed, procedure bytes, 61xx and 6Cxx, waits."""

import pytest
from reader_bench import Bench, heard_by

from sesam import codes
from tournee.emulation.cards import Fault, load_card
from tournee.emulation.cards.applications.outdated import ATR_VITALE1
from tournee.emulation.cards.content import card_content
from tournee.emulation.cards.line.style import Style

INVERSE = bytes.fromhex("3F75130000 43 09EA9000")  # a Vitale 2 as no issuer makes it: inverse convention
WORK_WAITING_MS = {"vitale": 893, "ps": 3750}  # ⌈WI × 960 × 372 / 4000 kHz⌉ for WI 10 and 42


def select(channel):
    """SELECT the Vitale application."""
    channel.header(0, 0xA4, 0x04, 0x0C)
    return channel.expect(channel.put(b"\xd2\x50\x00\x00\x02VITALE"), -1)


def read(channel, offset, length):
    """SELECT the certificate's file and READ BINARY; status and data."""
    channel.header(0, 0xA4, 0x02, 0x0C)
    assert channel.expect(channel.put(b"\x20\x03"), -1) == 0
    channel.header(0, 0xB0, offset >> 8, offset & 255)
    status = channel.transmit(0, length)
    return status, bytes(channel.response[: channel.length])


def activated(card):
    bench = Bench(None, card)
    channel = bench.channels[1]
    assert channel.activate() == 0
    return bench, channel


CERTIFICATE = Bench("infirmiere", "moreau").read("READ_VITALE", 1)


@pytest.mark.parametrize(
    "style",
    [
        Style(),
        Style(singly=-1),
        Style(singly=3, nulls=2),
        Style(nulls=5, null_ms=800),
        Style(pps="default"),
    ],
    ids=["all at once", "one byte at a time", "some one by one after NULLs", "slow NULLs", "PPS1 not echoed"],
)
def test_card_may_use_every_freedom_of_t_0(style):
    _, channel = activated(load_card("moreau", style=style))
    assert select(channel) == 0
    assert read(channel, 0, 224) == (0, CERTIFICATE[:224])
    assert channel.sw == 0x9000


@pytest.mark.parametrize("atr", [INVERSE, ATR_VITALE1], ids=["made up", "Vitale 1"])
def test_inverse_convention_card_is_understood(atr):
    _, channel = activated(load_card("moreau", atr=atr))
    assert bytes(channel.atr.raw[: channel.atr.length]) == atr
    assert atr[0] == 0x3F
    assert select(channel) == 0
    assert read(channel, 100, 200) == (0, CERTIFICATE[100:300])


@pytest.mark.parametrize("atr", [INVERSE, ATR_VITALE1], ids=["made up", "Vitale 1"])
def test_long_command_reaches_an_inverse_convention_card_whole(atr):
    bench, channel = activated(load_card("moreau", atr=atr))
    assert select(channel) == 0
    channel.header(0, 0x88, 0, 0)
    assert channel.expect(channel.put(bytes(range(32))), 256) == 0
    assert bench.slots[1].card.signatures == 1


@pytest.mark.parametrize("chunk", [1, 100, 128, 255])
def test_answer_in_several_61xx_parts_is_put_together(chunk):
    whole, parts = Bench(None, "moreau"), Bench(None, load_card("moreau", style=Style(chunk=chunk)))
    answers = []
    for bench in (whole, parts):
        channel = bench.channels[1]
        assert channel.activate() == 0
        assert select(channel) == 0
        channel.header(0, 0x88, 0, 0)
        answers.append(
            (channel.expect(channel.put(bytes(32)), 256), bytes(channel.response[: channel.length]))
        )
    if chunk * 7 >= 256:
        assert answers[0] == answers[1]
    else:
        assert answers[1][0] == codes.CARD_PROTOCOL  # more parts than an answer may come in


def test_wrong_length_is_asked_again_as_6cxx_says():
    _, channel = activated(load_card("moreau"))
    assert select(channel) == 0
    end = len(CERTIFICATE) - 10
    assert read(channel, end, 224) == (0, CERTIFICATE[end:])


@pytest.mark.parametrize("chunk", [1, 17, 223, 224, 255])
@pytest.mark.parametrize("part", [0, 1], ids=["zone", "certificate"])
def test_file_is_read_to_its_end_from_a_card_that_gives_less_than_it_is_asked_for(chunk, part):
    card = load_card("moreau", style=Style(chunk=chunk))
    assert Bench(None, card).read("READ_VITALE", part) == Bench(None, "moreau").read("READ_VITALE", part)


@pytest.fixture
def reads():
    """The headers of the READ BINARY that it takes to read the certificate of a card just put in."""
    bench = Bench(None, "moreau")
    heard = heard_by(bench.slots[1])
    assert bench.read("READ_VITALE", 1) == CERTIFICATE
    return [header for header in heard if header[:2] == b"\x00\xb0"]


@pytest.mark.parametrize(
    "end", [b"\x62\x82", b"\x90\x00", b"\x6b\x00"], ids=["6282", "nothing more", "outside the file"]
)
def test_file_ends_where_the_card_says_so(reads, end):
    assert int.from_bytes(reads[-1][2:4], "big") == len(CERTIFICATE)
    card = load_card("moreau")
    card.fail(Fault("garbage", "B0", nth=len(reads), data=end))
    assert Bench(None, card).read("READ_VITALE", 1) == CERTIFICATE


def test_file_that_ends_with_6282_is_not_read_further(reads):
    card = load_card("moreau")
    last = reads[-2]
    card.fail(Fault("replace", "B0", nth=len(reads) - 1, byte=1 + last[4], data=b"\x62\x82"))
    bench = Bench(None, card)
    heard = heard_by(bench.slots[1])
    assert bench.read("READ_VITALE", 1) == CERTIFICATE
    assert [header for header in heard if header[:2] == b"\x00\xb0"] == reads[:-1]


def test_card_that_gives_more_than_there_is_room_for_is_refused():
    card = load_card("moreau")
    card.fail(Fault("garbage", "B0", nth=3, data=b"\x6c\xff"))  # asked for 224
    bench = Bench(None, card)
    assert bench.refusal("READ_VITALE", part=1, offset=0).status == codes.CARD_PROTOCOL


def test_speed_of_the_answer_to_reset_is_agreed_by_pps():
    bench, _ = activated(load_card("moreau"))
    assert bench.slots[1].card._contact.agreed_speed == 0x13


@pytest.mark.parametrize(
    ("style", "fault", "wait_ms"),
    [
        (Style(pps="silent"), None, 1000),
        (Style(), Fault("replace", "pps", byte=2, data=b"\x18"), 0),
        (Style(), Fault("replace", "pps", byte=3, data=b"\x00"), 0),
        (Style(), Fault("garbage", "pps", data=b"\x3b"), 0),
    ],
    ids=["silence", "another speed echoed", "wrong check character", "no echo at all"],
)
def test_card_that_fails_in_its_pps_is_reset_and_goes_on_at_the_default_speed(style, fault, wait_ms):
    card = load_card("moreau", style=style)
    speeds, resets = [], []
    card.speed = speeds.append
    card.activate = lambda activate=card.activate: (resets.append(1), activate())[1]
    if fault:
        card.fail(fault)
    bench, channel = activated(card)
    assert (speeds, len(resets), bench.clock()) == ([], 2, wait_ms)
    assert card._contact.agreed_speed == 0x11
    assert select(channel) == 0
    assert read(channel, 0, 224) == (0, CERTIFICATE[:224])
    assert channel.session == 1


def test_card_pulled_out_in_its_pps_is_told():
    card = load_card("moreau")
    card.fail(Fault("removed", "pps", byte=1))
    bench = Bench(None, card)
    assert bench.channels[1].activate() == codes.CARD_REMOVED


@pytest.mark.parametrize(
    ("atr", "etu"),
    [("3B401A", 0x1A), ("3B4000", 0), ("3B40FF", 0), ("3B00", 0), ("3BD0131000", 0x10)],
    ids=["N = 26", "N = 0", "N = 255, the least of T=0", "no TC1", "before a PPS"],
)
def test_slot_is_told_the_extra_guard_time(atr, etu):
    bench, _ = activated(load_card("moreau", atr=bytes.fromhex(atr)))
    assert bench.slots[1].guard_time == etu


def test_specific_mode_takes_the_speed_without_pps():
    card = load_card("moreau", atr=bytes.fromhex("3B90131000"))  # TA1 13, TD1 10, TA2 00
    speeds = []
    card.speed = speeds.append
    bench = Bench(None, card)
    assert bench.channels[1].activate() == 0
    assert speeds == [0x13]


@pytest.mark.parametrize("atr", ["3B800E8E", "3B90111010"], ids=["T=14", "parameters that only it knows"])
def test_card_that_offers_no_protocol_of_ours_is_refused(atr):
    bench = Bench(None, load_card("moreau", atr=bytes.fromhex(atr)))
    assert bench.channels[1].activate() == codes.CARD_PROTOCOL


@pytest.mark.parametrize(("slot", "name"), [(0, "infirmiere"), (1, "moreau")])
def test_silence_is_waited_for_as_long_as_the_card_may_take_and_no_longer(slot, name):
    card = load_card(name)
    bench = Bench(card if slot == 0 else None, card if slot else None)
    channel = bench.channels[slot]
    assert channel.activate() == 0
    card.fail(Fault("silence", "A4"))
    before = bench.clock()
    channel.header(0, 0xA4, 0x04, 0x0C)
    assert channel.transmit(channel.put(b"\1\2\3\4\5"), -1) == codes.CARD_SILENT
    assert bench.clock() - before == WORK_WAITING_MS["vitale" if slot else "ps"]


def test_host_is_told_that_a_card_works():
    card = load_card("moreau")
    bench, channel = activated(card)
    card.fail(Fault("nulls", "A4", count=10, delay_ms=600))
    assert select(channel) == 0
    assert bench.signs_of_life >= 10


@pytest.mark.parametrize("every_ms", [1, 40, 240])
def test_host_is_told_once_a_second_of_a_card_that_never_stops_sending(every_ms):
    card = load_card("moreau")
    bench, channel = activated(card)
    card.fail(Fault("nulls", "A4", count=100_000, delay_ms=every_ms))
    before = bench.signs_of_life
    began = bench.clock()
    assert select(channel) == codes.CARD_SILENT
    assert bench.signs_of_life - before >= (bench.clock() - began) // 1_240


def test_endless_null_bytes_are_given_up():
    card = load_card("moreau")
    bench, channel = activated(card)
    card.fail(Fault("nulls", "A4", count=100_000, delay_ms=0))
    before = bench.clock()
    assert select(channel) == codes.CARD_SILENT
    assert bench.clock() - before < 100


def test_whole_exchange_is_bounded_however_the_card_asks_for_time():
    card = load_card("moreau")
    bench, channel = activated(card)
    card.fail(Fault("nulls", "A4", count=100_000, delay_ms=800))
    before = bench.clock()
    assert select(channel) == codes.CARD_SILENT
    assert 19_000 < bench.clock() - before <= 21_000


def test_vitale_card_content_is_what_its_file_says():
    assert Bench(None, "moreau").read("READ_VITALE", 0) == card_content("moreau").zone
