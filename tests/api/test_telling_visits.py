"""Visits told by mappings: judged and named as those of day files, with the path in the mapping."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from editor import PS, Editor, blood_taken, day

from tournee import api
from tournee.billing.dayfile.day import DayError, read_day

NO_DAY = {"journee": {"date": "2026-11-15"}, "visite": [blood_taken()]}


def test_a_visit_is_taken_known_and_corrected_under_its_reference(editor: Editor) -> None:
    first = api.take_visits(editor.practice, day(blood_taken("mine")))
    (taken,) = first.visits
    assert (first.day, first.ps) == (date(2026, 11, 15), PS)
    assert (taken.answer, taken.taken, taken.reference, taken.rank) == ("new", True, "mine", 0)
    (again,) = api.take_visits(editor.practice, day(blood_taken("mine"))).visits
    assert (again.answer, again.visit) == (api.VisitAnswer.KNOWN, taken.visit)
    (other,) = api.take_visits(editor.practice, day(blood_taken("mine", tiers_payant="amo"))).visits
    assert (other.answer, other.visit) == (api.VisitAnswer.CHANGED, taken.visit)


def test_what_one_visit_breaks_does_not_stop_the_next(editor: Editor) -> None:
    wrong = blood_taken("wrong", actes=[{"acte": "Prise de sangue"}, {"code": "MAU", "x": 1}])
    first, second = api.take_visits(editor.practice, day(wrong, blood_taken("right"))).visits
    assert (first.answer, first.visit, second.answer) == ("refused", 0, "new")
    paths = [one.path for one in first.mistakes]
    assert ("visite", 0, "actes", 1, "x") in paths
    assert all(one.text and one.where for one in first.mistakes)


def test_mistakes_are_those_of_a_day_file(editor: Editor) -> None:
    wrong: dict[str, Any] = day(
        {"nir": "12", "tiers_payant": "peut-être"},
        blood_taken(heure="25:00", kilometres=3),
        blood_taken(nir="1820475113043", cle="45"),
        {},
        "a text",  # type: ignore[arg-type]
    )
    told = json.loads(json.dumps(wrong, default=str))
    read = read_day(json.dumps(told).encode(), "day.json")
    expected = {(one.path, one.text) for one in read.mistakes}
    found = {
        (one.path, one.text)
        for visit in api.take_visits(editor.practice, wrong).visits
        for one in visit.mistakes
    }
    assert expected
    assert expected <= found


def test_what_is_no_table_is_refused_at_its_rank_and_the_others_are_taken(editor: Editor) -> None:
    told: dict[str, Any] = day("a text", blood_taken("right"), 3, blood_taken(x=1))  # type: ignore[arg-type]
    visits = api.take_visits(editor.practice, told).visits
    assert [(one.rank, one.answer) for one in visits] == [
        (0, "refused"),
        (1, "new"),
        (2, "refused"),
        (3, "refused"),
    ]
    assert [[fault.path for fault in one.mistakes] for one in visits] == [
        [("visite", 0)],
        [],
        [("visite", 2)],
        [("visite", 3, "x")],
    ]


def test_what_tells_no_day_is_refused_with_every_mistake(editor: Editor) -> None:
    with pytest.raises(api.VisitsRefusedError) as refused:
        api.take_visits(editor.practice, NO_DAY)
    with pytest.raises(DayError) as read:
        read_day(json.dumps(NO_DAY, default=str).encode(), "day.json")
    assert [(one.path, one.text) for one in refused.value.mistakes] == [
        (one.path, one.text) for one in read.value.mistakes
    ]
    assert "journee, ps" in str(refused.value)


def looped() -> dict[str, Any]:
    told = day(blood_taken())
    told["visite"].append(told)
    return told


BAD: dict[str, Any] = {
    "None": None,
    "a list": [],
    "a text": "journee",
    "an object": day({"nir": object()}),
    "bytes": day({"nir": b"1820475113042"}),
    "a set": day({"actes": {"MAU"}}),
    "a moment": day(blood_taken(heure=datetime(2026, 11, 15, 8))),
    "not a number": day(blood_taken(deplacement={"kilometres": float("nan")})),
    "no end": day(blood_taken(deplacement={"kilometres": float("inf")})),
    "a key that is none": day({3: "x"}),
    "a key too long": day({"k" * 81: "x"}),
    "a loop": looped(),
    "too many digits": day({"nir": 10**5000}),
    "decimals beyond": day(blood_taken(deplacement={"kilometres": Decimal("1.0000000000000000001")})),
    "too long": day({"nir": "1" * (5 << 20)}),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_file_could_hold_is_told_at_its_path(editor: Editor, name: str) -> None:
    for ask in (api.take_visits, api.price):
        with pytest.raises(api.VisitsRefusedError) as refused:
            ask(editor.practice, BAD[name])
        assert len(refused.value.mistakes) == 1
        assert len(str(refused.value)) < 1000


def test_values_are_counted_before_they_are_read(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tournee.api.plain.VALUES_MAX", 1000)
    with pytest.raises(api.VisitsRefusedError, match="plus de 1000 valeurs"):
        api.price(editor.practice, {"journee": {}, "visite": [[0] * 1001]})


def test_a_lone_surrogate_is_no_text(editor: Editor) -> None:
    with pytest.raises(api.BillingError):
        api.take_visits(editor.practice, day(blood_taken(ordonnance="\ud800")))


def test_dates_times_and_numbers_are_told_as_python_has_them(editor: Editor) -> None:
    by_text = blood_taken(
        heure="08:15",
        prescription={"date": "2026-11-13", "prescripteur": "751000126", "rpps": "10100001071"},
        naissance="2022-02-05",
        deplacement={"indemnite": "IFA", "kilometres": 4},
    )
    by_value = by_text | {
        "heure": time(8, 15),
        "prescription": by_text["prescription"] | {"date": date(2026, 11, 13)},
        "naissance": date(2022, 2, 5),
        "deplacement": {"indemnite": "IFA", "kilometres": 4},
        "cle": None,
    }
    first = api.price(editor.practice, day(by_text))
    assert api.price(editor.practice, day(by_value, on=date(2026, 11, 15))) == first
    assert first.visits[0].mistakes == ()


def test_a_price_is_shared_out_and_takes_nothing(editor: Editor) -> None:
    (found,) = api.price(editor.practice, day(blood_taken())).visits
    assert found.fee == 503 + 275
    assert found.fee == found.amo + found.amc + found.patient
    (taken,) = api.take_visits(editor.practice, day(blood_taken())).visits
    assert taken.answer is api.VisitAnswer.NEW


def test_a_price_is_judged_among_the_visits_of_the_journal(editor: Editor) -> None:
    api.take_visits(editor.practice, day(blood_taken("mine", heure="08:00")))
    alone = api.price(editor.practice, day(blood_taken("other", heure="08:00")), with_journal=False)
    among = api.price(editor.practice, day(blood_taken("other", heure="08:00")))
    assert alone.visits[0].mistakes == ()
    assert among.visits[0].mistakes + among.visits[0].remarks != alone.visits[0].mistakes


def test_a_twin_is_asked_about_and_taken_when_it_is_one(editor: Editor) -> None:
    api.take_visits(editor.practice, day(blood_taken()))
    told = day(blood_taken(), blood_taken())
    answers = [one.answer for one in api.take_visits(editor.practice, told).visits]
    assert answers[0] is api.VisitAnswer.KNOWN
    assert answers[1] in (api.VisitAnswer.TWIN, api.VisitAnswer.REFUSED)


def test_a_visit_told_no_more_is_said_to_be_absent(editor: Editor) -> None:
    told = day(blood_taken("a"), blood_taken("b", nir="2550699999001", cle="62", naissance=None))
    visits = api.take_visits(editor.practice, told, source="mine").visits
    assert [one.answer for one in visits] == ["new", "new"]
    done = api.take_visits(editor.practice, day(blood_taken("a")), source="mine")
    assert done.absent == (visits[1].visit,)
