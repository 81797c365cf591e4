"""Values that cannot be billed are refused where they are made, before a record is."""

from datetime import date

import pytest

from tournee.billing.identity import Amc, IdentityError, PsIdentity


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"key": "63"}, "la clé 63 ne va pas avec le NIR"),
        ({"regime": "1"}, "régime '1', 2 chiffres attendus"),
        ({"caisse": "0A1"}, "caisse '0A1', 3 chiffres attendus"),
        ({"centre": ""}, "centre '', 4 chiffres attendus"),
        ({"born": "550615"}, "date de naissance '550615', 8 chiffres attendus"),
        ({"birth_rank": "A"}, "rang de naissance 'A', 1 chiffres attendus"),
        ({"beneficiary_rank": "1"}, "rang de bénéficiaire '1', 3 chiffres attendus"),
    ],
)
def test_patient_with_a_number_of_another_form_is_refused(patient, changes, told):
    with pytest.raises(IdentityError) as refusal:
        patient(**changes)
    assert told in refusal.value.message


def test_no_repr_names_a_patient(patient, visit):
    shown = repr((patient(), visit(typed=patient(), born=date(1955, 6, 15))))
    assert "Visit" in shown
    assert not [told for told in ("2550699999001", "LAMBERT", "YVONNE", "1955") if told in shown]


def test_lunar_birth_date_is_accepted(patient):
    assert patient(born="19550000").birth == "550000"


@pytest.mark.parametrize(("day", "age"), [("20261114", 6), ("20261115", 7), ("20261116", 7)])
def test_age_grows_on_the_birthday(patient, day, age):
    assert patient(born="20191115").age_on(day) == age


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number": "99900009"}, "n’est pas fait de 10 chiffres"),
        ({"member": "A" * 16}, "numéro d’adhérent"),
        ({"member": "œ" * 8}, "15 caractères au plus"),  # written OE
        ({"routing": "ABC"}, "code de routage"),
        ({"host": "0001"}, "identifiant d’hôte"),
    ],
)
def test_amc_that_does_not_fit_its_columns_is_refused(changes, told):
    with pytest.raises(IdentityError) as refusal:
        Amc(**({"number": "0099900009"} | changes))
    assert told in refusal.value.message


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"billing_number": "756000122"}, "la clé 2"),
        ({"rpps": "10100000017"}, "la clé 7"),
        ({"tariff_zone": "A"}, "zone tarifaire 'A'"),
    ],
)
def test_professional_with_a_wrong_number_is_refused(changes, told):
    values = {
        "billing_number": "756000121",
        "ps_type": "IF",
        "speciality": "24",
        "name": "L",
        "first_name": "C",
    }
    with pytest.raises(IdentityError) as refusal:
        PsIdentity(**(values | changes))
    assert told in refusal.value.message
