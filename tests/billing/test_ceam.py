"""The European card typed from its face: what is taken, and at which field each fault is told."""

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tournee.app.visits.pricing import price_files
from tournee.billing.breach import place_of
from tournee.billing.dayfile.ceam import read_ceam
from tournee.billing.dayfile.day import DayError, load_day
from tournee.billing.european.care_lines import care_lines
from tournee.billing.european.ceam import COUNTRIES, Ceam
from tournee.billing.kept.judged import read_judged, write_judged
from tournee.billing.nomenclature.table import packaged
from tournee.billing.pricing.coverage import Cover
from tournee.billing.pricing.shares import share_out
from tournee.tables.table import Table

CARE = date(2026, 11, 16)
VECTORS = Path(__file__).parent.parent / "vectors" / "ceam" / "faces.toml"
FACES = tomllib.loads(VECTORS.read_text(encoding="utf-8"))["face"]
FACE = {
    "pays": "DE",
    "nom": "MÜLLER",
    "prenom": "JÜRGEN",
    "naissance": "1964-08-12",
    "numero_personnel": "X000000027",
    "institution": "000000027",
    "sigle": "KK",
    "numero_carte": "80276 00001 00000 00027",
    "expiration": "2028-03-31",
}
ACTS = [{"code": "AMI", "coefficient": 1}]
HEAD = {"date": "2026-11-16", "ps": "756000121", "profession": "IF"}
PRESCRIPTION = {"date": "2026-11-02", "rpps": "10100001071"}


def read(*visits):
    text = json.dumps({"journee": HEAD, "visite": visits})
    return load_day(text.encode(), "journee.json", packaged())


def visit(**changes):
    return {"actes": ACTS, "prescription": PRESCRIPTION, "ceam": FACE} | changes


def places(*visits):
    with pytest.raises(DayError) as refused:
        read(*visits)
    return {place_of(mistake.path): mistake.text for mistake in refused.value.mistakes}


def test_the_table_judges_sixty_faces_and_each_state():
    """CEAM-1."""
    assert len(FACES) >= 60
    good = [face for face in FACES if not face["faute"]]
    assert {face["ceam"]["pays"] for face in good} >= set(COUNTRIES) - {"FR"}


@pytest.mark.parametrize("face", FACES, ids=[f"{face['dit']}" for face in FACES])
def test_a_face_is_taken_or_refused_at_the_field_at_fault(face):
    noted = []
    read = read_ceam(Table(face["ceam"], lambda place, text: noted.append((place[-1], text))), [CARE])
    assert [key for key, _ in noted] == ([face["faute"]] if face["faute"] else [])
    assert (read is None) == bool(face["faute"])


def test_a_card_is_read_with_all_its_fields():
    one = read(visit()).visits[0].visit
    assert one.ceam == Ceam(
        country="DE",
        name="MÜLLER",
        first_name="JÜRGEN",
        born=date(1964, 8, 12),
        personal_number="X000000027",
        institution="000000027",
        acronym="KK",
        expires=date(2028, 3, 31),
        card_number="80276000010000000027",
    )
    assert (one.nir, one.key, one.born) == ("", "", date(1964, 8, 12))


def test_every_fault_of_a_card_is_told_at_once_at_its_place_in_french():
    found = places(visit(ceam=FACE | {"pays": "TR", "expiration": "2026-11-15", "nom": "ΠΑΠΑΣ", "noms": "X"}))
    assert set(found) == {f"visite 1, ceam, {key}" for key in ("pays", "expiration", "nom", "noms")}
    assert found["visite 1, ceam, expiration"].startswith(
        "la carte a expiré le 15/11/2026, avant le soin du 16/11/2026"
    )
    assert found["visite 1, ceam, noms"] == "clé inconnue ; peut-être nom"


def test_a_card_must_be_in_force_on_the_last_day_of_care():
    """CEAM-1."""
    acts = [{"code": "AMI", "coefficient": 1, "date": f"2026-11-{day}"} for day in ("14", "15", "16")]
    assert list(places(visit(actes=acts, ceam=FACE | {"expiration": "2026-11-15"}))) == [
        "visite 1, ceam, expiration"
    ]
    late = FACE | {"debut": "2026-11-15"}
    assert list(places(visit(actes=acts, ceam=late))) == ["visite 1, ceam, debut"]


