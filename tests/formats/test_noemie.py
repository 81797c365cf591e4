"""NOEMIE entities one by one: columns, golden entities, and where each error says it is."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.formats import noemie
from tournee.formats.errors import NoemieError
from tournee.formats.noemie.table import LABELS

VECTORS = Path(__file__).parents[1] / "vectors" / "sesam"
GOLDEN = json.loads((VECTORS / "noemie.json").read_text())
BY_TYPE = {one["type"]: one for one in GOLDEN}
PRINTED = {
    line.split()[0]: (int(line.split()[1]), line.split()[2:])
    for line in (VECTORS / "noemie_columns.txt").read_text().splitlines()
    if not line.startswith("#")
}

golden = pytest.mark.parametrize("one", GOLDEN, ids=[one["type"] for one in GOLDEN])


def only(stream: bytes) -> noemie.Entity:
    (entity,) = noemie.read(stream)
    return entity


def test_all_27_entities_are_there():
    assert len(noemie.TYPES) == 27
    assert set(noemie.TYPES) == set(PRINTED) == set(BY_TYPE)


@pytest.mark.parametrize("kind", noemie.TYPES)
def test_columns_are_those_of_the_specification(kind):
    length, columns = PRINTED[kind]
    assert noemie.length(kind) == length
    fields = noemie.fields(kind)
    assert [(field.start, field.length) for field in fields] == [
        tuple(int(part) for part in re.match(r"(\d+)\+(\d+)", column).groups()) for column in columns
    ]
    for field, column in zip(fields, columns, strict=True):
        fixed = re.search(r"=(\d+)$", column)
        if fixed:
            assert (field.cls, field.constraint) == ("K", fixed[1])
        elif column.rstrip("?").endswith("N"):
            assert field.cls in ("di" if column.endswith("?") else "DIG")
        elif column.rstrip("?").endswith("A"):
            assert field.cls in "AG"
        if column.endswith("?"):
            assert field.optional


@pytest.mark.parametrize("kind", noemie.TYPES)
def test_columns_follow_one_another_to_the_end_mark(kind):
    following = 4
    for field in noemie.fields(kind):
        assert field.start == following
        following += field.length
    assert following == noemie.length(kind) + (kind in ("000", "999"))


@pytest.mark.parametrize("kind", noemie.TYPES)
def test_names_are_given_once_and_titles_are_there(kind):
    names = [field.name for field in noemie.fields(kind) if field.name]
    assert len(set(names)) == len(names)
    assert noemie.title(kind)
    assert all(field.title for field in noemie.fields(kind) if field.name)


@golden
def test_golden_values_make_the_golden_entity(one):
    assert noemie.encode(one["type"], one["values"]) == one["entity"].encode()


@golden
def test_golden_entity_gives_the_golden_values(one):
    entity = only(one["entity"].encode())
    assert (entity.type, entity.fields, entity.error) == (one["type"], one["values"], None)
    assert (entity.offset, entity.raw) == (0, one["entity"].encode())


@golden
def test_each_missing_value_is_named(one):
    for field in noemie.fields(one["type"]):
        if field.name and not field.optional and field.cls != "K":
            values = {name: value for name, value in one["values"].items() if name != field.name}
            with pytest.raises(NoemieError) as caught:
                noemie.encode(one["type"], values)
            assert (caught.value.record, caught.value.field) == (one["type"], field.name)


def test_optional_values_left_out_are_zeros_and_spaces():
    entity = noemie.encode("102", {"facture": "000000123", "type": "F"})
    assert entity == b"10200000000123         000000F000000   @"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("102", "facture", "0000001234"),
        ("102", "date", "26010"),
        ("102", "type", "É"),
        ("198", "demande", -1),
        ("198", "demande", 100_000_000),
        ("198", "demande", "00000756"),
        ("198", "demande", ""),
        ("198", "signe", "X"),
        ("990", "rupture", "02"),
        ("103", "cle", "6"),
        ("294", "libelle", "X\n"),
        ("102", "couleur", "BLEU"),
    ],
)
def test_value_that_does_not_fit_is_refused_by_name(kind, name, value):
    with pytest.raises(NoemieError) as caught:
        noemie.encode(kind, {**BY_TYPE[kind]["values"], name: value})
    assert (caught.value.record, caught.value.field) == (kind, name)


def test_unknown_type_is_not_encoded():
    with pytest.raises(NoemieError):
        noemie.encode("777", {})


def test_blanks_in_an_optional_number_are_read_and_kept():
    raw = b"10200000000123            F         @"
    raw = raw[:23] + b" " * 6 + raw[29:30] + b" " * 6 + b"   @"
    entity = only(raw)
    assert (entity.error, entity.fields["date"], entity.fields["date_lot"]) == (None, "", "")
    assert noemie.encode("102", entity.fields) == raw


def test_unprocessed_share_with_a_blank_sign_is_read():
    entity = only(b"1980300000756 00000000 @")
    assert (entity.error, entity.fields["etat"], entity.fields["paye"], entity.fields["signe"]) == (
        None,
        "",
        0,
        "",
    )


@pytest.mark.parametrize("written", ["0576", " 576", "576 "])
def test_reference_is_576_however_it_is_written(written):
    header = BY_TYPE["000"]["entity"].encode()
    header = header[:61] + written.encode() + header[65:]
    assert noemie.reference(header) == "576"
    assert noemie.reference(only(header)) == "576"


def test_reference_of_a_b2_file_is_its_norm():
    assert noemie.reference(b"000".ljust(61) + b"SV14".ljust(67)) == "SV14"


@pytest.mark.parametrize(
    ("kind", "column", "text", "name"),
    [
        ("198", 6, b"0000X756", "demande"),
        ("198", 23, b"X", "signe"),
        ("990", 4, b"98", "rupture"),
        ("295", 7, b"\x07", "libelle"),
        ("103", 19, b"  ", "cle"),
        ("102", 24, b"26 105", "date_lot"),
        ("000", 83, b"129", ""),
    ],
)
def test_damaged_field_is_named_with_its_column_and_byte(kind, column, text, name):
    raw = BY_TYPE[kind]["entity"].encode()
    raw = raw[: column - 1] + text + raw[column - 1 + len(text) :]
    _, entity = noemie.read(BY_TYPE["040"]["entity"].encode() + raw)
    assert (entity.type, entity.fields, entity.raw, entity.offset) == (kind, {}, raw, 21)
    error = entity.error
    assert (error.record, error.field, error.column, error.offset) == (kind, name, column, 21 + column - 1)
    assert error.expected


def test_coded_values_have_french_labels():
    assert noemie.label("198", "etat", "R") == "rejeté"
    assert noemie.label("198", "etat", "Z") == "Z"
    assert noemie.label("198", "paye", 12) == "12"


@pytest.mark.parametrize(("kind", "name"), LABELS)
def test_labels_are_for_fields_that_are_there(kind, name):
    field = next(field for field in noemie.fields(kind) if field.name == name)
    assert all(len(code) in (0, field.length) for code in LABELS[kind, name])


def test_contents_are_not_shown_when_an_entity_is_printed():
    assert "ABC" not in repr(only(BY_TYPE["103"]["entity"].encode()))


def value_of(field):
    digits = st.text("0123456789", min_size=field.length, max_size=field.length)
    printable = st.text("".join(map(chr, range(32, 127))), max_size=field.length).map(
        lambda text: text.rstrip(" ")
    )
    number = st.integers(0, 10**field.length - 1)
    return {
        "D": digits,
        "d": st.one_of(digits, st.just("")),
        "I": number,
        "i": st.one_of(number, st.just("")),
        "A": printable,
        "G": st.sampled_from(["P", "N", ""]),
        "K": st.just(field.constraint),
    }[field.cls]


@st.composite
def entities(draw):
    kind = draw(st.sampled_from(noemie.TYPES))
    values = {field.name: draw(value_of(field)) for field in noemie.fields(kind) if field.name}
    return kind, values


@settings(max_examples=200)
@given(entities())
def test_valid_values_come_back_from_the_entity_they_make(pair):
    kind, values = pair
    raw = noemie.encode(kind, values)
    entity = only(raw)
    assert (entity.type, entity.fields, entity.error) == (kind, values, None)
    assert noemie.encode(kind, entity.fields) == entity.raw == raw
