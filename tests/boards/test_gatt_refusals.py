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
    PEERS,
    SET_SECRET,
    Rig,
    bonded,
    secret,
)


@pytest.fixture
def rig():
    return Rig()


LEGACY = bytes(8) + b"\x12\x34" + bytes(8) + b"key"
RANDOM = bytes(8) + bytes(9) + b"\1" + b"key"


@pytest.mark.parametrize("value", [LEGACY, RANDOM], ids=["EDIV", "Rand"])
@pytest.mark.parametrize("order", ["secret first", "encryption first"])
def test_bond_without_secure_connections_is_refused_digits_or_not(rig, value, order):
    bonded(rig, ADDRESS)
    rig.ble.event(CONNECT, (1, 0, b"\1legacy"))
    encryption = lambda: rig.ble.event(ENCRYPTION, (1, True, True, True, 16))  # noqa: E731
    if order == "encryption first":
        encryption()
    assert not rig.ble.event(SET_SECRET, (OURS, memoryview(b"\1legacy"), memoryview(value)))
    assert not rig.ble.event(SET_SECRET, (PEERS, memoryview(b"\1legacy"), memoryview(secret(b"later"))))
    if order == "secret first":
        encryption()
    rig.ble.write_from_host(1, b"a listener's")
    assert (rig.read(), rig.ble.dropped) == (b"", [1])
    assert b"\1legacy" not in rig.saved[-1]
    assert rig.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) == secret(ADDRESS)


def test_bond_without_secure_connections_of_an_older_reader_goes_at_the_start(rig):
    record = lambda kind, key, value: struct.pack("<HBB", kind, len(key), len(value)) + key + value  # noqa: E731
    own, good = record(10, b"irk", LEGACY), record(OURS, b"\1secure", secret(b"k"))
    kept = own + record(OURS, ADDRESS, LEGACY) + good
    now = Rig(kept=kept)
    assert now.ble.event(GET_SECRET, (OURS, 0, ADDRESS)) is None
    assert now.ble.event(GET_SECRET, (OURS, 0, b"\1secure")) == secret(b"k")
    now.read()
    assert now.saved[-1] == own + good


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
