"""A visit is told once: what an import answers for each, and what it takes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from day_files import (
    DAY,
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

from tournee.app.certify import abandon_visit
from tournee.app.context import Office
from tournee.app.importing import Answer, import_day
from tournee.billing.dayfile.day import DayError
from tournee.billing.judged import read_judged
from tournee.store import VisitState

MORNING, EVENING = visit(YVONNE, "AMI 1", heure="08:15"), visit(YVONNE, "AMI 1", heure="18:00")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def acts(office: Office, visit_id: int) -> list[tuple[str, int | None]]:
    judged = read_judged(office.journal.visits.get(visit_id).payload)
    return [(act.code, act.coefficient) for passage in judged.visit.passages for act in passage.acts]


# --- known again ---


def test_the_same_day_again_with_a_comment_and_in_another_form_adds_nothing(office: Office) -> None:
    text = """[journee]
        date = 2026-11-16
        ps = "756000121"
        profession = "IF"
        [[visite]]
        nir = "2550699999001"
        cle = "62"
        prescription = { date = 2026-11-02, rpps = "10100001071" }
        actes = [ { code = "AMI", coefficient = 1 }, { code = "MAU" } ]
        """
    assert answers(import_day(office, text.encode(), "jour.toml")) == ["nouvelle"]
    assert answers(import_day(office, text.encode() + b"# relu\n", "jour.toml")) == ["connue"]
    told_in_json = visit({"nir": "2 55 06 99 999 001"}, "MAU", "AMI 1.0")
    assert answers(import_visits(office, told_in_json, name="autre.json")) == ["connue"]
    assert pending(office) == [1]


def test_a_billed_visit_is_named_with_its_invoice_and_left_alone(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT))
    number = bill(office, 1)
    before = office.journal.visits.get(1)
    same, _ = import_visits(office, visit(YVONNE), visit(ROBERT)).visits
    assert (same.answer, same.id, same.note) == (Answer.BILLED, 1, f"facture {number}")
    done = import_visits(office, visit(YVONNE, "AMI 2"), visit(ROBERT))
    assert answers(done) == ["déjà facturée", "connue"]
    assert "n’est pas pris" in done.visits[0].note
    assert not done.refused
    assert office.journal.visits.get(1) == before


def test_a_visit_set_aside_is_not_taken_again_and_says_so(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT))
    abandon_visit(office, 1, "patiente absente")
    done = import_visits(office, visit(YVONNE), visit(ROBERT))
    assert answers(done) == ["connue", "connue"]
    assert "mise de côté" in done.visits[0].note
    assert pending(office) == [2]


# --- corrected ---


def test_a_corrected_day_changes_its_visit_in_place(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"), visit(ROBERT))
    done = import_visits(office, visit(YVONNE, "AMI 1.5"), visit(ROBERT))
    assert answers(done) == ["changée", "connue"]
    assert [one.id for one in done.visits] == pending(office) == [1, 2]
    assert acts(office, 1) == [("AMI", 150)]
    assert office.journal.history.find("visit", 1)[-1].detail == "reprise du fichier « jour.json »"


def test_a_day_of_one_visit_corrected_under_the_same_name_changes_it(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"))
    assert answers(import_visits(office, visit(YVONNE, "AMI 1.5"))) == ["changée"]
    assert acts(office, 1) == [("AMI", 150)]


def test_a_day_corrected_under_another_name_is_known_by_what_it_tells_again(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"), visit(ROBERT))
    done = import_visits(office, visit(YVONNE, "AMI 1.5"), visit(ROBERT), name="corrigé.json")
    assert answers(done) == ["changée", "connue"]


def test_who_pays_changes_the_visit_and_not_its_number(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT))
    done = import_visits(office, visit(YVONNE, tiers_payant="amo"), visit(ROBERT))
    assert answers(done) == ["changée", "connue"]
    assert pending(office) == [1, 2]


def test_a_corrected_hour_makes_no_second_visit(office: Office) -> None:
    import_visits(office, MORNING, visit(ROBERT))
    done = import_visits(office, visit(YVONNE, heure="08:45"), visit(ROBERT))
    assert answers(done) == ["changée", "connue"]
    assert pending(office) == [1, 2]


def test_morning_and_evening_are_corrected_each_in_its_place(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"), visit(YVONNE, "AMI 2"))
    done = import_visits(office, visit(YVONNE, "AMI 1"), visit(YVONNE, "AMI 3"))
    assert [(one.answer.label, one.id) for one in done.visits] == [("connue", 1), ("changée", 2)]
    both = import_visits(office, visit(YVONNE, "AMI 1.5"), visit(YVONNE, "AMI 4"))
    assert [(one.answer.label, one.id) for one in both.visits] == [("changée", 1), ("changée", 2)]


def test_a_visit_added_to_a_corrected_day_is_new(office: Office) -> None:
    import_visits(office, MORNING, visit(ROBERT))
    done = import_visits(office, visit(ROBERT), EVENING, MORNING)
    assert answers(done) == ["connue", "nouvelle", "connue"]
    assert len(office.journal.visits.find(day_id=1)) == 3


def test_a_visit_taken_out_of_a_corrected_day_is_told_and_stays(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT), visit(LUCIEN))
    done = import_visits(office, visit(YVONNE), visit(LUCIEN))
    assert [(gone.id, gone.who.number) for gone in done.absent] == [(2, ROBERT["nir"])]
    assert pending(office) == [1, 2, 3]


def test_a_dégradé_visit_takes_the_place_of_the_one_that_waited_for_the_card(office: Office) -> None:
    hand = {
        "mode": "dégradé",
        "motif": "carte en opposition",
        "nom": "LAMBERT",
        "prenom": "YVONNE",
        "regime": "01",
        "caisse": "751",
        "centre": "0000",
    }
    import_visits(office, visit(YVONNE), visit(ROBERT))
    done = import_visits(office, visit(YVONNE, patient=hand, naissance="1955-06-11"), visit(ROBERT))
    assert answers(done) == ["changée", "connue"]
    assert read_judged(office.journal.visits.get(1).payload).typed.name == "LAMBERT"


def test_a_corrected_visit_is_not_compared_with_itself(office: Office) -> None:
    import_visits(office, visit(ROBERT, "BSB", lieu="domicile"), visit(YVONNE))
    done = import_visits(office, visit(ROBERT, "BSB", lieu="domicile", bilan="2026-03-01"), visit(YVONNE))
    assert answers(done) == ["changée", "connue"]


def test_a_correction_that_is_refused_leaves_the_visit_as_it_was(office: Office) -> None:
    import_visits(office, visit(ROBERT, "BSB", lieu="domicile"), visit(YVONNE), visit(LUCIEN))
    wrong = visit(ROBERT, "BSB", "AMI 99", lieu="domicile", heure="08:00")
    again = visit(ROBERT, "BSB", lieu="domicile", heure="19:00")
    done = import_visits(office, wrong, again, visit(YVONNE), visit(LUCIEN))
    assert answers(done) == ["refusée", "refusée", "connue", "connue"]
    assert acts(office, 1) == [("BSB", None)]
    assert pending(office) == [1, 2, 3]


# --- asked ---


def test_the_second_of_two_files_is_asked_whether_it_corrects_the_first(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"), name="tablette-1.json")
    corrected = visit(YVONNE, "AMI 1.5")
    done = import_visits(office, corrected, name="tablette-2.json")
    assert answers(done) == ["changée ?"]
    assert (done.refused, done.visits[0].may_be, done.visits[0].id) == (True, (1,), None)
    assert acts(office, 1) == [("AMI", 100)]
    done = import_visits(office, corrected, name="tablette-2.json", replaces=True)
    assert answers(done) == ["changée"]
    assert acts(office, 1) == [("AMI", 150)]
    assert answers(import_visits(office, corrected, name="tablette-2.json")) == ["connue"]


def test_a_file_that_tells_one_patient_of_a_longer_day_again_is_asked(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT), visit(LUCIEN))
    assert answers(import_visits(office, visit(YVONNE, "AMI 4"))) == ["changée ?"]
    assert pending(office) == [1, 2, 3]


def test_two_that_it_may_correct_are_not_chosen_from(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"), visit(YVONNE, "AMI 2"), name="a.json")
    done = import_visits(office, visit(YVONNE, "AMI 3"), name="b.json", replaces=True)
    assert answers(done) == ["changée ?"]
    assert done.visits[0].may_be == (1, 2)


def test_two_hours_are_two_passages_and_nobody_is_asked(office: Office) -> None:
    import_visits(office, MORNING, name="tablette-1.json")
    assert answers(import_visits(office, EVENING, name="tablette-2.json")) == ["nouvelle"]


def test_a_twin_within_a_file_is_asked_about_and_taken_as_such_once(office: Office) -> None:
    twins = visit(YVONNE), visit(YVONNE)
    assert answers(import_visits(office, *twins)) == ["nouvelle", "jumelle ?"]
    assert answers(import_visits(office, *twins, twins=True)) == ["connue", "nouvelle"]
    assert answers(import_visits(office, *twins, twins=True)) == ["connue", "connue"]
    assert answers(import_visits(office, *twins)) == ["connue", "connue"]
    assert pending(office) == [1, 2]


def test_a_twin_that_differs_by_who_pays_alone_is_asked_about(office: Office) -> None:
    import_visits(office, visit(YVONNE), name="a.json")
    done = import_visits(office, visit(YVONNE, tiers_payant="amo"), name="b.json")
    assert answers(done) == ["jumelle ?"]


def test_the_second_bsb_of_a_day_from_another_file_is_refused_by_its_rule(office: Office) -> None:
    import_visits(office, visit(YVONNE, "BSB", lieu="domicile"), name="1.json")
    done = import_visits(office, visit(YVONNE, "BSB", "MCI", lieu="domicile"), name="2.json")
    assert answers(done) == ["refusée"]
    (bsx,) = [one for one in done.visits[0].mistakes if one.rule == "bsx"]
    assert "BSB est dans la visite 1 du journal" in bsx.text
    assert pending(office) == [1]


# --- references ---


def test_a_reference_makes_a_visit_itself_whatever_changes(office: Office) -> None:
    import_visits(office, visit(YVONNE, reference="R1"), visit(ROBERT, reference="R2"))
    done = import_visits(
        office, visit(LUCIEN, "AMI 4", reference="R1"), day=DAY - timedelta(days=1), name="autre.json"
    )
    assert [(one.answer.label, one.id) for one in done.visits] == [("changée", 1)]
    assert read_judged(office.journal.visits.get(1).payload).nir == LUCIEN["nir"]
    assert office.journal.visits.get(1).date == "20261115"
    assert pending(office) == [1, 2]


def test_another_reference_is_another_visit_and_its_twin_is_asked_about(office: Office) -> None:
    import_visits(office, visit(YVONNE, reference="R1"))
    done = import_visits(office, visit(YVONNE, "AMI 2", reference="R2"), visit(YVONNE, reference="R3"))
    assert answers(done) == ["nouvelle", "jumelle ?"]


def test_a_reference_told_twice_in_a_file_refuses_the_second(office: Office) -> None:
    done = import_visits(office, visit(YVONNE, reference="R1"), visit(ROBERT, reference="R1"))
    assert answers(done) == ["nouvelle", "refusée"]
    assert "visite 1 de ce fichier" in done.visits[1].mistakes[0].text


def test_a_visit_told_by_hand_takes_the_reference_that_an_editor_gives_it(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    import_visits(office, visit(YVONNE, reference="R1"))
    assert office.journal.known.by_reference("756000121", "R1").id == 1
    assert answers(import_visits(office, visit(YVONNE, "AMI 2", reference="R1"))) == ["changée"]
    assert pending(office) == [1]


def test_a_reference_names_a_billed_visit_that_is_left_alone(office: Office) -> None:
    import_visits(office, visit(YVONNE, reference="R1"))
    bill(office, 1)
    done = import_visits(office, visit(YVONNE, "AMI 2", reference="R1"), day=DAY - timedelta(days=2))
    assert answers(done) == ["déjà facturée"]
    assert pending(office) == []


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
