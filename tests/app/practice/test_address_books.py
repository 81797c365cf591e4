"""Address books: what is written is read by another program, what comes back overwrites nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Component
from people import DOCTOR, YVONNE

from tournee.app.context import Office
from tournee.app.practice.dossiers import add, search
from tournee.app.practice.interchange.contacts import (
    patients_book,
    prescribers_book,
    take_patients_book,
    take_prescribers_book,
)
from tournee.app.practice.patients import add_patient, find_patient, find_patients
from tournee.app.practice.prescribers import keep_prescriber
from tournee.practice.interchange.vcards import (
    BOOK_MAX,
    AddressBookError,
    BookCard,
    as_vcards,
    read_vcards,
)
from tournee.practice.patient_file import Address, ContactPerson, PatientFile
from tournee.practice.prescriber_file import PrescriberFile

TOLD = replace(
    YVONNE,
    mail="yvonne@example.org",
    notes="chien 4711",
    contacts=(ContactPerson("Paul Lambert", "0600000000", "fils"),),
)
PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)
BARE = b"BEGIN:VCARD\nVERSION:3.0\nN:Lambert;Yvonne;;;\nFN:Yvonne Lambert\n%s\nEND:VCARD\n"


def test_an_address_book_says_who_and_where_and_nothing_of_the_care(office: Office) -> None:
    add_patient(office, TOLD)
    book = patients_book(find_patients(office))
    first, second = Component.from_ical(book, multiple=True)  # another library judges
    assert (first["FN"], first["TEL"], first["EMAIL"]) == (
        "Yvonne Lambert",
        "0100000001",
        "yvonne@example.org",
    )
    assert first["BDAY"] == "1955-06-04"
    assert (second["FN"], second["TEL"], second["ROLE"]) == (
        "Paul Lambert",
        "0600000000",
        "fils de Yvonne Lambert",
    )
    for word in (b"2550699999001", b"48B12", b"4711"):
        assert word not in book


@given(name=PLAIN, first=PLAIN, street=PLAIN, phone=PLAIN, mail=PLAIN)
def test_whoever_is_written_is_read_as_the_same(name, first, street, phone, mail) -> None:
    one = BookCard("u", name, first, f"{first} {name}", phone, mail, Address(street, "75011", "Paris", "4e"))
    read = read_vcards(as_vcards([one, one]))
    assert (read.contacts, read.faults) == ([one, one], [])


def test_a_book_that_comes_back_as_it_left_changes_nothing(office: Office) -> None:
    add_patient(office, TOLD)
    done = take_patients_book(office, patients_book(find_patients(office)))
    assert (done.same, done.completed, done.differences, done.unknown) == (2, [], [], [])
    assert len(office.journal.dossiers.revisions(1)) == 1


def test_what_a_file_lacked_is_filled_and_what_differs_stays_until_it_is_asked(office: Office) -> None:
    patient = add_patient(office, replace(TOLD, mail=""))
    book = patients_book(find_patients(office))
    book = book.replace(b"0100000001", b"0199999999").replace(b"0600000000", b"+33 6 11 11 11 11")
    book = book.replace(b"BDAY:", b"EMAIL:new@example.org\r\nBDAY:")
    done = take_patients_book(office, book)
    assert done.completed == ["Yvonne Lambert"]
    assert {(one.label, one.kept, one.told) for one in done.differences} == {
        ("téléphone", "0100000001", "0199999999"),
        ("téléphone de Paul Lambert", "0600000000", "+33 6 11 11 11 11"),
    }
    told = find_patient(office, [str(patient.id)]).told
    assert (told.mail, told.phone, told.address) == ("new@example.org", "0100000001", TOLD.address)
    take_patients_book(office, book, take=True)
    told = find_patient(office, [str(patient.id)]).told
    assert (told.phone, told.contacts[0].phone) == ("0199999999", "+33 6 11 11 11 11")


def test_a_phone_written_in_the_other_way_is_the_same(office: Office) -> None:
    add_patient(office, TOLD)
    book = patients_book(find_patients(office)).replace(b"0100000001", b"+33 1 00 00 00 01")
    assert take_patients_book(office, book).differences == []


def test_one_who_is_not_ours_is_met_by_name_and_birth_or_told(office: Office) -> None:
    add_patient(office, replace(YVONNE, phone=""))
    done = take_patients_book(office, BARE % b"TEL;TYPE=CELL:0700000000\nBDAY:19550604")
    assert done.completed == ["Yvonne Lambert"]
    other = take_patients_book(office, BARE % b"TEL:0700000001\nBDAY:19600101")
    assert other.unknown == ["Yvonne Lambert"]
    assert len(find_patients(office)) == 1
    made = take_patients_book(office, BARE % b"TEL:0700000001\nBDAY:1960-01-01", make=True)
    assert made.made == ["Yvonne Lambert"]
    assert {one.told.born for one in find_patients(office)} == {"19550604", "19600101"}


def test_two_of_one_name_are_not_chosen_between(office: Office) -> None:
    add_patient(office, YVONNE)
    add_patient(office, PatientFile("Lambert", "Yvonne", "19600101"))
    done = take_patients_book(office, BARE % b"TEL:0700000000", take=True)
    assert (done.unknown, done.completed) == (["Yvonne Lambert"], [])


def test_prescribers_go_out_and_come_back_by_their_number(office: Office) -> None:
    keep_prescriber(office, DOCTOR)
    book = prescribers_book(search(office, PrescriberFile, ""))
    (judged,) = Component.from_ical(book, multiple=True)
    assert (judged["X-RPPS"], judged["FN"]) == ("10100001071", "Dr Anne Roy")
    renamed = (
        book.replace(b"UID:", b"UID:x")
        .replace(b"Dr Anne Roy", b"Anne ROY")
        .replace(
            b"END:VCARD",
            b"TEL;TYPE=WORK,PREF:0100000002\r\nTEL:0\r\nADR:;;3 place Rouge;Lyon;;69001;\r\nEND:VCARD",
        )
    )
    assert take_prescribers_book(office, renamed).completed == ["Dr Anne Roy"]
    (one,) = search(office, PrescriberFile, "lyon")
    assert (one.told.phone, one.told.address.street) == ("0100000002", "3 place Rouge")
    foreign = BARE % b"X-RPPS:10100002087\nTEL:0100000003"
    assert take_prescribers_book(office, foreign).unknown == ["Yvonne Lambert"]
    assert take_prescribers_book(office, foreign, make=True).made == ["Yvonne Lambert"]
    wrong = take_prescribers_book(office, BARE.replace(b"Yvonne", b"Paul") % b"X-RPPS:123", make=True)
    assert (wrong.made, len(wrong.faults)) == ([], 1)


def test_cards_of_older_phones_are_read(office: Office) -> None:
    add_patient(office, replace(YVONNE, phone=""))
    old = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Lambert;Yvonne\r\n"
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Yvonne=20Lambert\r\nTEL;CELL;PREF:0700000000\r\n"
        b"PHOTO;ENCODING=BASE64;JPEG:" + b"A" * 100_000 + b"\r\n\r\nEND:VCARD\r\n"
    )
    assert take_patients_book(office, old).completed == ["Yvonne Lambert"]


@pytest.mark.parametrize(
    "hostile",
    [
        b"BEGIN:VCARD\n" * 300_000 + b"END:VCARD\n" * 300_000,
        BARE % (b" \n" * 100_000),
        BARE % (b"TEL:" + b"9" * 400_000),
        BARE % (b"X:1\n" * 600),
        BARE % b"TEL;=\x00\xff;;;:::",
        BARE % b"BDAY:not a day\nADR:;",
        BARE % (b"NOTE;ENCODING=BASE64:" + b"!" * 100),
        b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n",
        b"BEGIN:VCARD\nFN:\xff\xfe\nEND:VCARD\n",
        b"BEGIN:VCARD\nFN:cut in the mid",
        b"BEGIN:VCARD\nFN:cut after a line\n",
        BARE % (b"N:" + b";" * 10_000),
        BARE % ("TEL:\u202e\u2028".encode() + b"1" * 290),
    ],
)
def test_a_hostile_card_is_a_fault_or_a_plain_one_and_the_next_is_read(office: Office, hostile) -> None:
    add_patient(office, replace(YVONNE, phone=""))
    good = BARE % b"TEL:0700000000\nBDAY:19550604"
    read = read_vcards(hostile + good)
    assert read.contacts[-1].phone == "0700000000"
    assert len(read.contacts) + len(read.faults) >= 1
    assert all(one.who.isprintable() and one.phone.isprintable() for one in read.contacts)


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"])
def test_what_is_no_address_book_is_told(data) -> None:
    with pytest.raises(AddressBookError, match="pas un carnet"):
        read_vcards(data)


def test_a_book_too_long_is_told_before_it_is_read() -> None:
    with pytest.raises(AddressBookError, match="trop long"):
        read_vcards(b"x" * (BOOK_MAX + 1))
    many = (BARE % b"X:1") * 10_001
    with pytest.raises(AddressBookError, match="plus de 10000 fiches"):
        read_vcards(many)


@given(st.binary(max_size=400))
def test_whatever_a_card_holds_it_is_read_or_told(inside) -> None:
    try:
        read_vcards(b"BEGIN:VCARD\nFN:x\n" + inside + b"\nEND:VCARD\n")
    except AddressBookError:
        return


def test_a_prescriber_kept_by_hand_has_its_address_in_the_book(office: Office) -> None:
    add(office, PrescriberFile("Dr Roy", rpps="10100001071", address=Address("3 place", "69001", "Lyon")))
    assert b"3 place;Lyon;;69001" in prescribers_book(search(office, PrescriberFile, ""))
