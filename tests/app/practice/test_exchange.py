"""The practice's file from one device to another, and back."""

from dataclasses import replace

import pytest
from people import CHEAP, DAILY, ORDER, PHRASE, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice import exchange
from tournee.app.practice.dossiers import change, get, of_patient
from tournee.app.practice.exchange import ExchangeFileError, take_practice, write_practice
from tournee.app.practice.patients import add_patient, edit_patient, find_patient, find_patients
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import round_of
from tournee.errors import TourneeError
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.prescription_file import PrescriptionFile


def planned(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)


def test_a_plan_that_goes_out_and_comes_in_is_the_same_plan(office: Office, other: Office, carry) -> None:
    planned(office)
    done = carry(office, other)
    assert (done.new, done.known, done.twins, done.faults) == (4, 0, [], [])
    patient = find_patient(other, ["lambert"])
    assert patient.told == YVONNE
    (mine,), (theirs,) = of_patient(office, PlanFile, 1), of_patient(other, PlanFile, patient.id)
    assert (mine.told, mine.row.uid, mine.row.ps) == (theirs.told, theirs.row.uid, theirs.row.ps)
    day = DAILY.when.first
    assert [one.plan.visit(day) for one in round_of(other, day, PS)] == [
        one.plan.visit(day) for one in round_of(office, day, PS)
    ]


def test_what_comes_again_adds_nothing(office: Office, other: Office, carry) -> None:
    planned(office)
    carry(office, other)
    assert (carry(office, other).new, carry(other, office).new) == (0, 0)


def test_one_prescription_changed_on_two_devices_shows_both_and_loses_nothing(
    office: Office, other: Office, carry
) -> None:
    planned(office)
    carry(office, other)
    for where, note in ((office, "here"), (other, "there")):
        (order,) = of_patient(where, PrescriptionFile, find_patient(where, ["lambert"]).id)
        change(where, order, replace(order.told, note=note))
    carry(other, office)
    (order,) = of_patient(office, PrescriptionFile, find_patient(office, ["lambert"]).id)
    assert {order.told.note, *(one.note for one in order.others)} == {"here", "there"}
    change(office, order, replace(order.told, note="here and there"))
    carry(office, other)
    (order,) = of_patient(other, PrescriptionFile, find_patient(other, ["lambert"]).id)
    assert (order.told.note, order.others) == ("here and there", ())


def test_a_patient_made_on_both_devices_is_told_and_both_stand(office: Office, other: Office, carry) -> None:
    add_patient(office, YVONNE)
    add_patient(other, replace(YVONNE, phone="0600000000"))
    done = carry(other, office)
    assert len(done.twins) == 1
    assert {one.told.phone for one in find_patients(office, "lambert")} == {"0100000001", "0600000000"}


def test_what_is_closed_comes_closed(office: Office, other: Office, carry) -> None:
    patient = add_patient(office, YVONNE)
    office.journal.dossiers.close(patient.id, "moved")
    carry(office, other)
    assert find_patients(other) == []


def test_a_line_at_fault_stops_no_other(office: Office, other: Office, carry, monkeypatch) -> None:
    planned(office)
    lines = list(exchange._lines(office))
    bad = ["{}", "[]", "null", '{"kind": "robot"}', lines[0].replace('"uid": "', '"uid": "zz'), "x" * 1000]
    monkeypatch.setattr(exchange, "_lines", lambda office: [*bad, *lines])
    done = carry(office, other)
    assert (len(done.faults), done.new) == (len(bad), 4)


def test_a_file_that_is_none_changes_nothing(office: Office, other: Office, tmp_path) -> None:
    planned(office)
    path = tmp_path / "file"
    write_practice(office, path, PHRASE, CHEAP)
    with pytest.raises(TourneeError):
        take_practice(other, path, "une autre phrase de passe")
    whole = path.read_bytes()
    for damaged in (b"", whole[:-1], whole + b"x", whole[:100] + b"\0" + whole[101:], b"not sealed at all"):
        path.write_bytes(damaged)
        with pytest.raises(TourneeError):
            take_practice(other, path, PHRASE)
    assert find_patients(other) == []


def test_a_backup_is_not_a_practice_s_file(other: Office, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(exchange, "FORM", "another")
    write_practice(other, tmp_path / "file", PHRASE, CHEAP)
    monkeypatch.undo()
    with pytest.raises(ExchangeFileError, match="n’est pas celui d’un cabinet"):
        take_practice(other, tmp_path / "file", PHRASE)


def test_nobody_is_named_in_the_file(office: Office, tmp_path) -> None:
    planned(office)
    edit_patient(office, find_patient(office, ["lambert"]), replace(YVONNE, notes="chien méchant"))
    write_practice(office, tmp_path / "file", PHRASE, CHEAP)
    raw = (tmp_path / "file").read_bytes()
    assert not any(word in raw for word in (b"Lambert", b"2550699999001", b"chien", b"Tilleuls"))
    assert (tmp_path / "file").stat().st_mode & 0o077 == 0
    assert get(office, PlanFile, 4).told.words == "injection"
