"""A visit is told once: what an import answers for each, and what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from day_files import (
    DAY,
    LUCIEN,
    ROBERT,
    YVONNE,
    answers,
    bill,
    import_visits,
    open_office,
    pending,
    visit,
)
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import abandon_visit, certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.visits.imported import Answer
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError
from tournee.reader import Reader

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


def test_a_visit_set_aside_and_told_otherwise_by_its_reference_is_to_be_billed_again(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1", reference="R1"))
    abandon_visit(office, 1, "erreur d’acte")
    assert answers(import_visits(office, visit(YVONNE, "AMI 1", reference="R1"))) == ["connue"]
    assert pending(office) == []
    assert answers(import_visits(office, visit(YVONNE, "AMI 1.5", reference="R1"))) == ["changée"]
    assert pending(office) == [1]


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


def test_a_series_of_dated_acts_that_grows_is_no_second_one(office: Office) -> None:
    def series(*days: int) -> dict[str, object]:
        return visit(
            YVONNE, actes=[{"code": "AMI", "coefficient": 1, "date": f"2026-11-{day}"} for day in days]
        )

    import_visits(office, series(10, 11, 12))
    assert answers(import_visits(office, series(10, 11, 12, 13))) == ["changée"]
    assert answers(import_visits(office, series(10, 11, 12, 13, 14), name="b.json")) == ["jumelle ?"]
    assert answers(import_visits(office, series(14), name="b.json")) == ["nouvelle"]
    assert answers(import_visits(office, series(13), name="c.json")) == ["jumelle ?"]
    assert pending(office) == [1, 2]


def test_the_evening_of_the_same_patients_does_not_take_the_place_of_their_morning(office: Office) -> None:
    import_visits(office, visit(YVONNE), visit(ROBERT), visit(LUCIEN))
    evening = visit(YVONNE, "AMI 2"), visit(ROBERT, "AMI 2")
    assert answers(import_visits(office, *evening)) == ["changée ?", "changée ?"]
    for one in pending(office):
        bill(office, one)
    assert answers(import_visits(office, *evening)) == ["changée ?", "changée ?"]
    assert answers(import_visits(office, *evening, twins=True)) == ["nouvelle", "nouvelle"]


def test_a_corrected_number_leaves_a_visit_that_is_told(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    done = import_visits(office, visit(ROBERT))
    assert answers(done) == ["nouvelle"]
    assert [gone.id for gone in done.absent] == [1]


def test_a_name_or_a_key_told_later_is_kept(office: Office) -> None:
    import_visits(office, visit({"nir": YVONNE["nir"]}), visit(ROBERT))
    told = visit(YVONNE, nom="Yvonne LAMBERT"), visit(ROBERT)
    assert answers(import_visits(office, *told)) == ["changée", "connue"]
    kept = read_judged(office.journal.visits.get(1).payload).visit
    assert (kept.name, kept.key) == ("Yvonne LAMBERT", "62")
    assert answers(import_visits(office, visit({"nir": YVONNE["nir"]}), visit(ROBERT))) == ["connue"] * 2


def test_what_a_visit_said_before_its_correction_is_not_billed(surroundings: Surroundings) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        import_day(office, short_day(), "jour.toml")
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        row, old = pending_visits(office, ps)[0]
        corrected = short_day().replace(b'deplacement = { indemnite = "IFA" }', b"", 1)
        assert answers(import_day(office, corrected, "jour.toml")) == ["changée", "connue"]
        with pytest.raises(BillingError, match="vient d’être changée"):
            certify_visit(office, reader, ps, vitale, row, old)
        row, new = pending_visits(office, ps)[0]
        assert certify_visit(office, reader, ps, vitale, row, new).number == "000000001"
