"""A carer's data in files that anybody can read: patients as a table, each with all that is known of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, read
from tournee.app.practice.patients import add_patient, find_patients
from tournee.app.practice.prescriptions import visits_of
from tournee.app.practice.scans import scan_bytes, scans_of
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError, StoreError
from tournee.files import write_whole
from tournee.model.form import form_of
from tournee.practice.insurer_file import InsurerFile
from tournee.practice.patient_file import Address, PatientFile
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.planning.round_file import Absence, RoundFile
from tournee.practice.prescriber_file import PrescriberFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import SUFFIXES, ScanFile

COLUMNS = (
    *("nom", "prenom", "naissance", "rang", "nir", "cle", "nom_naissance"),
    *("rue", "code_postal", "ville", "etage", "digicode", "telephone", "notes"),
)
"""Of the table of patients, in its first line. Birth dates are AAAAMMJJ, as the card has them."""

TABLE_MAX = 8 << 20
ROWS_MAX = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS = ("naissance", "nir", "cle", "rang")


def patients_table(patients: Iterable[Dossier[PatientFile]]) -> bytes:
    """Patients as CSV (RFC 4180, UTF-8 with its mark, `;`): what a spreadsheet would take for a formula has
    an apostrophe before it.
    """
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for one in patients:
        told, where = one.told, one.told.address
        cells = (
            *(told.name, told.first_name, told.born, told.birth_rank, told.nir, told.key, told.birth_name),
            *(where.street, where.postcode, where.town, where.floor, where.door_code, told.phone, told.notes),
        )
        rows.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


@dataclass
class TableTaken:
    """What became of a table: files made, those that were there, and rows at fault with their line."""

    made: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)


def take_table(office: Office, data: bytes) -> TableTaken:
    """Make the files of a table's patients. BillingError for what is no such table; a row at fault stops no
    other, and one whose person has a file changes nothing.
    """
    if len(data) > TABLE_MAX:
        raise BillingError(f"Cette table est trop longue : {len(data)} octets, {TABLE_MAX} au plus.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BillingError(
            "Ce n’est pas une table de patients.", cause=str(error), next_step="exportez-la en CSV"
        ) from error
    lacking = [name for name in ("nom", "prenom", "naissance") if not rows or name not in rows[0]]
    if lacking or len(rows) > ROWS_MAX:
        why = f"il manque les colonnes {', '.join(lacking)}" if lacking else f"{len(rows)} lignes"
        raise BillingError(
            "Cette table de patients ne peut pas être prise.",
            cause=why,
            next_step=f"colonnes : {', '.join(COLUMNS)} ; {ROWS_MAX} lignes au plus",
        )
    done = TableTaken()
    for number, row in enumerate(rows, 2):
        try:
            file = _file_of({name: (said or "").strip() for name, said in row.items() if name})
            if file.person and office.journal.dossiers.named(KINDS[PatientFile], file.person):
                done.known += 1
                continue
            add_patient(office, file)
            done.made += 1
        except (BillingError, StoreError, AttributeError) as error:
            done.faults.append(f"ligne {number} : {getattr(error, 'message', 'elle ne se lit pas')}")
    return done


def _file_of(row: dict[str, str]) -> PatientFile:
    told = {name: said.removeprefix("'") if said[1:2] in _FORMULA else said for name, said in row.items()}
    for name in _NUMBERS:
        told[name] = "".join(told.get(name, "").split()).upper()
    born = told["naissance"]
    if "/" in born:
        day, _, rest = born.partition("/")
        month, _, year = rest.partition("/")
        born = f"{year}{month:>02}{day:>02}"
    file = PatientFile(
        told["nom"],
        told["prenom"],
        born.replace("-", ""),
        told["rang"] or "1",
        nir=told["nir"][:13],
        key=told["cle"] or told["nir"][13:],
        birth_name=told.get("nom_naissance", ""),
        phone=told.get("telephone", ""),
        notes=told.get("notes", ""),
    )
    where = (told.get(name, "") for name in ("rue", "code_postal", "ville", "etage", "digicode"))
    return replace(file, address=Address(*where))


def patient_copy(office: Office, patient: Dossier[PatientFile]) -> dict[str, Any]:
    """All that is known of a patient, as plain values: file, prescriptions, plans, visits and invoices; of
    scans, the name of the file beside.
    """
    dossiers = office.journal.dossiers

    def of(kind: type[Any]) -> list[Any]:
        rows = dossiers.find(KINDS[kind], state=None, patient=patient.id)
        return [
            {"number": row.id, "state": row.state.label, **form_of(read(kind, row).told)}
            for row in rows
            if row.content
        ]

    return {
        "simulation": "profil open-1",
        "patient": {"number": patient.id, **form_of(patient.told)},
        "prescriptions": of(PrescriptionFile),
        "plans": of(PlanFile),
        "scans": [
            {"number": one.id, **form_of(one.told), "file": _scan_name(patient.id, one)}
            for one in scans_of(office, patient.id)
        ],
        "visits": _visits(office, patient.told),
    }


def practice_copy(office: Office) -> dict[str, Any]:
    """What is kept and is about no patient: prescribers, insurers, the order of rounds, absences."""
    kinds = {"prescribers": PrescriberFile, "insurers": InsurerFile, "rounds": RoundFile, "absences": Absence}
    return {
        "simulation": "profil open-1",
        **{
            name: [
                {"number": row.id, "ps": row.ps, "state": row.state.label, **form_of(read(kind, row).told)}
                for row in office.journal.dossiers.find(KINDS[kind], state=None)
                if row.content and row.became is None
            ]
            for name, kind in kinds.items()
        },
    }


def _scan_name(patient: int, scan: Dossier[ScanFile]) -> str:
    return f"patient-{patient}-scan-{scan.id}{SUFFIXES[scan.told.media]}"


def _visits(office: Office, patient: PatientFile) -> list[dict[str, Any]]:
    found = []
    for known in visits_of(office, patient):
        row = office.journal.visits.get(known.id)
        try:
            judged = read_judged(row.payload)
        except BillingError:
            continue
        if not judged.visit.person.same(patient.as_person):
            continue
        told: dict[str, Any] = {"visit": row.id, "state": row.state.label, **form_of(judged)}
        if known.invoice_id is not None:
            invoice = office.journal.invoices.get(known.invoice_id)
            told["invoice"] = {
                "number": invoice.number,
                "sheets": [
                    {
                        "kind": sheet.kind,
                        "state": sheet.label,
                        "fee": sheet.fee,
                        "amo": sheet.amo,
                        "amc": sheet.amc,
                    }
                    for sheet in invoice.sheets
                ],
            }
        found.append(told)
    return found


def write_copies(office: Office, folder: Path, patients: Iterable[Dossier[PatientFile]] | None = None) -> int:
    """Write `patients.csv`, a JSON file a patient and their scans into a folder, for their owner alone; of
    all patients, `practice.json` too: what is about none of them. Gives how many patients.
    """
    chosen = list(find_patients(office) if patients is None else patients)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if patients is None:
        told = json.dumps(practice_copy(office), ensure_ascii=False, indent=1)
        write_whole(folder / "practice.json", told.encode())
    write_whole(folder / "patients.csv", patients_table(chosen))
    for one in chosen:
        told = json.dumps(patient_copy(office, one), ensure_ascii=False, indent=1)
        write_whole(folder / f"patient-{one.id}.json", told.encode())
        for scan in scans_of(office, one.id):
            write_whole(folder / _scan_name(one.id, scan), scan_bytes(office, scan))
        office.journal.dossiers.note(one.id, "copie écrite")
    return len(chosen)
