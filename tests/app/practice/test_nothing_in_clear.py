"""A practice at work: of nobody in it does any word stand in clear, in the journal or beside it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from day_files import open_office
from icalendar import Calendar
from people import CHEAP, DAILY, ORDER, PHRASE, PS, YVONNE
from scans import picture

from tournee.app.context import Office
from tournee.app.practice.dossiers import search
from tournee.app.practice.exchange import write_practice
from tournee.app.practice.insurers import add_insurer
from tournee.app.practice.interchange.calendars import rounds_calendar, take_calendar
from tournee.app.practice.newborns import add_newborn, guide_newborn
from tournee.app.practice.patients import add_patient, find_patients, merge_patients
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescribers import add_prescriber
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import take_round
from tournee.app.practice.scans import keep_scan
from tournee.billing.identity import Amc
from tournee.emulation.population import populate
from tournee.practice.insurer_file import Convention, InsurerFile
from tournee.practice.newborn import ParentsCaisse
from tournee.practice.patient_file import Address, ContactPerson, Doctor, PatientFile
from tournee.practice.prescriber_file import PrescriberFile

TODAY = date(2026, 11, 16)
PHOTO = picture()
TOLD = replace(
    YVONNE,
    amc=Amc("0099900033", member="ADHERENT77"),
    contacts=(ContactPerson("Barnabé Quignard", "0611223344", "voisin"),),
    doctor=Doctor("Dr Ysengrin", "10100000040"),
    mail="yvonne@tilleuls.example",
    notes="clé sous le géranium",
)


def life(office: Office) -> list[str]:
    """All that a practice does in a day; gives the words that nobody may read."""
    populate(office, TODAY)
    add_insurer(
        office, InsurerFile("0099900033", "Mutuelle Zéphyr", Convention(), "0155667788", "appeler Odilon")
    )
    add_prescriber(
        office,
        PrescriberFile(
            "Dr Ysengrin",
            rpps="10100000040",
            phone="0144556677",
            address=Address("9 quai Vert", "69001", "Lugdunum"),
        ),
    )
    patient = add_patient(office, TOLD)
    order = keep_scan(office, add_prescription(office, patient, ORDER), PHOTO)
    add_plan(office, patient, order, DAILY, PS)
    child = guide_newborn(office, patient, "Théodule", TODAY, caisse=ParentsCaisse("01", "751", "0000"))
    add_newborn(office, child)
    second = add_patient(office, PatientFile("Lambert", "Yvonne", "19550604", notes="doublon Cunégonde"))
    merge_patients(office, patient, second, "doublon de Cunégonde")
    take_round(office, TODAY, PS)
    book = rounds_calendar(office, TODAY, TODAY, PS, names=True)
    take_calendar(office, book, PS)
    uids = [event["uid"].removesuffix("@tournee") for event in Calendar.from_ical(book).events]
    words = [word for one in find_patients(office) for word in words_of(one.told)]
    words += ["Zéphyr", "ZEPHYR", "0155667788", "Odilon", "Ysengrin", "YSENGRIN", "10100000040", "0144556677"]
    words += ["Lugdunum", "LUGDUNUM", "quai Vert", "ADHERENT77", "Barnab", "Quignard", "0611223344", "ranium"]
    words += ["yvonne@tilleuls", "Cunégonde", "Théodule", "0099900033", *uids]
    words += [one.told.name for one in search(office, PrescriberFile, "")]
    return words


def words_of(told: PatientFile) -> list[str]:
    """Whoever reads one of these knows something of somebody; a word too short to mean anybody is left."""
    where = told.address
    said = [
        told.name,
        told.first_name,
        told.nir,
        told.phone,
        where.street,
        where.door_code,
        told.name.upper(),
    ]
    return [word for word in said if len(word) > 4]


def test_no_word_of_anybody_stands_in_clear(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.mkdir()
    with open_office(journal) as office:
        words = life(office)
        write_practice(office, journal / "cabinet.scelle", PHRASE, CHEAP)
        office.journal.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert len(words) > 200
    raw = b"".join(path.read_bytes() for path in sorted(journal.rglob("*")) if path.is_file())
    assert len(raw) > 100_000
    found = [word for word in words if word.encode() in raw or word.encode("utf-16-le") in raw]
    assert found == []
    assert PHOTO[100:140] not in raw
