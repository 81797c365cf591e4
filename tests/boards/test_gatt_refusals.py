"""What the Bluetooth driver refuses: bonds without Secure Connections, a stack that keeps none, two hosts in
one read."""

import struct
import sys

import pytest
from gatt_rig import (
    ADDRESS,
    CONNECT,
    DISCONNECT,
    ENCRYPTION,
    FAKE,
    GET_SECRET,
    OURS,
    PASSKEY,
    PEERS,
    SET_SECRET,
    Rig,
    bonded,
    secret,
)


@pytest.fixture
def rig():
    return Rig()


STRANGER = b"\1strang"
UNSAFE = {
    "without Secure Connections": {"secure": False},
    "without digits": {"authenticated": False},
    "without either": {"secure": False, "authenticated": False},
}


def at_home(address, value):
    """A host's secret as Espressif's NimBLE has it: a count of bonds and one of signatures more."""
    return (
        address
        + b"\0"
        + b"\3\0"
        + value[7:8]
        + bytes(5)
        + value[16:75]
        + bytes(5)
        + bytes((value[74] >> 1, *bytes(7)))
    )


@pytest.mark.parametrize("how", UNSAFE.values(), ids=UNSAFE)
@pytest.mark.parametrize("order", ["encryption first", "secret first"])
@pytest.mark.parametrize("keys", [(OURS, PEERS), (PEERS,)], ids=["both", "its own"])
def test_bond_that_a_listener_knows_is_refused_digits_or_not(rig, how, order, keys):
    bonded(rig, ADDRESS)
    rig.ble.event(CONNECT, (1, 0, STRANGER))
    if order == "secret first":
        value = FAKE["secret"](STRANGER, b"key", **how)
        assert not rig.ble.event(SET_SECRET, (OURS, memoryview(STRANGER), memoryview(value)))
    rig.ble.paired(1, STRANGER, b"key", **how, keys=keys)
    rig.ble.write_from_host(1, b"a listener's")
    assert (rig.read(), rig.ble.dropped) == (b"", [1])
    assert STRANGER not in rig.saved[-1]
    assert rig.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) == FAKE["secret"](ADDRESS, ADDRESS)
    rig.ble.event(DISCONNECT, (1, 0, STRANGER))
    rig.connect()
    rig.ble.write_from_host(1, b"a good one's")
    assert rig.read() == b"a good one's"


@pytest.mark.parametrize("how", [{"secure": False}, {}], ids=["legacy", "Secure Connections"])
def test_host_that_keeps_no_bond_is_refused_for_nobody_knows_how_it_paired(rig, how):
    rig.ble.event(CONNECT, (1, 0, STRANGER))
    rig.ble.paired(1, STRANGER, b"key", **how, bonded=False)
    rig.ble.write_from_host(1, b"unknown")
    assert (rig.read(), rig.ble.dropped) == (b"", [1])


def test_host_that_keeps_its_secrets_back_is_not_let_in_before_they_come(rig):
    rig.ble.event(CONNECT, (1, 0, ADDRESS))
    rig.ble.event(PASSKEY, (1, 3, 0))
    rig.ble.paired(1, ADDRESS, b"key", keys=())
    rig.ble.write_from_host(1, b"early")
    assert rig.read() == b""
    rig.ble.event(SET_SECRET, (OURS, memoryview(ADDRESS), memoryview(secret(b"key"))))
    rig.ble.write_from_host(1, b"in time")
    assert rig.read() == b"in time"


def test_bond_of_before_lets_nobody_in_who_pairs_anew(rig):
    bonded(rig, ADDRESS)
    rig.ble.event(CONNECT, (1, 0, ADDRESS))
    assert rig.ble.event(GET_SECRET, (PEERS, 0, memoryview(ADDRESS)))
    rig.ble.event(PASSKEY, (1, 3, 0))
    rig.ble.paired(1, ADDRESS, b"key", secure=False, keys=())
    rig.ble.write_from_host(1, b"a listener's")
    assert rig.read() == b""


def test_host_of_a_bond_is_let_in_when_it_comes_back(rig):
    bonded(rig, ADDRESS)
    rig.read()
    now = Rig(kept=rig.saved[-1])
    now.ble.event(CONNECT, (1, 0, ADDRESS))
    assert now.ble.encrypted_again(1, ADDRESS)
    now.ble.write_from_host(1, b"again")
    assert (now.read(), now.ble.dropped) == (b"again", [])


@pytest.mark.parametrize(("how", "read"), [({}, b"word"), *((how, b"") for how in UNSAFE.values())])
def test_secrets_of_espressifs_nimble_are_judged_as_well(rig, how, read):
    value = at_home(ADDRESS, FAKE["secret"](ADDRESS, b"key", **how))
    assert len(value) == 88
    rig.ble.event(CONNECT, (1, 0, ADDRESS))
    rig.ble.event(ENCRYPTION, (1, True, True, True, 16))
    rig.ble.event(SET_SECRET, (OURS, memoryview(ADDRESS), memoryview(value)))
    rig.ble.write_from_host(1, b"word")
    assert rig.read() == read


