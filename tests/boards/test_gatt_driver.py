"""The Bluetooth driver of boards on an official MicroPython, on a small fake of its `bluetooth`."""

import struct
import tomllib
import uuid

import pytest
from gatt_rig import (
    ADDRESS,
    CONNECT,
    DISCONNECT,
    ENCRYPTION,
    FAKE,
    GET_SECRET,
    NOTIFIED,
    OURS,
    PASSKEY,
    PEERS,
    SET_SECRET,
    TOLD,
    Rig,
    bonded,
    secret,
)

from sesam.frame import encoded_max
from tournee.boards import BOARDS, build
from tournee.reader.transports import bluetooth as host


@pytest.fixture
def rig():
    return Rig()


def test_service_is_the_one_that_hosts_look_for(rig):
    ((service, characteristics),) = rig.ble.services
    assert service.text == host.SERVICE
    assert [(one.text, flags) for one, flags in characteristics] == [
        (host.WRITE, 0x0008 | 0x0004 | 0x1000 | 0x2000),  # write, without response, encrypted, authenticated
        (host.NOTIFY, 0x0010),
        (host.IDENTITY, 0x0002),
    ]
    assert rig.ble.values[TOLD] == b"open-1"


def test_pairing_takes_digits_shown_here(rig):
    asked = {name: rig.ble.configured[name] for name in ("bond", "mitm", "le_secure", "io")}
    assert asked == {"bond": True, "mitm": True, "le_secure": True, "io": 0}
    rig.ble.event(CONNECT, (1, 0, ADDRESS))
    rig.ble.event(PASSKEY, (1, 3, 0))
    digits = 0x01020304 % 1_000_000
    assert (rig.ble.passkeys, rig.shown[-1]) == ([(1, 3, digits)], digits)
    rig.ble.event(ENCRYPTION, (1, True, True, True, 16))
    assert rig.shown[-1] is None


def test_advertisement_fits_and_is_what_hosts_read(rig):
    told, answered = rig.ble.advertised
    assert len(told) <= 31
    assert told[3:5] == bytes((17, 7))
    assert told[5:21] == uuid.UUID(host.SERVICE).bytes[::-1]
    assert told[21:] == bytes((7, 8)) + b"TRN-01"
    assert answered == b""
    rig.gatt.battery(87)
    assert rig.ble.advertised[1] == b"\x04\x16\x0f\x18\x57"


@pytest.mark.parametrize("board", ["rp2350w", "esp32s3"])
def test_names_of_the_boards_fit_in_an_advertisement(board):
    settings = tomllib.loads((BOARDS / board / "board.toml").read_text())["bluetooth"]
    assert 1 <= len(settings["name"]) <= 8
    assert settings["bonds"] >= 1


def test_what_is_written_comes_in_order_and_once(rig):
    rig.connect()
    for piece in (b"abc", b"def", b"gh"):
        rig.ble.write_from_host(1, piece)
    assert [rig.read(5), rig.read(5), rig.read(5)] == [b"abcde", b"fgh", b""]


def test_a_frame_and_its_repetition_fit_in_the_buffer(rig):
    rig.connect(mtu=247)
    frame = bytes(range(1, 201)) * 3
    for at in range(0, 1200, 244):
        rig.ble.write_from_host(1, (frame + frame)[at : at + 244])
    assert rig.read(1200) == frame + frame


def test_reading_waits_in_bounded_time(rig):
    rig.connect()
    assert rig.read(timeout_ms=50) == b""
    assert sum(rig.paused) == 50


def test_nothing_is_taken_from_a_host_without_digits_and_its_bond_goes(rig):
    rig.ble.event(CONNECT, (1, 0, ADDRESS))
    rig.ble.event(SET_SECRET, (OURS, ADDRESS, b"early"))
    rig.ble.event(ENCRYPTION, (1, True, False, True, 16))
    assert not rig.ble.event(SET_SECRET, (PEERS, ADDRESS, b"late"))
    rig.ble.write_from_host(1, b"a stranger's")
    assert (rig.read(), rig.ble.dropped) == (b"", [1])
    assert rig.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) is None
    assert ADDRESS not in rig.saved[-1]


