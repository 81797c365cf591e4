"""The services one by one: identity, cards, zones, code porteur, date."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from reader_bench import Bench, heard_by, real_card

from reader import service
from reader.cards.recognise import CPS3
from reader.certification import certify
from sesam import codes
from sesam.layout import KINDS
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.reader import codec


def status(bench, name, **values):
    refused = bench.refusal(name, **values)
    return refused.status, refused.detail


def test_reader_says_what_it_is(bench):
    values = bench.ask("IDENTIFY").values
    assert (values["firmware"], values["board"], values["profile"], values["slots"]) == (
        "0.1.0",
        "bench",
        "open-1",
        2,
    )


@pytest.mark.parametrize("part", [0, 1], ids=["zone", "certificate"])
@pytest.mark.parametrize(("name", "request_"), [("infirmiere", "READ_PS_CARD"), ("moreau", "READ_VITALE")])
def test_card_is_read_to_its_last_byte(bench, part, name, request_):
    content = card_content(name)
    wanted = content.certificate.public_bytes(Encoding.DER) if part else content.zone
    assert bench.read(request_, part) == wanted


def test_reading_past_the_end_gives_nothing_and_says_last(bench):
    answer = bench.ask("READ_VITALE", part=0, offset=5000)
    assert (answer.data("data"), answer.uint("last")) == (b"", 1)


def test_empty_slots_are_named():
    bench = Bench(None, None)
    assert bench.ask("CARDS").values == {"ps": 0, "vitale": 0}
    assert status(bench, "READ_PS_CARD", part=0, offset=0) == (codes.PS_CARD_ABSENT, 0)
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.VITALE_ABSENT, 0)
    assert status(bench, "UNLOCK", code=b"1234") == (codes.PS_CARD_ABSENT, 0)


def test_state_of_the_slots_follows_the_cards(bench):
    assert bench.ask("CARDS").values == {"ps": 1, "vitale": 1}
    bench.ask("UNLOCK", code=b"1234")
    assert bench.ask("CARDS").values == {"ps": 2, "vitale": 1}
    bench.slots[0].insert(load_card("infirmiere"))
    assert bench.ask("CARDS").values == {"ps": 1, "vitale": 1}
    bench.slots[1].remove()
    assert bench.ask("CARDS").values == {"ps": 1, "vitale": 0}


def test_right_code_unlocks_and_gives_the_tries_back(bench):
    status(bench, "UNLOCK", code=b"9999")
    assert bench.ask("UNLOCK", code=b"1234").uint("tries_left") == 3


def test_wrong_codes_count_down_and_block(bench):
    assert status(bench, "UNLOCK", code=b"1111") == (codes.WRONG_CODE, 2)
    assert status(bench, "UNLOCK", code=b"2222") == (codes.WRONG_CODE, 1)
    assert status(bench, "UNLOCK", code=b"3333") == (codes.CODE_BLOCKED, 0)
    assert status(bench, "UNLOCK", code=b"1234") == (codes.CODE_BLOCKED, 0)


def test_wrong_code_is_presented_once(bench):
    status(bench, "UNLOCK", code=b"1111")
    assert bench.slots[0].card.application.tries_left == 2


@pytest.mark.parametrize("code", [b"123A", b"12 4", b"1234567/", b"\x01\x02\x03\x04"])
def test_code_that_is_not_all_digits_never_reaches_the_card(bench, code):
    heard = heard_by(bench.slots[0])
    assert status(bench, "UNLOCK", code=code) == (codes.RANGE, 0)
    assert code not in bench.request
    assert bench.slots[0].card.application.tries_left == 3
    bench.ask("UNLOCK", code=b"1234")
    assert [header[:2] for header in heard].count(b"\x00\x20") == 1


def test_wrong_code_locks_an_unlocked_card(unlocked):
    status(unlocked, "UNLOCK", code=b"1111")
    assert unlocked.ask("CARDS").uint("ps") == 1


@pytest.mark.parametrize("code", [b"1234", b"87654321"])
def test_code_is_nowhere_in_the_reader_afterwards(bench, code):
    bench.answer("UNLOCK", code=code)
    buffers = [value for value in vars(bench.arena).values() if isinstance(value, bytearray)]
    assert len(buffers) > 10
    assert not [buffer for buffer in [*buffers, bench.request] if code in buffer]


@pytest.mark.parametrize("atr", ["3FAC00402A001225006480000310009000", "3F800181"], ids=["T=0", "T=1"])
def test_code_of_an_inverse_convention_card_leaves_no_converted_trace(monkeypatch, atr):
    monkeypatch.setattr("reader.cards.card.kind_of", lambda raw, length: CPS3)
    bench = Bench(load_card("infirmiere", atr=bytes.fromhex(atr)), None)
    bench.ask("UNLOCK", code=b"1234")
    assert not any(bench.arena.wire)


def test_card_never_seen_before_is_refused_as_such():
    card = load_card("infirmiere", atr=bytes.fromhex("3B021450"))
    assert status(Bench(card, None), "READ_PS_CARD", part=0, offset=0) == (codes.UNKNOWN_CARD, 0)


@pytest.mark.parametrize("fifth", [0x43, 0x4C, 0x00, 0xFF])
def test_vitale_2_is_known_whatever_its_fifth_byte(fifth):
    atr = bytes.fromhex("3B75130000") + bytes([fifth]) + bytes.fromhex("09EA9000")
    assert Bench(None, load_card("moreau", atr=atr)).read("READ_VITALE", 0) == card_content("moreau").zone


@pytest.mark.parametrize("ps_is_real", [True, False])
def test_test_card_and_real_card_do_not_mix(ps_is_real):
    bench = Bench(
        real_card("infirmiere") if ps_is_real else "infirmiere",
        "moreau" if ps_is_real else real_card("moreau"),
    )
    bench.ask("UNLOCK", code=b"1234")
    assert status(bench, "READ_VITALE", part=0, offset=0) == (codes.TEST_REAL_MIXED, 0)
    assert status(bench, "CERTIFY", what=1, kind=1, mode=3) == (codes.TEST_REAL_MIXED, 0)


def test_two_real_cards_go_together():
    bench = Bench(real_card("infirmiere"), real_card("moreau"))
    bench.ask("UNLOCK", code=b"1234")
    assert bench.ask("CERTIFY", what=1, kind=1, mode=3).uint("chunk") >= 1


def test_date_is_kept(bench):
    assert bench.ask("SET_DATE", date="202803021430").text("date") == "202803021430"
    assert bench.ask("IDENTIFY").text("date") == "202803021430"


@pytest.mark.parametrize(
    "date",
    [
        "202613010000",
        "202600010000",
        "202602290000",
        "202604310000",
        "202601322400",
        "202601012400",
        "202601010060",
        "2026ABCD0000",
        "199912312359",
    ],
)
def test_date_that_cannot_be_is_refused(bench, date):
    assert status(bench, "SET_DATE", date=date) == (codes.DATE, 0)
    assert bench.ask("IDENTIFY").text("date") == ""


@pytest.mark.parametrize("date", ["202402292359", "202612312359", "202601310000", "202608310000"])
def test_last_days_of_months_are_taken(bench, date):
    assert bench.ask("SET_DATE", date=date).text("date") == date


def test_numbers_kept_as_constants_are_those_of_the_tables():
    fields = {
        "READ_PS_CARD": ["part", "offset"],
        "READ_VITALE": ["part", "offset"],
        "UNLOCK": ["code"],
        "CERTIFY": ["what", "kind", "mode"],
        "RECORDS": ["first", "data"],
        "SIGN": ["invoices", "total"],
        "SET_DATE": ["date"],
    }
    rows = {row.name: [field.name for field in row.fields] for row in codec.ROWS.values()}
    for message, names in fields.items():
        assert names == rows[message]
        assert [getattr(service, f"_{name.upper()}") for name in names] == list(range(1, len(names) + 1))
    assert [getattr(certify, f"_{kind}") for kind in KINDS] == list(range(1, len(KINDS) + 1))
