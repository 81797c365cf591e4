"""A visit put right before anything of it left: by keys of the day file, judged, nothing half-written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from day_files import LUCIEN, PRESCRIPTION, ROBERT, YVONNE, bill, import_visits, open_office, visit
from journal_maker import line

from tournee.app.context import Office
from tournee.app.visits.editing import EditError, TwinError, edit_visit
from tournee.app.visits.retelling import Edit, read_edit
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import JudgedVisit
from tournee.errors import BillingError, StoreError
from tournee.store import VisitState

TYPED = {"mode": "dégradé", "motif": "puce", "nom": "LAMBERT", "prenom": "YVONNE", "regime": "01"} | {
    "caisse": "751",
    "centre": "0000",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def edit(office: Office, visit_id: int, *, passage: int = 0, without: Any = (), **piece: Any) -> Any:
    return edit_visit(office, visit_id, Edit(piece, without, passage))


def kept(office: Office, visit_id: int = 1) -> JudgedVisit:
    return read_judged(office.journal.visits.get(visit_id).payload)


def cents(office: Office, visit_id: int = 1) -> int:
    return sum(one.cents for one in kept(office, visit_id).lines)


def test_acts_hour_and_travel_are_told_anew_and_priced(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"))
    done = edit(
        office,
        1,
        actes=[{"code": "AMI", "coefficient": 2}],
        heure="18h",
        deplacement={"indemnite": "IFA", "kilometres": 6},
    )
    (passage,) = kept(office).visit.passages
    assert (passage.minute, passage.acts[0].coefficient, passage.travel.kilometres) == (18 * 60, 200, 6)
    assert cents(office) == 2 * 335 + 275 + 2 * 35  # AMI, IFA, kilometres after the first 4
    assert "actes : AMI 1 → AMI 2" in done.retold.changes
    assert "heure : rien → 18h" in done.retold.changes


def test_what_is_refused_says_rule_and_place_and_writes_nothing(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"))
    before = office.journal.visits.get(1)
    with pytest.raises(EditError) as told:
        edit(office, 1, actes=[{"code": "AMI", "coefficient": "un"}, {"code": "ZZZ"}], kilometres=3)
    assert "- actes 1, coefficient : un nombre" in str(told.value)
    assert "- kilometres : clé inconnue" in str(told.value)
    with pytest.raises(EditError, match=r"actes 1, code : .*ZZZ"):
        edit(office, 1, actes=[{"code": "ZZZ"}])
    assert office.journal.visits.get(1) == before


def test_a_certified_invoice_in_no_lot_is_lost_and_said(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    bill(office, 1)
    done = edit(office, 1, actes=[{"code": "AMI", "coefficient": 2}])
    assert done.lost == "000000001"
    assert (done.thing.visit.row.state, done.thing.invoice) == (VisitState.PENDING, None)
    assert [one.number for one in done.thing.invoices] == ["000000001"]


def test_an_invoice_in_a_lot_is_not_edited_and_the_way_is_told(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    bill(office, 1)
    sheets = [one.id for one in office.journal.invoices.get(1).sheets]
    from tournee.store import LotDraft

    draft = LotDraft(line(b"1", (20, b"001"), (72, b"261116")), line(b"6"))
    office.journal.lots.make("756000014", "FSE", "F01751123", "03", sheets, lambda number: draft)
    with pytest.raises(StoreError, match="000000001 est dans le lot 001") as told:
        edit(office, 1, heure="08:00")
    assert told.value.remedy == "correct"


def test_the_wrong_patient_gives_place_to_the_right_one_with_what_was_his(office: Office) -> None:
    import_visits(
        office,
        visit(
            YVONNE,
            "AMI 1",
            nom="Yvonne",
            naissance="1955-06-11",
            exoneration="3",
            patient=TYPED,
            tiers_payant="amo",
        ),
    )
    identity = {"nom": "PETIT", "prenom": "ROBERT", "regime": "01", "caisse": "751", "centre": "0000"}
    done = edit(office, 1, **ROBERT, naissance="1948-03-12", patient=identity)
    told = visit_table(kept(office).visit)
    assert (told["nir"], told["patient"]["nom"], told["patient"]["motif"]) == (ROBERT["nir"], "PETIT", "puce")
    assert "nom" not in told and "exoneration" not in told
    assert done.retold.gone == ("exoneration",)
    assert office.journal.known.of_person(YVONNE["nir"], "20260101", "20261231") == ()


def test_another_child_of_the_same_card_keeps_what_is_the_family_s(office: Office) -> None:
    amc = {"numero": "0099999997", "adherent": "12"}
    import_visits(office, visit(YVONNE, naissance="2022-02-05", amc=amc, tiers_payant="total", nom="Léa"))
    edit(office, 1, naissance="05/03/2020")
    told = kept(office).visit
    assert (told.born, told.amc.number, told.name) == (date(2020, 3, 5), "0099999997", "")


def test_a_visit_moves_to_another_day_and_its_invoice_s_day_with_it(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    done = edit(office, 1, date="2026-11-14")
    row = office.journal.visits.get(1)
    assert (row.date, kept(office).visit.day) == ("20261114", date(2026, 11, 14))
    assert kept(office).visit.passages[0].day == date(2026, 11, 14)
    assert done.retold.changes == ("date : 16/11/2026 → 14/11/2026",)


def test_a_day_to_come_is_refused(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    with pytest.raises(EditError, match="dans 14 jours"):
        edit(office, 1, date=date(2026, 11, 30))


def test_one_of_several_passages_is_named_by_its_rank(office: Office) -> None:
    passages = [{"heure": hour, "actes": [{"code": "AMI", "coefficient": 1}]} for hour in ("08:00", "18:00")]
    import_visits(office, {**YVONNE, "prescription": PRESCRIPTION, "passage": passages})
    with pytest.raises(BillingError, match=r"2 passages.*1 : 2026-11-16, 08:00, AMI 1 ; 2 : "):
        edit(office, 1, actes=[{"code": "AMI", "coefficient": 2}])
    edit(office, 1, passage=2, heure="19:30")
    assert [one.minute for one in kept(office).visit.passages] == [480, 1170]
    with pytest.raises(BillingError, match="pas de passage 3"):
        edit(office, 1, passage=3, heure="19:30")


def test_another_prescriber_is_not_mixed_with_the_former_one(office: Office) -> None:
    import_visits(office, visit(YVONNE, prescription={**PRESCRIPTION, "prescripteur": "751000126"}))
    edit(office, 1, prescription={"prescripteur": "751000134"} | {"date": "2026-11-03"})
    told = kept(office).visit.prescription
    assert (told.prescriber, told.rpps, told.day) == ("751000134", "", date(2026, 11, 3))


def test_a_key_is_taken_out(office: Office) -> None:
    import_visits(office, visit(YVONNE, heure="08:00", exoneration="3", tiers_payant="amo"))
    edit(office, 1, without=("exoneration", "heure"))
    assert kept(office).visit.entitlement.exemption == ""
    with pytest.raises(BillingError, match="ne dit pas « accord »"):
        edit(office, 1, without=("accord",))


def test_a_day_file_of_the_visit_says_all_of_it(office: Office) -> None:
    import_visits(office, visit(YVONNE, heure="08:00", exoneration="3"))
    text = """[journee]
