"""A European card copied on a visit without Vitale card: kept outside, its sheet a PDF, faults by field."""

import re
from datetime import date

import pytest
from people import DAILY, ORDER, PS, YVONNE

from tournee.app.bedside.care_visit import care_visit, care_visits, new_key, planned_key, take
from tournee.app.bedside.european import is_european
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.visits.european import european_records
from tournee.practice.patient_file import PatientFile
from tournee.store import VisitState

DAY = date(2026, 11, 16)
CARD = {
    "pays": "DE",
    "nom": "MÜLLER",
    "prenom": "JÜRGEN",
    "naissance": "12/08/1964",
    "numero_personnel": "X000000027",
    "institution": "000000027",
    "sigle": "KK",
    "numero_carte": "80276 00001 00000 00027",
    "expiration": "31/03/2028",
}


@pytest.fixture
def key(office):
    patient = add_patient(office, YVONNE)
    plan = add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)
    return planned_key(plan.plan.id, DAY)


def test_a_copied_card_keeps_the_visit_outside_and_gives_its_sheet(page, office, key):
    """CEAM-2."""
    assert f"/visite/{key}/carte-europeenne" in page.show(f"/visite/{key}/sans-carte")
    at = page.post(f"/visite/{key}/carte-europeenne", **CARD)
    shown = page.show(at)
    assert "MÜLLER JÜRGEN" in shown and "Gardée hors télétransmission" in shown and "Allemagne" in shown
    (record,) = european_records(office)
    assert record.state is VisitState.OUTSIDE
    assert page.show(at.replace("carte-europeenne", "feuille-de-soins.pdf")).startswith("%PDF-")
    assert not list(office.journal.visits.find(VisitState.PENDING))
    (only,) = care_visits(office, DAY, PS)
    assert at == f"/visite/{only.key}/carte-europeenne"


def test_its_visit_leads_there_is_paid_on_the_spot_and_may_be_corrected(page, office, key):
    """CEAM-2."""
    at = page.post(f"/visite/{key}/carte-europeenne", **CARD)
    assert page.post(f"{at.rpartition('/')[0]}/payer", moyen="especes") == "/tournee"
    assert "Payé" in page.show(at)
    assert page.post(at, **(CARD | {"prenom": "JURGEN"})) == at
    assert [one.ceam.first_name for one in european_records(office)] == ["JURGEN"]


def test_a_card_copied_by_mistake_is_left_for_the_vitale_card(page, office, key):
    """CEAM-2: with the care that was told since, planned or not."""
    at = page.post(f"/visite/{key}/carte-europeenne", **CARD)
    assert "Revenir à la carte Vitale" in page.show(at)
    before = care_visit(office, key)
    back = page.post(f"{at}/quitter")
    assert back == f"/visite/{before.key}"
    care = care_visit(office, key)
    assert not is_european(care) and care.is_open
    assert care.person.nir == YVONNE.nir
    assert care.told["actes"] == before.told["actes"]
    assert care.told["tiers_payant"] == "amo"
    assert "Insérez la carte Vitale" in page.show(back)
    assert list(european_records(office)) == []
    with pytest.raises(AssertionError, match="sur aucune carte européenne"):
        page.post(f"{at}/quitter")
    here = f"/visite/{new_key(care.patient.id, DAY)}/carte-europeenne"
    chosen = re.search(r'name="acte" value="([^"]+)"', page.show(f"{here}?q=AMI 1"))[1]
    page.post(f"{page.post(here, acte=chosen, **CARD)}/quitter")
    assert list(european_records(office)) == []


def test_a_visit_that_was_begun_is_kept_so_too(page, office, key):
    care = care_visit(office, key)
    begun = take(office, care)
    at = page.post(f"/visite/{begun.key}/carte-europeenne", **CARD)
    assert at == f"/visite/{begun.key}/carte-europeenne"
    assert not list(office.journal.visits.find(VisitState.PENDING))
    assert len(list(european_records(office))) == 1


def test_a_patient_without_number_chooses_the_care_on_the_same_screen(page, office, key):
    patient = add_patient(office, PatientFile("MÜLLER", "JÜRGEN", "19640812"))
    add_prescription(office, patient, ORDER)
    here = f"/visite/{new_key(patient.id, DAY)}/carte-europeenne"
    shown = page.show(f"{here}?q=AMI 1")
    assert 'value="12/08/1964"' in shown and 'name="acte"' in shown
    with pytest.raises(AssertionError, match="Choisissez le soin"):
        page.post(here, **CARD)
    chosen = re.search(r'name="acte" value="([^"]+)"', shown)[1]
    page.post(here, **CARD, acte=chosen)
    assert [one.lines[0].code for one in european_records(office)] == ["AMI"]


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("pays", "FR", "ne sert pas en France"),
        ("expiration", "15/11/2026", "a expiré"),
        ("naissance", "12/13/1964", "n’est pas un jour"),
        ("numero_carte", "80276", "au lieu de 20"),
        ("sigle", "", "À recopier de la carte"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_is_kept(page, office, key, name, typed, word):
    """CEAM-1."""
    with pytest.raises(AssertionError) as refused:
        page.post(f"/visite/{key}/carte-europeenne", **(CARD | {name: typed}))
    told = str(refused.value)
    field = told[told.index(f'name="{name}"') :].partition("</label>")[0]
    assert word in field
    assert 'value="MÜLLER"' in told
    assert not list(european_records(office))
