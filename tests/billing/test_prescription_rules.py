"""The rules of prescriptions, of prior agreements of nurses and of limits, one a test, through day files."""

from datetime import date, timedelta

import pytest
from told_visits import DAY, act, sessions, told, told_files

BACK = act("RAM", 8.11)
DRESSING = act("AMI", 2.02)
INJECTION = {"acte": "injection sous-cutanée"}
DIALYSIS = {"acte": "dialyse-peritoneale"}


def alone(carer, *acts, **keys):
    (one,) = told(carer, {"actes": list(acts), **keys})
    return one


@pytest.mark.parametrize(
    ("carer", "care"), [("if", DRESSING), ("mk", BACK), ("if", act("BSA")), ("mk", act("AMK", 8.5))]
)
def test_care_without_prescription_is_refused(carer, care):
    one = alone(carer, care, prescription=None)
    assert one.refusals == ["ordonnance"]


@pytest.mark.parametrize(
    ("carer", "care"),
    [
        ("if", {"acte": "vaccination"}),
        ("if", act("RQD")),
        ("if", act("TLD")),
        ("mk", {"acte": "reperage-fragilite"}),
    ],
)
def test_care_that_needs_no_prescription_is_billed(carer, care):
    assert alone(carer, care, prescription=None).refusals == []


def test_direct_access_is_a_physiotherapists():
    one = alone("mk", BACK, prescription=None, acces_direct=True)
    assert (one.refusals, one.remarks) == ([], {"ordonnance"})
    assert alone("if", DRESSING, prescription=None, acces_direct=True).refusals == ["ordonnance"]


@pytest.mark.parametrize(("count", "refusals"), [(7, []), (8, ["ordonnance"])])
def test_ninth_session_of_direct_access_is_refused(count, refusals):
    free = {"prescription": None, "acces_direct": True}
    before = DAY - timedelta(3)
    files = [
        (before, [{"actes": sessions("RAM", 8.11, count, before), **free}]),
        (DAY, [{"actes": [BACK], **free}]),
    ]
    assert [one.refusals for (one,) in told_files("mk", *files)] == [[], refusals]


@pytest.mark.parametrize(
    ("keys", "refusals"),
    [
        ({"date": date(2025, 11, 16)}, []),
        ({"date": date(2025, 11, 15)}, ["ordonnance"]),
        ({"date": date(2026, 8, 16), "duree_mois": 3}, []),
        ({"date": date(2026, 8, 15), "duree_mois": 3}, ["ordonnance"]),
        ({"date": date(2025, 1, 2), "duree_mois": 24}, []),
    ],
)
def test_prescription_holds_a_year_or_what_it_says(keys, refusals):
    one = alone("if", INJECTION, prescription=keys)
    assert one.refusals == refusals


def test_series_begun_in_its_year_goes_on_with_a_remark():
    prescription = {"date": date(2025, 11, 3), "seances": 30}
    assert alone("mk", BACK, prescription=prescription).refusals == ["ordonnance"]
    one = alone("mk", BACK, prescription={**prescription, "faites": 20})
    assert (one.refusals, one.remarks) == ([], {"ordonnance"})


def test_dressing_after_three_months_is_a_remark():
    assert "ordonnance" in alone("if", DRESSING, prescription={"date": date(2026, 8, 10)}).remarks
    assert "ordonnance" not in alone("if", DRESSING, prescription={"date": date(2026, 8, 20)}).remarks
    told_longer = {"date": date(2026, 8, 10), "duree_mois": 6}
    assert "ordonnance" not in alone("if", DRESSING, prescription=told_longer).remarks


def test_following_assessment_needs_a_prescription_of_the_year():
    one = alone("if", act("DI", 1.2), prescription={"date": date(2025, 11, 2), "duree_mois": 24})
    assert one.refusals == ["ordonnance"]


@pytest.mark.parametrize(("carer", "care"), [("if", INJECTION), ("mk", BACK)])
def test_sessions_left_are_counted(carer, care):
    last = alone(carer, care, prescription={"seances": 10, "faites": 9})
    assert last.refusals == []
    assert "ordonnance" in last.remarks
    over = alone(carer, care, prescription={"seances": 10, "faites": 10})
    assert over.refusals == ["ordonnance"]
    assert "porte 10 séances, c’est la 11e, dont 10 ailleurs" in over.refused[0][1]


@pytest.mark.parametrize("turned", [False, True])
def test_sessions_left_are_counted_over_files_in_either_order(turned):
    prescription = {"date": date(2026, 11, 2), "seances": 3}
    before = DAY - timedelta(2)
    files = [
        (before, [{"actes": sessions("RAM", 8.11, 2, before), "prescription": prescription}]),
        (DAY, [{"actes": sessions("RAM", 8.11, 2), "prescription": prescription}]),
    ]
    found = told_files("mk", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["ordonnance"])  # the later in the day, in any order
    assert f"« jour-{1 + turned}.json »" in second.refused[0][1]


