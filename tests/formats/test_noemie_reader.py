"""The reader of returns takes any entity in any order, and nothing damaged ever hides what follows."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.formats import noemie
from tournee.formats.errors import NoemieError

GOLDEN = json.loads((Path(__file__).parents[1] / "vectors" / "sesam" / "noemie.json").read_text())
RAW = {one["type"]: one["entity"].encode() for one in GOLDEN}
VARIABLE = [raw for kind, raw in RAW.items() if kind not in ("000", "999")]
INVOICE, SHARE, COMMENT = RAW["102"], RAW["198"], RAW["295"]


def seen(stream: bytes) -> list[tuple[str, int, bytes, bool]]:
    return [(one.type, one.offset, one.raw, one.error is None) for one in noemie.read(stream)]


def kinds(stream: bytes) -> list[str]:
    return [one.type if one.error is None else "!" + one.type for one in noemie.read(stream)]


def test_empty_stream_has_no_entity():
    assert seen(b"") == seen(b" \r\n") == []


@given(
    st.lists(st.sampled_from(sorted(RAW)), max_size=12),
    st.sampled_from([b"", b"\n", b"\r\n", b"\r\n \n", b"  "]),
)
def test_any_entities_in_any_order_are_read_whatever_stands_between_them(order, between):
    stream = between.join(RAW[kind] for kind in order)
    wanted, offset = [], 0
    for kind in order:
        wanted.append((kind, offset, RAW[kind], True))
        offset += len(RAW[kind]) + len(between)
    assert seen(stream) == wanted


def test_unknown_entity_is_kept_whole_up_to_its_mark():
    assert seen(INVOICE + b"77703QUOI ENCORE@" + SHARE) == [
        ("102", 0, INVOICE, True),
        ("777", 40, b"77703QUOI ENCORE@", False),
        ("198", 57, SHARE, True),
    ]


def test_unknown_entity_without_a_mark_reaches_to_the_end():
    assert seen(SHARE + b"777 SANS FIN") == [("198", 0, SHARE, True), ("777", 24, b"777 SANS FIN", False)]


def test_label_may_hold_the_end_mark():
    comment = noemie.encode("295", {"libelle": "ECRIRE A TIERS-PAYANT@CAISSE.EXAMPLE"})
    assert kinds(comment + SHARE) == ["295", "198"]


@pytest.mark.parametrize("raw", VARIABLE, ids=[raw[:3].decode() for raw in VARIABLE])
def test_entity_that_lost_its_end_mark_does_not_hide_the_next(raw):
    kind = raw[:3].decode()
    assert kinds(raw[:-1] + SHARE) == ["!" + kind, "198"]
    assert kinds(raw[:-1] + b"#" + SHARE) == ["!" + kind, "198"]
    assert kinds(raw[:-1] + b"\r\n" + SHARE) == ["!" + kind, "198"]


def test_entity_cut_by_just_the_length_of_the_next_does_not_swallow_it():
    cut = COMMENT[: len(COMMENT) - len(SHARE) - 1] + b"@"
    assert len(cut + SHARE) == len(COMMENT)
    assert seen(cut + SHARE) == [("295", 0, cut, False), ("198", len(cut), SHARE, True)]
    assert kinds(cut[:-2] + b"@\n" + SHARE) == ["!295", "198"]


def test_damaged_head_of_file_does_not_hide_what_follows():
    head = RAW["000"]
    assert kinds(head[:50] + head[51:] + INVOICE) == ["!000", "102"]
    assert kinds(head[:84] + b"X" + head[85:] + INVOICE) == ["!000", "102"]
    assert kinds(head[:100] + b"\r\n" + INVOICE) == ["!000", "102"]
    assert kinds(head[:100]) == ["!000"]


def test_line_of_rubbish_does_not_hide_the_next_line():
    assert kinds(b"BONJOUR\r\n" + SHARE) == ["!BON", "198"]


def test_end_of_file_cut_short_is_reported():
    assert kinds(SHARE + RAW["999"][:-1]) == ["198", "!999"]


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(VARIABLE), min_size=1, max_size=4),
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 30), st.binary(max_size=4)), min_size=1, max_size=3
    ),
)
def test_every_byte_of_a_damaged_stream_is_given_once_and_entities_encode_again(order, cuts):
    stream = b"".join(order)
    for at, gone, put in cuts:
        stream = stream[:at] + put + stream[at + gone :]
    stream += b"@"
    at = 0
    for one in noemie.read(stream):
        assert not stream[at : one.offset].strip(b" \r\n")
        assert stream[one.offset : one.offset + len(one.raw)] == one.raw
        assert one.raw
        at = one.offset + len(one.raw)
        if one.error is None and not one.lettered:
            assert noemie.encode(one.type, one.fields) == one.raw
    assert not stream[at:].strip(b" \r\n")


@settings(max_examples=300)
@given(st.sampled_from(VARIABLE), st.integers(0, 199), st.integers(1, 30), st.binary(max_size=3))
def test_one_damaged_entity_never_hides_the_one_after_next(raw, at, gone, put):
    at %= len(raw)
    damaged = raw[:at] + put + raw[at + gone :]
    last = noemie.encode("990", {"identification": "DERNIERE", "nombre": 1, "cumul": 2, "signe": "P"})
    assert [one.raw for one in noemie.read(damaged + SHARE + last)][-1] == last


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read_to_the_end(stream):
    entities = list(noemie.read(stream))
    assert all(one.error is not None or noemie.encode(one.type, one.fields) == one.raw for one in entities)


def test_reading_time_grows_with_the_stream_and_no_faster():
    def seconds(stream: bytes) -> float:
        start = time.process_time()
        for _ in noemie.read(stream):
            pass
        return time.process_time() - start

    for piece in (INVOICE + SHARE, b"777 INCONNUE@", INVOICE[:-1] + b"#", b"000" + b"X" * 200):
        short = min(seconds(piece * 500) for _ in range(3))
        long = min(seconds(piece * 5000) for _ in range(3))
        assert long < 30 * short + 0.01


PIECES = st.sampled_from(
    [*RAW.values(), b"\r\n", b" ", b"\n", b"777QUOI@", INVOICE[:-1] + b"#", COMMENT[:60] + b"@", b"@", b"102"]
)


def both_readings(stream: bytes) -> None:
    fast = noemie.read(stream)
    strict = list(noemie.read_one_by_one(stream))
    assert [(one.type, one.offset, one.raw, str(one.error)) for one in fast] == [
        (one.type, one.offset, one.raw, str(one.error)) for one in strict
    ]
    assert [one.fields for one in fast] == [one.fields for one in strict]
    assert [one.offset for one in fast.damaged] == [one.offset for one in strict if one.error is not None]
    whole = [one for one in fast if one.error is None and not one.lettered]
    assert all(noemie.encode(one.type, one.fields) == one.raw for one in whole)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12))
def test_many_at_once_are_read_as_one_by_one(pieces):
    both_readings(b"".join(pieces))


@settings(max_examples=300)
@given(
    st.lists(PIECES, min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.binary(max_size=4)), max_size=4),
)
def test_many_at_once_are_read_as_one_by_one_when_damaged(pieces, cuts):
    stream = b"".join(pieces)
    for at, gone, put in cuts:
        stream = stream[:at] + put + stream[at + gone :]
    both_readings(stream)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(sorted(RAW)), min_size=1, max_size=6),
    st.integers(0, 900),
    st.sampled_from([bytes((one,)) for one in (*range(33), *b"09@ANPZ~", 127, 160, 255)]),
)
def test_one_byte_written_over_is_judged_as_one_by_one(order, at, put):
    stream = b"".join(RAW[kind] for kind in order)
    at %= len(stream)
    both_readings(stream[:at] + put + stream[at + 1 :])


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_hostile_bytes_are_read_as_one_by_one(stream):
    both_readings(stream)


def test_a_stream_longer_than_many_stretches_is_read_as_one_by_one():
    once = b"".join(RAW[kind] for kind in sorted(RAW)) + b"\r\n" + INVOICE + b"777QUOI@" + COMMENT[:50] + b"@"
    both_readings(once * 60)


def test_entities_are_found_by_rank_from_either_end_and_by_slice():
    entities = noemie.read(INVOICE + SHARE + b"777QUOI@" + COMMENT)
    assert len(entities) == 4
    assert (entities[-1].raw, entities[2].raw, entities[1].raw) == (COMMENT, b"777QUOI@", SHARE)
    assert [one.type for one in entities[1:]] == ["198", "777", "295"]
    with pytest.raises(IndexError):
        entities[4]


def test_a_stream_beyond_its_limits_is_refused_where_it_goes_beyond():
    assert len(noemie.read(SHARE * 3, entities_max=3)) == 3
    with pytest.raises(NoemieError):
        noemie.read(SHARE * 4, entities_max=3)
    assert len(noemie.read(b"777@" * 3 + SHARE, damaged_max=3)) == 4
    with pytest.raises(NoemieError) as caught:
        noemie.read(b"777@" * 4, damaged_max=3)
    assert caught.value.offset == 12
