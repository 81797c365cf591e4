"""From a prescription to its visits: plans, rounds, what is taken in, counted, skipped, moved."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from day_files import answers, day_file, import_visits, open_office, visit
from people import DAILY, INJECTION, ORDER, PS, YVONNE

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, add, change, of_patient
from tournee.app.practice.patients import add_patient, edit_patient
from tournee.app.practice.plans import PlanOf, add_plan, change_days
from tournee.app.practice.prescriptions import add_prescription, prescriptions_of, renew
from tournee.app.practice.rounds import (
    StopState,
    carer_of_plans,
    order_round,
    planned_month,
    price_round,
    replaced_by,
    round_of,
    take_round,
)
from tournee.app.practice.strips import DayMark, strip
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.billing.replacement import Replacement, ReplacementSession
from tournee.errors import BillingError
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanError, PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import Recurrence
from tournee.practice.planning.round_file import Absence
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import VisitState

TODAY = date(2026, 11, 16)
ROBERT = PatientFile("Garnier", "Robert", "19480312", nir="1480369123017", key="30")


@pytest.fixture
def yvonne(office: Office) -> Dossier[PatientFile]:
    return add_patient(office, YVONNE)


@pytest.fixture
def order(office: Office, yvonne: Dossier[PatientFile]) -> Dossier[PrescriptionFile]:
    return add_prescription(office, yvonne, ORDER)


@pytest.fixture
def daily(office: Office, yvonne: Dossier[PatientFile], order: Dossier[PrescriptionFile]) -> PlanOf:
    return add_plan(office, yvonne, order, DAILY, PS)


def states(office: Office, day: date = TODAY) -> list[StopState]:
    return [stop.state for stop in round_of(office, day, PS)]


def test_a_round_is_the_visits_that_plans_make_on_a_day(office: Office, daily: PlanOf) -> None:
    (stop,) = round_of(office, TODAY, PS)
    assert (stop.state, stop.minute, stop.plan.patient.told) == (StopState.PLANNED, 530, YVONNE)
    assert round_of(office, date(2026, 11, 8), PS) == []
    assert round_of(office, date(2026, 11, 24), PS) == []
    assert round_of(office, TODAY, "697000230") == []


def test_a_round_is_taken_in_once_whatever_is_asked_again(office: Office, daily: PlanOf) -> None:
    assert answers(take_round(office, TODAY, PS)) == ["nouvelle"]
    assert states(office) == [StopState.TAKEN]
    assert answers(take_round(office, TODAY, PS)) == ["connue"]
    assert len(office.journal.visits.find()) == 1


def test_a_planned_visit_is_the_same_as_one_that_was_typed(office: Office, daily: PlanOf, tmp_path) -> None:
    take_round(office, TODAY, PS)
    (planned,) = office.journal.visits.find(VisitState.PENDING)
    typed = visit(
        {"nir": "2550699999001", "cle": "62", "nom": "Yvonne Lambert"},
        "AMI 1",
        tiers_payant="amo",
        heure="08:50",
        deplacement={"indemnite": "IFA"},
        prescription={
            "date": "2026-11-02",
            "prescripteur": "751000126",
            "rpps": "10100001071",
            "seances": 15,
        },
    )
    with open_office(_folder(tmp_path, "by hand")) as by_hand:
        import_visits(by_hand, typed)
        (other,) = by_hand.journal.visits.find(VisitState.PENDING)
    assert read_judged(other.payload) == read_judged(planned.payload)


def test_a_plan_changed_changes_what_is_not_billed_in_place(office: Office, daily: PlanOf) -> None:
    take_round(office, TODAY, PS)
    told = replace(daily.plan.told, slots=(Slot(INJECTION, 9 * 60),))
    change(office, daily.plan, told)
    assert answers(take_round(office, TODAY, PS)) == ["changée"]
    (row,) = office.journal.visits.find(VisitState.PENDING)
    assert read_judged(row.payload).visit.passages[0].minute == 540


def test_what_was_typed_by_hand_is_done_and_not_taken_again(office: Office, daily: PlanOf) -> None:
    by_hand = {"date": "2026-11-02", "rpps": "10100001071"}
    import_visits(office, visit(prescription=by_hand))
    assert states(office) == [StopState.DONE]
    with pytest.raises(BillingError, match="Rien n’est à prendre"):
        take_round(office, TODAY, PS)


def test_a_stop_set_aside_is_not_taken_again(office: Office, daily: PlanOf) -> None:
    take_round(office, TODAY, PS)
    (stop,) = round_of(office, TODAY, PS)
    assert stop.visit_id is not None
    office.journal.visits.abandon(stop.visit_id, "not there")
    assert states(office) == [StopState.SET_ASIDE]


def test_a_round_has_its_price_before_it_is_taken(office: Office, daily: PlanOf) -> None:
    priced = price_round(office, TODAY, PS)
    assert not priced.refused
    assert priced.cents == 335 + 275  # AMI 1 and IFA of November 2026
    assert office.journal.visits.find() == ()


def test_sessions_are_counted_by_visits_and_never_typed(office: Office, yvonne, order, daily: PlanOf) -> None:
    for day in (date(2026, 11, 14), date(2026, 11, 15), TODAY):
        take_round(office, day, PS)
    ((_, counted),) = prescriptions_of(office, yvonne)
    assert (counted.done, counted.billed, counted.left) == (3, 0, 12)
    (stop,) = round_of(office, TODAY, PS)
    office.journal.visits.abandon(stop.visit_id, "not there")
    ((_, counted),) = prescriptions_of(office, yvonne)
    assert (counted.done, counted.left) == (2, 13)
    assert not counted.ends_soon(TODAY)
    assert counted.ends_soon(counted.last_day - timedelta(days=6))
    assert counted.is_over(counted.last_day + timedelta(days=1))


def test_a_prescription_near_its_end_is_an_alert_until_it_is_renewed_or_closed(
    office: Office, yvonne, order
) -> None:
    assert [one.kind for one in alerts(office)] == []
    short = add_prescription(office, yvonne, replace(ORDER, day=date(2026, 11, 3), sessions=1))
    (told,) = alerts(office)
    assert (told.kind, told.about) == (
        AlertKind.PRESCRIPTION_ENDING,
        f"ordonnance {short.id}, Yvonne Lambert",
    )
    assert "1 séance(s) de reste" in told.text
    office.journal.dossiers.close(short.id, "guérie")
    assert alerts(office) == []


def test_another_carer_s_sessions_count_too(office: Office, yvonne, order) -> None:
    told = visit(prescription={"date": "2026-11-02", "rpps": "10100001071"})
    import_day(office, day_file(told, ps="697000230"), "other.json")
    ((_, counted),) = prescriptions_of(office, yvonne)
    assert (counted.done, counted.left) == (1, 14)


def test_a_day_skipped_added_or_moved_is_in_the_round_or_not(office: Office, daily: PlanOf) -> None:
    change_days(office, daily.plan, lambda when: when.without(TODAY))
    assert states(office) == []
    (plan,) = of_patient(office, PlanFile, daily.patient.id)
    change_days(office, plan, lambda when: when.with_day(TODAY))
    assert states(office) == [StopState.PLANNED]
    (plan,) = of_patient(office, PlanFile, daily.patient.id)
    change_days(office, plan, lambda when: when.moving(TODAY, date(2026, 12, 24)))
    assert states(office) == []
    assert states(office, date(2026, 12, 24)) == [StopState.PLANNED]


def test_a_round_is_in_the_carer_s_order_else_by_hour(office: Office, daily: PlanOf) -> None:
    robert = add_patient(office, ROBERT)
    early = replace(DAILY, slots=(Slot(INJECTION, 7 * 60),))
    first = add_plan(office, robert, None, early, PS)
    assert [stop.plan.plan.id for stop in round_of(office, TODAY, PS)] == [first.plan.id, daily.plan.id]
    order_round(office, TODAY, PS, [daily.plan.id, first.plan.id])
    assert [stop.plan.plan.id for stop in round_of(office, TODAY, PS)] == [daily.plan.id, first.plan.id]
    order_round(office, TODAY, PS, [first.plan.id])
    assert [stop.plan.plan.id for stop in round_of(office, TODAY, PS)] == [first.plan.id, daily.plan.id]
    tomorrow = round_of(office, date(2026, 11, 17), PS)
    assert [stop.plan.plan.id for stop in tomorrow] == [first.plan.id, daily.plan.id]


def test_an_absence_of_the_carer_is_as_the_plan_says(office: Office, yvonne, order) -> None:
    when = Recurrence(date(2026, 11, 9), sessions=15, absences="left")
    add_plan(office, yvonne, order, replace(DAILY, when=when), PS)
    add(office, Absence(TODAY, TODAY, "formation"), ps=PS)
    assert states(office) == []
    assert states(office, date(2026, 11, 17)) == [StopState.PLANNED]


def test_a_replacement_sees_the_rounds_of_her_dates_and_bills_in_the_other_s_name(
    office: Office, daily: PlanOf
) -> None:
    session = ReplacementSession(TODAY, date(2026, 11, 17))
    replacement = Replacement(PS, "Claire Lefebvre", "10100004083", "Zoé Remplace", (session,))
    add(office, Absence(TODAY, date(2026, 11, 20), "congés", replacement), ps=PS)
    assert states(office) == [StopState.PLANNED]
    assert replaced_by(office, "10100004083", TODAY) == [PS]
    assert replaced_by(office, "10100004083", date(2026, 11, 18)) == []
    assert replaced_by(office, "10100001071", TODAY) == []
    assert carer_of_plans(office, "", "10100004083", TODAY) == PS
    take_round(office, TODAY, PS)
    (row,) = office.journal.visits.find(VisitState.PENDING)
    told = read_judged(row.payload)
    assert (told.ps_number, told.visit.replacement) == (PS, replacement)


def test_morning_and_evening_are_one_visit_with_two_passages(office: Office, yvonne, order) -> None:
    slots = (Slot(INJECTION, 480), Slot(INJECTION, 1140))
    add_plan(office, yvonne, order, replace(DAILY, slots=slots), PS)
    take_round(office, TODAY, PS)
    (row,) = office.journal.visits.find(VisitState.PENDING)
    passages = read_judged(row.payload).visit.passages
    assert [one.minute for one in passages] == [480, 1140]


def test_a_patient_s_travel_is_that_of_each_passage(office: Office, order) -> None:
    robert = add_patient(office, replace(ROBERT, usual=as_care({"deplacement": {"indemnite": "IFI"}})))
    bare = as_care({"actes": [{"code": "AMI", "coefficient": 1}], "lieu": "domicile"})
    add_plan(office, robert, None, replace(DAILY, slots=(Slot(bare, 480), Slot(bare, 1140))), PS)
    (stop,) = round_of(office, TODAY, PS)
    told = stop.plan.visit(TODAY)
    assert "deplacement" not in told
    assert [one["deplacement"] for one in told["passage"]] == [{"indemnite": "IFI"}] * 2


def test_a_plan_that_says_no_end_ends_with_its_prescription(office: Office, yvonne, order) -> None:
    plan = add_plan(office, yvonne, order, replace(DAILY, when=Recurrence(TODAY)), PS)
    assert len(plan.days(TODAY, date(2027, 12, 31))) == 15
    open_ended = add_prescription(office, yvonne, replace(ORDER, day=date(2026, 11, 3), sessions=0, lines=()))
    plan = add_plan(office, yvonne, open_ended, replace(DAILY, when=Recurrence(TODAY)), PS)
    assert plan.days(TODAY, date(2028, 12, 31))[-1] == date(2027, 11, 2)


def test_a_strip_of_fourteen_days_tells_done_due_and_missed(office: Office, daily: PlanOf) -> None:
    take_round(office, date(2026, 11, 15), PS)
    marks = dict(strip(office, daily, date(2026, 11, 12)))
    assert len(marks) == 14
    assert marks[date(2026, 11, 14)] is DayMark.MISSED
    assert marks[date(2026, 11, 15)] is DayMark.DONE
    assert marks[TODAY] is DayMark.DUE
    assert marks[date(2026, 11, 24)] is DayMark.NONE


def test_a_renewed_prescription_takes_the_place_of_the_one_before(office: Office, yvonne, order) -> None:
    fresh = renew(office, order, date(2026, 11, 23), yvonne)
    assert [one.id for one, _ in prescriptions_of(office, yvonne)] == [fresh.id]
    assert (fresh.told.renewal, fresh.told.day, fresh.told.sessions) == (True, date(2026, 11, 23), 15)


@pytest.mark.parametrize(
    ("care", "says"),
    [
        ('{"actes": [{"code": "AMI", "coefficient": "un"}]}', "coefficient"),
        ('{"acts": []}', "inconnu"),
        ('{"actes": [{"coefficient": 1}]}', "manque"),
    ],
)
def test_a_plan_whose_visit_does_not_read_is_refused_with_its_mistakes(
    office: Office, yvonne, order, care, says
) -> None:
    with pytest.raises(PlanError, match=says):
        add_plan(office, yvonne, order, replace(DAILY, slots=(Slot(care),)), PS)
    assert of_patient(office, PlanFile, yvonne.id) == []


def test_a_patient_whose_number_is_not_known_has_no_plan(office: Office, order) -> None:
    nobody = add_patient(office, PatientFile("Nouveau", "Né", "20261101"))
    with pytest.raises(PlanError, match="n’est pas connu"):
        add_plan(office, nobody, order, DAILY, PS)


def test_a_month_says_what_falls_on_each_day(office: Office, daily: PlanOf) -> None:
    month = planned_month(office, date(2026, 11, 1), PS, 30)
    assert list(month) == [date(2026, 11, day) for day in range(9, 24)]
    assert all([one.plan.id for one in plans] == [daily.plan.id] for plans in month.values())


def test_a_child_on_the_card_is_named_by_its_birth(office: Office) -> None:
    child = add_patient(office, replace(YVONNE, first_name="Léo", born="20200102", usual="{}"))
    add_plan(office, child, None, replace(DAILY, usual=as_care({"prescription": ORDER_TABLE})), PS)
    take_round(office, TODAY, PS)
    (row,) = office.journal.visits.find(VisitState.PENDING)
    assert read_judged(row.payload).visit.born == date(2020, 1, 2)


ORDER_TABLE = {"date": "2026-11-02", "rpps": "10100001071"}


def test_a_changed_patient_changes_the_visits_to_come(office: Office, daily: PlanOf) -> None:
    edit_patient(office, daily.patient, replace(YVONNE, usual=as_care({"tiers_payant": "non"})))
    take_round(office, TODAY, PS)
    (row,) = office.journal.visits.find(VisitState.PENDING)
    assert read_judged(row.payload).visit.third_party == 0


def _folder(above: Path, name: str) -> Path:
    folder = above / name
    folder.mkdir()
    return folder
