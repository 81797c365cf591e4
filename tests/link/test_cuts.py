"""A whole dialogue, spoilt at every frame in each direction, ends with the same answers and one signature."""

import hashlib
import random

import pytest
from faulty_wire import FAULTS, TO_HOST, TO_READER, FaultyWire
from link_rig import CountingService, LinkBoard, ManualClock

from tournee.errors import ReaderError
from tournee.reader import Reader

LOT = b"".join(bytes((rank,)) + bytes(range(1, 128)) for rank in range(20))
DIGEST = hashlib.sha256(LOT).digest()
SIGNATURE = DIGEST + b"\x01" * 224
SESSION = b"session1"
FRAMES_EACH_WAY = {TO_READER: 16, TO_HOST: 21}  # HELLO, 15 requests; WELCOME, 15 ANSWERs, an ACK for 5
NO_FAULT = {"answers": (1, 3, SIGNATURE, SIGNATURE, DIGEST, 2), "steps": [9, 3, 5, 6, 7, 9], "streamed": LOT}


def service_of_several() -> CountingService:
    """One that takes several RECORDS under way, and gives a long answer."""
    return CountingService(chunk=4, window=4, seals=True)


def dialogue(reader: Reader) -> tuple[int, int, bytes, bytes | None, bytes, int]:
    before = reader.cards()
    tries = reader.unlock("1234")
    made = reader.certify_lot(LOT, kind="FSE", mode="03", invoices=1, total=100)
    after = reader.cards()
    return before.ps, tries, made.signature, made.seal, made.digest, after.ps


def run(plan, service: CountingService | None = None):
    clock = ManualClock()
    service = service or service_of_several()
    wire = FaultyWire(LinkBoard(service, clock), clock, plan)
    reader = Reader(wire.connect, clock=clock, session=SESSION)
    return dialogue(reader), service, wire


def test_dialogue_without_a_fault_has_the_frames_that_the_others_are_spoilt_at():
    answers, service, wire = run(lambda direction, rank: None)
    assert answers == NO_FAULT["answers"]
    assert service.steps == NO_FAULT["steps"]
    assert (wire.counts, wire.connections, wire.clock.now) == (FRAMES_EACH_WAY, 1, 0)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("direction", [TO_READER, TO_HOST])
def test_fault_at_any_frame_changes_no_answer_and_nothing_is_done_twice(direction, fault):
    for spoilt in range(FRAMES_EACH_WAY[direction]):
        answers, service, _ = run(
            lambda way, rank, at=spoilt: fault if (way, rank) == (direction, at) else None
        )
        assert answers == NO_FAULT["answers"], spoilt
        assert service.steps == NO_FAULT["steps"], spoilt
        assert (service.signatures, service.tries, service.sessions) == (1, 3, 1), spoilt


@pytest.mark.parametrize("first", ["cut before", "cut after", "lost"])
def test_two_faults_at_any_two_frames_change_no_answer_and_nothing_is_done_twice(first):
    for one in range(FRAMES_EACH_WAY[TO_READER]):
        for other in range(FRAMES_EACH_WAY[TO_HOST]):
            plan = {(TO_READER, one): first, (TO_HOST, other): "cut inside"}
            answers, service, _ = run(lambda way, rank, plan=plan: plan.get((way, rank)))
            assert answers == NO_FAULT["answers"], (one, other)
            assert (service.steps, service.signatures) == (NO_FAULT["steps"], 1), (one, other)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.25])
def test_faults_at_random_change_no_answer_and_nothing_is_done_twice(share):
    for seed in range(40):
        source = random.Random(seed)
        answers, service, _ = run(lambda *_, s=source: s.choice(FAULTS) if s.random() < share else None)
        assert answers == NO_FAULT["answers"], seed
        assert (service.steps, service.signatures) == (NO_FAULT["steps"], 1), seed


def test_reader_switched_off_at_any_frame_signs_once_or_says_so():
    for spoilt in range(FRAMES_EACH_WAY[TO_READER]):
        clock = ManualClock()
        service = service_of_several()
        board = LinkBoard(service, clock)

        def plan(way, rank, at=spoilt, board=board):
            if (way, rank) != (TO_READER, at):
                return None
            board.start()
            return "cut before"

        wire = FaultyWire(board, clock, plan)
        reader = Reader(wire.connect, clock=clock, session=SESSION)
        try:
            made = dialogue(reader)
            assert made[2:5] == (SIGNATURE, SIGNATURE, DIGEST), spoilt
        except ReaderError:
            made = reader.certify_lot(LOT, kind="FSE", mode="03", invoices=1, total=100)
            assert made.signature == SIGNATURE, spoilt
        assert service.signatures == 1, spoilt
        assert service.tries == 3, spoilt


def test_code_is_never_presented_twice_when_the_reader_restarted_after_it():
    clock = ManualClock()
    service = CountingService()
    board = LinkBoard(service, clock)

    def plan(way, rank):
        if (way, rank) == (TO_HOST, 2):  # WELCOME, the ACK of UNLOCK, then its answer
            board.start()
            return "cut before"
        return None

    reader = Reader(FaultyWire(board, clock, plan).connect, clock=clock, session=SESSION)
    with pytest.raises(ReaderError, match="redémarré"):
        reader.unlock("0000")
    assert service.tries == 2


def test_host_started_again_gets_the_kept_signature_without_another():
    clock = ManualClock()
    service = CountingService()
    board = LinkBoard(service, clock)
    for session in (b"session1", b"session2"):
        wire = FaultyWire(board, clock, lambda *_: None)
        made = Reader(wire.connect, clock=clock, session=session).certify_lot(
            LOT, kind="FSE", mode="03", invoices=1, total=100
        )
        assert made.signature == SIGNATURE
    assert (service.signatures, service.sessions) == (1, 2)


def test_dead_wire_is_told_as_lost_in_bounded_time_and_the_reader_serves_again_after():
    dead = True
    clock = ManualClock()
    service = service_of_several()
    wire = FaultyWire(LinkBoard(service, clock), clock, lambda *_: "lost" if dead else None)
    reader = Reader(wire.connect, clock=clock, session=SESSION)
    with pytest.raises(ReaderError, match="ne répond plus"):
        reader.cards()
    assert 10_000 < clock.now < 20_000
    dead = False
    assert dialogue(reader) == NO_FAULT["answers"]


def test_more_requests_than_there_are_numbers_go_round_without_a_mix_up():
    source = random.Random(5)
    clock = ManualClock()
    service = CountingService()
    board = LinkBoard(service, clock)
    wire = FaultyWire(board, clock, lambda *_: source.choice(FAULTS) if source.random() < 0.05 else None)
    reader = Reader(wire.connect, clock=clock, session=SESSION)
    for turn in range(1, 700):
        assert reader.cards().vitale == bool(turn % 2)
    assert service.requests == [9] * 699
