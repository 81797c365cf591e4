"""The scan of a prescription: known by its bytes, kept sealed, given back as it was, part of all copies."""

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from day_files import open_office
from days import MOMENT
from hypothesis import given
from hypothesis import strategies as st
from people import ORDER, YVONNE
from scans import picture

from tournee.app.context import Office
from tournee.app.practice.copies import write_copies
from tournee.app.practice.dossiers import Dossier, change, get
from tournee.app.practice.patients import add_patient, erase_patient, find_patient
from tournee.app.practice.prescriptions import add_prescription, renew
from tournee.app.practice.scans import keep_scan, scan_of, scans_of
from tournee.errors import StoreError
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import SCAN_MAX, ScanError, ScanFile

PHOTO = picture()


@pytest.fixture
def order(office: Office) -> Dossier[PrescriptionFile]:
    return add_prescription(office, add_patient(office, YVONNE), ORDER)


@pytest.mark.parametrize(
    ("form", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("PDF", "application/pdf")]
)
def test_a_scan_is_kept_and_given_back_byte_for_byte(office: Office, order, form, media) -> None:
    data = picture(form, side=400)
    kept = keep_scan(office, order, data)
    assert kept.told.scan == hashlib.sha256(data).hexdigest()
    told, back = scan_of(office, kept)
    assert (told.media, told.size, back) == (media, len(data), data)


def test_a_longer_one_than_a_chunk_is_too(office: Office, order) -> None:
    data = picture(side=1000)
    assert len(data) > 1 << 19
    assert scan_of(office, keep_scan(office, order, data))[1] == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"GIF89a" + bytes(100),
        b"<svg/>",
        b"%PDF-1.7 without an end",
        PHOTO[:-2],
        PHOTO[2:],
        b"\xff\xd8\xff",
        b"\xff\xd8" + b"\xff" * 10_000,
        b"\xff\xd8" + b"\xff\xe0\0\0" * 10_000,
        picture("PNG")[:-12],
        picture("PNG")[1:],
    ],
)
def test_what_is_no_scan_or_is_cut_changes_nothing(office: Office, order, data) -> None:
    with pytest.raises(ScanError, match="coupé"):
        keep_scan(office, order, data)
    assert get(office, PrescriptionFile, order.id).told.scan == ""
    assert scans_of(office, 1) == []


def test_one_too_long_is_told_before_it_is_looked_at(office: Office, order) -> None:
    with pytest.raises(ScanError, match="trop longue"):
        keep_scan(office, order, PHOTO[:-2] + bytes(SCAN_MAX) + PHOTO[-2:])


@given(st.binary(max_size=300), st.integers(0, len(PHOTO)), st.integers(0, 3))
def test_whatever_the_bytes_are_they_are_a_scan_or_a_typed_error(noise, at, head) -> None:
    start = (b"", b"\xff\xd8\xff", b"%PDF-", b"\x89PNG\r\n\x1a\n")[head]
    for data in (start + noise, PHOTO[:at] + noise + PHOTO[at:]):
        with suppress(ScanError):
            assert ScanFile.of(data).holds(data)


def test_the_same_scan_is_kept_once_and_one_before_stays(office: Office, order) -> None:
    kept = keep_scan(office, order, PHOTO)
    kept = keep_scan(office, kept, PHOTO)
    assert len(scans_of(office, 1)) == 1
    second = keep_scan(office, kept, picture(seed=2))
    assert scan_of(office, second)[1] == picture(seed=2)
    assert len(scans_of(office, 1)) == 2


def test_a_prescription_that_has_none_or_whose_scan_is_elsewhere_says_so(office: Office, order) -> None:
    with pytest.raises(StoreError, match="n’a pas d’image"):
        scan_of(office, order)
    change(office, order, replace(order.told, scan="ab" * 32))
    with pytest.raises(StoreError, match="n’est pas sur cet appareil"):
        scan_of(office, get(office, PrescriptionFile, order.id))


def test_a_renewed_prescription_has_its_own_scan(office: Office, order) -> None:
    kept = keep_scan(office, order, PHOTO)
    assert renew(office, kept, MOMENT.date(), find_patient(office, ["lambert"])).told.scan == ""


def test_a_scan_altered_in_the_file_is_told(office: Office, order) -> None:
    kept = keep_scan(office, order, PHOTO)
    (scan,) = scans_of(office, 1)
    cipher = office.journal.db.cipher
    forged = cipher.encrypt(PHOTO[:-1] + b"x", f"dossier.attached.{scan.id}")
    with office.journal.db.step("test"):
        office.journal.db.write("UPDATE sealed_chunk SET sealed = ? WHERE place = 'dossier.attached'", forged)
    with pytest.raises(StoreError, match="endommagé"):
        scan_of(office, kept)


def test_nothing_of_a_scan_is_readable_in_the_journal(office: Office, order, tmp_path: Path) -> None:
    keep_scan(office, order, PHOTO)
    digest = hashlib.sha256(PHOTO)
    office.journal.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(
        one in raw for one in (PHOTO[:40], PHOTO[-40:], digest.digest(), digest.hexdigest().encode())
    )


def test_a_patient_s_copy_has_the_scan_as_a_file(office: Office, order, tmp_path: Path) -> None:
    keep_scan(office, order, PHOTO)
    write_copies(office, tmp_path / "copy")
    told = json.loads((tmp_path / "copy" / "patient-1.json").read_text())
    (scan,) = told["scans"]
    file = tmp_path / "copy" / scan["file"]
    assert (file.read_bytes(), file.stat().st_mode & 0o077) == (PHOTO, 0)
    assert told["prescriptions"][0]["scan"] == scan["digest"]


def test_what_is_erased_leaves_no_scan(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        keep_scan(office, add_prescription(office, add_patient(office, YVONNE), ORDER), PHOTO)
        (scan,) = scans_of(office, 1)
    with open_office(tmp_path, now=MOMENT + timedelta(days=20 * 366)) as office:
        erase_patient(office, find_patient(office, ["lambert"]), "vingt ans")
        assert bytes(office.journal.dossiers.attached(scan.id)) == b""
        assert office.journal.db.rows("SELECT id FROM sealed_chunk WHERE length(sealed) > 0") == []
        assert office.journal.db.look_wholly() == ()
