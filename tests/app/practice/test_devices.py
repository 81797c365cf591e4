"""Two devices of one practice: what was merged, set aside, kept twice or scanned on one comes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from day_files import open_office
from days import MOMENT
from people import DAILY, DOCTOR, ORDER, PS, YVONNE, two_files
from scans import picture

from tournee.app.context import Office
from tournee.app.practice import exchange
from tournee.app.practice.dossiers import change, of_patient, search
from tournee.app.practice.insurers import add_insurer
from tournee.app.practice.patients import (
    add_patient,
    edit_patient,
    erase_patient,
    find_patient,
    find_patients,
    merge_patients,
)
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescribers import keep_prescriber
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import order_round, round_of
from tournee.app.practice.scans import keep_scan, scan_of, scans_of
from tournee.practice.insurer_file import Convention, InsurerFile
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescriber_file import PrescriberFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import DossierState

PHOTO = picture()


def people(office: Office) -> list[PatientFile]:
    return [one.told for one in find_patients(office)]


def merge(office: Office, kept: int, other: int) -> None:
    told = [find_patient(office, [str(one)]) for one in (kept, other)]
    merge_patients(office, *told, "la même personne")


def test_files_merged_on_one_device_are_merged_on_the_other(office: Office, other: Office, carry) -> None:
    two_files(office)
    carry(office, other)
    assert len(people(other)) == 2
    merge(office, 1, 2)
    assert carry(office, other).faults == []
    assert people(other) == people(office) == [replace(YVONNE, notes="sonner deux fois")]
    (one,) = find_patients(other)
    assert [order.told for order in of_patient(other, PrescriptionFile, one.id)] == [ORDER]
    again = carry(other, office)
    assert (again.new, again.faults) == (0, [])


def test_files_merged_before_the_other_device_knew_them_come_as_one(
    office: Office, other: Office, carry
) -> None:
    two_files(office)
    merge(office, 1, 2)
    done = carry(office, other)
    assert (done.faults, done.twins) == ([], [])
    assert people(other) == people(office)
    assert len(of_patient(other, PrescriptionFile, find_patients(other)[0].id)) == 1


def test_what_the_other_device_said_of_the_merged_one_is_seen_on_the_one_kept(
    office: Office, other: Office, carry
) -> None:
    two_files(office)
    carry(office, other)
    merge(office, 1, 2)
    theirs = next(one for one in find_patients(other) if not one.told.nir)
    edit_patient(other, theirs, replace(theirs.told, phone="0611111111"))
    carry(office, other)
    carry(other, office)
    for where in (office, other):
        (one,) = find_patients(where)
        assert "0611111111" in {one.told.phone, *(said.phone for said in one.others)}
        assert one.others


def test_two_devices_that_merge_the_other_way_round_have_one_file_each_of_the_same_words(
    office: Office, other: Office, carry
) -> None:
    two_files(office)
    carry(office, other)
    merge(office, 1, 2)
    ids = {bool(one.told.nir): one.id for one in find_patients(other)}
    merge(other, ids[False], ids[True])
    for _ in range(2):
        assert carry(office, other).faults == []
        assert carry(other, office).faults == []
    mine, theirs = find_patients(office), find_patients(other)
    assert len(mine) == len(theirs) == 1
    said = [{one.told, *one.others} for one in (*mine, *theirs)]
    assert said[0] == said[1]
    for where, one in ((office, mine[0]), (other, theirs[0])):
        assert len(of_patient(where, PrescriptionFile, one.id)) == 1
    settled = replace(mine[0].told, phone="0622222222")
    edit_patient(office, mine[0], settled)
    carry(office, other)
    (one,) = find_patients(other)
    assert (one.told, one.others) == (settled, ())


def test_a_plan_ended_on_one_device_is_ended_on_the_other(office: Office, other: Office, carry) -> None:
    patient = add_patient(office, YVONNE)
    plan = add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)
    carry(office, other)
    assert len(round_of(other, MOMENT.date(), PS)) == 1
    office.journal.dossiers.close(plan.plan.id, "guérie")
    carry(office, other)
    assert round_of(other, MOMENT.date(), PS) == []


def test_what_was_decided_last_of_a_file_s_state_stands(tmp_path: Path, carry) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()

    def at(folder: Path, hours: int):
        return open_office(folder, now=MOMENT + timedelta(hours=hours))

    with at(folders[0], 0) as one, at(folders[1], 0) as two:
        add_patient(one, YVONNE)
        carry(one, two)
    with at(folders[0], 1) as one:
        one.journal.dossiers.close(1, "déménagée")
    with at(folders[0], 2) as one, at(folders[1], 2) as two:
        carry(one, two)
        assert people(two) == []
    with at(folders[1], 3) as two:
        two.journal.dossiers.reopen(1, YVONNE.words, "revenue")
    with at(folders[0], 4) as one, at(folders[1], 4) as two:
        carry(one, two)  # what it says is older
        assert people(two) == [YVONNE]
        carry(two, one)
        assert people(one) == [YVONNE]
        assert find_patient(one, ["tilleuls"]).told == YVONNE


def test_a_prescriber_and_an_insurer_kept_on_both_devices_are_one(
    office: Office, other: Office, carry
) -> None:
    for where, phone in ((office, "0100000001"), (other, "0100000002")):
        keep_prescriber(where, DOCTOR)
        add_insurer(where, InsurerFile("0099900009", "Tilleuls", Convention(), phone))
    for _ in range(2):
        for done in (carry(office, other), carry(other, office)):
            assert (done.twins, done.faults) == ([], [])
    for where in (office, other):
        (doctor,) = search(where, PrescriberFile, "")
        assert (doctor.told.prescriber, doctor.others) == (DOCTOR, ())
        (insurer,) = search(where, InsurerFile, "")
        assert {insurer.told.phone, *(one.phone for one in insurer.others)} == {"0100000001", "0100000002"}
    (insurer,) = search(office, InsurerFile, "")
    change(office, insurer, replace(insurer.told, phone="0100000003"))
    carry(office, other)
    (insurer,) = search(other, InsurerFile, "")
    assert (insurer.told.phone, insurer.others) == ("0100000003", ())


def test_a_day_put_in_order_on_both_devices_is_one_round(office: Office, other: Office, carry) -> None:
    patient = add_patient(office, YVONNE)
    plan = add_plan(office, patient, None, DAILY, PS)
    carry(office, other)
    for where in (office, other):
        (mine,) = search_plans(where)
        order_round(where, MOMENT.date(), PS, [mine])
    done = carry(office, other)
    assert (done.twins, done.faults) == ([], [])
    assert plan.plan.id


def search_plans(office: Office) -> list[int]:
    return [row.id for row in office.journal.dossiers.find("plan")]


def test_a_scan_comes_with_its_prescription(office: Office, other: Office, carry) -> None:
    order = add_prescription(office, add_patient(office, YVONNE), ORDER)
    keep_scan(office, order, PHOTO)
    assert carry(office, other).faults == []
    (theirs,) = of_patient(other, PrescriptionFile, find_patient(other, ["lambert"]).id)
    assert scan_of(other, theirs)[1] == PHOTO
    assert carry(office, other).new == 0


def test_a_scan_that_is_not_that_of_its_digest_is_not_taken(
    office: Office, other: Office, carry, monkeypatch
) -> None:
    keep_scan(office, add_prescription(office, add_patient(office, YVONNE), ORDER), PHOTO)
    lines = list(exchange._lines(office))
    forged = [line.replace('"attached": "/9j/', '"attached": "/9jA') for line in lines]
    assert forged != lines
    monkeypatch.setattr(exchange, "_lines", lambda office: forged)
    assert len(carry(office, other).faults) == 1
    assert scans_of(other, 1) == []


def changed_lines(office: Office, **told) -> list[str]:
    """Lines of a whole practice, and each again with a key told otherwise."""
    lines = list(exchange._lines(office))
    return [*lines, *(json.dumps({**json.loads(line), **told}) for line in lines)]


@pytest.mark.parametrize(
    "told",
    [
        {"state": "merged", "became": ""},
        {"state": "merged", "became": "00" * 16},
        {"state": "gone"},
        {"since": "tomorrow"},
        {"since": 7},
        {"patient": "ff" * 16},
        {"revisions": 7},
        {"revisions": [{"uid": "00" * 16, "parents": [], "content": "{}"}]},
        {"revisions": [{"uid": "zz" * 16, "parents": [], "content": "{}"}]},
        {"kind": "robot"},
        {"uid": ""},
        {"attached": 7},
    ],
)
def test_a_line_that_says_what_cannot_be_is_a_fault_and_changes_nothing(
    office: Office, other: Office, carry, monkeypatch, told
) -> None:
    order = add_prescription(office, add_patient(office, YVONNE), ORDER)
    keep_scan(office, order, PHOTO)
    lines = changed_lines(office, **told)
    monkeypatch.setattr(exchange, "_lines", lambda office: lines)
    done = carry(office, other)
    assert done.faults
    assert people(other) == [YVONNE]
    (theirs,) = of_patient(other, PrescriptionFile, find_patient(other, ["lambert"]).id)
    assert scan_of(other, theirs)[1] == PHOTO
    assert other.journal.db.look_wholly() == ()


def test_merges_in_a_circle_make_one_file(office: Office, other: Office, carry, monkeypatch) -> None:
    two_files(office)
    carry(office, other)
    one, two = (row.uid.hex() for row in office.journal.dossiers.find("patient"))
    lines = [
        line.replace('"state": "open"', '"state": "merged"').replace('"became": ""', f'"became": "{to}"')
        for line, to in zip(exchange._lines(office), (two, one, "", ""), strict=True)
    ]
    monkeypatch.setattr(exchange, "_lines", lambda office: lines)
    carry(office, other)
    assert len(people(other)) == 1


def test_a_line_longer_than_any_is_a_fault_and_stops_no_other(
    office: Office, other: Office, carry, monkeypatch
) -> None:
    add_patient(office, YVONNE)
    lines = list(exchange._lines(office))
    monkeypatch.setattr(exchange, "LINE_MAX", 5_000)
    monkeypatch.setattr(exchange, "_lines", lambda office: ["[" * 100_000, *lines])
    done = carry(office, other)
    assert (len(done.faults), done.new) == (1, 1)


def test_what_the_other_device_erased_is_told_and_stays(tmp_path: Path, carry) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with open_office(folders[0]) as one, open_office(folders[1]) as two:
        add_patient(one, YVONNE)
        carry(one, two)
    later = MOMENT + timedelta(days=21 * 366)
    with open_office(folders[0], now=later) as one, open_office(folders[1], now=later) as two:
        erase_patient(one, find_patient(one, ["lambert"]), "vingt ans")
        done = carry(one, two)
        assert (done.erased, done.faults) == ([1], [])
        assert people(two) == [YVONNE]
        assert carry(two, one).faults == []
        assert people(one) == []


def test_erasing_a_file_erases_those_that_were_merged_into_it(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        two_files(office)
        merge(office, 1, 2)
    with open_office(tmp_path, now=MOMENT + timedelta(days=21 * 366)) as office:
        erase_patient(office, find_patient(office, ["lambert"]), "vingt ans")
        rows = office.journal.dossiers.find("patient", state=None)
        assert {row.state for row in rows} == {DossierState.ERASED}
        left = office.journal.db.rows("SELECT dossier FROM revision WHERE content_sealed IS NOT NULL")
        kinds = {office.journal.dossiers.get(row["dossier"]).kind for row in left}
        assert kinds == {"prescriber"}
