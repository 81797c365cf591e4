"""PROTOCOL.md says what the firmware does: tables are fresh, the worked example and the dialogue hold."""

import binascii
import re

import pytest
from link_rig import CountingService, LinkBoard, ManualClock
from protocol_tables import MANUAL, with_tables

from sesam import frame, messages
from tournee.reader import codec
from tournee.reader.link import retransmit_timer
from tournee.reader.link.framing import encode_frame
from tournee.reader.transports import bluetooth

TEXT = MANUAL.read_text()
NAMES = ["HELLO", "WELCOME", "REQUEST", "ANSWER", "ACK", "NAK", "FETCH", "PART", "PIECE", "PIECES"]


def dialogue() -> list[tuple[str, str, bytes]]:
    """Give the dialogue at the end as (direction, comment, bytes)."""
    lines = TEXT.split("```")[1].splitlines()
    turns: list[list[str]] = []
    comment = ""
    for line in lines:
        if line.startswith("#"):
            comment = line[2:]
        elif line[:1] in ("<", ">"):
            turns.append([line[0], comment, line[1:]])
        elif line:
            turns[-1][2] += line
    return [(direction, said, bytes.fromhex(data)) for direction, said, data in turns]


def test_tables_of_messages_and_statuses_are_those_of_the_firmware():
    assert with_tables(TEXT) == TEXT


def test_dialogue_is_what_the_reader_says_byte_for_byte():
    board = LinkBoard(CountingService(window=3), ManualClock(), early=1_872)
    sent = told = b""
    for direction, comment, data in dialogue():
        if direction == ">":
            assert told == b"", comment
            sent += data  # with what follows it before the reader's next word
        else:
            told += board.feed(sent)
            sent = b""
            assert told.startswith(data), comment
            told = told[len(data) :]
    assert (sent, told) == (b"", b"")


def test_dialogue_has_every_frame_type():
    kinds = {data[2] for _, _, data in dialogue()}
    assert kinds == {getattr(frame, name) for name in NAMES}


def test_worked_example_is_made_by_the_host_as_written():
    lines = dict(re.findall(r"^    (message|body|CRC|frame) +((?:[0-9a-f]{2} ?)+)", TEXT, re.MULTILINE))
    message, body, crc, whole = (bytes.fromhex(lines[one]) for one in ("message", "body", "CRC", "frame"))
    assert codec.encode(messages.UNLOCK, {"code": b"1234"}) == message
    assert binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big") == crc
    assert encode_frame(frame.REQUEST, 1, message) == whole


def test_check_value_of_the_crc_is_as_written():
    assert frame.crc16(b"123456789", 0, 9) == binascii.crc_hqx(b"123456789", 0xFFFF) == 0x29B1


@pytest.mark.parametrize("name", [*NAMES, "PROTECTED"])
def test_frame_types_are_as_written(name):
    assert f"| {getattr(frame, name)} | {name} |" in TEXT


def test_times_are_the_clients_own():
    assert f"After {retransmit_timer.TRIES} sendings" in TEXT
    assert f"| WELCOME | {retransmit_timer.HELLO_WAIT_MS // 1000} s |" in TEXT
    assert f"{retransmit_timer.ACK_WAIT_MS // 1000} s + {retransmit_timer.BYTE_WAIT_MS} ms × n" in TEXT
    assert f"after an ACK | {retransmit_timer.WORK_WAIT_MS / 1000} s" in TEXT
    assert f"in all | {retransmit_timer.WORK_MAX_MS // 1000} s" in TEXT


@pytest.mark.parametrize("what", ["SERVICE", "WRITE", "NOTIFY", "IDENTITY"])
def test_characteristics_are_as_written(what):
    assert f"| {getattr(bluetooth, what)} |" in TEXT
