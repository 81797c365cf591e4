"""A physiotherapist's treatment over its sessions: assessments, prior agreement; one fact a test."""

from datetime import date, timedelta

import pytest
from told_visits import DAY, act, sessions, told, told_files

BACK = act("RAM", 8.11)
LUMBAGO = act("RAM", 8.09)
HEMIPLEGIA = act("NMI", 9)
BDK = act("AMK", 10.7)
BEFORE = DAY - timedelta(7)


def alone(*acts, **keys):
    (one,) = told("mk", {"actes": list(acts), **keys})
    return one


# Assessments.


@pytest.mark.parametrize("done", [0, 9, 29, 49, 69])
def test_assessment_goes_with_its_sessions(done):
    one = alone(BACK, BDK, prescription={"seances": 99, "faites": done})
    assert (one.refusals, one.cents) == ([], 4157)


@pytest.mark.parametrize("done", [10, 28, 30, 39, 50])
def test_assessment_between_its_sessions_is_refused(done):
    one = alone(BACK, BDK, prescription={"seances": 99, "faites": done})
    assert one.refusals == ["mk-bdk"]
    assert one.refused[0][1].startswith(f"AMK 10,7 à la {done + 1}e séance")


@pytest.mark.parametrize(
    ("done", "refusals"), [(9, []), (59, []), (109, []), (29, ["mk-bdk"]), (79, ["mk-bdk"])]
)
def test_assessment_of_neurology_has_its_own_rhythm(done, refusals):
    one = alone(HEMIPLEGIA, act("AMK", 10.8), prescription={"seances": 150, "faites": done})
    assert one.refusals == refusals


def test_assessment_alone_goes_with_the_session_to_come():
    assert alone(BDK, prescription={"seances": 60, "faites": 29}).refusals == []
    assert alone(BDK, prescription={"seances": 60, "faites": 0}).refusals == []
    assert alone(BDK, prescription={"seances": 60, "faites": 15}).refusals == ["mk-bdk"]


@pytest.mark.parametrize("turned", [False, True])
def test_second_assessment_of_the_first_ten_sessions_is_refused_in_either_order(turned):
    prescription = {"date": date(2026, 11, 5), "seances": 30}
    files = [(day, [{"actes": [BACK, BDK], "prescription": prescription}]) for day in (BEFORE, DAY)]
    found = told_files("mk", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["mk-bdk"])


@pytest.mark.parametrize("turned", [False, True])
def test_sessions_put_an_assessment_out_of_its_turn_in_either_order(turned):
    prescription = {"date": date(2026, 10, 20), "seances": 30}
    files = [
        (BEFORE, [{"actes": sessions("RAM", 8.11, 12, BEFORE), "prescription": prescription}]),
        (DAY, [{"actes": [BACK, BDK], "prescription": prescription}]),
    ]
    found = told_files("mk", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["mk-bdk"])


def test_another_prescription_is_another_treatment_unless_it_renews():
    before = (BEFORE, [{"actes": [BACK, BDK], "prescription": {"date": date(2026, 11, 2)}}])
    for renewal, refusals in ((False, []), (True, ["mk-bdk"])):
        again = {"date": date(2026, 11, 12), "renouvellement": renewal}
        _, (one,) = told_files("mk", before, (DAY, [{"actes": [BACK, BDK], "prescription": again}]))
        assert one.refusals == refusals


@pytest.mark.parametrize("turned", [False, True])
def test_renewal_goes_on_with_what_came_before_in_either_order(turned):
    files = [
        (
            BEFORE,
            [{"actes": sessions("RAM", 8.09, 15, BEFORE), "prescription": {"date": date(2026, 10, 20)}}],
        ),
        (DAY, [{"actes": [LUMBAGO], "prescription": {"date": date(2026, 11, 12), "renouvellement": True}}]),
    ]
    found = told_files("mk", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["mk-accord"])


def test_assessment_of_neurology_goes_with_neurology_but_nerves():
    assert alone(BACK, act("AMK", 10.8)).refusals == ["mk-bdk"]
    assert alone(act("NMI", 8.5), act("AMK", 10.8)).refusals == ["mk-bdk"]
    assert alone(HEMIPLEGIA, act("AMK", 10.8)).refusals == []


def test_plain_assessment_in_neurology_loses_money():
    one = alone(HEMIPLEGIA, BDK)
    assert (one.refusals, one.remarks) == ([], {"mk-bdk"})


def test_isolated_assessment_stands_alone():
    assert alone(act("AMK", 8.5)).refusals == []
    assert alone(BACK, act("AMK", 8.5)).refusals == ["mk-bdk"]
    assert alone(act("AMK", 8.5), prescription={"seances": 15}).refusals == ["mk-bdk"]


@pytest.mark.parametrize("turned", [False, True])
def test_isolated_assessment_during_rehabilitation_is_refused_in_either_order(turned):
    files = [
        (BEFORE, [{"actes": [BACK], "prescription": {"date": date(2026, 10, 20)}}]),
        (DAY, [{"actes": [act("AMK", 8.5)], "prescription": {"date": date(2026, 11, 12)}}]),
    ]
    found = told_files("mk", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["mk-bdk"])