def test_answers_go_in_pieces_of_the_connections_size(rig):
    answer = bytearray(range(100))
    for mtu, sizes in ((None, [20] * 5), (64, [61, 39]), (247, [100])):
        rig.ble.notified.clear()
        rig.connect(mtu=mtu)
        at = 0
        while at < 100:
            at += rig.gatt.write(answer, at, 100 - at)
        assert [len(data) for _, _, data in rig.ble.notified] == sizes
        assert b"".join(data for _, _, data in rig.ble.notified) == answer
        assert {one[:2] for one in rig.ble.notified} == {(1, NOTIFIED)}
        rig.ble.event(DISCONNECT, (1, 0, ADDRESS))


def test_full_queue_is_waited_for_and_nothing_is_lost(rig):
    rig.connect()
    rig.ble.full = 3
    assert rig.gatt.write(bytearray(b"answer"), 0, 6) == 6
    assert (rig.ble.notified, rig.paused) == ([(1, NOTIFIED, b"answer")], [5, 5, 5])


def test_queue_that_stays_full_ends_the_wait(rig):
    rig.connect()
    rig.ble.full = 10**6
    assert rig.gatt.write(bytearray(b"answer"), 0, 6) == 0
    assert sum(rig.paused) == 1_000


def test_answer_that_nobody_hears_is_gone(rig):
    assert rig.gatt.write(bytearray(b"answer"), 0, 6) == 6
    rig.connect()
    rig.ble.event(DISCONNECT, (1, 0, ADDRESS))
    assert rig.gatt.write(bytearray(b"answer"), 0, 6) == 6
    assert rig.ble.notified == []


def test_new_connection_hears_and_says_nothing_of_the_one_before(rig):
    rig.connect(mtu=247)
    rig.ble.write_from_host(1, b"half a fra")
    assert rig.read(4) == b"half"
    rig.ble.advertised = None
    rig.ble.event(DISCONNECT, (1, 0, ADDRESS))
    assert rig.ble.advertised is not None
    rig.connect()
    assert rig.read() == b""
    assert rig.gatt.write(bytearray(100), 0, 100) == 20


def test_bonds_are_found_again_after_a_start(rig):
    rig.connect()
    rig.ble.event(SET_SECRET, (OURS, memoryview(ADDRESS), memoryview(secret(b"our"))))
    rig.ble.event(SET_SECRET, (PEERS, memoryview(ADDRESS), memoryview(secret(b"their"))))
    rig.read()
    again = Rig(kept=rig.saved[-1])
    assert again.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) == secret(b"our")
    assert again.ble.event(GET_SECRET, (PEERS, 0, None)) == secret(b"their")
    assert again.ble.event(GET_SECRET, (PEERS, 1, None)) is None
    again.ble.pair_again(ADDRESS)
    assert again.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) is None


def test_one_bond_too_many_takes_the_place_of_the_oldest(rig):
    rig.connect()
    hosts = [struct.pack("<BIH", 0, rank, 0) for rank in range(3)]
    for one in hosts:
        rig.ble.event(SET_SECRET, (OURS, one, secret(b"our")))
        rig.ble.event(SET_SECRET, (PEERS, one, secret(b"their")))
    found = [rig.ble.event(GET_SECRET, (kind, 0, one)) for one in hosts for kind in (OURS, PEERS)]
    assert found == [None, None, secret(b"our"), secret(b"their"), secret(b"our"), secret(b"their")]


def test_bonds_are_written_only_when_they_change_and_not_in_the_interrupt(rig):
    rig.connect()
    rig.read()
    before = len(rig.saved)
    rig.ble.event(SET_SECRET, (OURS, ADDRESS, secret(b"another")))
    assert len(rig.saved) == before
    for _ in range(3):
        rig.read()
    assert len(rig.saved) == before + 1


