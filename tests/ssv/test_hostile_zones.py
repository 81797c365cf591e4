"""Whatever comes in: a code comes out, never an exception; nothing is signed of what is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ssv_desk import CODE, CPS, GROUPS, LECTEUR, PLACE, file_zone, invoice_zone, order

from tournee.formats import zones
from tournee.ssv import ROWS, Library

EXAMPLES = settings(max_examples=120)
ON_THE_READER = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])

ANYTHING = st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.binary(max_size=5), st.lists(st.none(), max_size=2)
)
FIELD = st.one_of(
    st.just(b""),
    st.binary(max_size=14),
    st.sampled_from([b"0", b"1", b"99", b"000000000", b"202611150000", b"99999999999999", b"AMI"]),
)
NUMBERS = [
    *sorted({group.id for group in GROUPS}),
    12,
    13,
    14,
    93,
    1140,
    1220,
    1321,
    1870,
    *range(9001, 9009),
]


@st.composite
def odd_zones(draw) -> bytes:
    """Groups of the table with any fields, as many as it asks or not, and sometimes a byte off."""
    parts = b""
    for number in draw(st.lists(st.sampled_from(NUMBERS), max_size=4)):
        count = len(zones.field_names(number))
        fields = tuple(draw(st.lists(FIELD, min_size=count, max_size=count)))
        parts += zones.encode([zones.Group(number, fields)])
    cut = draw(st.integers(0, 3))
    return parts[: len(parts) - cut] if draw(st.integers(0, 9)) == 0 else parts


@st.composite
def changed_invoices(draw) -> bytes:
    """Hugo's invoice with one to three fields told otherwise, a group doubled or left out."""
    changes = {}
    for _ in range(draw(st.integers(1, 3))):
        group = draw(st.sampled_from(GROUPS))
        place = (group.id, draw(st.integers(1, len(group.fields))))
        changes[place] = draw(FIELD).decode("latin-1")
    zone = invoice_zone(changes, without=draw(st.sampled_from([0, 0, 1110, 1130, 1410, 1610, 9004])))
    return zone + draw(st.sampled_from([b"", b"", zone, invoice_zone(only=1310)]))


@pytest.fixture(scope="module")
def cardless():
    made = Library({})
    assert made.SSV_InitLIB() == 0
    return made


def zone_calls(ssv: Library, zone: bytes) -> list[int]:
    return [
        ssv.SSV_FormaterFichier(zone)[0],
        ssv.SSV_FormaterFichier(file_zone() + zone)[0],
        ssv.SSV_TraduireFSE(zone)[0],
        ssv.SSV_TraduireARL(1, [zone])[0],
        ssv.SGD_ChargerZone(ssv.SGD_ReserverSession(1000)[1], zone),
    ]


@EXAMPLES
@given(st.one_of(st.binary(max_size=300), odd_zones()))
def test_functions_without_a_card_give_a_known_code(cardless, zone):
    codes = zone_calls(cardless, zone)
    cardless.SGD_LibererSession(1)
    assert set(codes) <= set(ROWS) - {0xE6FF}


@EXAMPLES
@given(
    kind=st.sampled_from([b"000", b"1", b"2", b"2" + b" " * 37 + b"A", b"4", b"5", b"6", b"7", b"999", b"A"]),
    rest=st.binary(max_size=256),
    count=st.integers(1, 3),
)
def test_records_of_any_bytes_give_a_known_code(cardless, kind, rest, count):
    records = (kind + rest).ljust(128, b"0")[:128] * count
    codes = [
        *zone_calls(cardless, records),
        cardless.SSV_TraduireFSE(zones.encode([zones.make(9002, records)]))[0],
    ]
    cardless.SGD_LibererSession(1)
    assert set(codes) <= set(ROWS) - {0xE6FF}


@EXAMPLES
@given(st.lists(ANYTHING, min_size=6, max_size=6))
def test_arguments_of_any_kind_give_a_known_code(cardless, values):
    one, two, three, four = values[:4]
    codes = [
        cardless.SSV_LireCartePS(one, two, three)[0],
        cardless.SSV_LireDroitsVitale(one, two, three, four)[0],
        cardless.SSV_FormaterFactures(*values)[0],
        cardless.SSV_FormaterLot(*values)[0],
        cardless.SSV_FormaterFichier(one)[0],
        cardless.SSV_TraduireARL(one, two, three)[0],
        cardless.SSV_TraduireFSE(one)[0],
        cardless.SSV_MajDateLecteur(one, two),
        cardless.SSV_LireDateLecteur(one)[0],
        cardless.SGD_AjouterGroupe(one, two),
        cardless.SGD_AjouterChamp(one, two),
        cardless.SGD_AjouterChampBin(one, two),
        cardless.SGD_LireGroupeSuivant(one, two, three)[0],
        cardless.SGD_LireChamp(one, two, three, four)[0],
        cardless.SGD_LireChampBin(one, two, three, four)[0],
        cardless.SGD_ChargerZone(one, two),
        cardless.SGD_LireZone(one)[0],
        cardless.SGD_LibererSession(one),
    ]
    assert set(codes) <= set(ROWS) - {0xE6FF}


@ON_THE_READER
@given(zone=changed_invoices())
def test_changed_invoice_is_certified_or_refused_with_nothing_signed(desk, zone):
    before = {slot: card.signatures for slot, card in desk.board.cards.items()}
    code, made = desk.ssv.SSV_FormaterFactures(CPS, LECTEUR, CODE, "1", "3", zone)
    assert code in set(ROWS) - {0xE6FF}, desk.ssv.SSV_DernierMessage()
    assert (code == 0) == bool(made)
    if code:
        assert {slot: card.signatures for slot, card in desk.board.cards.items()} == before


@ON_THE_READER
@given(zone=st.one_of(odd_zones(), st.binary(max_size=60)))
def test_any_zone_for_a_lot_is_refused_with_nothing_signed(desk, zone):
    before = desk.board.cards["ps"].signatures
    answer = desk.ssv.SSV_FormaterLot(*PLACE, 2, [order(), zone])
    assert answer[0] in set(ROWS) - {0, 0xE6FF}, desk.ssv.SSV_DernierMessage()
    assert answer[1:] == (0, [], [])
    assert desk.board.cards["ps"].signatures == before
