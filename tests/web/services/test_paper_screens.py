"""The copies of a European card and of an attestation: made as pieces are, kept here, shown again."""

import re
from datetime import date

import pytest
from made_papers import A4, as_jpeg, bad_paper, good_paper
from people import DAILY, ORDER, PS, YVONNE
from test_attestation_screen import PAPER
from test_european_screen import CARD

from tournee import extras
from tournee.app.bedside.care_visit import planned_key
from tournee.app.pieces.papers import attestation_copy
from tournee.app.pieces.same_picture import SamePictureError, refuse_same_picture
from tournee.app.practice.dossiers import of_patient
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.practice.patient_file import PatientFile
from tournee.practice.scan_file import ScanFile

PHOTO = re.compile(r'name="photo" value="([^"]+)"')
IMAGE = re.compile(r'data-file="/ecran(/images/\d+)"')
CORNERS = {"x0": "4", "y0": "3", "x1": "97", "y1": "2", "x2": "98", "y2": "98", "x3": "3", "y3": "97"}
ANTONIO = PatientFile("PEREIRA", "ANTONIO", "19590218", nir="1590299351044", key="43")


@pytest.fixture(scope="module")
def sheet():
    return as_jpeg(good_paper(21, A4), 70)


@pytest.fixture
def here(office):
    """The attestation's screen of a patient."""
    return f"/patients/{add_patient(office, ANTONIO).id}/attestation"


@pytest.fixture
def visit(office):
    """The address of a visit."""
    patient = add_patient(office, YVONNE)
    plan = add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)
    return f"/visite/{planned_key(plan.plan.id, date(2026, 11, 16))}"


def taken(page, address, data):
    """The corners' screen that comes after a photograph, and the photograph's name."""
    screen = page.show(page._ask("POST", f"{address}/photo", content=data).headers["X-Tournee-Ecran"])
    return screen, PHOTO.findall(screen)[0]


def test_an_attestation_is_photographed_straightened_kept_and_shown_again(page, office, here, sheet):
    """CEAM-5."""
    page.post(here, **PAPER)
    assert f"#{here}/papier" in page.show(here)
    assert "data-shutter" in page.show(f"{here}/papier")
    screen, name = taken(page, f"{here}/papier", sheet)
    assert screen.count('class="corner"') == 4
    shown = page._ask("POST", f"{here}/papier/apercu", data={"photo": name, **CORNERS}).text
    assert "Ce qui sera gardé" in shown and "elle n’est pas envoyée" in shown
    assert page.post(f"{here}/papier", photo=name, **CORNERS) == here
    (image,) = IMAGE.findall(page.show(here))
    assert page._ask("GET", image).content.startswith(b"%PDF-1.4")
    assert "Attestation papier" in page.show(here.rpartition("/")[0])
    (kept,) = of_patient(office, ScanFile, int(here.split("/")[2]))
    assert (kept.told.nature, kept.told.pages, kept.told.is_piece) == ("A", 1, True)


def test_what_cannot_be_read_is_refused_for_the_four_reasons_of_a_piece(page, here):
    """CEAM-5, SCOR-3."""
    _, name = taken(page, f"{here}/papier", as_jpeg(bad_paper("contrast", 1, A4), 70))
    with pytest.raises(AssertionError, match="se distingue à peine du papier"):
        page._ask("POST", f"{here}/papier/apercu", data={"photo": name, **CORNERS})
    assert "Photo</a>" in page.show(here)


def test_the_copy_of_a_european_card_stays_with_its_visit(page, office, visit, sheet):
    """CEAM-5: also after the card was corrected."""
    with pytest.raises(AssertionError, match="n’attend pas ce papier"):
        page.show(f"{visit}/piece/carte")
    at = page.post(f"{visit}/carte-europeenne", **CARD)
    paper = f"{at.rpartition('/')[0]}/piece/carte"
    assert f"#{paper}" in page.show(at)
    _, name = taken(page, paper, sheet)
    assert page.post(paper, photo=name) == at
    page.post(at, **(CARD | {"prenom": "JURGEN"}))
    told = page.show(at)
    assert "Gardée avec la visite" in told
    assert page._ask("GET", IMAGE.findall(told)[0]).content.startswith(b"%PDF-")


def test_the_same_picture_for_two_persons_is_asked_about_once(page, office, visit, here, sheet):
    """CEAM-5, SCOR-1: with other corners too."""
    _, name = taken(page, f"{here}/papier", sheet)
    page.post(f"{here}/papier", photo=name, **CORNERS)
    at = page.post(f"{visit}/carte-europeenne", **CARD)
    paper = f"{at.rpartition('/')[0]}/piece/carte"
    _, name = taken(page, paper, sheet)
    with pytest.raises(AssertionError) as asked:
        page.post(paper, photo=name)
    told = str(asked.value)
    assert "La même image est déjà gardée pour Antonio Pereira." in told
    assert 'name="aussi" value="oui"' in told and f'value="{name}"' in told
    assert "Gardée avec la visite" not in page.show(at)
    assert page.post(paper, photo=name, aussi="oui") == at
    assert "Gardée avec la visite" in page.show(at)
    _, name = taken(page, f"{here}/papier", sheet)
    assert page.post(f"{here}/papier", photo=name, **CORNERS) == here  # her own: no question
    with pytest.raises(SamePictureError):
        refuse_same_picture(office, attestation_copy(office, int(here.split("/")[2])).told)


def test_where_the_libraries_lack_a_paper_is_kept_as_it_came(page, office, here, sheet, monkeypatch):
    """CEAM-5."""

    def lacking(*_args, **_more):
        raise extras.missing("services")

    monkeypatch.setattr("tournee.web.screens.services.pieces.picture_of", lacking)
    monkeypatch.setattr("tournee.app.pieces.fitting.fitted", lacking)
    address = f"{here}/papier"
    at = page._ask("POST", f"{address}/photo", content=sheet).headers["X-Tournee-Ecran"]
    assert page._ask("GET", at).headers["X-Tournee-Ecran"] == here
    kept = attestation_copy(office, int(here.split("/")[2]))
    assert (kept.told.media, kept.told.pages) == ("image/jpeg", 0)
