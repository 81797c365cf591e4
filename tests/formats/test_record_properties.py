"""Records by the thousand: values survive, and reader and host never disagree on a damaged record."""

import json
import string
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import nir as stdnum_nir

from tournee.formats import records
from tournee.formats.errors import RecordError

GOLDEN = json.loads((Path(__file__).parents[1] / "vectors" / "sesam" / "records.json").read_text())

PLAIN = "".join(chr(code) for code in range(32, 96))
BASE64 = string.ascii_letters + string.digits + "+/"


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def luhn_number(length: int) -> st.SearchStrategy[str]:
    bodies = st.integers(1, 10 ** (length - 1) - 1).map(lambda number: str(number).zfill(length - 1))
    return bodies.map(lambda body: body + luhn.calc_check_digit(body))


@st.composite
def nirs(draw):
    body = draw(digits(13))
    department = draw(st.sampled_from(["2A", "2B", body[5:7]]))
    return body[:5] + department + body[7:]


def base64_text(length: int) -> st.SearchStrategy[str]:
    whole = st.integers(1, length // 4).flatmap(lambda n: st.text(BASE64, min_size=4 * n, max_size=4 * n))
    return st.one_of(whole, whole.map(lambda text: text[:-1] + "="), whole.map(lambda text: text[:-2] + "=="))


def text_of(field) -> st.SearchStrategy[str]:
    texts = st.text(PLAIN, max_size=field.length).map(lambda text: text.strip(" "))
    return texts if field.optional else texts.filter(bool)


def value_of(field) -> st.SearchStrategy:
    low, high = field.bounds() if field.cls in "DI" else (0, 0)
    made = {
        "D": st.integers(low, high).map(lambda number: str(number).zfill(field.length)),
        "I": st.integers(low, high),
        "E": st.sampled_from(field.choices() or ("",)),
        "T": text_of(field),
        "L": st.text(string.ascii_uppercase, min_size=field.length, max_size=field.length),
        "J": st.dates().map(lambda day: f"{day:%y%m%d}" if day.year >= 2000 else "240229"),
        "j": st.just("") | st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day:%y%m%d}"),
        "B": luhn_number(9),
        "R": luhn_number(11),
        "N": nirs(),
        "P": luhn_number(9).map(lambda number: "00000" + number),
        "H": st.text("0123456789ABCDEF", min_size=field.length, max_size=field.length),
        "6": base64_text(min(96, field.length)),
    }[field.cls]
    if field.optional and field.cls in "DIJBR":
        return st.one_of(made, st.just(0 if field.cls == "I" else "0" * field.length))
    return made


@st.composite
def valid_values(draw, kind):
    values = {}
    for field in records.fields(kind):
        if field.name and field.cls not in "KSWC":
            values[field.name] = draw(value_of(field))
    if "cle" in records.names(kind):
        values["cle"] = stdnum_nir.calc_check_digits(values["nir"])
    if kind == "L":
        filled = draw(st.integers(1, 12))
        values["nombre"] = filled
        for slot in range(1, 13):
            name = f"serie_{slot:02d}"
            values[name] = (values[name] or "1") if slot <= filled else ""
    return values


kinds_and_values = st.sampled_from(records.KINDS).flatmap(
    lambda kind: st.tuples(st.just(kind), valid_values(kind))
)


@settings(max_examples=300)
@given(kinds_and_values)
def test_valid_values_come_back_from_the_record_they_make(pair):
    kind, values = pair
    record = records.encode(kind, values)
    assert len(record) == 128
    assert records.check(record, 0, records.kind_of(record, 0)) == 0
    back, decoded = records.decode(record)
    assert back == kind
    assert {name: decoded[name] for name in values} == values
    assert records.encode(back, decoded) == record


def judged_alike(record: bytes) -> None:
    kind = records.kind_of(record, 0)
    try:
        name, values = records.decode(record, 128)
    except RecordError as error:
        if kind >= 0:
            assert records.check(record, 0, kind) == error.column
        assert error.offset == 128 + error.column - 1
    else:
        assert records.encode(name, values) == record
        assert records.check(record, 0, kind) == 0


mutations = st.lists(
    st.tuples(
        st.integers(0, 127), st.one_of(st.sampled_from(b" 0159AZaz@=+-/\x00\xe9"), st.integers(0, 255))
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=600)
@given(st.sampled_from([one["record"] for one in GOLDEN]), mutations)
def test_damaged_record_is_refused_alike_by_reader_and_host_or_encodes_again(record, places):
    damaged = bytearray(record.encode())
    for at, byte in places:
        damaged[at] = byte
    judged_alike(bytes(damaged))


@settings(max_examples=150)
@given(kinds_and_values, st.integers(0, 120), st.integers(1, 8))
def test_shifted_or_blanked_record_is_refused_alike_or_encodes_again(pair, at, length):
    record = records.encode(*pair)
    judged_alike(record[:at] + record[at + length :] + b" " * length)
    judged_alike(record[:at] + b" " * length + record[at + length :])
    judged_alike(record[:at] + b"0" * length + record[at + length :])


@settings(max_examples=200)
@given(st.sampled_from(records.KINDS), st.binary(min_size=125, max_size=125))
def test_arbitrary_bytes_are_refused_alike_or_encode_again(kind, noise):
    judged_alike((kind[:1].encode() * 3 + noise)[:128])
