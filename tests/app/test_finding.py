"""From a name in any part, a number of any kind, a NIR or a day to the visits and invoices that are meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from day_files import LUCIEN, PRESCRIPTION, ROBERT, YVONNE, import_visits, open_office, visit
from journal_maker import line

from tournee.app.context import Office
from tournee.app.finding import AmbiguousError, Sought, Thing, find_thing, find_things, is_named
from tournee.billing.kept.judged import read_judged
from tournee.errors import StoreError
from tournee.formats import records
from tournee.model import Sheet
from tournee.store import FileDraft, LotDraft, SheetState, VisitDraft, VisitState

TODAY, LAST_YEAR = date(2026, 11, 16), date(2025, 11, 20)
BEFORE = {**PRESCRIPTION, "date": "2025-11-02"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Visits 1 to 4: Yvonne billed, Robert billed, Yvonne a year before billed, Lucien to be billed."""
    with open_office(tmp_path) as opened:
        import_visits(opened, visit(YVONNE), visit(ROBERT), name="a.json")
        bill_as(opened, 1, "D'ANGELO-LEFÈVRE YVONNE")
        bill_as(opened, 2, "MOREAU ROBERT")
        import_visits(opened, visit(YVONNE, prescription=BEFORE), name="b.json", day=LAST_YEAR)
        bill_as(opened, 3, "D'ANGELO-LEFÈVRE YVONNE")
        import_visits(opened, visit(LUCIEN, nom="Lucien Œuvrard"), name="c.json")
        yield opened


def bill_as(office: Office, visit_id: int, patient: str) -> int:
    """Certify an invoice of this visit that names this patient."""

    def build(number: int) -> list[Sheet]:
        return [Sheet("FSE", "F01751123", "03", "751", record(number), 1, 1000, 600, 400, patient, nir)]

    def record(number: int) -> bytes:
        birth, _ = records.locate("2", "naissance")
        return line(b"2", (30, b"%09d" % number), (birth + 1, f"{nir[1:5]}01".encode())) + line(b"5")

    row = office.journal.visits.get(visit_id)
    nir = read_judged(row.payload).nir
    invoice = office.journal.invoices.make(visit_id, row.ps, build)
    for sheet in office.journal.invoices.get(invoice).sheets:
        office.journal.invoices.certified(sheet.id, line(b"7"))
    return invoice


def ids(things: list[Thing]) -> list[int]:
    return [one.id for one in things]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("lefevre", True),
        ("LEFÈVRE", True),
        ("yvonne d’angelo", True),
        ("angelo yvonne", True),
        ("dangelo", True),
        ("d'ang", True),
        ("lefevre-d'angelo", True),
        ("moreau", False),
        ("yvonne moreau", False),
        ("’", False),
    ],
)
def test_a_name_is_told_in_any_part_and_order_without_its_accents(told: str, meant: bool) -> None:
    assert is_named("D'ANGELO-LEFÈVRE YVONNE", told) is meant


def test_a_visit_is_found_by_its_patient_s_name_whether_billed_or_not(office: Office) -> None:
    assert ids(find_things(office, "lefevre yvonne")) == [1, 3]
    assert ids(find_things(office, ["oeuvrard"])) == [4]
    assert ids(find_things(office, "Moreau, Robert")) == [2]


def test_a_day_beside_a_name_tells_which(office: Office) -> None:
    assert find_thing(office, "angelo 20/11/2025").id == 3
    assert find_thing(office, "angelo 16/11").id == 1
    assert ids(find_things(office, "16/11/2026")) == [1, 2, 4]
    with pytest.raises(StoreError, match=r"n’est du 01/01/2026 ; jours connus : 16/11/2026, 20/11/2025"):
        find_things(office, "angelo 1/1/2026")


def test_a_number_is_what_is_sought_or_else_the_other(office: Office) -> None:
    assert find_thing(office, "2").invoice.number == "000000002"
    office.journal.invoices.abandon(1, "erreur d’acte")
    bill_as(office, 1, "D'ANGELO-LEFÈVRE YVONNE")
    assert find_thing(office, "3").id == 3
    found = find_thing(office, "4", sought=Sought.INVOICE)
    assert (found.id, found.invoice.number, len(found.invoices)) == (1, "000000004", 2)
    assert find_thing(office, "facture 1").invoice.number == "000000001"
    assert find_thing(office, "000000004").id == 1
    bill_as(office, 4, "OEUVRARD LUCIEN")
    assert find_thing(office, "5").id == 4  # there is no visit 5, and one invoice
    assert find_thing(office, "visite n° 4").id == find_thing(office, "visite n°4").id == 4
    assert find_thing(office, "n° 4").id == 4