def test_another_prescription_has_its_own_sessions():
    files = [
        (day, [{"actes": [BACK], "prescription": {"date": start, "seances": 1}}])
        for day, start in ((DAY - timedelta(1), date(2026, 11, 2)), (DAY, date(2026, 11, 3)))
    ]
    assert [one.refusals for (one,) in told_files("mk", *files)] == [[], []]


def test_assessments_of_a_physiotherapist_are_no_session():
    one = alone("mk", act("AMK", 10.7), prescription={"seances": 10, "faites": 10})
    assert one.refusals == []


# A nurse's prior agreement.


def test_some_acts_always_need_an_agreement():
    care = {"acte": "injection-catheter-intrathecal"}
    agreed = {"demande": date(2026, 10, 1)}
    assert alone("if", care).refusals == ["accord"]
    assert alone("if", care, accord=agreed).refusals == []


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("start", "refusals"), [(date(2026, 10, 15), ["accord"]), (date(2026, 10, 16), [])])
def test_medicines_need_an_agreement_after_a_month(start, refusals, turned):
    care = {"actes": [act("AMI", 1.2)], "prescription": {"date": date(2026, 10, 2)}}
    files = [(start, [care]), (DAY, [care])]
    found = told_files("if", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], refusals)


# Limits.


def hours(care, *times):
    return [{"heure": time, "actes": [care]} for time in times]


@pytest.mark.parametrize("turned", [False, True])
def test_fifth_dialysis_of_a_day_is_refused_whichever_file_is_first(turned):
    visits = [
        {"passage": hours(DIALYSIS, "08:00", "11:00", "15:00", "18:00")},
        {"heure": "19:45", "actes": [DIALYSIS]},
    ]
    files = [(DAY, [visit]) for visit in (visits[::-1] if turned else visits)]
    found = told_files("if", *files)
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["limite"])


def test_limit_of_a_pair_that_may_be_another_act_refuses_nothing():
    one = told("if", {"passage": hours(act("AMI", 4), "08:00", "11:00", "15:00", "18:00", "19:45")})[0]
    assert one.refusals == []


def test_limit_of_a_passage_counts_quantities():
    infusion = act("AMI", 14)
    hour = {"acte": "perfusion-heure-en-plus"}
    assert alone("if", infusion, {**hour, "quantite": 5}).refusals == []
    assert alone("if", infusion, {**hour, "quantite": 6}).refusals == ["limite"]


def test_limit_of_an_episode_is_a_prescriptions():
    days = sessions("AMI", 3.9, 3, DAY - timedelta(1))
    care = {"date": date(2026, 11, 12)}
    before = (DAY - timedelta(1), [{"actes": days, "prescription": care}])
    for again, refusals in ((care, ["limite"]), ({"date": date(2026, 11, 15)}, [])):
        _, (one,) = told_files("if", before, (DAY, [{"actes": [act("AMI", 3.9)], "prescription": again}]))
        assert one.refusals == refusals


@pytest.mark.parametrize(("again", "refusals"), [(7, []), (8, ["limite"])])
def test_renewal_doubles_what_may_be_renewed_once(again, refusals):
    def care(first, count, **prescription):
        days = [first + timedelta(at) for at in range(count)]
        acts = [{"acte": "analgesie-avant-pansement", "date": day} for day in days]
        return {"actes": acts, "prescription": prescription}

    first = care(date(2026, 10, 1), 8, date=date(2026, 9, 30))
    renewed = {"date": date(2026, 10, 12), "renouvellement": True}
    second = care(date(2026, 10, 13), again, **renewed)
    third = {"actes": [{"acte": "analgesie-avant-pansement"}], "prescription": renewed}
    answers = told_files("if", *((DAY, [one]) for one in (first, second, third)))
    assert [one.refusals for (one,) in answers] == [[], [], refusals]


@pytest.mark.parametrize(
    ("days", "refusals"),
    [
        ((date(2025, 11, 16), date(2026, 6, 1)), []),
        ((date(2025, 11, 17), date(2026, 6, 1)), ["limite"]),
        ((date(2026, 2, 2), date(2026, 6, 1)), ["limite"]),
    ],
)
def test_limit_of_twelve_months_holds_in_any_twelve(days, refusals):
    files = [(day, [{"actes": [act("DI", 1.2)], "bilan": date(2025, 9, 1)}]) for day in (*days, DAY)]
    *_, (last,) = told_files("if", *files)
    assert last.refusals == refusals


