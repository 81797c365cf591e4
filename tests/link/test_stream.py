"""Several RECORDS under way between the two real ends: each is taken once and in order, whatever the wire
does, and nothing is sent more often than the losses ask for."""

import hashlib
import itertools

import late_wire
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from late_wire import FAULTS, LateWire
from link_rig import CountingService, LinkBoard, ManualClock

from sesam import codes, messages
from tournee.reader import Reader, Refused

LOT = b"".join(bytes((rank,)) + bytes(range(1, 128)) for rank in range(16))
DIGEST = hashlib.sha256(LOT).digest()
SECRET = bytes(range(32))
CONFIRMED = {"kind": "FSE", "mode": "03", "invoices": 1, "total": 100}
FRAMES = 19  # HELLO, CERTIFY, 16 RECORDS, SIGN: without a fault
HANDSHAKE = 2
A_FAULT = 5  # frames at most that one costs, besides a window sent again
A_JOIN = 2 * (1 + HANDSHAKE)  # and that a new connection costs


def rig(window, faults=None, secret=None, **rules):
    """A reader that takes so many RECORDS of one record each, behind a wire with these faults."""
    clock, service = ManualClock(), CountingService(chunk=1, window=window, seals=True, **rules)
    wire = LateWire(LinkBoard(service, clock, secret=secret), clock, faults or {})
    return Reader(wire.connect, clock=clock, session=b"session1", secret=secret), service, wire


def certify(window, faults=None, secret=None):
    reader, service, wire = rig(window, faults, secret)
    return reader.certify_lot(LOT, **CONFIRMED), service, wire


@pytest.mark.parametrize("window", [1, 2, 4, 8])
def test_without_a_fault_each_frame_is_sent_once(window):
    made, service, wire = certify(window)
    assert (made.digest, wire.sent, service.signatures) == (DIGEST, FRAMES, 1)
    assert service.requests == [messages.CERTIFY, *[messages.RECORDS] * 16, messages.SIGN]


def test_window_saves_the_turns_that_waiting_costs():
    *_, one = certify(1)
    *_, many = certify(8)
    assert one.clock.now - many.clock.now > 10 * 40


def test_host_listens_between_two_frames_however_many_are_under_way():
    reader, _, wire = rig(8)
    calls, out = [], []
    read, write = wire.read, wire.write

    def listen(timeout_ms):
        calls.append(0)
        return read(timeout_ms)

    def noted(data, more=False):
        calls.append(len(data))
        out.append(reader._session._conversation._transmitter._window.length_not_kept)
        write(data, more)

    wire.read, wire.write = listen, noted
    reader.certify_lot(LOT, **CONFIRMED)
    assert max(out) > 7 * 150
    assert all(size < 2 * 128 for size in calls)
    assert not any(one and following for one, following in itertools.pairwise(calls))


def test_link_that_has_become_slower_is_kept_as_busy_in_the_next_lot(monkeypatch):
    reader, _, wire = rig(8)
    reader.certify_lot(LOT, **CONFIRMED)
    monkeypatch.setattr(late_wire, "_WAY_MS", 200)
    reader.cards()  # the waits know by then
    taken = []
    for _ in range(2):
        before = wire.clock.now
        reader.certify_lot(LOT, **CONFIRMED)
        taken.append(wire.clock.now - before)
    assert taken[1] < 6 * 400  # six turns: CERTIFY, SIGN, and 16 records in four


@pytest.mark.parametrize("window", [1, 2, 4, 8])
@pytest.mark.parametrize("fault", ["lost", "damaged", "twice", "overtaken"])
def test_one_fault_costs_at_most_a_window_and_a_few_frames(fault, window):
    *_, whole = certify(window)
    for rank in range(whole.frames):
        made, service, wire = certify(window, {rank: fault})
        assert made.digest == DIGEST
        assert service.requests == [messages.CERTIFY, *[messages.RECORDS] * 16, messages.SIGN], rank
        assert wire.sent <= FRAMES + window + A_FAULT, rank


