"""Whatever the air does (MTU, loss, repetition, overtaking, delay, a cut at any step), all arrives once."""

import hashlib

import pytest
from air_wire import WHIMS, AirWire
from link_rig import LinkBoard, ManualClock
from test_cuts import LOT, NO_FAULT, dialogue, service_of_several

from sesam import codes, messages
from tournee.reader import Reader, Refused, SessionForgotten

SECRET = bytes(range(32))
LOSS = 0.20
EARLY = 2_752  # bytes for what cannot be taken yet, on boards that have room for it
STEPS = 20  # cuts of one cell, elsewhere in each: together they fall on every frame, and inside frames


def run(mtu, loss, whim="none", cut_at=0, seed=0, secret=None):
    clock, service = ManualClock(), service_of_several()
    board = LinkBoard(service, clock, secret=secret, early=EARLY if seed % 2 == 0 else 0)
    wire = AirWire(board, clock, mtu, loss, whim, cut_at, seed)
    reader = Reader(wire.connect, clock=clock, session=b"session1", secret=secret)
    return dialogue(reader), service, wire


def holds(answers, service) -> bool:
    done = (service.steps, service.signatures, service.tries, bytes(service.streamed))
    return answers == NO_FAULT["answers"] and done == (NO_FAULT["steps"], 1, 3, NO_FAULT["streamed"])


CELLS = [(mtu, loss, whim) for mtu in (23, 64, 185, 247) for loss in (0, 0.01, 0.05, 0.20) for whim in WHIMS]


@pytest.mark.parametrize(("mtu", "loss", "whim"), CELLS)
def test_all_arrives_and_is_done_once_whatever_the_air_does(mtu, loss, whim):
    *_, whole = run(mtu, 0)
    shift = CELLS.index((mtu, loss, whim)) * whole.segments // (STEPS * len(CELLS))
    for step in range(STEPS):
        cut_at = whole.segments * step // STEPS + shift  # 0: no cut
        answers, service, _ = run(mtu, loss, whim, cut_at, seed=step)
        assert holds(answers, service), (step, cut_at)
        assert service.sessions == 1, (step, cut_at)


@pytest.mark.parametrize(("mtu", "loss", "whim"), CELLS)
def test_records_of_the_protected_channel_arrive_as_well(mtu, loss, whim):
    rank = CELLS.index((mtu, loss, whim))
    answers, service, _ = run(mtu, loss, whim, cut_at=17 + 5 * rank, seed=rank, secret=SECRET)
    assert holds(answers, service)


@pytest.mark.parametrize("mtu", [23, 64, 185, 247])
@pytest.mark.parametrize("loss", [0.05, 0.20])
def test_link_that_is_heard_is_not_connected_anew(mtu, loss):
    """But for the odd time that six sendings in a row bring nothing back."""
    anew = [seed for seed in range(12) if run(mtu, loss, seed=seed)[2].connections > 1]
    assert len(anew) <= 1, anew


def far(secret, service, whim="none", seed=1):
    """A reader with room for what comes early, on a wire of the smallest MTU that loses nothing so far."""
    clock = ManualClock()
    board = LinkBoard(service, clock, secret=secret, early=EARLY)
    wire = AirWire(board, clock, 23, 0, whim, 0, seed)
    reader = Reader(wire.connect, clock=clock, session=b"session1", secret=secret)
    reader.cards()
    return reader, wire


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("secret", [None, SECRET])
def test_frames_made_long_while_the_link_was_good_pass_when_it_is_bad(secret, seed):
    """A tablet is carried away. 46 segments a frame, a fifth of them lost: one frame in 28,000 passes."""
    service = service_of_several()
    service.chunk = 7
    reader, wire = far(secret, service, seed=seed)
    for lot, wire.loss in ((LOT * 10, 0), (LOT * 2, LOSS)):
        began = wire.clock.now
        made = reader.certify_lot(lot, kind="FSE", mode="03", invoices=1, total=100)
        assert made.digest == hashlib.sha256(lot).digest()
    assert service.signatures == 2
    assert wire.connections == 1
    assert wire.clock.now - began < 120_000


@pytest.mark.parametrize("secret", [None, SECRET])
def test_reader_that_restarts_while_a_request_is_handed_over_is_known_to_have_forgotten(secret):
    reader, wire = far(secret, service_of_several())
    wire.loss = LOSS
    piece, seen = wire.board.link._piece, []

    def restart(number):
        seen.append(number)
        if len(seen) == 5:
            wire.board.start()
        return piece(number)

    wire.board.link._piece = restart
    with pytest.raises(SessionForgotten):
        reader.load_filter(bytes(512), hashes=7, number=1)
    assert len(seen) >= 5
    assert wire.clock.now < 60_000


@pytest.mark.parametrize("seed", range(4))
def test_any_long_request_passes_where_no_long_frame_does(seed):
    """LOAD_OPPOSITION, say: 28 segments and more."""
    service = service_of_several()
    reader, wire = far(SECRET, service, whim="all", seed=seed)
    wire.loss = LOSS
    for _ in range(5):
        with pytest.raises(Refused) as refused:  # this service's word for all that it does not know
            reader.load_filter(bytes(512), hashes=7, number=1)
        assert refused.value.status == codes.NOT_CERTIFYING
    assert service.requests.count(messages.LOAD_OPPOSITION) == 5