@pytest.mark.parametrize("ends", ["without digits", "before it is encrypted"])
def test_stranger_who_pairs_takes_no_bonds_place_under_any_address(rig, ends):
    hosts = [struct.pack("<BIH", 0, rank, 0) for rank in range(2)]
    for one in hosts:
        bonded(rig, one)
    for address in (b"\1stange", hosts[0]):
        rig.ble.event(CONNECT, (1, 0, address))
        rig.ble.pair_again(address)
        for kind in (OURS, PEERS):
            rig.ble.event(SET_SECRET, (kind, address, b"stranger's"))
        if ends == "without digits":
            rig.ble.event(ENCRYPTION, (1, True, False, True, 16))
        rig.ble.event(DISCONNECT, (1, 0, address))
    rig.read()
    for now in (rig, Rig(kept=rig.saved[-1])):
        found = [now.ble.event(GET_SECRET, (kind, 0, one)) for one in hosts for kind in (OURS, PEERS)]
        assert found == [FAKE["secret"](one, one) for one in hosts for _ in range(2)]
        assert now.ble.event(GET_SECRET, (PEERS, 2, None)) is None


def test_known_host_that_pairs_again_is_forgotten_once_and_remembered_anew(rig):
    bonded(rig, ADDRESS)
    rig.ble.event(CONNECT, (1, 0, ADDRESS))
    assert rig.ble.pair_again(ADDRESS) == 2
    for kind in (OURS, PEERS):
        rig.ble.event(SET_SECRET, (kind, ADDRESS, secret(b"another")))
    rig.ble.event(ENCRYPTION, (1, True, True, True, 16))
    rig.read()
    again = Rig(kept=rig.saved[-1])
    assert [again.ble.event(GET_SECRET, (kind, 0, ADDRESS)) for kind in (OURS, PEERS)] == [
        secret(b"another")
    ] * 2


def test_readers_own_secret_is_no_bond_and_stays(rig):
    for rank in range(5):
        bonded(rig, struct.pack("<BIH", 0, rank, 0))
    rig.read()
    assert rig.ble.event(GET_SECRET, (10, 0, b"irk")) == b"identity of ours"
    assert Rig(kept=rig.saved[-1]).ble.event(GET_SECRET, (10, 0, b"irk")) == b"identity of ours"


def test_host_that_pairs_again_is_the_newest(rig):
    hosts = [struct.pack("<BIH", 0, rank, 0) for rank in range(3)]
    for rank in (0, 1, 0, 2):
        bonded(rig, hosts[rank])
    found = [rig.ble.event(GET_SECRET, (PEERS, 0, one)) is not None for one in hosts]
    assert found == [True, False, True]


@pytest.mark.parametrize("board", ["rp2350w", "esp32s3"])
def test_window_of_the_largest_frames_waits_whole_and_one_frame_more(board):
    settings = tomllib.loads((BOARDS / board / "board.toml").read_text())["link"]
    window, largest = build.window(settings), encoded_max(settings["message"])
    assert window > 1
    rig = Rig(room=(window + 1) * largest)
    rig.connect(mtu=247)
    sent = bytes(range(1, 256)) * (window + 1) * largest
    sent = sent[: (window + 1) * largest]
    for at in range(0, len(sent), 244):
        rig.ble.write_from_host(1, sent[at : at + 244])
    assert rig.ble.lost == 0
    rig.ble.write_from_host(1, b"!")
    assert rig.ble.lost == 1  # as the stack has it: without a word
    assert b"".join(iter(lambda: rig.read(600), b"")) == sent


def test_bytes_that_come_while_others_are_read_are_behind_them(rig):
    rig.connect(mtu=247)
    rig.ble.write_from_host(1, b"abcdef")
    assert rig.read(2) == b"ab"
    rig.ble.write_from_host(1, b"ghi")
    assert b"".join(iter(lambda: rig.read(2), b"")) == b"cdefghi"


def test_answer_goes_out_in_order_through_a_queue_that_fills_again_and_again(rig):
    rig.connect(mtu=64)
    answer, at = bytearray(range(250)), 0
    while at < len(answer):
        rig.ble.full = at % 3
        at += rig.gatt.write(answer, at, len(answer) - at)
    assert b"".join(data for _, _, data in rig.ble.notified) == answer