date = 2026-11-13
[[visite]]
nir = "2550699999001"
actes = [ { code = "AMI", coefficient = 1.5 } ]
prescription = { date = 2026-11-02, rpps = "10100001071" }
"""
    edit_visit(office, 1, Edit(read_edit(text.encode(), "v.toml")))
    told = kept(office).visit
    assert (told.day, told.passages[0].minute, told.entitlement.exemption) == (date(2026, 11, 13), None, "")


def test_nothing_new_changes_nothing(office: Office) -> None:
    import_visits(office, visit(YVONNE, heure="08:00"))
    with pytest.raises(BillingError, match="rien ne change"):
        edit(office, 1, heure="8h00")


def test_a_mode_stands_with_the_card_or_with_the_patient_typed_by_hand(office: Office) -> None:
    import_visits(office, visit(YVONNE, naissance="1955-06-11"))
    hand = {key: value for key, value in TYPED.items() if key not in ("mode", "motif")}
    edit(office, 1, mode="dégradé", motif="puce illisible", patient=hand)
    told = kept(office).visit
    assert (told.mode, told.reason, told.typed.name) == ("05", "puce illisible", "LAMBERT")
    edit(office, 1, mode="sans carte")
    assert (kept(office).visit.mode, kept(office).visit.reason) == ("01", "puce illisible")
    edit(office, 1, mode="sécurisé")
    assert (kept(office).visit.mode, kept(office).typed) == ("03", None)
    edit(office, 1, mode="visite", lieu="domicile")
    assert kept(office).visit.mode == "02"
    with pytest.raises(EditError, match="patient, prenom : manque"):
        edit(office, 1, mode="dégradé", motif="puce", patient={"nom": "LAMBERT"})


def test_a_visit_told_as_another_is_asked_about(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1"), visit(ROBERT, "AMI 1"))
    with pytest.raises(TwinError, match="la même que la visite 1"):
        edit(office, 2, **YVONNE)
    done = edit_visit(office, 2, Edit(YVONNE), twins=True)
    assert done.thing.visit.who.number == YVONNE["nir"]


def test_a_visit_set_aside_is_first_reopened(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    office.journal.visits.abandon(1, "absente")
    with pytest.raises(StoreError, match="mise de côté"):
        edit(office, 1, heure="08:00")


def test_who_pays_changes_no_price_and_meets_no_rule_that_stood(office: Office) -> None:
    """The journal knows more since: what was accepted then and is not changed is not refused now."""
    import_visits(office, visit(YVONNE, "BSB", heure="08:00"))
    before = office.journal.visits.get(1)
    office.journal.visits.add_day("elsewhere", before.ps, before.date, [before.payload])
    lines = kept(office).lines
    edit(office, 1, tiers_payant="amo")
    assert kept(office).lines == lines
    with pytest.raises(EditError):
        edit(office, 1, actes=[{"code": "BSC"}, {"code": "BSB"}])


def test_a_visit_of_last_year_is_priced_by_the_table_of_its_day(office: Office) -> None:
    import_visits(
        office,
        visit(YVONNE, "AMI 1", prescription={**PRESCRIPTION, "date": "2025-11-02"}),
        day=date(2025, 11, 20),
    )
    assert cents(office) == 315
    edit(office, 1, actes=[{"code": "AMI", "coefficient": 2}])
    assert cents(office) == 630
    table = kept(office).table
    edit(office, 1, tiers_payant="amo")
    assert (cents(office), kept(office).table) == (630, table)


def test_a_visit_told_by_two_files_is_one_that_is_put_right_once(office: Office) -> None:
    told = visit(YVONNE, "AMI 1", heure="08:00")
    import_visits(office, told, name="tablette-1.json")
    import_visits(office, told, name="tablette-2.json")
    assert len(office.journal.visits.find()) == 1
    edit(office, 1, actes=[{"code": "AMI", "coefficient": 2}])
    bill(office, 1)
    for name in ("tablette-1.json", "tablette-2.json"):
        assert [one.answer.value for one in import_visits(office, told, name=name).visits] == ["billed"]
    assert len(office.journal.visits.find()) == 1


def test_told_again_by_its_first_file_it_is_known_and_stays_as_it_was_put_right(office: Office) -> None:
    told = (visit(YVONNE, "AMI 1"), visit(LUCIEN, "AMI 1"))
    import_visits(office, *told)
    edit(office, 1, **ROBERT)
    edit(office, 2, actes=[{"code": "AMI", "coefficient": 2}])
    for name in ("jour.json", "autre.json"):
        done = import_visits(office, *told, name=name)
        assert [(one.answer.value, one.id) for one in done.visits] == [("known", 1), ("known", 2)]
        assert all("corrigée depuis" in one.note for one in done.visits)
    assert kept(office).nir == ROBERT["nir"]
    bill(office, 1)
    assert import_visits(office, *told).visits[0].note == "facture 000000001 ; corrigée depuis"


def test_a_reference_told_again_is_known_too(office: Office) -> None:
    import_visits(office, visit(YVONNE, "AMI 1", reference="R1"))
    edit(office, 1, actes=[{"code": "AMI", "coefficient": 2}])
    (one,) = import_visits(office, visit(YVONNE, "AMI 1", reference="R1")).visits
    assert (one.answer.value, one.note) == ("known", "corrigée depuis")
    (one,) = import_visits(office, visit(YVONNE, "AMI 3", reference="R1")).visits
    assert one.answer.value == "changed"