@pytest.mark.parametrize("fault", ["lost", "damaged"])
def test_lost_request_is_made_good_within_a_few_turns_of_the_link(fault):
    *_, whole = certify(4)
    for rank in range(8, 30):  # the link is known by then
        *_, wire = certify(4, {rank: fault})
        assert wire.clock.now - whole.clock.now < 400, rank


SPOILT = st.dictionaries(st.integers(0, 80), st.sampled_from(FAULTS), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 8), SPOILT)
@example(8, dict.fromkeys(range(4, 40, 3), "lost"))
@example(8, dict.fromkeys(range(10, 22), "twice"))
def test_whatever_the_wire_does_all_is_done_once_and_no_storm_comes_of_it(window, faults):
    made, service, wire = certify(window, faults)
    assert (made.digest, made.signature[:32], service.signatures) == (DIGEST, DIGEST, 1)
    assert service.requests == [messages.CERTIFY, *[messages.RECORDS] * 16, messages.SIGN]
    assert wire.sent <= FRAMES + len(faults) * (window + A_FAULT + A_JOIN)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), SPOILT)
def test_whatever_the_wire_does_records_of_the_protected_channel_are_done_once_as_well(window, faults):
    made, service, wire = certify(window, faults, SECRET)
    assert (made.digest, service.signatures) == (DIGEST, 1)
    assert bytes(service.streamed) == LOT
    assert wire.sent <= HANDSHAKE + FRAMES + len(faults) * (window + A_FAULT + A_JOIN)


@pytest.mark.parametrize("rank", range(4, 24))
def test_cause_of_a_refusal_is_told_even_when_its_answer_is_lost(rank):
    reader, service, _ = rig(4, {rank: "lost"})
    first, refuse = 5, (codes.LAYOUT, 5, 108, 0)
    take = service._records

    def judge(message, writer):
        if message.uint(1) == first:
            service.refused = refuse
            writer.refuse(*refuse)
        else:
            take(message, writer)

    service._records = judge
    with pytest.raises(Refused) as caught:
        reader.certify_lot(LOT, **CONFIRMED)
    assert (caught.value.status, caught.value.record, caught.value.column) == (codes.LAYOUT, 6, 108)
    assert messages.SIGN not in service.requests
    assert reader.cards()  # all that was under way is answered: the link goes on


@pytest.mark.parametrize("faults", [{}, {12: "lost"}, {12: "cut"}])
def test_who_has_had_enough_ends_the_certification_once_all_that_was_under_way_is_answered(faults):
    reader, service, _ = rig(4, faults)

    def stop(sent: int, count: int) -> None:
        if sent >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reader.certify_lot(LOT, **CONFIRMED, on_progress=stop)
    assert service.requests[-1] == messages.ABANDON
    assert service.requests.count(messages.ABANDON) == 1
    assert messages.SIGN not in service.requests
    assert reader.certify_lot(LOT, **CONFIRMED).digest == DIGEST


def test_progress_is_told_record_by_record_and_never_goes_back():
    reader, *_ = rig(8, {20: "lost", 31: "lost"})
    seen = []
    reader.certify_lot(LOT, **CONFIRMED, on_progress=lambda sent, count: seen.append(sent))
    assert seen == sorted(set(seen))
    assert seen[-1] == 16


def test_bluetooth_may_keep_its_last_piece_only_while_an_earlier_answer_is_awaited():
    reader, _, wire = rig(4)
    told = []
    write = wire.write

    def keep(data, more=False):
        told.append((reader._session._conversation.in_flight, more))
        write(data, more)

    wire.write = keep
    reader.certify_lot(LOT, **CONFIRMED)
    assert any(more for _, more in told)
    assert all(in_flight > 1 for in_flight, more in told if more)
    assert told[-1] == (1, False)