def test_renewed_assessment_is_no_intermediate_one():
    files = [(day, [{"actes": [act("DI", 1.2)]}]) for day in (date(2026, 2, 2), date(2026, 6, 1))]
    renewed = {"actes": [act("DI", 1.2)], "prescription": {"renouvellement": True}}
    *_, (last,) = told_files("if", *files, (DAY, [renewed]))
    assert last.refusals == []


@pytest.mark.parametrize("turned", [False, True])
def test_renewed_assessment_does_not_count_in_either_order(turned):
    renewed = {"actes": [act("DI", 1.2)], "prescription": {"renouvellement": True}}
    plain = {"actes": [act("DI", 1.2)]}
    files = [(date(2026, 2, 2), [plain]), (date(2026, 6, 1), [renewed]), (DAY, [plain])]
    answers = told_files("if", *(files[::-1] if turned else files))
    assert [one.refusals for (one,) in answers] == [[], [], []]


def test_fifth_telecare_of_a_month_is_refused():
    files = [(date(2026, 11, day), [{"actes": [act("TMI", 1.6)]}]) for day in (2, 5, 9, 12, 16)]
    assert [one.refusals for (one,) in told_files("if", *files)] == [[], [], [], [], ["tmi"]]


def test_weekly_session_is_once_from_monday_to_sunday():
    weekly = {"acte": "seance-hebdomadaire-diabetique"}
    files = [(day, [{"actes": [weekly]}]) for day in (date(2026, 11, 15), DAY, date(2026, 11, 20))]
    assert [one.refusals for (one,) in told_files("if", *files)] == [[], [], ["limite"]]


def test_second_assessment_of_a_wound_in_the_year_is_refused_unless_of_another_one():
    ordered = {"prescription": {"date": date(2026, 3, 2)}}
    first = (date(2026, 3, 9), [{"actes": [act("AMI", 11)], **ordered}])
    other = {"prescription": {"date": date(2026, 11, 2)}}
    for named, prescription, refusals in (
        ({}, ordered, ["limite"]),
        ({"derogation": "plaie"}, ordered, []),
        ({}, other, []),
    ):
        visit = {"actes": [act("AMI", 11, **named)], **prescription}
        _, (again,) = told_files("if", first, (DAY, [visit]))
        assert (again.refusals, "limite" in again.remarks) == (refusals, not refusals)
    assert alone("if", act("AMI", 1, derogation="plaie")).refusals == ["limite"]


def test_fifth_request_of_a_year_is_refused():
    files = [(date(2026, month, 2), [{"actes": [act("RQD")]}]) for month in (1, 3, 5, 7, 9)]
    assert [one.refusals for (one,) in told_files("if", *files)] == [[], [], [], [], ["limite"]]


def test_refusal_says_where_the_others_are():
    before = DAY - timedelta(1)
    visit = {"actes": [act("AMI", 2.8, date=before - timedelta(1)), act("AMI", 2.8, date=before)]}
    prescription = {"prescription": {"date": date(2026, 11, 10)}}
    files = [(before, [{**visit, **prescription}]), (DAY, [{"actes": [act("AMI", 2.8)], **prescription}])]
    _, (one,) = told_files("if", *files)
    assert one.refused == [
        (
            "limite",
            "AMI 2,8 : 2 séances au plus ; déjà : la visite 1 de « jour-1.json », le 14/11/2026 ; "
            "la visite 1 de « jour-1.json », le 15/11/2026",
        )
    ]


def test_third_travel_to_a_teleconsultation_of_a_day_is_refused():
    travel = {"deplacement": {"indemnite": "IFA"}, "actes": [act("TLL")]}
    passages = [{"heure": hour, **travel} for hour in ("08:00", "12:00", "17:00")]
    assert told("if", {"passage": passages[:2]})[0].refusals == []
    assert told("if", {"passage": passages})[0].refusals == ["limite"]


# Ages.


@pytest.mark.parametrize(
    ("carer", "care", "age", "remarked"),
    [
        ("mk", act("DRA", 8.11), 17, False),
        ("mk", act("DRA", 8.11), 18, True),
        ("mk", {"acte": "reperage-fragilite"}, 70, False),
        ("mk", {"acte": "reperage-fragilite"}, 69, True),
        ("if", {"acte": "injection-intraveineuse-enfant"}, 4, False),
        ("if", {"acte": "injection-intraveineuse-enfant"}, 5, True),
        ("if", {"acte": "seance-hebdomadaire-diabetique"}, 71, True),
    ],
)
def test_act_of_another_age_is_a_remark(carer, care, age, remarked):
    born = date(DAY.year - age, 1, 5)
    one = alone(carer, care, naissance=born)
    assert one.refusals == []
    assert ("naissance" in one.remarks) == remarked


def test_age_of_the_holder_is_read_in_the_number():
    assert "naissance" in alone("mk", act("DRA", 8.11)).remarks  # born in 1955
    assert "naissance" not in alone("mk", {"acte": "reperage-fragilite"}).remarks
