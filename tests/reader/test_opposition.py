"""The reader's filter of the opposition list: loaded whole or not at all, held against each Vitale card."""

import binascii

import pytest
from reader_bench import Bench

from reader.cards.opposition import Opposition
from reader.cards.vitale import VitaleCard
from reader.core import Heap
from reader.service import Service
from sesam import codes
from tournee.opposition.compact import Filter, make_filter

SIZE = 256
MOREAU, LAMBERT = "800000102", "800000101"


class FilterBench(Bench):
    """The bench of a board whose reader has a filter of `SIZE` bytes."""

    def __init__(self, vitale: str = "moreau") -> None:
        super().__init__("infirmiere", vitale)
        self.arena.opposition = bytearray(SIZE)
        self.arena.serial, self.arena.cleared = bytearray(10), bytearray(10)
        self.opposition = Opposition(self.arena, self.channels[1])
        self.vitale = VitaleCard(self.channels[1], self.vitale.files, self.arena, self.opposition)
        self.service = Service(self.arena, self.ps, self.vitale, Heap(), b"bench", opposition=self.opposition)

    def load(self, made: Filter, number: int = 5, check: int | None = None) -> None:
        for at in range(0, SIZE, 100):
            self.ask("LOAD_OPPOSITION", offset=at, data=made.data[at : at + 100])
        right = binascii.crc_hqx(made.data, 0xFFFF)
        self.ask("USE_OPPOSITION", number=number, hashes=made.hashes, check=right if check is None else check)

    def number(self) -> int:
        return self.ask("LOAD_OPPOSITION", offset=0, data=b"").uint("number")


def status(bench, name, **values):
    refused = bench.refusal(name, **values)
    return refused.status, refused.detail


@pytest.fixture
def bench():
    return FilterBench()


def test_card_on_the_list_is_not_read(bench):
    bench.load(make_filter([MOREAU, "800000900"], SIZE))
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.OPPOSED_CARD, 0)
    assert status(bench, "READ_VITALE", part=1, offset=0) == (codes.OPPOSED_CARD, 0)


def test_card_on_the_list_seals_nothing(bench):
    bench.load(make_filter([MOREAU], SIZE))
    bench.ask("UNLOCK", code=b"1234")
    assert status(bench, "CERTIFY", what=1, kind=1, mode=3) == (codes.OPPOSED_CARD, 0)
    assert bench.slots[1].card.signatures == 0


def test_degraded_invoice_is_certified_while_the_card_is_on_the_list(bench):
    bench.load(make_filter([MOREAU], SIZE))
    bench.ask("UNLOCK", code=b"1234")
    bench.ask("CERTIFY", what=1, kind=1, mode=5)


def test_card_that_is_not_on_the_list_is_read(bench):
    bench.load(make_filter([LAMBERT], SIZE))
    assert bench.read("READ_VITALE", 0)


def test_card_read_before_the_list_came_is_refused_after(bench):
    assert bench.read("READ_VITALE", 0)
    bench.load(make_filter([MOREAU], SIZE))
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.OPPOSED_CARD, 0)


def test_host_is_told_the_serial_and_clears_that_card_alone(bench):
    bench.load(make_filter([MOREAU], SIZE))
    status(bench, "READ_VITALE", part=0, offset=0)
    assert bench.ask("CLEAR_OPPOSITION", serial="").text("serial") == MOREAU
    assert status(bench, "CLEAR_OPPOSITION", serial=LAMBERT) == (codes.INCOHERENT, 0)
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.OPPOSED_CARD, 0)
    assert bench.ask("CLEAR_OPPOSITION", serial=MOREAU).text("serial") == MOREAU
    assert bench.read("READ_VITALE", 0)


def test_new_list_takes_the_clearance_back(bench):
    made = make_filter([MOREAU], SIZE)
    bench.load(made)
    status(bench, "READ_VITALE", part=0, offset=0)
    bench.ask("CLEAR_OPPOSITION", serial=MOREAU)
    bench.load(made, number=6)
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.OPPOSED_CARD, 0)


def test_no_serial_is_told_before_a_card_was_read(bench):
    assert bench.ask("CLEAR_OPPOSITION", serial="").text("serial") == ""


def test_reader_says_its_size_and_the_list_in_force(bench):
    assert bench.ask("LOAD_OPPOSITION", offset=0, data=b"").values == {"size": SIZE, "next": 0, "number": 0}
    bench.load(make_filter([LAMBERT], SIZE), number=17)
    assert bench.ask("LOAD_OPPOSITION", offset=9, data=b"").values == {
        "size": SIZE,
        "next": SIZE,
        "number": 17,
    }


def test_half_loaded_list_is_not_in_force_and_the_old_one_no_more(bench):
    bench.load(make_filter([MOREAU], SIZE))
    bench.ask("LOAD_OPPOSITION", offset=0, data=bytes(100))
    assert bench.number() == 0
    assert status(bench, "USE_OPPOSITION", number=6, hashes=7, check=0) == (codes.OPPOSITION_PIECE, 100)
    assert bench.number() == 0
    assert bench.read("READ_VITALE", 0)


def test_piece_at_the_start_that_is_refused_leaves_the_list_in_force(bench):
    bench.load(make_filter([MOREAU], SIZE), number=5)
    refused = status(bench, "LOAD_OPPOSITION", offset=0, data=bytes(SIZE + 1))
    assert refused == (codes.OPPOSITION_PIECE, SIZE)
    assert bench.number() == 5
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.OPPOSED_CARD, 0)


def test_filter_whose_checksum_is_wrong_is_not_put_in_force(bench):
    made = make_filter([MOREAU], SIZE)
    with pytest.raises(Exception, match="E402"):
        bench.load(made, check=binascii.crc_hqx(made.data, 0xFFFF) ^ 1)
    assert bench.number() == 0


@pytest.mark.parametrize(("offset", "length"), [(50, 10), (150, 10), (1, 1), (100, SIZE)])
def test_piece_that_is_not_the_next_or_too_long_is_refused(bench, offset, length):
    bench.ask("LOAD_OPPOSITION", offset=0, data=bytes(100))
    assert status(bench, "LOAD_OPPOSITION", offset=offset, data=bytes(length)) == (
        codes.OPPOSITION_PIECE,
        100,
    )
    bench.ask("LOAD_OPPOSITION", offset=100, data=bytes(SIZE - 100))


def test_reader_suspects_exactly_what_the_host_says_it_would(bench):
    made = make_filter([f"{800000000 + 7 * number}" for number in range(200)], SIZE)
    bench.load(made)
    serials = [f"{800000000 + number}" for number in range(2000)] + ["1", "1234567890", "VX00000905"]
    suspected = []
    for serial in serials:
        bench.opposition.hold(serial.encode(), 0, len(serial))
        if bench.opposition.suspects():
            suspected.append(serial)
    assert suspected == [serial for serial in serials if made.suspects(serial)]


def test_reader_without_a_filter_knows_none_of_these_messages():
    bare = Bench("infirmiere", "moreau")
    for name, values in (
        ("LOAD_OPPOSITION", {"offset": 0, "data": b""}),
        ("USE_OPPOSITION", {"number": 1, "hashes": 1, "check": 0}),
        ("CLEAR_OPPOSITION", {"serial": ""}),
    ):
        assert status(bare, name, **values) == (codes.UNKNOWN_MESSAGE, 0)
