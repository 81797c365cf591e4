"""Two ways to read a record, one verdict: by its kind's pattern, and field by field."""

from collections import Counter
from random import Random

import pytest
from damaged_records import records_of_all_kinds, true_record
from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.formats.record_pattern import RecordPattern

SEED, COUNT = 140700, 26_000
PATTERNS = {kind: RecordPattern(records.fields(kind)) for kind in records.KINDS}
FIELDS = {(kind, field.start) for kind in records.KINDS for field in records.fields(kind)}


def by_fields(kind: str, record: bytes):
    """The values, or the refusal."""
    try:
        return records.decode_by_fields(kind, record, 1280)
    except RecordError as error:
        return error


def judged_alike(record: bytes) -> tuple[str, int]:
    """The record's kind and the column that is refused, 0 when none is."""
    index = records.kind_of(record, 0)
    if index < 0:
        return "", 1
    kind = records.KINDS[index]
    found, expected = PATTERNS[kind].read(record), by_fields(kind, record)
    if isinstance(expected, RecordError):
        assert found is None
        assert records.check(record, 0, index) == expected.column
        with pytest.raises(RecordError) as refusal:
            records.decode(record, 1280)
        assert vars(refusal.value) == vars(expected)
        assert str(refusal.value) == str(expected)
        return kind, expected.column
    assert found == expected
    assert list(map(type, found.values())) == list(map(type, expected.values()))
    assert list(found) == list(expected) == list(records.names(kind))
    assert records.check(record, 0, index) == 0
    assert records.encode(kind, found) == record
    return kind, 0


@pytest.fixture(scope="module")
def verdicts():
    return Counter(map(judged_alike, records_of_all_kinds(SEED, COUNT)))


def test_records_by_the_thousand_are_judged_alike(verdicts):
    assert verdicts.total() == COUNT


def test_they_were_of_every_kind_and_damaged_in_every_field(verdicts):
    for kind in records.KINDS:
        assert verdicts[kind, 0] > COUNT / len(records.KINDS) / 3
    refused = {one for one in verdicts if one[0] and one[1]}
    never = {(kind, 1) for kind in records.KINDS} | {
        ("2R", 39),
        ("2A", 39),
        ("4E", 36),
    }  # what tells the kind
    assert FIELDS - refused - never == set()


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.integers(0, 127), st.binary(min_size=1, max_size=4))
def test_bytes_written_anywhere_are_judged_alike(seed, at, data):
    for record in records_of_all_kinds(seed, len(records.KINDS)):
        judged_alike((record[:at] + data + record[at + len(data) :])[:128])


@pytest.mark.parametrize("char", ["\xb2", "\n", "\x00", "\xa0", "\xe9"])
@pytest.mark.parametrize("kind", records.KINDS)
def test_a_character_that_other_alphabets_take_is_refused_in_every_column(kind, char):
    """What Python's own classes of digits, letters and blanks would let through."""
    record = true_record(Random(SEED), kind)
    byte = char.encode("latin-1")
    for at in range(len(record)):
        judged_alike(record[:at] + byte + record[at + 1 :])


def test_the_shape_of_records_names_the_kind_of_each():
    made = list(records_of_all_kinds(SEED, 2_000))
    letters = {"2R": "r", "2A": "a", "4E": "e", "000": "0", "999": "9"}
    kinds = [records.kind_of(record, 0) for record in made]
    names = [records.KINDS[kind] if kind >= 0 else "?" for kind in kinds]
    assert records.shape_of(b"".join(made)) == "".join(letters.get(name, name) for name in names)
    assert "?" in names
