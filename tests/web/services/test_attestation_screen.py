"""An attestation copied from paper on the patient's screen: kept with its age, or refused in words."""

import pytest

from tournee.app.practice.patients import add_patient
from tournee.practice.patient_file import PatientFile

PAPER = {"organisme": "01 041 0000", "debut": "01/09/2026", "fin": "31/08/2027", "jour": "06/11/2026"}


@pytest.fixture
def here(office):
    file = PatientFile("PEREIRA", "ANTONIO", "19590218", nir="1590299351044", key="43")
    return f"/patients/{add_patient(office, file).id}"


def test_a_paper_is_typed_and_shown_with_its_date_origin_and_age(page, here):
    """CEAM-4."""
    assert f"#{here}/attestation" in page.show(here)
    assert page.post(f"{here}/attestation", **PAPER) == here
    said = "droits jusqu’au 31/08/2027, caisse 01 041 0000 (saisi, papier du 06/11/2026, 10 jours)"
    assert said in page.show(here)
    page.post(f"{here}/attestation", **PAPER, ame="oui")
    assert "AME jusqu’au 31/08/2027" in page.show(f"{here}/attestation")


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("fin", "15/11/2026", "demandez celle qui est en cours"),
        ("fin", "31/02/2027", "n’est pas un jour"),
        ("jour", "", "Le jour manque"),
        ("organisme", "0104", "9 chiffres"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(page, here, name, typed, word):
    """CEAM-4."""
    with pytest.raises(AssertionError) as refused:
        page.post(f"{here}/attestation", **(PAPER | {name: typed}))
    shown = str(refused.value)
    assert word in shown
    assert 'value="01/09/2026"' in shown and f'name="{name}"' in shown and f'value="{typed}"' in shown
    assert "(saisi" not in page.show(here)
