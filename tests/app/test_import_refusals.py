"""What an import refuses and what it goes on with; all that it takes is one step."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from day_files import (
    LUCIEN,
    ROBERT,
    YVONNE,
    answers,
    bill,
    day_file,
    import_visits,
    open_office,
    pending,
    visit,
)

from tournee.app.context import Office
from tournee.app.visits.importing import import_day
from tournee.app.visits.pricing import price_files
from tournee.billing.dayfile.day import DayError
from tournee.billing.kept.judged import read_judged
from tournee.billing.nomenclature.table import packaged
from tournee.store import VisitState


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def acts(office: Office, visit_id: int) -> list[tuple[str, int | None]]:
    judged = read_judged(office.journal.visits.get(visit_id).payload)
    return [(act.code, act.coefficient) for passage in judged.visit.passages for act in passage.acts]


# --- refused, and never the next ---


def test_one_visit_at_fault_stops_no_other_and_is_taken_once_corrected(office: Office) -> None:
    wrong_form = visit(ROBERT) | {"nir": "1480369123018"}
    wrong_act = visit(LUCIEN, "AMI 99")
    done = import_visits(office, wrong_form, visit(YVONNE), wrong_act)
    assert answers(done) == ["refusée", "nouvelle", "refusée"]
    assert done.refused
    first, _, third = done.visits
    assert (first.who.number, first.day, first.acts) == ("1480369123018", "16/11/2026", "AMI")
    assert (third.who.number, third.acts, third.mistakes[0].rule) == (LUCIEN["nir"], "AMI 99", "nomenclature")
    done = import_visits(office, visit(ROBERT), visit(YVONNE), visit(LUCIEN))
    assert answers(done) == ["nouvelle", "connue", "nouvelle"]
    assert len(pending(office)) == 3


@pytest.mark.parametrize(
    ("today", "rule"), [("2026-11-16", None), ("2026-11-14", "jour"), ("2030-01-01", "délai")]
)
def test_what_import_would_refuse_for_its_day_is_a_remark_of_its_price(today: str, rule: str | None) -> None:
    day = day_file(visit(YVONNE))
    (found,) = price_files([("jour.json", day)], None, packaged(), date.fromisoformat(today))
    told = {one.rule: one.path for one in found.visits[0].judged.remarks}
    assert (found.refused, [one for one in told if one in ("jour", "délai")]) == (
        False,
        [rule] if rule else [],
    )
    assert not rule or told[rule][:2] == ("visite", 0)


def test_a_visit_at_fault_refuses_no_neighbour(office: Office) -> None:
    bsb = visit(YVONNE, "BSB", lieu="domicile", heure="08:00")
    done = import_visits(office, bsb | {"tiers_payant": "demain"}, bsb | {"heure": "09:00"})
    assert answers(done) == ["refusée", "nouvelle"]
    done = import_visits(
        office,
        visit(ROBERT, "BSB", "AMI 99", lieu="domicile", heure="08:00"),
        visit(ROBERT, "BSB", lieu="domicile", heure="09:00"),
        name="b.json",
    )
    assert answers(done) == ["refusée", "nouvelle"]


def test_a_day_to_come_is_refused_by_name_and_the_others_go_on(office: Office) -> None:
    later = {"code": "AMI", "coefficient": 1, "date": "2026-12-24"}
    done = import_visits(
        office, visit(ROBERT, nom="Robert GARNIER", actes=[later]), visit(YVONNE), day=date(2026, 12, 24)
    )
    assert answers(done) == ["refusée", "refusée"]
    assert str(done.visits[0].who) == "Robert GARNIER (NIR 1480369123017)"
    assert "datée du 24/12/2026, dans 38 jours" in done.visits[0].mistakes[0].text


def test_a_care_too_old_to_be_paid_is_refused(office: Office) -> None:
    told = visit(YVONNE, prescription={"date": "2024-01-02", "rpps": "10100001071"})
    done = import_visits(office, told, day=date(2024, 8, 15))
    (mistake,) = [one for one in done.visits[0].mistakes if one.rule == "délai"]
    assert mistake.text.startswith("hors délai")
    done = import_visits(office, told, day=date(2024, 8, 16))
    assert "délai" not in [one.rule for one in done.visits[0].mistakes]
    office.billable_months = 12
    done = import_visits(office, told, day=date(2025, 11, 15))
    assert "délai" in [one.rule for one in done.visits[0].mistakes]


def test_a_head_that_does_not_read_refuses_the_file(office: Office) -> None:
    data = day_file(visit(YVONNE)).replace(b"756000121", b"756000122")
    with pytest.raises(DayError):
        import_day(office, data, "jour.json")
    assert pending(office) == []


def test_the_line_of_a_refused_visit_is_told(office: Office) -> None:
    text = '[journee]\ndate = 2026-11-16\nps = "756000121"\nprofession = "IF"\n\n[[visite]]\nnir = "x"\n'
    (told,) = import_day(office, text.encode(), "jour.toml").visits
    assert (told.line, told.mistakes[0].line) == (6, 7)


# --- one step ---


@pytest.mark.parametrize(("fatal", "taken"), [("before", [100]), ("after", [150, 400])])
def test_a_host_killed_while_it_imports_took_all_or_nothing(
    tmp_path: Path, fatal: str, taken: list[int]
) -> None:
    with open_office(tmp_path) as office:
        import_visits(office, visit(YVONNE, "AMI 1"))
    child = os.fork()
    if child == 0:
        stop = lambda step: os._exit(9) if step == f"take_day.{fatal}" else None  # noqa: E731
        with open_office(tmp_path, stop) as office:
            import_visits(office, visit(YVONNE, "AMI 1.5"), visit(ROBERT, "AMI 4"))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with open_office(tmp_path) as office:
        assert [acts(office, row)[0][1] for row in pending(office)] == taken
        assert office.journal.health.check() == ()
        done = import_visits(office, visit(YVONNE, "AMI 1.5"), visit(ROBERT, "AMI 4"))
        assert not done.refused
        assert [acts(office, row)[0][1] for row in pending(office)] == [150, 400]


def test_a_visit_that_another_window_takes_meanwhile_is_known(tmp_path: Path) -> None:
    with open_office(tmp_path) as office, open_office(tmp_path) as other:
        mark, told = office.journal.visits.mark, []

        def meanwhile() -> int:
            since = mark()
            if not told:
                told.append(import_visits(other, visit(YVONNE), name="b.json"))
            return since

        office.journal.visits.mark = meanwhile
        assert answers(import_visits(office, visit(YVONNE), visit(ROBERT))) == ["connue", "nouvelle"]
        assert len(pending(office)) == 2


def test_the_names_that_an_import_tells_are_those_that_are_known(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT, nom="Robert GARNIER"))
    bill(office, 1)  # the maker's card is Éloïse Lefèvre's
    before = visit(YVONNE, actes=[{"code": "AMI", "coefficient": 1, "date": "2026-11-15"}])
    done = import_visits(office, before, name="suite.json")
    assert done.visits[0].who.name == "Lefevre Eloise"
    shown = json.dumps([str(one.who) for one in done.visits])
    assert YVONNE["nir"] in shown


def test_visits_of_a_billed_day_stay_done(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT))
    bill(office, 1)
    bill(office, 2)
    for name in ("jour.json", "autre.json"):
        import_visits(office, visit(YVONNE, "AMI 2"), visit(ROBERT, "AMI 3"), name=name)
    assert [row.state for row in office.journal.visits.find()] == [VisitState.DONE] * 2


def test_windows_that_import_at_once_take_each_visit_once(tmp_path: Path) -> None:
    patients = (YVONNE, ROBERT, LUCIEN)
    with open_office(tmp_path):
        pass
    children = []
    for rank in range(4):
        child = os.fork()
        if child == 0:
            try:
                with open_office(tmp_path) as office:
                    told = [visit(one, heure=f"{hour:02}:00") for one in patients for hour in (8, 18)]
                    import_visits(office, *told[rank:], *told[:rank], name=f"{rank}.json")
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children] == [0] * 4
    with open_office(tmp_path) as office:
        assert len(pending(office)) == 6
        assert office.journal.health.check() == ()
