"""The tables of the 128-byte records themselves: every column, once, as the specification prints it."""

import re
from pathlib import Path

import pytest

from sesam import layout, record_table, scan
from tournee.formats import file_table, records

VECTORS = Path(__file__).parents[1] / "vectors" / "sesam"


def printed_columns() -> dict[str, list[tuple[int, int]]]:
    columns = {}
    for line in (VECTORS / "columns.txt").read_text().splitlines():
        if not line.startswith("#"):
            kind, *places = line.split()
            columns[kind] = [tuple(int(part) for part in place.split("+")) for place in places]
    return columns


PRINTED = printed_columns()


def test_all_kinds_of_the_specification_are_there():
    assert set(records.KINDS) == set(PRINTED)


@pytest.mark.parametrize("kind", records.KINDS)
def test_columns_are_those_of_the_specification(kind):
    assert [(field.start, field.length) for field in records.fields(kind)] == PRINTED[kind]


@pytest.mark.parametrize("kind", records.KINDS)
def test_columns_follow_one_another_from_1_to_128(kind):
    following = 1
    for field in records.fields(kind):
        assert field.start == following
        following += field.length
    assert following == 129


@pytest.mark.parametrize("kind", records.KINDS)
def test_names_are_given_once_in_plain_ascii(kind):
    names = records.names(kind)
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name.isidentifier() and name == name.lower() for name in names)


@pytest.mark.parametrize(
    "table",
    [record_table.PATIENT, file_table.ENDS, *record_table.TABLES, *file_table.TABLES],
    ids=["PATIENT", "ENDS", *record_table.KINDS, *file_table.KINDS],
)
def test_every_line_of_a_table_is_as_the_reader_walks_it(table):
    shape = re.compile(r"[ \d]{2}\d [ \d]{2}\d [!?]([K0_DIETLJjBRNCPH6SW&])(\S*)( [a-z]\w*)?")
    assert table.endswith(b"\n")
    for line in table.decode("ascii").splitlines():
        cls, constraint, name = shape.fullmatch(line).groups()
        assert len(constraint) <= scan.CONSTRAINT_MAX
        assert name or cls in "K0_&"
        assert bool(constraint) >= (cls in "KESW")


@pytest.mark.parametrize(
    ("kind", "start", "constant"),
    [
        ("000", 62, "SV14"),
        ("000", 66, "B2"),
        ("000", 83, "128"),
        ("1", 28, "00"),
        ("1", 70, "B2"),
        ("1", 79, "SV"),
        ("1", 82, "140700"),
        ("1", 88, "U"),
        ("2R", 39, "R"),
        ("2R", 40, "01"),
        ("2A", 39, "A"),
        ("2A", 40, "01"),
        ("4E", 36, "E"),
    ],
)
def test_values_that_the_profile_fixes_are_constants(kind, start, constant):
    field = next(one for one in records.fields(kind) if one.start == start)
    assert (field.cls, field.constraint) == ("K", constant)


def test_product_code_is_tournee_unless_another_is_given():
    field = next(one for one in records.fields("000") if one.name == "programme_emetteur")
    assert (field.start, field.length, field.constraint) == (20, 6, "TOURNE")


@pytest.mark.parametrize("start", [42, 50, 82, 115])
def test_hospital_columns_of_record_5_are_zeros(start):
    assert next(one for one in records.fields("5") if one.start == start).cls == "0"


@pytest.mark.parametrize("kind", record_table.KINDS)
def test_reader_locates_every_field_where_the_host_has_it(kind):
    for name in records.names(kind):
        assert layout.locate(kind, name) == records.locate(kind, name)


@pytest.mark.parametrize(("kind", "name"), [("1", "facture"), ("4E", "rang"), ("2", "montant")])
def test_locating_a_field_that_a_kind_lacks_is_a_key_error(kind, name):
    with pytest.raises(KeyError):
        layout.locate(kind, name)
    with pytest.raises(KeyError):
        records.locate(kind, name)


@pytest.mark.parametrize(
    ("kind", "column", "letter"),
    [("2", 25, "C"), ("2", 2, "B"), ("1", 89, "T"), ("5", 3, ""), ("4", 57, "B")],
)
def test_class_of_a_column_tells_keys_from_the_rest(kind, column, letter):
    assert layout.class_at(record_table.KINDS.index(kind), column) == (ord(letter) if letter else 0)
