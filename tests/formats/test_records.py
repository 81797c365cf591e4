"""Records by their values: golden records, what may be left out, and where each error says it is."""

import json
from pathlib import Path

import pytest

from tournee.formats import records
from tournee.formats.errors import RecordError, SesamError

GOLDEN = json.loads((Path(__file__).parents[1] / "vectors" / "sesam" / "records.json").read_text())
BY_NOTE = {one["note"]: one for one in GOLDEN}
ACT = BY_NOTE["AMI 4 at 3.15 euros, prescribed, on a Sunday"]
HEAD = BY_NOTE["head of an invoice, ALD, third-party payment on the AMO share"]
LOT = BY_NOTE["head of a secured lot of FSE"]
END = BY_NOTE["end of a lot"]
PIECE = BY_NOTE["last piece of the signature of lot 7"]
FILE = BY_NOTE["head of a single file, to the OCT"]
LIST = BY_NOTE["two cards put on the list"]

golden = pytest.mark.parametrize("one", GOLDEN, ids=[one["note"] for one in GOLDEN])


def changed(one: dict, column: int, text: str) -> bytes:
    record = one["record"].encode()
    return record[: column - 1] + text.encode("latin-1") + record[column - 1 + len(text) :]


def refusal(record: bytes, position: int = 0) -> RecordError:
    with pytest.raises(RecordError) as caught:
        records.decode(record, position)
    assert records.check(record, 0, records.kind_of(record, 0)) == caught.value.column
    return caught.value


def test_every_kind_has_a_golden_record():
    assert {one["kind"] for one in GOLDEN} == set(records.KINDS)


@golden
def test_golden_values_make_the_golden_record(one):
    assert records.encode(one["kind"], one["values"]) == one["record"].encode()


@golden
def test_golden_record_gives_the_golden_values(one):
    assert records.decode(one["record"].encode()) == (one["kind"], one["values"])


@golden
def test_reader_takes_the_golden_record_for_what_it_is(one):
    record = b"\xff" * 3 + one["record"].encode() + b"\xff"
    kind = records.kind_of(record, 3)
    assert records.KINDS[kind] == one["kind"]
    assert records.check(record, 3, kind) == 0


@golden
def test_what_is_empty_can_be_left_out(one):
    optional = {field.name for field in records.fields(one["kind"]) if field.optional}
    given = {
        name: value for name, value in one["values"].items() if name not in optional or str(value).strip("0")
    }
    assert records.encode(one["kind"], given) == one["record"].encode()


@golden
def test_each_missing_value_is_named(one):
    for field in records.fields(one["kind"]):
        if field.name and not field.optional and field.cls not in "KSj":
            values = {name: value for name, value in one["values"].items() if name != field.name}
            with pytest.raises(RecordError) as caught:
                records.encode(one["kind"], values)
            assert (caught.value.record, caught.value.field, caught.value.column) == (
                one["kind"],
                field.name,
                field.start,
            )


def test_counts_of_record_6_are_repeated_when_left_out():
    values = {
        name: value for name, value in END["values"].items() if name not in ("factures_2", "factures_3")
    }
    assert records.encode("6", values) == END["record"].encode()


def test_counts_of_record_6_that_differ_are_refused():
    with pytest.raises(RecordError) as caught:
        records.encode("6", {**END["values"], "factures_3": 13})
    assert (caught.value.field, caught.value.column) == ("factures_3", 22)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("4", "quantite", "01"),
        ("4", "quantite", True),
        ("4", "quantite", 0),
        ("4", "quantite", 100),
        ("4", "taux", 101),
        ("4", "part_amc", -1),
        ("4", "honoraires", 10_000_000),
        ("4", "executant", 123456782),
        ("4", "executant", "12345678"),
        ("4", "executant", "123456783"),
        ("4", "executant", "000000000"),
        ("4", "prescripteur", "987654325"),
        ("4", "date", "260230"),
        ("4", "date", "250229"),
        ("4", "date", "260001"),
        ("4", "acte", "ami"),
        ("4", "acte", " AMI"),
        ("4", "acte", "AMIX5"),
        ("4", "acte", ""),
        ("4", "complement", "é"),
        ("4", "justif_exo", "2"),
        ("4", "nir", "255069999900A"),
        ("4", "nir", "155062C999001"),
        ("4", "cle", "63"),
        ("4", "facture", "000000000"),
        ("4", "facture", "00000001²"),
        ("1", "lot", "000"),
        ("1", "securisation", "06"),
        ("1", "categorie", "B2 "),
        ("1", "version", "140600"),
        ("1", "nom", "a"),
        ("2", "tiers_payant", "4"),
        ("2", "nature_assurance", "11"),
        ("2", "effet", "000001"),
        ("6", "factures", 101),
        ("7", "genre", "X"),
        ("7", "cle_id", "0af3c9"),
        ("7", "signature", "abc"),
        ("7", "signature", "ab=="[::-1]),
        ("7", "signature", "abc!"),
        ("7", "signature", ""),
        ("000", "type_emetteur", "I1"),
        ("000", "numero_emetteur", "00000000000000"),
        ("000", "numero_emetteur", "00000123456783"),
        ("000", "numero_emetteur", "00001123456782"),
        ("000", "application", "XX"),
        ("000", "norme", "SV15"),
        ("L", "nombre", 3),
        ("L", "serie_04", "1"),
    ],
)
def test_value_that_does_not_fit_is_refused_by_name(kind, name, value):
    one = next(one for one in GOLDEN if one["kind"] == kind)
    with pytest.raises(RecordError) as caught:
        records.encode(kind, {**one["values"], name: value})
    where = "nombre" if kind == "L" else name
    assert (caught.value.record, caught.value.field) == (kind, where)
    assert caught.value.offset == -1
    assert caught.value.expected


