"""The rules of a physiotherapist's acts, one a test, through day files."""

from datetime import date, timedelta

import pytest
from told_visits import (
    DAY,
    FOURTH_PATIENT,
    OTHER_PATIENT,
    PATIENT,
    THIRD_PATIENT,
    act,
    told,
    told_files,
)

BACK = act("RAM", 8.11)
KNEE = act("VIM", 8.11)
LUMBAGO = act("RAM", 8.09)
DIZZINESS = act("ARL", 8)
HEMIPLEGIA = act("NMI", 9)
BDK = act("AMK", 10.7)
BEFORE = DAY - timedelta(7)


def alone(*acts, **keys):
    (one,) = told("mk", {"actes": list(acts), **keys})
    return one


def travelled(code, *acts, **keys):
    return alone(*acts, deplacement={"indemnite": code}, **keys)


# One cotation a session.


def test_one_session_is_billed():
    one = alone(BACK)
    assert (one.refusals, one.cents) == ([], 1792)


def test_two_areas_in_a_session_are_refused():
    one = alone(BACK, KNEE)
    assert one.refusals == ["mk-une"]
    assert one.refused[0][1].startswith("VIM 8,11 et RAM 8,11 : une seule cotation par séance")


def test_two_dates_are_two_sessions():
    assert alone(act("RAM", 8.11, date=BEFORE), KNEE, prescription={"date": date(2026, 11, 2)}).refusals == []


def test_a_session_has_no_quantity():
    assert alone(act("RAM", 8.11, quantite=2)).refusals == ["mk-une"]


def test_search_for_frailty_beside_a_session_is_a_remark():
    frailty = {"acte": "reperage-fragilite"}
    assert "mk-une" in alone(BACK, frailty).remarks


# Two sessions a day.


def two(first, second, **keys):
    return told(
        "mk",
        {"heure": "09:00", "actes": [first], "prescription": {"date": date(2026, 10, 26)}},
        {"heure": "16:00", "actes": [second], "prescription": {"date": date(2026, 11, 9)}, **keys},
    )


def test_two_sessions_of_two_articles_and_prescriptions_are_full():
    first, second = two(LUMBAGO, DIZZINESS)
    assert (first.refusals, second.refusals) == ([], [])
    assert (first.cents, second.cents) == (1788, 1768)
    assert "mk-deux" in second.remarks


def test_two_sessions_of_one_article_are_refused_whatever_its_paragraph():
    _, second = two(BACK, KNEE)
    assert second.refusals == ["mk-deux"]
    assert "un autre article (les deux sont de l’article 1)" in second.refused[0][1]
    assert "la visite 1 de « jour-1.json »" in second.refused[0][1]


def test_two_sessions_of_one_prescription_are_refused():
    _, second = two(LUMBAGO, DIZZINESS, prescription={"date": date(2026, 10, 26)})
    assert second.refusals == ["mk-deux"]
    assert "une autre ordonnance" in second.refused[0][1]


def test_a_third_session_is_refused_whatever_it_is():
    visits = [
        {"heure": hour, "actes": [one], "prescription": {"date": day}}
        for hour, one, day in (
            ("08:00", act("RAB", 8.5), date(2026, 10, 26)),
            ("12:00", BACK, date(2026, 11, 9)),
            ("17:00", DIZZINESS, date(2026, 11, 10)),
        )
    ]
    assert [one.refusals for one in told("mk", *visits)] == [[], [], ["mk-deux"]]


@pytest.mark.parametrize("pair", [("ARL", 8.49), ("ARL", 10), ("RPB", 8), ("RPB", 9)])
def test_these_acts_are_twice_a_day_under_one_prescription(pair):
    hours = [{"heure": hour, "actes": [act(*pair)]} for hour in ("09:00", "17:00")]
    (one,) = told("mk", {"passage": hours})
    assert one.refusals == []


def test_an_act_of_two_hundredths_less_is_not_twice_a_day():
    hours = [{"heure": hour, "actes": [act("ARL", 8.51)]} for hour in ("09:00", "17:00")]
    assert told("mk", {"passage": hours})[0].refusals == ["mk-deux"]


def test_a_session_of_the_exception_and_another_one_follow_the_rule():
    hours = [{"heure": hour, "actes": [one]} for hour, one in (("09:00", act("ARL", 10)), ("17:00", BACK))]
    assert told("mk", {"passage": hours})[0].refusals == ["mk-deux"]


# Palliative care.


def test_palliative_care_is_once_a_day():
    hours = [{"heure": hour, "actes": [act("PLL", 12)]} for hour in ("09:00", "17:00")]
    assert told("mk", {"passage": hours})[0].refusals == ["mk-pll"]


