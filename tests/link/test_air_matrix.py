"""Whatever the air does (MTU, loss, repetition, overtaking, delay, a cut at any step), all arrives once."""

import pytest
from air_wire import WHIMS, AirWire
from link_rig import Board, Clock, CountingService
from test_cuts import NO_FAULT, dialogue, service_of_several

from tournee.reader import LinkLost, Reader

SECRET = bytes(range(32))
STEPS = 29  # cuts of one cell: the frames of the dialogue; with a small MTU they fall inside frames as well


def run(mtu, loss, whim="none", cut_at=0, seed=0, secret=None):
    clock, service = Clock(), service_of_several()
    wire = AirWire(Board(service, clock, secret=secret), clock, mtu, loss, whim, cut_at, seed)
    reader = Reader(wire.connect, clock=clock, session=b"session1", secret=secret)
    return dialogue(reader), service, wire


def holds(answers, service) -> bool:
    done = (service.steps, service.signatures, service.tries, service.sessions)
    return answers == NO_FAULT["answers"] and done == (NO_FAULT["steps"], 1, 3, 1)


CELLS = [
    (mtu, loss, whim)
    for mtu in (23, 64, 185, 247)
    for loss in (0, 0.01, 0.05, 0.20)
    for whim in WHIMS
    if (mtu, loss) != (23, 0.20)
]


@pytest.mark.parametrize(("mtu", "loss", "whim"), CELLS)
def test_all_arrives_and_is_done_once_whatever_the_air_does(mtu, loss, whim):
    *_, whole = run(mtu, loss, whim)
    for step in range(STEPS + 1):
        cut_at = whole.pieces * step // STEPS  # 0: no cut
        answers, service, _ = run(mtu, loss, whim, cut_at, seed=step)
        assert holds(answers, service), (step, cut_at)


@pytest.mark.parametrize("whim", WHIMS)
def test_where_hardly_a_frame_in_twenty_passes_a_second_try_by_hand_may_be_due_and_signs_nothing_twice(whim):
    """A request of 14 pieces, of each of which a fifth is lost: now and then three minutes are not enough."""
    for seed in range(8):
        clock, service = Clock(), CountingService()
        wire = AirWire(Board(service, clock), clock, 23, 0.20, whim, cut_at=90 * seed, seed=seed)
        reader = Reader(wire.connect, clock=clock, session=b"session1")
        for _ in range(3):
            try:
                answers = dialogue(reader)
                break
            except LinkLost:
                continue
        assert (answers[2], service.signatures, service.tries) == (NO_FAULT["answers"][2], 1, 3), seed


@pytest.mark.parametrize("whim", WHIMS)
@pytest.mark.parametrize("loss", [0.01, 0.05])
@pytest.mark.parametrize("mtu", [23, 247])
def test_records_of_the_protected_channel_arrive_as_well(mtu, loss, whim):
    answers, service, _ = run(mtu, loss, whim, cut_at=17, seed=1, secret=SECRET)
    assert answers == NO_FAULT["answers"]
    assert (service.steps, service.signatures) == (NO_FAULT["steps"], 1)
