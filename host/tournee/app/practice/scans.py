"""The scan of a prescription: kept sealed beside it, by its digest, and shown out again."""

from __future__ import annotations

from dataclasses import replace

from tournee.app.context import Office
from tournee.app.pieces.fitting import fitted_or_as_it_is
from tournee.app.practice.dossiers import KINDS, Dossier, change, draft_of, get, of_patient
from tournee.errors import StoreError
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import ScanFile


def keep_scan(office: Office, order: Dossier[PrescriptionFile], data: bytes) -> Dossier[PrescriptionFile]:
    """Keep a prescription's scan in place of the one before, which stays among what is known of the patient;
    the same bytes are kept once. ScanError, StoreError: nothing is then changed.
    """
    assert order.row.patient is not None
    told = take_scan(office, order.row.patient, data).told
    change(office, order, replace(order.told, scan=told.digest))
    return get(office, PrescriptionFile, order.id)


def take_scan(office: Office, patient_id: int, data: bytes) -> Dossier[ScanFile]:
    """Keep a scan of a patient's, before it is known of which prescription; the same bytes are kept once. A
    good picture is kept as the piece that it makes (SCOR-1), another as it came. ScanError, StoreError.
    """
    told, kept_bytes, _ = fitted_or_as_it_is(data)
    kept = next((one for one in scans_of(office, patient_id) if one.told.digest == told.digest), None)
    if kept is not None:
        return kept
    draft = draft_of(told, patient=patient_id)
    return get(office, ScanFile, office.journal.dossiers.add(KINDS[ScanFile], draft, attached=kept_bytes))


def scan_of(office: Office, order: Dossier[PrescriptionFile]) -> tuple[ScanFile, bytes]:
    """A prescription's scan and its bytes; StoreError when there is none here, or it is not what was kept."""
    digest = order.told.scan
    if not digest:
        raise StoreError(
            f"L’ordonnance {order.id} n’a pas d’image.", next_step="gardez-la : photo ou PDF de l’ordonnance"
        )
    found = _found(office, order, digest)
    if found is None:
        raise StoreError(
            f"L’image de l’ordonnance {order.id} n’est pas sur cet appareil.",
            cause="seule son empreinte est connue ici",
            next_step="prenez-la de l’appareil qui l’a gardée, ou refaites la photo",
        )
    return found.told, scan_bytes(office, found)


def scan_bytes(office: Office, scan: Dossier[ScanFile]) -> bytes:
    """The bytes of a scan that is kept; StoreError when they are not those of its digest."""
    data = bytes(office.journal.dossiers.attached(scan.id))
    if not scan.told.holds(data):
        raise StoreError(
            "L’image gardée n’est pas celle qui a été prise.",
            cause="le journal est endommagé",
            next_step="restaurez la dernière sauvegarde, ou refaites la photo",
        )
    return data


def scans_of(office: Office, patient_id: int) -> list[Dossier[ScanFile]]:
    """All scans that are kept of a patient."""
    return of_patient(office, ScanFile, patient_id)


def _found(office: Office, order: Dossier[PrescriptionFile], digest: str) -> Dossier[ScanFile] | None:
    assert order.row.patient is not None
    kept = scans_of(office, order.row.patient)
    return next((one for one in kept if one.told.digest == digest), None)