def test_travel_of_its_second_passage_is_a_remark():
    travel = {"indemnite": "IFD"}
    hours = [
        {"heure": "09:00", "actes": [act("PLL", 12)], "deplacement": travel},
        {"heure": "17:00", "deplacement": travel},
    ]
    (one,) = told("mk", {"passage": hours, "prescription": {"domicile": True}})
    assert (one.refusals, one.remarks) == ([], {"mk-pll"})


def test_travel_without_an_act_is_a_remark():
    (one,) = told("mk", {"deplacement": {"indemnite": "IFD"}, "prescription": {"domicile": True}})
    assert one.remarks == {"mk-ifs"}


# Supplements.


@pytest.mark.parametrize(
    ("acts", "cents"),
    [
        ((act("RAV", 8), act("RAV", 1)), 1989),
        ((act("RAV", 9), act("RAV", 2)), 2431),
        ((HEMIPLEGIA, act("AMK", 3.5)), 2763),
    ],
)
def test_supplement_is_full_beside_its_session(acts, cents):
    one = alone(*acts)
    assert (one.refusals, one.cents) == ([], cents)


@pytest.mark.parametrize(
    "acts",
    [
        (act("RAV", 1),),
        (BACK, act("RAV", 1)),
        (act("RAV", 15.5), act("RAV", 1)),
        (act("AMK", 2.5),),
        (BDK, act("AMK", 2.5)),
        (HEMIPLEGIA, act("AMK", 2.5), act("AMK", 3.5)),
        (HEMIPLEGIA, act("AMK", 3.5, quantite=2)),
        (act("RAV", 8), act("RAV", 1), act("RAV", 2)),
    ],
)
def test_supplement_without_its_session_or_twice_is_refused(acts):
    assert alone(*acts).refusals == ["mk-suppl"]


# Groups.


def test_group_of_three_is_billed_in_full():
    one = alone(BACK, groupe=3)
    assert (one.refusals, one.cents) == ([], 1792)


@pytest.mark.parametrize(("acts", "count"), [((BACK,), 4), ((DIZZINESS,), 2), ((act("ARL", 20),), 5)])
def test_group_is_of_three_and_of_articles_1_to_4(acts, count):
    assert alone(*acts, groupe=count).refusals == ["mk-groupe"]


def test_breathing_group_is_of_four():
    assert alone(act("ARL", 20), groupe=4).refusals == []
    assert alone(act("ARL", 20)).remarks == {"mk-groupe"}


def test_group_has_one_cotation():
    group = {"groupe": 3, "heure": "10:00"}
    patients = sorted((PATIENT, OTHER_PATIENT, THIRD_PATIENT), key=lambda one: one["nir"])
    acts = (BACK, BACK, KNEE)  # at one hour, patients come in the order of their numbers
    visits = [{**one, "actes": [act], **group} for one, act in zip(patients, acts, strict=True)]
    first, second, third = told("mk", *visits)
    assert (first.refusals, second.refusals, third.refusals) == ([], [], ["mk-groupe"])


def test_group_of_a_place_without_an_hour_has_one_cotation():
    group = {"groupe": 2, "foyer": "Les Tilleuls"}
    both = told("mk", {"actes": [BACK], **group}, {**OTHER_PATIENT, "actes": [KNEE], **group})
    assert sorted(one.refusals for one in both) == [[], ["mk-groupe"]]


def test_fourth_patient_of_a_group_of_three_is_refused():
    group = {"groupe": 3, "heure": "10:00", "actes": [BACK]}
    patients = (PATIENT, OTHER_PATIENT, THIRD_PATIENT, FOURTH_PATIENT)
    visits = [{**one, **group} for one in sorted(patients, key=lambda one: one["nir"])]
    assert [one.refusals for one in told("mk", *visits)] == [[], [], [], ["mk-groupe"]]


# Travel.

HOME = {"domicile": True}


@pytest.mark.parametrize(
    "pair",
    [("TER", 9.79), ("TER", 16), ("NMI", 8), ("NMI", 9), ("ARL", 8.5), ("ARL", 10), ("RPE", 8.5)],
)
def test_specific_travel_is_always_for_these(pair):
    assert travelled("IFS", act(*pair), prescription=HOME).refusals == []
    plain = travelled("IFD", act(*pair), prescription=HOME)
    assert (plain.refusals, plain.remarks) == ([], {"mk-ifs"})


@pytest.mark.parametrize(
    "pair", [("RAB", 8.01), ("ARL", 8.49), ("ARL", 8), ("RAV", 8), ("RAB", 8.5), ("RPB", 8), ("PLL", 12)]
)
def test_specific_travel_is_never_for_these(pair):
    assert travelled("IFS", act(*pair), prescription=HOME).refusals == ["mk-ifs"]
    plain = travelled("IFD", act(*pair), prescription=HOME)
    assert (plain.refusals, plain.remarks) == ([], set())


