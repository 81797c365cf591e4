"""Models of care by name, and the acts that a carer does most."""

from dataclasses import replace
from datetime import date

import pytest
from day_files import ROBERT, import_visits, pending, visit
from people import DAILY, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.day.favourites import favourite_acts
from tournee.app.practice.day.models import drop_model, find_model, keep_model, models_of, with_acts
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.errors import StoreError
from tournee.practice.care_model import CareModel, CareModelError
from tournee.practice.planning.plan_file import PlanError, Slot, as_care

TODAY = date(2026, 11, 16)
CARE = as_care({"actes": [{"acte": "Pansement de stomie"}], "deplacement": {"indemnite": "IFA"}})
STOMA = CareModel("Pansement de stomie", "IF", (Slot(CARE),), frozenset({0, 3}), sessions=10)


def test_a_model_is_kept_found_by_a_part_of_its_name_and_dropped(office: Office) -> None:
    kept = keep_model(office, STOMA, PS)
    keep_model(office, replace(STOMA, name="Pansement lourd"), PS)
    assert find_model(office, "stom").told == STOMA
    assert find_model(office, str(kept.id)).id == kept.id
    assert [one.told.name for one in models_of(office, PS)] == ["Pansement de stomie", "Pansement lourd"]
    assert models_of(office, "697000230") == []
    with pytest.raises(StoreError, match="plusieurs modèles"):
        find_model(office, "pansement")
    drop_model(office, kept)
    with pytest.raises(StoreError, match="Aucun modèle"):
        find_model(office, "stomie")


def test_a_model_kept_again_is_changed_and_one_dropped_comes_back(office: Office) -> None:
    kept = keep_model(office, STOMA, PS)
    changed = keep_model(office, replace(STOMA, name="pansement de STOMIE", sessions=5), PS)
    assert (changed.id, changed.told.sessions) == (kept.id, 5)
    drop_model(office, changed)
    assert keep_model(office, STOMA, PS).id == kept.id
    assert [one.told for one in models_of(office)] == [STOMA]


def test_a_model_makes_a_plan_with_its_days_its_sessions_and_the_hours_agreed(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    order = add_prescription(office, patient, ORDER)
    plan = add_plan(office, patient, order, STOMA.plan(TODAY, (530,)), PS)
    assert (plan.plan.told.when.sessions, plan.plan.told.slots[0].hour) == (10, "08:50")
    assert plan.days(TODAY, date(2026, 11, 30)) == tuple(date(2026, 11, day) for day in (16, 19, 23, 26, 30))
    twice = STOMA.plan(TODAY, (1140, 480))
    assert [slot.hour for slot in twice.slots] == ["08:00", "19:00"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "son nom"),
        ({"name": "x" * 61}, "son nom"),
        ({"slots": ()}, "passages"),
        ({"slots": (Slot("{}"),)}, "aucun acte"),
    ],
)
def test_a_model_that_says_nothing_is_refused(change, says) -> None:
    with pytest.raises(CareModelError, match=says):
        replace(STOMA, **change)


def test_a_model_whose_acts_do_not_read_is_refused_and_nothing_is_kept(office: Office) -> None:
    wrong = Slot(as_care({"actes": [{"code": "AMI", "coefficient": "un"}]}))
    with pytest.raises(CareModelError, match="coefficient"):
        keep_model(office, replace(STOMA, slots=(wrong,)), PS)
    with pytest.raises(PlanError):
        Slot("[]")
    assert models_of(office) == []


def test_hours_are_as_many_as_passages(office: Office) -> None:
    both = replace(STOMA, slots=(Slot(CARE), Slot(CARE)))
    assert [slot.minute for slot in both.plan(TODAY, (1140, 480)).slots] == [480, 1140]
    with pytest.raises(CareModelError, match="2 passages"):
        both.plan(TODAY, (480,))


def test_a_model_s_acts_are_added_to_a_visit_once(office: Office) -> None:
    told = with_acts({"nir": "1", "actes": [{"code": "MAU"}]}, STOMA.acts)
    assert told["actes"] == [{"code": "MAU"}, {"acte": "Pansement de stomie"}]
    assert with_acts(told, STOMA.acts) == told
    two = with_acts({"passage": [{"actes": []}, {"actes": []}]}, STOMA.acts)
    assert [len(one["actes"]) for one in two["passage"]] == [1, 0]


def test_favourites_are_the_acts_of_visits_most_first_then_latest(office: Office) -> None:
    add_plan(office, add_patient(office, YVONNE), None, DAILY, PS)
    assert favourite_acts(office, PS, "IF") == []
    for day in (13, 14, 15):
        import_visits(
            office, visit(deplacement={"indemnite": "IFA"}), day=date(2026, 11, day), name=f"{day}.json"
        )
    import_visits(office, {**visit(ROBERT, "AMI 4"), "heure": "09:00"}, name="robert.json")
    found = favourite_acts(office, PS, "IF")
    assert [(one.code, one.coefficient, one.count, one.last.day) for one in found] == [
        ("AMI", 100, 3, 15),
        ("AMI", 400, 1, 16),
    ]
    assert found[0].written == "AMI 1"
    assert favourite_acts(office, PS, "IF", limit=1) == found[:1]
    office.journal.visits.abandon(pending(office)[-1], "erreur")
    assert len(favourite_acts(office, PS, "IF")) == 1


def test_a_patient_s_own_acts_come_first(office: Office) -> None:
    robert = add_patient(
        office, replace(YVONNE, first_name="Robert", nir=ROBERT["nir"], key="30", born="19480312")
    )
    for day in (13, 14):
        import_visits(office, visit(), day=date(2026, 11, day), name=f"{day}.json")
    import_visits(office, {**visit(ROBERT, "AMI 4"), "heure": "09:00"}, name="robert.json")
    assert [one.coefficient for one in favourite_acts(office, PS, "IF", patient=robert)] == [400, 100]
    assert [one.coefficient for one in favourite_acts(office, PS, "IF")] == [100, 400]
