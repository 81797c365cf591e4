"""Which accident care is billed for: named by the card's group 103, said by the carer, or asked."""

from datetime import date

import pytest

from tournee.billing.identity import CardAccident
from tournee.billing.pricing.accident import accident_of, billed_for
from tournee.billing.rules.payers import payer_breaches
from tournee.billing.visit import WORK_ACCIDENT, Accident, JudgedVisit, Passage, Visit
from tournee.billing.zones.card import patients_from_groups
from tournee.formats import zones

FIRST = CardAccident("26091401", "010210210")
SECOND = CardAccident("25030202", "013490349")
FULL = (101, "T", "800000001", "", "", "", "", "A", "2550699999001", "62", "01", "011", "0000", "10", "")


@pytest.fixture
def hurt(patient):
    def build(accidents=(), said=None, nature=WORK_ACCIDENT):
        day = date(2026, 11, 15)
        seen = Visit(day, "2550699999001", "62", (Passage(day),), nature=nature, accident=said)
        return seen, patient(accidents=accidents)

    return build


def told_of(visit, patient):
    judged = JudgedVisit("756000121", "IF", visit)
    return [breach.text for breach in payer_breaches(judged, patient)]


def test_card_names_its_accidents_with_their_days_and_caisses():
    group = zones.make(103, "010210210", "", "", "010210210", "10", "26091401", "013490349", "10", "25030202")
    who = zones.make(104, "LAMBERT", "", "YVONNE", *[""] * 8, "195506150000", "1", "0", "", "", "", "")
    child = zones.make(104, "LAMBERT", "", "ADAM", *[""] * 8, "202307140000", "1", "6", "", "", "", "")
    insured, other = patients_from_groups([zones.make(*FULL), group, who, child])
    assert insured.accidents == (FIRST, SECOND)
    assert [str(one) for one in insured.accidents] == [
        "n° 26091401 du 14/09/2026, caisse 010210210",
        "n° 25030202 du 02/03/2025, caisse 013490349",
    ]
    assert other.accidents == ()


def test_number_that_begins_with_no_date_dates_nothing():
    assert CardAccident("00001234").day is None


def test_only_accident_of_the_card_is_taken(hurt):
    assert accident_of(*hurt((FIRST,))) == Accident("026091401", date(2026, 9, 14))


@pytest.mark.parametrize(
    "said", [Accident("25030202"), Accident("025030202"), Accident(day=date(2025, 3, 2))]
)
def test_accident_said_by_number_or_day_is_that_of_the_card(hurt, said):
    assert accident_of(*hurt((FIRST, SECOND), said)) == Accident("025030202", date(2025, 3, 2))


def test_several_accidents_and_none_said_ask_which(hurt):
    assert told_of(*hurt((FIRST, SECOND))) == [
        "la carte en nomme plusieurs, dites lequel par son numéro : n° 26091401 du 14/09/2026, "
        "caisse 010210210 ; n° 25030202 du 02/03/2025, caisse 013490349"
    ]


def test_two_accidents_of_one_day_ask_which(hurt):
    same = CardAccident("26091402", "010210210")
    (told,) = told_of(*hurt((FIRST, same), Accident(day=date(2026, 9, 14))))
    assert told.startswith("la carte en nomme plusieurs")


def test_no_accident_on_the_card_and_none_said_is_refused(hurt):
    assert told_of(*hurt()) == ["manque ; la carte n’en nomme aucun : dites sa date ou son numéro"]


def test_accident_that_the_card_does_not_know_yet_is_billed_as_said(hurt):
    said = Accident(day=date(2026, 11, 10))
    seen, patient = hurt((FIRST,), said)
    assert accident_of(seen, patient) == said
    assert told_of(seen, patient) == []
    assert billed_for(patient, seen) == patient


def test_caisse_that_manages_the_accident_is_the_one_billed(hurt):
    seen, patient = hurt((FIRST, SECOND), Accident("25030202"))
    billed = billed_for(patient, seen)
    assert (billed.regime, billed.caisse, billed.centre) == ("01", "349", "0349")


def test_care_of_another_nature_is_for_no_accident(hurt):
    seen, patient = hurt((FIRST,), nature="10")
    assert accident_of(seen, patient) is None
    assert billed_for(patient, seen) == patient