@pytest.mark.parametrize(("days", "refusals"), [(0, []), (35, []), (36, ["mk-ifs"])])
def test_specific_travel_of_the_operated_lasts_35_days(days, refusals):
    one = travelled("IFS", act("RIC", 8.12), prescription=HOME, sortie=DAY - timedelta(days))
    assert one.refusals == refusals


def test_specific_travel_of_the_operated_needs_the_discharge():
    assert travelled("IFS", act("RIC", 8.12), prescription=HOME).refusals == ["mk-ifs"]


def test_specific_travel_lost_within_35_days_is_said():
    one = travelled("IFD", act("RIC", 8.12), prescription=HOME, sortie=DAY - timedelta(12))
    assert one.remarked == [
        ("mk-ifs", "RIC 8,12 ouvre l’IFS (4,00 €) : avec IFD, 1,50 € se perdent"),
    ]


def test_lumbago_is_neither_operated_nor_injured():
    assert travelled("IFS", LUMBAGO, prescription=HOME, sortie=DAY).refusals == ["mk-ifs"]


def test_both_allowances_are_refused():
    assert travelled("IFS", HEMIPLEGIA, act("IFD"), prescription=HOME).refusals == ["mk-ifs"]


@pytest.mark.parametrize(
    ("code", "pair", "refusals"),
    [
        ("IFO", ("TER", 9.49), []),
        ("IFN", ("NMI", 9), []),
        ("IFR", ("NMI", 8), []),
        ("IFP", ("ARL", 8.5), []),
        ("IFN", ("TER", 9.49), ["mk-ifs"]),
        ("IFP", ("ARL", 8.49), ["mk-ifs"]),
        ("IFS", ("RPE", 8.5), ["mk-ifs"]),
    ],
)
def test_codes_of_before_2026_are_of_their_article(code, pair, refusals):
    visit = {"actes": [act(*pair)], "deplacement": {"indemnite": code}, "prescription": HOME}
    (one,) = told("mk", visit, day=date(2025, 12, 30))
    assert one.refusals == refusals


def test_home_not_mentioned_is_a_remark():
    assert travelled("IFS", HEMIPLEGIA).remarks == {"mk-domicile"}
    assert travelled("IFS", HEMIPLEGIA, prescription=HOME).remarks == set()


def test_home_without_travel_is_a_remark():
    assert alone(HEMIPLEGIA, lieu="domicile").remarks == {"mk-ifs"}


# Majorations, return from hospital, what is not a physiotherapist's.


def test_sunday_is_for_an_emergency_or_daily_care():
    sunday = {"majoration": "F", "actes": [act("ARL", 8.5)]}
    visits = [sunday, {**sunday, "urgence": True}, {**sunday, "prescription": {"quotidien": True}}]
    marks = [told("mk", visit, day=date(2026, 11, 15))[0].remarks for visit in visits]
    assert marks == [{"mk-majo"}, set(), set()]


@pytest.mark.parametrize("day", [date(2026, 11, 14), date(2026, 11, 16)])
def test_saturday_and_a_plain_day_have_no_sunday(day):
    visit = {"majoration": "F", "urgence": True, "actes": [act("ARL", 8.5)]}
    assert told("mk", visit, day=day)[0].refusals == ["mk-majo"]


def test_return_from_hospital_is_once():
    care = {"actes": [HEMIPLEGIA, act("FRD")], "sortie": BEFORE, "prescription": {"date": BEFORE}}
    (first,), (second,) = told_files("mk", (BEFORE, [care]), (DAY, [care]))
    assert (first.refusals, first.cents) == ([], 11989)
    assert second.refusals == ["limite"]


def test_return_from_hospital_says_the_discharge_and_the_care():
    assert alone(HEMIPLEGIA, act("FAD")).remarks == {"limite"}
    assert alone(act("RIC", 8.12), act("FAD"), sortie=BEFORE).remarks == set()


@pytest.mark.parametrize("code", ["MIE", "MAU", "MCI"])
def test_majorations_of_a_nurse_are_refused(code):
    assert alone(act("ARL", 8.49), act(code)).refusals == ["mk-pas-mie"]


def test_telecare_has_no_known_coefficient():
    assert alone(act("TMK", 10)).refusals == ["nomenclature"]


@pytest.mark.parametrize("turned", [False, True])
def test_one_travel_for_the_patients_of_an_establishment(turned):
    stay = {"lieu": "établissement", "foyer": "Les Tilleuls", "heure": "10:00", "prescription": HOME}
    care = {"actes": [HEMIPLEGIA], "deplacement": {"indemnite": "IFS"}, **stay}
    visits = [care, {**care, **OTHER_PATIENT}]
    found = told("mk", *(visits[::-1] if turned else visits))
    assert sorted(one.refusals for one in found) == [[], ["ehpad"]]