def test_a_nir_is_a_person_with_or_without_key_and_blanks(office: Office) -> None:
    assert ids(find_things(office, "2 55 06 99 999 001 62")) == [1, 3]
    assert ids(find_things(office, ROBERT["nir"])) == [2]


def test_a_lot_and_a_file_are_what_they_hold(office: Office) -> None:
    sheets = [one.id for one in office.journal.invoices.sheets(SheetState.CERTIFIED)]

    def lot(number: int) -> LotDraft:
        return LotDraft(line(b"1", (20, b"%03d" % number), (72, b"261116")), line(b"6"))

    office.journal.lots.certified(
        office.journal.lots.make("756000121", "FSE", "F01751123", "03", sheets, lot), line(b"7")
    )
    draft = FileDraft(line(b"000", (50, b"000001")), line(b"999"), 3, "oct")
    office.journal.files.make("756000121", [1], lambda number: draft)
    assert ids(find_things(office, "lot 1")) == [1, 2, 3]
    assert ids(find_things(office, "fichier 000001")) == [1, 2, 3]
    assert "lot 001" in str(find_thing(office, "moreau"))


def test_what_may_be_several_is_listed_with_day_acts_and_state(office: Office) -> None:
    with pytest.raises(AmbiguousError) as told:
        find_thing(office, "angelo")
    assert ids(list(told.value.things)) == [1, 3]
    assert "visite 1, D'Angelo-Lefèvre Yvonne (NIR 2550699999001), 16/11/2026, AMI 1" in str(told.value)
    assert "20/11/2025" in str(told.value) and "facture 000000003 certifiée" in str(told.value)


def test_of_several_the_only_one_that_fits_is_meant(office: Office) -> None:
    import_visits(office, visit(YVONNE), name="d.json", day=date(2026, 11, 15))
    told = find_thing(office, "lefevre", fits=lambda one: one.visit.row.state is VisitState.PENDING)
    assert told.id == 5


@pytest.mark.parametrize(
    ("told", "near"),
    [
        ("lefebvre", "noms voisins : D'Angelo-Lefèvre Yvonne"),
        ("77", "Aucune visite 77 au journal ; elles vont de 1 à 4"),
        ("facture 77", "Aucune facture 000000077 au journal ; les numéros les plus proches sont 000000003"),
        ("lot 7", "Aucun lot 007 au journal"),
        ("9" * 40, "Aucun patient"),
        ("", "Rien n’est dit"),
        ("1550699999001", "Aucune visite n’est sous le NIR"),
        ("01/01/2020", "Aucune visite n’est du 01/01/2020"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is_near(office: Office, told: str, near: str) -> None:
    with pytest.raises(StoreError, match=near):
        find_things(office, told)


def test_two_patients_of_one_name_are_both_told_with_their_nir(office: Office) -> None:
    import_visits(office, visit(LUCIEN, "AMI 2"), name="d.json", day=date(2026, 11, 15))
    bill_as(office, 5, "MOREAU ROBERT")
    with pytest.raises(AmbiguousError) as told:
        find_thing(office, "robert moreau")
    assert ROBERT["nir"] in str(told.value) and LUCIEN["nir"] in str(told.value)


def test_a_number_of_two_carers_is_asked_for_and_shows_nobody_s_patient(office: Office) -> None:
    other = "756000147"
    office.journal.visits.add_day(
        "other", other, "20261116", [VisitDraft(office.journal.visits.get(2).payload)]
    )
    bill_as(office, 5, "SECRET")
    with pytest.raises(AmbiguousError, match="Plusieurs professionnels") as told:
        find_thing(office, "facture 1")
    assert told.value.remedy == "say-whose" and "SECRET" not in str(told.value).upper()
    assert find_thing(office, "facture 1", ps=other).id == 5
    assert find_thing(office, "1", sought=Sought.INVOICE, ps="756000121").id == 1
    with pytest.raises(StoreError, match="celle-ci est de 756000147"):
        find_thing(office, "visite 5", ps="756000121")


def test_a_visit_to_be_billed_anew_keeps_its_patient_s_name(office: Office) -> None:
    office.journal.invoices.abandon(2, "erreur d’acte")
    found = find_thing(office, "moreau", fits=lambda one: True)
    assert found.invoice is None and [one.number for one in found.invoices] == ["000000002"]
