"""Whatever a card answers, each request ends in time with a known status; the next card is served."""

from pathlib import Path
from random import Random

import pytest
import reader_sheets as sheets
from hostile_card import SLOT_OF, hostile_card, true_application
from reader_bench import Bench, Refused

from sesam import codes
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import VirtualCard, load_card
from tournee.emulation.cards.applications import vitale
from tournee.errors import TourneeError
from tournee.exchange.certificates import SignatureError, certificate_records
from tournee.reader import Reader

VECTORS = Path(__file__).parents[1] / "vectors" / "reader" / "hostile_cards.txt"
ROWS = [
    [part.strip() for part in line.split("|")]
    for line in VECTORS.read_text().splitlines()
    if line and not line.startswith("#")
]
STATUSES = {value for name, value in vars(codes).items() if name.isupper()}
LONGEST_MS = 160_000  # of one request (PROTOCOL.md 6): 150 s, and what was being waited for then
GOOD = ("infirmiere", "moreau")
ASKED = [
    ("READ_PS_CARD", {"part": 0, "offset": 0}),
    ("READ_PS_CARD", {"part": 1, "offset": 0}),
    ("READ_PS_CARD", {"part": 1, "offset": 65535}),
    ("READ_PS_CARD", {"part": 2, "offset": 0}),
    ("READ_VITALE", {"part": 0, "offset": 0}),
    ("READ_VITALE", {"part": 0, "offset": 300}),
    ("READ_VITALE", {"part": 1, "offset": 9}),
    ("UNLOCK", {"code": b"1234"}),
    ("CARDS", {}),
    ("SEAL", {"kind": 1}),
    ("CERTIFY", {"what": 1, "kind": 1, "mode": 3}),
    ("CERTIFY", {"what": 1, "kind": 1, "mode": 4}),
    ("RECORDS", {"first": 0, "data": sheets.invoice(1)}),
    ("SIGN", {"invoices": 1, "total": sheets.FEE}),
]
#: What leads to a signature or a seal, so that no chance is needed to get there.
PATHS = [[7, 10, 12, 13], [9, 12, 13], [7, 11, 12, 13]]


@pytest.mark.parametrize(("kind", "way", "seed"), ROWS, ids=[" ".join(row) for row in ROWS])
def test_every_request_ends_in_time_with_a_status_and_a_true_card_is_served_after(kind, way, seed):
    bench = Bench(*GOOD)
    place = SLOT_OF[kind]
    random = Random(int(seed))
    for _ in range(3):
        bench.slots[place].insert(hostile_card(kind, way, random.randrange(10**6)))
        bench.channels[place].watch()
        for step in [*random.choices(range(len(ASKED)), k=8), *random.choice(PATHS)]:
            name, values = ASKED[step]
            before = bench.clock()
            answer = bench.answer(name, **values)
            assert answer.values.get("status", 0) in STATUSES, name
            assert bench.clock() - before < LONGEST_MS, name
    bench.slots[place].insert(load_card(GOOD[place]))
    bench.channels[place].watch()
    bench.ask("UNLOCK", code=b"1234")
    made = bench.certify(sheets.invoice(1), what=1, invoices=1, total=sheets.FEE)
    assert len(made.data("seal")) == 256


def test_a_host_is_told_of_each_by_an_error_of_ours():
    """Over the link of a board: what its own words of a stranger make of them as well."""
    with EmulatedBoard() as board, Reader.open(board.link_url) as reader:
        for kind, way, seed in ROWS:
            if way == "line":  # the time of a board is real
                continue
            slot = ("ps", "vitale")[SLOT_OF[kind]]
            board.insert(slot, hostile_card(kind, way, int(seed)))
            try:
                reader.read_ps_card() if slot == "ps" else reader.read_vitale()
            except TourneeError as error:
                assert error.message and error.next_step
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        reader.unlock("1234")
        made = reader.certify_invoice(sheets.invoice(1), kind="FSE", mode="03", total=sheets.FEE)
        assert len(made.seal) == 256


@pytest.mark.parametrize("certificate", [b"", b"\x00", b"\x30\x82\xff\xff", bytes(700), b"\xff" * 4096])
def test_certificate_that_is_no_der_is_read_and_then_refused(certificate):
    application = true_application("vitale2", certificate=certificate)
    bench = Bench("infirmiere", VirtualCard("strange", vitale.ATR_VITALE2, application))
    read = bench.read("READ_VITALE", 1)
    assert read == certificate
    with pytest.raises(SignatureError):
        certificate_records(sheets.ISSUER, "000000001", "V", bytes(256), read)


def test_zone_that_never_ends_is_refused_where_no_group_follows():
    application = true_application("vitale2", zone=b"\x00\x65\x81\xff" * 8192)
    bench = Bench("infirmiere", VirtualCard("strange", vitale.ATR_VITALE2, application))
    with pytest.raises(Refused) as refused:
        bench.read("READ_VITALE", 0)
    assert refused.value.status == codes.CARD_PROTOCOL  # beyond what a card's file can hold
