"""Check keys: hand-made vectors, and python-stdnum over generated numbers as the judge of our sums."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import nir, siren

from sesam import keys

CHECKS = {
    "nir": keys.nir_ok,
    "billing": keys.billing_ok,
    "rpps": keys.rpps_ok,
    "siren": keys.siren_ok,
    "finess": keys.finess_ok,
}
LINES = (Path(__file__).parents[1] / "vectors" / "sesam" / "keys.txt").read_text().splitlines()
VECTORS = [line.split() for line in LINES if not line.startswith("#")]


def digits(length):
    return st.text("0123456789", min_size=length, max_size=length)


nir_bodies = st.tuples(digits(5), st.one_of(digits(2), st.sampled_from(["2A", "2B"])), digits(6)).map("".join)
nirs = st.one_of(
    nir_bodies.map(lambda body: body + nir.calc_check_digits(body)),
    st.tuples(nir_bodies, digits(2)).map("".join),
)


@pytest.mark.parametrize(("kind", "number", "right"), VECTORS, ids=[" ".join(line) for line in VECTORS])
def test_vector(kind, number, right):
    buf = b"9" + number.encode() + b"9"
    assert CHECKS[kind](buf, 1) is (right == "yes")


@given(nirs)
def test_nir_is_judged_as_stdnum_judges_it(number):
    assert keys.nir_ok(number.encode(), 0) == nir.is_valid(number)


@given(nir_bodies)
def test_nir_key_is_the_one_stdnum_works_out(body):
    assert f"{keys.nir_key(body):02d}" == nir.calc_check_digits(body)
    assert keys.nir_key(body.encode()) == keys.nir_key(body)


@given(st.text("0123456789AB", min_size=15, max_size=15))
def test_letters_outside_corsica_are_refused_as_stdnum_refuses_them(number):
    assert keys.nir_ok(number.encode(), 0) == nir.is_valid(number)


@given(digits(9))
def test_siren_and_billing_number_are_judged_as_stdnum_judges_them(number):
    assert keys.siren_ok(number.encode(), 0) == siren.is_valid(number)
    assert keys.billing_ok(number.encode(), 0) == luhn.is_valid(number)
    assert keys.finess_ok(number.encode(), 0) == luhn.is_valid(number)


@given(digits(8))
def test_billing_key_is_the_one_stdnum_works_out(number):
    assert str(keys.billing_key(number)) == luhn.calc_check_digit(number)
    assert keys.billing_ok(f"{number}{keys.billing_key(number)}".encode(), 0)


@given(digits(11))
def test_rpps_is_judged_as_stdnum_judges_it(number):
    assert keys.rpps_ok(number.encode(), 0) == luhn.is_valid(number)


@given(st.sampled_from("AB"), digits(7))
def test_corsican_finess_has_the_sum_of_its_rewriting(letter, rest):
    rewritten = ("21" if letter == "A" else "22") + rest
    assert keys.finess_ok(f"2{letter}{rest}".encode(), 0) == luhn.is_valid(rewritten)


@given(st.binary(min_size=15, max_size=15))
def test_arbitrary_bytes_are_answered_without_raising(number):
    for check in CHECKS.values():
        assert check(number, 0) in (True, False)


@pytest.mark.parametrize("number", ["", "1234567", "123456789", "1234567x", "１２３４５６７８"])
def test_what_is_not_8_digits_has_no_billing_key(number):
    assert keys.billing_key(number) == -1


@pytest.mark.parametrize("number", ["", "255069999900", "25506999990012", "25506999990x1"])
def test_what_is_not_a_nir_has_no_key(number):
    assert keys.nir_key(number) == -1
