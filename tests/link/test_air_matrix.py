"""Whatever the air does (MTU, loss, repetition, overtaking, delay, a cut at any step), all arrives once."""

import hashlib

import pytest
from air_wire import WHIMS, AirWire
from link_rig import Board, Clock
from test_cuts import LOT, NO_FAULT, dialogue, service_of_several

from sesam import codes, messages
from tournee.reader import Reader, SessionForgotten, codec

SECRET = bytes(range(32))
EARLY = 2_752  # bytes for what cannot be taken yet, on boards that have room for it
STEPS = 20  # cuts of one cell, elsewhere in each: together they fall on every frame, and inside frames


def run(mtu, loss, whim="none", cut_at=0, seed=0, secret=None):
    clock, service = Clock(), service_of_several()
    board = Board(service, clock, secret=secret, early=EARLY if seed % 2 == 0 else 0)
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
    shift = CELLS.index((mtu, loss, whim)) * whole.pieces // (STEPS * len(CELLS))
    for step in range(STEPS):
        cut_at = whole.pieces * step // STEPS + shift  # 0: no cut
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


class Receding(AirWire):
    """A tablet that is carried away: from the first byte of a lot on the air loses a fifth of all pieces."""

    def _carry(self, to_reader, data):
        if to_reader and len(data) > 400:
            self.loss = 0.20
        super()._carry(to_reader, data)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("secret", [None, SECRET])
def test_frames_made_long_while_the_link_was_good_pass_when_it_is_bad(secret, seed):
    """46 pieces each: whole, one in 28,000 would come through."""
    clock, service = Clock(), service_of_several()
    service.chunk = 7
    wire = Receding(Board(service, clock, secret=secret, early=EARLY), clock, 23, 0, "none", 0, seed)
    reader = Reader(wire.connect, clock=clock, session=b"session1", secret=secret)
    reader.cards()
    reader._session._talk.flow.sent(30_000)  # what a good link has carried
    lot = LOT * 2
    made = reader.certify_lot(lot, kind="FSE", mode="03", invoices=1, total=100)
    assert made.digest == hashlib.sha256(lot).digest()
    assert (service.signatures, wire.loss) == (1, 0.20)
    assert wire.connections <= 2
    assert clock.now < 150_000


@pytest.mark.parametrize("secret", [None, SECRET])
def test_reader_that_restarts_while_a_request_is_handed_over_is_known_to_have_forgotten(secret):
    clock, service = Clock(), service_of_several()
    board = Board(service, clock, secret=secret, early=EARLY)
    wire = Receding(board, clock, 23, 0, "none", 0, 1)
    reader = Reader(wire.connect, clock=clock, session=b"session1", secret=secret)
    reader.cards()
    piece, seen = board.link._piece, []

    def restart(number):
        seen.append(number)
        if len(seen) == 5:
            board.start()
        return piece(number)

    board.link._piece = restart
    data = bytes(range(256)) * 3
    with pytest.raises(SessionForgotten):
        reader._session.request(codec.encode(messages.LOAD_OPPOSITION, {"offset": 0, "data": data[:512]}))
    assert len(seen) >= 5
    assert clock.now < 60_000


@pytest.mark.parametrize("size", [512, 400])
def test_any_long_request_passes_where_no_long_frame_does(size):
    """LOAD_OPPOSITION, say: 28 pieces, of which a fifth is lost."""
    clock, service = Clock(), service_of_several()
    board = Board(service, clock, secret=SECRET, early=EARLY)
    reader = Reader(
        Receding(board, clock, 23, 0, "all", 0, size).connect, clock=clock, session=b"session1", secret=SECRET
    )
    reader.cards()
    for _ in range(5):
        asked = codec.encode(messages.LOAD_OPPOSITION, {"offset": 0, "data": bytes(size)})
        answer = codec.decode(reader._session.request(asked))
        assert (
            answer.uint("status") == codes.NOT_CERTIFYING
        )  # this service's word for all that it does not know
    assert service.requests.count(messages.LOAD_OPPOSITION) == 5
