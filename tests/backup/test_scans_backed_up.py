"""The scan of a prescription is in the backup, and comes back with it."""

from datetime import date
from pathlib import Path

from whole_practice import new_practice

from tournee.app.practice.dossiers import get
from tournee.app.practice.patients import add_patient
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.scans import keep_scan, scan_of
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import Prescriber, PrescriptionFile

SCAN = b"%PDF-1.7\n" + bytes(range(256)) * 4_000 + b"\n%%EOF\n"


def test_a_scan_comes_back_with_its_backup(tmp_path: Path) -> None:
    practice = new_practice(tmp_path)
    with practice.office() as office:
        patient = add_patient(office, PatientFile("Lambert", "Yvonne", "19550604"))
        told = PrescriptionFile(Prescriber(rpps="10100001071"), date(2026, 3, 1))
        order = keep_scan(office, add_prescription(office, patient, told), SCAN)
    practice.back_up()
    assert SCAN[1_000:1_060] not in practice.file.read_bytes()
    practice.restore()
    with practice.office(practice.elsewhere / "tournee.toml") as office:
        assert scan_of(office, get(office, PrescriptionFile, order.id))[1] == SCAN