def test_rehabilitation_after_an_isolated_assessment_is_billed():
    files = [
        (BEFORE, [{"actes": [act("AMK", 8.5)], "prescription": {"date": date(2026, 11, 2)}}]),
        (DAY, [{"actes": [BACK], "prescription": {"date": date(2026, 11, 12)}}]),
    ]
    assert [one.refusals for (one,) in told_files("mk", *files)] == [[], []]


# Prior agreement.


@pytest.mark.parametrize(
    ("pair", "most"),
    [
        (("RAM", 8.09), 15),
        (("RAM", 8.07), 15),
        (("RAM", 8.08), 10),
        (("RIM", 8.1), 10),
        (("RIC", 8.12), 25),
        (("RIC", 8.08), 40),
        (("RSC", 8.11), 50),
    ],
)
def test_agreement_is_asked_for_after_the_sessions_of_the_act(pair, most):
    for done, refusals in ((most - 1, []), (most, ["mk-accord"])):
        one = alone(act(*pair), prescription={"seances": 99, "faites": done})
        assert one.refusals == refusals


def test_carpal_tunnel_needs_it_before_the_first():
    assert alone(act("RSC", 8.09)).refusals == ["mk-accord"]


def test_last_session_without_agreement_says_what_comes():
    assert "mk-accord" in alone(LUMBAGO, prescription={"seances": 30, "faites": 14}).remarks


@pytest.mark.parametrize(
    ("agreement", "refusals"),
    [
        ({"demande": date(2026, 11, 1)}, []),  # 15 days of silence
        ({"demande": date(2026, 11, 2)}, ["mk-accord"]),
        ({"demande": date(2026, 11, 9), "reponse": "accordé", "le": date(2026, 11, 16)}, []),
        ({"demande": date(2026, 11, 9), "reponse": "accordé", "le": date(2026, 11, 17)}, ["mk-accord"]),
        ({"demande": date(2026, 11, 9), "reponse": "refusé", "le": date(2026, 11, 12)}, ["mk-accord"]),
        ({"demande": date(2026, 10, 1), "reponse": "refusé", "le": date(2026, 11, 12)}, ["mk-accord"]),
        ({"demande": date(2026, 10, 1), "reponse": "refusé", "le": date(2026, 11, 17)}, []),
    ],
)
def test_agreement_holds_from_its_answer_or_fifteen_days_of_silence(agreement, refusals):
    prescription = {"date": date(2026, 9, 21), "seances": 30, "faites": 15}
    assert alone(LUMBAGO, prescription=prescription, accord=agreement).refusals == refusals


@pytest.mark.parametrize("turned", [False, True])
def test_sessions_are_counted_over_files_in_either_order(turned):
    prescription = {"date": date(2026, 10, 20), "seances": 30}
    files = [
        (BEFORE, [{"actes": sessions("RAM", 8.09, 15, BEFORE), "prescription": prescription}]),
        (DAY, [{"actes": [LUMBAGO], "prescription": prescription}]),
    ]
    found = told_files("mk", *(files[::-1] if turned else files))
    (first,), (second,) = found[::-1] if turned else found
    assert (first.refusals, second.refusals) == ([], ["mk-accord"])
    assert "16e séance" in second.refused[0][1]


@pytest.mark.parametrize("turned", [False, True])
def test_the_agreement_of_another_visit_covers_it(turned):
    prescription = {"date": date(2026, 10, 20), "seances": 30}
    agreed = {"demande": date(2026, 10, 21), "reponse": "accordé", "le": date(2026, 11, 10)}
    files = [
        (BEFORE, [{"actes": sessions("RAM", 8.09, 15, BEFORE), "prescription": prescription}]),
        (DAY, [{"actes": [LUMBAGO], "prescription": prescription, "accord": agreed}]),
    ]
    assert [one.refusals for (one,) in told_files("mk", *(files[::-1] if turned else files))] == [[], []]


@pytest.mark.parametrize(("count", "refusals"), [(14, []), (15, ["mk-accord"])])
def test_thirty_sessions_in_twelve_months_need_it_whatever_the_prescriptions(count, refusals):
    files = [
        (end, [{"actes": sessions("RAM", 8.09, done, end), "prescription": {"date": start, "seances": 15}}])
        for start, end, done in (
            (date(2026, 3, 2), date(2026, 3, 27), 15),
            (date(2026, 6, 29), date(2026, 7, 24), count),
        )
    ]
    last = (DAY, [{"actes": [LUMBAGO], "prescription": {"date": date(2026, 11, 12), "seances": 15}}])
    *_, (one,) = told_files("mk", *files, last)
    assert one.refusals == refusals


def test_sessions_of_a_year_ago_do_not_count():
    end = date(2025, 11, 14)
    files = [
        (end, [{"actes": sessions("RAM", 7.49, 15, end), "prescription": {"date": start, "seances": 15}}])
        for start, end in ((date(2025, 9, 1), date(2025, 10, 17)), (date(2025, 10, 27), end))
    ]
    *_, (one,) = told_files("mk", *files, (DAY, [{"actes": [LUMBAGO]}]))
    assert one.refusals == []


def test_another_act_has_its_own_count():
    assert alone(BACK, prescription={"seances": 60, "faites": 39}).refusals == []