def test_number_of_another_state_names_both():
    found = places(visit(ceam=FACE | {"pays": "AT"}))
    assert found["visite 1, ceam, numero_carte"] == (
        "porte le code de pays 276 (Allemagne) ; le pays dit est Autriche : 040 est attendu après 80"
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("nir", "2550699999001"),
        ("tiers_payant", "total"),
        ("documents", ["FSE"]),
        ("contrat", "99"),
        ("amc", {"numero": "0035500042"}),
        ("ald", False),
    ],
)
def test_what_says_how_a_visit_is_sent_has_no_place_beside_a_card(key, said):
    assert places(visit(**{key: said}))[f"visite 1, {key}"] == (
        "n’a pas de sens avec une CEAM : la visite ne se télétransmet pas"
    )


def test_a_work_accident_asks_for_another_document():
    assert "DA1" in places(visit(nature="accident du travail"))["visite 1, nature"]


def test_two_holders_are_two_persons_and_one_holder_is_one():
    bsi = [{"code": "BSB"}]
    other = FACE | {"numero_personnel": "X000000035", "numero_carte": "80276000010000000035"}
    assert len(read(visit(actes=bsi), visit(actes=bsi, ceam=other)).visits) == 2
    assert "visite 2, actes 1, code" in places(visit(actes=bsi), visit(actes=bsi))


def test_a_visit_on_a_card_is_kept_and_read_back():
    (judged,) = read(visit()).visits
    assert read_judged(write_judged(judged)) == judged


def lines_of(**changes):
    (judged,) = read(visit(**changes)).visits
    return care_lines(judged)


def test_care_is_priced_as_any_other_and_the_patient_pays_it_whole():
    acts = [{"code": "AMI", "coefficient": 1}, {"code": "AMI", "coefficient": 4}]
    lines = lines_of(actes=acts, deplacement={"indemnite": "IFA", "kilometres": 6})
    assert [(line.code, line.cents) for line in lines] == [
        ("AMI", 168),
        ("AMI", 1340),
        ("IFA", 275),
        ("IK", 70),
    ]
    assert lines[0].note == "à 50 % de 1, tarif annoncé, à confirmer"
    assert (lines[0].coefficient, lines[2].coefficient) == (50, 0)


def test_an_act_is_named_when_its_cotation_is_of_one_act_or_the_carer_said_which():
    assert lines_of()[0].label == "acte coté AMI 1"
    named = lines_of(actes=[{"acte": "Injection intramusculaire"}])
    assert named[0].label == "Injection intramusculaire"


def test_fees_asked_stand_in_for_the_tariff_and_hold_the_night():
    acts = [{"code": "AMI", "coefficient": 1, "honoraires": 30, "qualificatif": "D"}]
    lines = lines_of(actes=acts, majoration="N", heure="21:00")
    assert [(line.code, line.cents) for line in lines] == [("AMI", 3000), ("N", 0)]
    assert "compris dans les honoraires" in lines[1].note


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"majoration": "N", "heure": "23:30"},
        {
            "actes": [{"code": "AMI", "coefficient": 1, "honoraires": 30, "qualificatif": "D"}],
            "majoration": "N",
        },
        {"actes": [ACTS[0] | {"qualificatif": "G"}], "majoration": "N"},
        {"actes": ACTS * 3, "deplacement": {"indemnite": "IFA", "kilometres": 10}},
        {"actes": [ACTS[0] | {"date": f"2026-11-{day}"} for day in (14, 15, 16)]},
    ],
)
def test_sheet_comes_to_what_an_invoice_of_the_same_care_would(changes):
    (judged,) = read(visit(**{"heure": "21:00"} | changes)).visits
    nobody = Cover(0, "0", "10")
    lines = share_out((line, CARE, nobody) for line in judged.lines)
    assert sum(line.cents for line in care_lines(judged)) == sum(line.fee for line in lines) >= 0


def test_quote_of_a_visit_on_a_card_asks_nothing_of_a_caisse():
    text = json.dumps({"journee": HEAD, "visite": [visit()]}).encode()
    (priced,) = price_files([("journee.json", text)], None, packaged())
    (one,) = priced.visits
    assert (one.quote.amo, one.quote.amc, one.quote.supposed) == (0, 0, False)
    assert one.quote.patient == one.quote.due == one.quote.fee == 335
