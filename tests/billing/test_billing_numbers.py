"""Keys of the numbers that enter an invoice (domain 4.1)."""

import pytest

from tournee.billing.numbers import billing_number_fault, nir_fault, nir_form_fault, rpps_fault


@pytest.mark.parametrize(
    ("nir", "key"),
    [("2550699999001", "62"), ("155062A999001", "41"), ("155062B999001", "68")],
)
def test_nir_of_the_published_vectors_is_accepted_corsica_included(nir, key):
    assert nir_fault(nir, key) == ""


def test_nir_with_a_wrong_key_is_told():
    assert nir_fault("2550699999001", "63") == "la clé 63 ne va pas avec le NIR 2550699999001"


def test_nir_key_of_one_digit_is_told():
    assert "2 chiffres" in nir_fault("2550699999001", "6")


def test_nir_too_short_is_told():
    assert nir_form_fault("255069999900") == "le NIR compte 12 caractères au lieu de 13"


@pytest.mark.parametrize("nir", ["155062C999001", "15506A2999001", "255069999900X", "2550699999٠01"])
def test_nir_with_a_letter_out_of_place_is_told(nir):
    assert "caractère interdit" in nir_form_fault(nir)


def test_billing_number_with_its_luhn_key_is_accepted():
    assert billing_number_fault("756000121") == ""


def test_billing_number_with_a_wrong_key_is_told():
    assert billing_number_fault("756000122") == "la clé 2 ne va pas avec le numéro de facturation 75600012"


@pytest.mark.parametrize("number", ["75600012", "75600012A", ""])
def test_billing_number_of_another_form_is_told(number):
    assert "9 chiffres" in billing_number_fault(number)


def test_rpps_with_its_luhn_key_is_accepted():
    assert rpps_fault("10100000016") == ""


def test_rpps_with_a_wrong_key_is_told():
    assert rpps_fault("10100000017") == "la clé 7 ne va pas avec le numéro RPPS 1010000001"


def test_rpps_of_another_length_is_told():
    assert "11 chiffres" in rpps_fault("1010000001")