def test_bond_that_a_listener_knows_goes_at_the_start_of_a_newer_reader(rig):
    record = lambda kind, key, value: struct.pack("<HBB", kind, len(key), len(value)) + key + value  # noqa: E731
    own, good = record(10, b"irk", bytes(16)), record(OURS, b"\1secure", secret(b"k"))
    kept = own + record(OURS, ADDRESS, FAKE["secret"](ADDRESS, b"key", secure=False)) + good
    now = Rig(kept=kept)
    assert now.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) is None
    assert now.ble.event(GET_SECRET, (OURS, 0, b"\1secure")) == secret(b"k")
    now.read()
    assert now.saved[-1] == own + good


def test_host_that_goes_while_it_is_sent_away_or_shown_digits_leaves_the_reader_listening(rig):
    rig.ble.event(CONNECT, (1, 0, STRANGER))
    rig.ble.connected.clear()
    rig.ble.event(PASSKEY, (1, 3, 0))
    rig.ble.event(PASSKEY, (1, 2, 0))
    rig.ble.paired(1, STRANGER, b"key", authenticated=False)
    rig.ble.event(DISCONNECT, (1, 0, STRANGER))
    rig.connect()
    rig.ble.write_from_host(1, b"heard")
    assert rig.read() == b"heard"


def test_answer_that_waits_for_room_goes_to_no_host_that_comes_meanwhile(rig):
    def another(ms):
        rig.ble.event(DISCONNECT, (1, 0, ADDRESS))
        rig.connect()

    rig.connect(mtu=247)
    rig.gatt._pause = another
    rig.ble.full = 1
    assert rig.gatt.write(bytearray(b"of the first"), 0, 12) == 12
    assert rig.ble.notified == []


def test_host_that_stays_without_being_let_in_is_sent_away_after_a_minute(rig):
    rig.ble.event(CONNECT, (1, 0, STRANGER))
    rig.read(timeout_ms=59_000)
    assert rig.ble.dropped == []
    rig.read(timeout_ms=2_000)
    assert (rig.ble.dropped, rig.ble.handler is not None) == ([1], True)
    rig.ble.event(DISCONNECT, (1, 0, STRANGER))
    rig.connect()
    rig.read(timeout_ms=120_000)
    assert rig.ble.dropped == [1]


def test_event_that_fails_lets_nobody_in_and_ends_the_reader_at_its_next_read(rig):
    rig.connect()
    rig.bonds.drop = lambda: bytes(1 << 62)  # no memory
    rig.ble.event(CONNECT, (2, 0, STRANGER))
    assert rig.ble.handler is not None  # as MicroPython has it, one that raises is taken away for good
    with pytest.raises(MemoryError):
        rig.read()


def test_stack_that_asks_for_no_secret_is_refused_and_off(monkeypatch):
    ble = FAKE["Server"]()
    ble.nimble = False
    monkeypatch.setitem(FAKE, "Server", lambda: ble)
    with pytest.raises(ValueError, match="NimBLE"):
        Rig()
    assert not ble.on
    assert ble.advertised is None


def lines_of(act, name):
    """How many lines of the driver's method `name` run in `act`, `at(n)` called before each."""

    def counted(at):
        seen = [0]

        def line(frame, event, _):
            if event == "line":
                seen[0] += 1
                at(seen[0])
            return line

        def call(frame, event, _):
            return line if frame.f_code.co_name == name else None

        sys.settrace(call)
        try:
            act()
        finally:
            sys.settrace(None)
        return seen[0]

    return counted


def test_event_at_any_line_of_a_read_mixes_no_two_hosts_and_shrinks_no_buffer():
    lines = 1000
    at = 0
    while at < lines:
        at += 1
        rig = Rig()
        rig.connect()
        rig.ble.write_from_host(1, b"of the first")
        buf = bytearray(8)
        found = []

        def happens(n, rig=rig, at=at):
            if n == at:
                rig.ble.event(DISCONNECT, (1, 0, ADDRESS))
                rig.connect()
                rig.ble.write_from_host(1, b"SECOND")

        def read(rig=rig, buf=buf, found=found):
            found.append(bytes(buf[: rig.gatt.read(buf, 0)]))

        lines = lines_of(read, "read")(happens)
        after = b"".join(iter(rig.read, b""))
        assert len(buf) == 8
        assert (found[0], after) in {
            (b"of the f", b"SECOND"),
            (b"", b"SECOND"),
            (b"SECOND", b""),
        } or lines < at
    assert at > 10
