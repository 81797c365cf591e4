"""What the compulsory insurer pays of an act on its day (vectors/payers/covers.toml), and of an invoice."""

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.billing.entitlement import Entitlement, maternity_around
from tournee.billing.identity import Coverage, Period
from tournee.billing.pricing.coverage import Cover, common_cover, cover_of, covered
from tournee.billing.pricing.line import PricedLine
from tournee.billing.rules.payers import entitlement_breaches, payer_breaches
from tournee.billing.visit import (
    AMO_PAYS,
    MATERNITY,
    WORK_ACCIDENT,
    Act,
    JudgedVisit,
    Passage,
    Visit,
)

CASES = tomllib.loads((Path(__file__).parents[1] / "vectors" / "payers" / "covers.toml").read_text())["case"]
PLAIN = 60
SATURDAY, SUNDAY = date(2026, 11, 14), date(2026, 11, 15)
COVERS = st.builds(
    Cover, st.sampled_from([60, 80, 90, 100]), st.sampled_from("034579"), st.sampled_from(["10", "90"])
)


def seen(*passages: Passage, **changes) -> Visit:
    made = passages or (Passage(SUNDAY, acts=(Act("AMI", 400),)),)
    return Visit(SUNDAY, "2550699999001", "62", made, **changes)


def line(passage: int = 0, kind: str = "act", exemption: str = "") -> PricedLine:
    return PricedLine(passage, kind, "AMI", 335, "value AMI", "official", exemption=exemption)


def told_of(breaches):
    return [str(breach) for breach in breaches]


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_act_is_covered_as_written_down(case, patient):
    card = tuple(
        Coverage(ald, situation, Period(start, end)) for start, end, ald, situation in case.get("card", [])
    )
    told = Entitlement(
        exemption=case.get("told", ""),
        local_scheme=case.get("local", False),
        maternity=Period(*case["maternity"]) if "maternity" in case else None,
        state_aid=Period(*case["state_aid"]) if "state_aid" in case else None,
    )
    visit = seen(entitlement=told, nature=case.get("nature", "10"), exempt=case.get("ald", True))
    day = datetime.strptime(case["day"], "%Y%m%d").date()
    assert cover_of(patient(coverage=card), visit, day, case.get("act", "")) == Cover(
        case.get("rate", PLAIN), case["exemption"], case["insurance"]
    )


def test_acts_around_the_end_of_an_ald_are_covered_by_their_days(patient):
    ill = patient(coverage=(Coverage("1", "0100", Period("", "20261114")),))
    visit = seen(Passage(SATURDAY), Passage(SUNDAY))
    covers = [cover for _, _, cover in covered(ill, visit, [line(0), line(1)])]
    assert covers == [Cover(100, "4", "10"), Cover(PLAIN, "0", "10")]
    assert common_cover(covers) == Cover(PLAIN, "0", "10")


def test_travel_and_majorations_are_covered_as_the_acts_of_their_passage(patient):
    lines = [line(0, exemption="7"), line(0, "majoration"), line(0, "travel"), line(1), line(1, "travel")]
    told = covered(patient(), seen(Passage(SATURDAY), Passage(SUNDAY)), lines)
    assert [cover.exemption for _, _, cover in told] == ["7", "7", "7", "0", "0"]


def test_travel_of_a_passage_whose_acts_differ_is_covered_as_usual(patient):
    lines = [line(exemption="7"), line(), line(0, "travel")]
    told = covered(patient(), seen(), lines)
    assert [cover.exemption for _, _, cover in told] == ["7", "0", "0"]


def test_prevention_beside_other_care_is_told_by_its_act_alone():
    covers = [Cover(100, "7", "90"), Cover(PLAIN, "0", "10")]
    assert common_cover(covers) == Cover(PLAIN, "0", "10")


def test_prevention_alone_makes_the_nature_of_the_invoice():
    assert common_cover([Cover(100, "7", "90")] * 2) == Cover(100, "7", "90")


@given(st.lists(COVERS, min_size=1))
def test_invoice_tells_an_exemption_only_when_all_its_acts_have_it(covers):
    told = common_cover(covers).exemption
    assert told == "0" or {one.exemption for one in covers} == {told}


@pytest.mark.parametrize(
    ("birth", "first", "last"),
    [
        (date(2027, 1, 10), "20260910", "20270122"),
        (date(2027, 6, 30), "20270228", "20270712"),
        (date(2026, 12, 31), "20260831", "20270112"),
    ],
)
def test_maternity_runs_from_four_months_before_the_birth_to_twelve_days_after(birth, first, last):
    assert maternity_around(birth) == Period(first, last)


def test_acts_of_two_natures_are_refused_with_the_days_of_each(patient):
    expecting = patient(coverage=(Coverage("0", "0400", Period("20261115", "")),))
    judged = JudgedVisit(
        "756000121", "IF", seen(Passage(SATURDAY), Passage(SUNDAY)), lines=(line(0), line(1))
    )
    assert told_of(payer_breaches(judged, expecting)) == [
        "actes : une facture a une seule nature d’assurance, celle-ci en aurait plusieurs "
        "(maladie le 14/11/2026, maternité le 15/11/2026) : faites-en une visite par nature [nature]"
    ]


def test_exemption_that_nobody_says_is_refused_with_those_that_are():
    (told,) = told_of(entitlement_breaches(seen(entitlement=Entitlement(exemption="8"))))
    assert told.startswith("exoneration : « 8 » n’est pas une exonération qui se dit : 3 (soins particuliers")


@pytest.mark.parametrize("nature", [MATERNITY, WORK_ACCIDENT])
def test_exemption_beside_a_nature_paid_in_full_is_refused(nature):
    (told,) = told_of(entitlement_breaches(seen(entitlement=Entitlement(exemption="5"), nature=nature)))
    assert told.startswith("nature : ")


def test_ame_needs_a_typed_patient_third_party_payment_and_no_amc(amc):
    aid = Entitlement(state_aid=Period("20260301", "20261114"))
    assert told_of(entitlement_breaches(seen(entitlement=aid, amc=amc))) == [
        "patient, ame : l’AME se facture sans carte, d’après l’attestation : le patient se saisit à la main "
        "[ame]",
        "amc : l’AME paie tout : il ne reste rien à un organisme complémentaire [ame]",
        "tiers_payant : le patient à l’AME n’avance rien : le tiers payant est « amo » [ame]",
        "passages 1, date : l’attestation d’AME ne couvre pas le 15/11/2026 [ame]",
    ]


def test_ame_from_an_attestation_is_let_through(patient):
    aid = Entitlement(state_aid=Period("20260301", "20270228"))
    visit = seen(entitlement=aid, third_party=AMO_PAYS, mode="01", reason="AME", typed=patient())
    assert told_of(entitlement_breaches(visit)) == []
