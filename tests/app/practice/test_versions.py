"""What two devices said of one dossier is shown side by side and decided; what was done with it is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from people import DAILY, DOCTOR, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.copies import write_copies
from tournee.app.practice.dossiers import add, change, get, of_patient
from tournee.app.practice.insurers import add_insurer
from tournee.app.practice.patients import add_patient, find_patient, merge_patients
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescribers import keep_prescriber
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import order_round
from tournee.app.practice.versions import history_of, keep_version, versions_of
from tournee.errors import StoreError
from tournee.practice.insurer_file import InsurerFile
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.round_file import Absence
from tournee.practice.prescription_file import PrescriptionFile


@pytest.fixture
def doubled(office: Office, other: Office, carry) -> int:
    """A prescription that both devices changed."""
    patient = add_patient(office, YVONNE)
    order = add_prescription(office, patient, ORDER)
    carry(office, other)
    change(office, order, replace(ORDER, note="here", sessions=20))
    (theirs,) = of_patient(other, PrescriptionFile, find_patient(other, ["lambert"]).id)
    change(other, theirs, replace(ORDER, note="there"))
    assert carry(other, office).doubled == [order.id]
    return order.id


def test_two_versions_are_shown_by_what_they_say_otherwise(office: Office, doubled: int) -> None:
    said = [one.said for one in versions_of(office, doubled)]
    assert sorted(said, key=str) == sorted(
        [{"note": "here", "sessions": 20}, {"note": "there", "sessions": 15}], key=str
    )


def test_the_one_kept_holds_on_both_devices(office: Office, other: Office, carry, doubled: int) -> None:
    wanted = next(one.rank for one in versions_of(office, doubled) if one.said["note"] == "here")
    keep_version(office, doubled, wanted)
    assert [one.said for one in versions_of(office, doubled)] == [{}]
    assert carry(office, other).doubled == []
    (theirs,) = of_patient(other, PrescriptionFile, find_patient(other, ["lambert"]).id)
    assert (theirs.told.note, theirs.told.sessions, theirs.others) == ("here", 20, ())


def test_a_version_that_is_none_is_told(office: Office, doubled: int) -> None:
    for rank in (0, 3, -1):
        with pytest.raises(StoreError, match="n’a pas de version"):
            keep_version(office, doubled, rank)
    with pytest.raises(StoreError):
        versions_of(office, 999)


def test_a_number_that_was_merged_leads_to_the_file_that_was_kept(office: Office) -> None:
    kept, other = add_patient(office, YVONNE), add_patient(office, PatientFile("Lambert", "Y.", "19550604"))
    merge_patients(office, kept, other, "la même personne")
    assert get(office, PatientFile, other.id).id == kept.id
    assert find_patient(office, [str(other.id)]).told.first_name == "Yvonne"
    states = [(one.state, one.detail) for one in history_of(office, other.id)]
    assert states == [("open", ""), ("merged", "la même personne")]


def test_a_carer_s_data_goes_out_whole(office: Office, tmp_path: Path) -> None:
    patient = add_patient(office, YVONNE)
    plan = add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)
    keep_prescriber(office, DOCTOR)
    add_insurer(office, InsurerFile("0099900009", "Tilleuls"))
    order_round(office, ORDER.day, PS, [plan.plan.id])
    add(office, Absence(ORDER.day, ORDER.day, "formation"), ps=PS)
    write_copies(office, tmp_path / "copy")
    told = json.loads((tmp_path / "copy" / "practice.json").read_text())
    assert told["prescribers"][0]["rpps"] == DOCTOR.rpps
    assert told["insurers"][0]["name"] == "Tilleuls"
    assert told["rounds"][0]["order"] == [plan.plan.row.uid.hex()]
    assert told["absences"][0]["word"] == "formation"
    write_copies(office, tmp_path / "one", [patient])
    assert not (tmp_path / "one" / "practice.json").exists()
    assert [one.detail for one in history_of(office, patient.id)][-1] == "copie écrite"
