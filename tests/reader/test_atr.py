"""Answers to reset: those of the cards, read by hand in a file; damaged ones; anything at all."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.transmission.atr import BAD, LONGEST, MORE, WHOLE, Atr, clock_of

VECTORS = Path(__file__).parents[1] / "vectors" / "reader" / "atrs.txt"
ROWS = [
    [part.strip() for part in line.split("|")]
    for line in VECTORS.read_text().splitlines()
    if line.strip() and not line.startswith("#")
]


def feed(data):
    atr = Atr(bytearray(LONGEST))
    state = MORE
    for byte in data:
        assert state == MORE, "it went on after its end"
        state = atr.feed(byte)
    return state, atr


def optional(value):
    return -1 if value < 0 else f"{value:02X}"


@pytest.mark.parametrize(("text", "protocols", "ta1", "tc1", "ta2", "wi", "historical"), ROWS)
def test_answer_is_walked_to_its_last_byte(text, protocols, ta1, tc1, ta2, wi, historical):
    data = bytes.fromhex(text)
    state, atr = feed(data)
    assert state == WHOLE
    assert atr.protocols == sum(1 << int(number) for number in protocols.split())
    assert optional(atr.ta1) == (-1 if ta1 == "-" else ta1)
    assert atr.guard == (0 if tc1 == "-" else int(tc1, 16))
    assert optional(atr.ta2) == (-1 if ta2 == "-" else ta2)
    assert atr.wi == int(wi)
    assert data[atr.historical : atr.historical + atr.historical_length] == bytes.fromhex(historical)


@pytest.mark.parametrize("text", [row[0] for row in ROWS])
def test_cut_answer_wants_more(text):
    data = bytes.fromhex(text)
    for length in range(1, len(data)):
        assert feed(data[:length])[0] == MORE


def test_answer_with_wrong_check_character_is_bad():
    assert feed(bytes.fromhex("3B9B18800100122500648004010000 9045"))[0] == BAD


def test_answer_without_protocol_offers_t_0():
    assert feed(bytes.fromhex("3B00"))[1].first == 0


@pytest.mark.parametrize("first", [0x00, 0x03, 0x3A, 0xC0, 0xFF])
def test_no_other_initial_character_is_taken(first):
    assert feed([first])[0] == BAD


def test_work_waiting_integer_of_zero_is_bad():
    assert feed(bytes.fromhex("3B804000"))[0] == BAD


@pytest.mark.parametrize("ta1", ["70", "80", "E1", "FF", "10", "1A"])
def test_reserved_speed_is_bad(ta1):
    assert feed(bytes.fromhex("3B10" + ta1))[0] == BAD


@pytest.mark.parametrize(
    ("atr", "ifsc", "bwi", "cwi", "crc"),
    [
        ("3B800181", 32, 4, 13, 0),
        ("3B80813108457D", 8, 4, 5, 0),
        ("3B80817120450114", 32, 4, 5, 1),
        ("3B8081B1104531207783", 16, 4, 5, 0),
    ],
    ids=["by default", "IFSC 8", "CRC", "the first bytes count"],
)
def test_block_protocol_s_sizes_waits_and_check_are_read(atr, ifsc, bwi, cwi, crc):
    state, read = feed(bytes.fromhex(atr))
    assert state == WHOLE
    assert (read.ifsc, read.bwi, read.cwi, read.crc) == (ifsc, bwi, cwi, crc)


@pytest.mark.parametrize(
    "atr",
    ["3B8081110010", "3B808111FFEF", "3B808121A080", "3B8081410242"],
    ids=["IFSC 0", "IFSC 255", "BWI 10", "another check"],
)
def test_reserved_values_of_the_block_protocol_are_bad(atr):
    assert feed(bytes.fromhex(atr))[0] == BAD


def test_clock_rate_of_the_vitale_card_is_372():
    assert clock_of(0x13) == 372
    assert clock_of(-1) == 372
    assert clock_of(0x95) == 512


@given(st.binary(min_size=1, max_size=80), st.sampled_from([0x3B, 0x3F]))
def test_whatever_comes_the_walk_ends_within_33_characters(data, first):
    atr = Atr(bytearray(LONGEST))
    state = atr.feed(first)
    taken = 1
    for byte in data:
        if state != MORE:
            break
        state = atr.feed(byte)
        taken += 1
    assert taken <= LONGEST
    assert state != MORE or taken == len(data) + 1
