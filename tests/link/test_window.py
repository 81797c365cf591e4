"""RECORDS sent ahead over a line that loses, doubles and spoils them: each is taken once, in order."""

from hypothesis import given
from hypothesis import strategies as st
from link_rig import SESSION, CountingService, LinkBoard, ManualClock, ask, hello, refusal, request, told

from sesam import codes, frame, messages

COUNT = 12
WHOLE = b"".join(bytes((rank + 1,)) * 128 for rank in range(COUNT))
RANKS = st.integers(0, COUNT - 1)
BEFORE = st.sampled_from([1, 2, 3, 250])  # numbers go from 255 to 1
HAPPENINGS = st.sampled_from(["whole", "doubled", "lost", "damaged", "cut"])


def records(rank: int, before: int) -> bytes:
    """The frame of one RECORDS; `before` is the number of the request before the first of them."""
    data = WHOLE[rank * 128 : rank * 128 + 128]
    return request((before + rank) % 255 + 1, messages.RECORDS, first=rank, data=data)


def carried(data: bytes, what: str) -> bytes:
    """What a bad line makes of a frame."""
    if what == "damaged":
        return data[:40] + bytes((data[40] ^ 4 or 1,)) + data[41:]
    return {"whole": data, "doubled": data * 2, "lost": b"", "cut": data[:90]}[what]


def certifying(before: int) -> tuple[LinkBoard, CountingService]:
    """A board that awaits RECORDS, `before` the number of the last request that it took."""
    service = CountingService()
    board = LinkBoard(service, ManualClock())
    board.feed(hello(SESSION))
    for number in range(1, before):
        board.feed(request(number))
    board.feed(request(before, messages.CERTIFY, what=2, kind=1, mode=3))
    assert service.certifying
    return board, service


@given(BEFORE, st.lists(st.lists(st.tuples(RANKS, HAPPENINGS), max_size=8), max_size=12))
def test_each_of_the_records_is_taken_once_in_order_whatever_comes_twice_or_not(before, flights):
    board, service = certifying(before)
    nexts = [0]
    for flight in flights:
        for answer in ask(board, b"".join(carried(records(rank, before), what) for rank, what in flight)):
            if answer.kind == frame.NAK:
                assert answer.payload == codes.CHECKSUM.to_bytes(2, "big")
                continue
            values = told(answer)[2]
            if "next" in values:
                assert values["next"] - nexts[-1] in (0, 1)  # the next one, or the kept answer
                nexts.append(values["next"])
            else:
                assert values["status"] == codes.SEQUENCE
        assert nexts[-1] * 128 == len(service.streamed)
        assert WHOLE.startswith(service.streamed)
    ask(board, b"\0")
    for rank in range(len(service.streamed) // 128, COUNT):
        (answer,) = ask(board, records(rank, before))
        assert told(answer)[2] == {"next": rank + 1}
    assert service.streamed == WHOLE
    assert service.requests.count(messages.RECORDS) == COUNT


@given(BEFORE, st.integers(1, COUNT), st.data())
def test_host_that_goes_back_to_the_number_it_is_told_gets_all_of_them_through(before, window, data):
    """Go back as PROTOCOL.md says, whatever is lost of the first ten flights."""
    board, service = certifying(before)
    taken = 0
    for turn in range(10 + COUNT):
        ahead = range(taken, min(taken + window, COUNT))
        fates = [data.draw(HAPPENINGS) if turn < 10 else "whole" for _ in ahead]
        sent = (carried(records(rank, before), fate) for rank, fate in zip(ahead, fates, strict=True))
        for answer in ask(board, b"".join(sent) + b"\0"):
            values = told(answer)[2] if answer.kind == frame.ANSWER else {}
            if "next" in values:
                taken = max(taken, values["next"])
            elif values:
                last = (before + taken - 1) % 255 + 1
                assert values == refusal(codes.SEQUENCE, last)
    assert taken == COUNT
    assert service.streamed == WHOLE
    assert service.requests.count(messages.RECORDS) == COUNT