@pytest.mark.parametrize(
    ("one", "column", "text", "field", "at"),
    [
        (ACT, 2, "123456783", "emetteur", 2),
        (ACT, 11, "X", "", 11),
        (ACT, 14, "X", "nir", 12),
        (ACT, 25, "63", "cle", 25),
        (ACT, 30, "000000000", "facture", 30),
        (ACT, 44, "987654325", "prescripteur", 44),
        (ACT, 70, "261301", "date", 70),
        (ACT, 76, " AMI", "acte", 76),
        (ACT, 77, "\xc9", "acte", 76),
        (ACT, 81, "00", "quantite", 81),
        (ACT, 83, "00040 ", "coefficient", 83),
        (ACT, 105, "101", "taux", 105),
        (ACT, 128, "x", "part_amc", 123),
        (HEAD, 58, " ", "nature_piece", 58),
        (HEAD, 95, "9", "tiers_payant", 95),
        (LOT, 26, "06", "securisation", 26),
        (LOT, 30, " " * 40, "nom", 30),
        (LOT, 81, "X", "", 81),
        (LOT, 82, "140701", "version", 82),
        (END, 18, "0013", "factures_2", 18),
        (END, 52, "000", "lot", 52),
        (PIECE, 21, "00", "rang", 21),
        (PIECE, 26, "3", "algorithme", 25),
        (PIECE, 32, "g", "cle_id", 27),
        (PIECE, 34, " ", "signature", 33),
        (FILE, 6, "00000123456783", "numero_emetteur", 6),
        (FILE, 62, "0576", "norme", 62),
        (FILE, 92, " X", "message", 92),
        (LIST, 3, "03", "nombre", 3),
        (LIST, 5, " ", "nombre", 3),
        (LIST, 128, "X", "", 125),
    ],
)
def test_bad_column_is_named_with_its_byte_and_what_stood_there(one, column, text, field, at):
    record = changed(one, column, text)
    error = refusal(record, 12_800)
    assert (error.record, error.field, error.column) == (one["kind"], field, at)
    assert error.offset == 12_800 + at - 1
    length = next(place.length for place in records.fields(one["kind"]) if place.start == at)
    assert error.value == record[at - 1 : at - 1 + length].decode("latin-1")
    assert error.expected


def test_first_of_several_bad_fields_is_named():
    record = changed({"record": changed(ACT, 76, "ami ").decode()}, 70, "991399")
    assert refusal(record).column == 70


def test_error_text_holds_record_field_column_byte_value_and_expectation():
    error = refusal(changed(ACT, 70, "261301"), 1280)
    assert str(error) == (
        "record 4, field date, column 70, byte 1349: no such day ('261301'), expected a date AAMMJJ"
    )


@pytest.mark.parametrize("record", [b"3" + b"0" * 127, b" " * 128, b"00A" + b"0" * 125, b"998" + b"0" * 125])
def test_unknown_record_is_refused_at_column_1(record):
    assert records.kind_of(record, 0) == -1
    with pytest.raises(RecordError) as caught:
        records.decode(record, 256)
    assert (caught.value.column, caught.value.offset) == (1, 256)


@pytest.mark.parametrize("length", [0, 1, 127, 129, 256])
def test_anything_but_128_bytes_is_refused(length):
    with pytest.raises(RecordError, match="128"):
        records.decode((ACT["record"] * 2).encode()[:length])


def test_unknown_kind_and_unknown_field_are_refused():
    with pytest.raises(RecordError):
        records.encode("3", {})
    with pytest.raises(RecordError) as caught:
        records.encode("1", {**LOT["values"], "couleur": "BLEU"})
    assert caught.value.field == "couleur"


def test_record_errors_are_caught_with_the_language_s_root_error():
    with pytest.raises(SesamError):
        records.decode(b"")


@pytest.mark.parametrize(
    ("insurer", "number"), [("CP", "00000001349016"), ("CT", "12345678901234"), ("OT", "99999999999999")]
)
def test_number_of_a_participant_that_is_no_ps_needs_no_billing_key(insurer, number):
    values = {**FILE["values"], "type_emetteur": insurer, "numero_emetteur": number}
    assert records.decode(records.encode("000", values))[1]["numero_emetteur"] == number


@pytest.mark.parametrize(
    ("text", "number"), [("000", 0), ("042", 42), ("999", 999), ("04 ", -1), ("-42", -1)]
)
def test_digits_are_read_in_place(text, number):
    assert records.digits(b"9" + text.encode() + b"9", 1, 3) == number
