"""Patients, their contacts and prescribers as an address book, and what comes back of one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, add, change, search
from tournee.app.practice.patients import add_patient
from tournee.errors import BillingError, StoreError
from tournee.practice.interchange.vcards import BookCard, as_vcards, read_vcards
from tournee.practice.patient_file import Address, ContactPerson, PatientFile
from tournee.practice.prescriber_file import PrescriberFile
from tournee.practice.words import search_words

_PHONE, _MAIL, _ADDRESS = "téléphone", "adresse électronique", "adresse"


@dataclass(frozen=True)
class ContactDifference:
    """What a card says otherwise than a file: shown, and taken only where that is asked."""

    who: str
    label: str
    kept: str = field(repr=False)
    told: str = field(repr=False)


@dataclass
class BookTaken:
    """What became of an address book: files completed, those that say the same, files made, what differs and
    stays, people whom nobody here is, cards at fault.
    """

    completed: list[str] = field(default_factory=list)
    same: int = 0
    made: list[str] = field(default_factory=list)
    differences: list[ContactDifference] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def patients_book(patients: Sequence[Dossier[PatientFile]]) -> bytes:
    """An address book of patients, and of whom to call for each."""
    cards = []
    for one in patients:
        told = one.told
        cards.append(
            BookCard(
                _uid(one),
                told.name,
                told.first_name,
                told.who,
                told.phone,
                told.mail,
                replace(told.address, door_code=""),
                told.born,
            )
        )
        cards += [
            BookCard(
                _uid(one, each.name),
                each.name,
                full_name=each.name,
                phone=each.phone,
                tie=f"{each.tie or 'contact'} de {told.who}",
            )
            for each in told.contacts
        ]
    return as_vcards(cards)


def prescribers_book(prescribers: Sequence[Dossier[PrescriberFile]]) -> bytes:
    """An address book of prescribers."""
    return as_vcards(
        BookCard(
            _uid(one),
            one.told.who,
            full_name=one.told.who,
            phone=one.told.phone,
            mail=one.told.mail,
            address=one.told.address,
            rpps=one.told.rpps,
            number=one.told.number,
        )
        for one in prescribers
    )


def take_patients_book(office: Office, data: bytes, *, take: bool = False, make: bool = False) -> BookTaken:
    """Complete patients' files by an address book: what they lack is filled, what differs is told and, with
    `take`, taken. `make`: open a file for who has a name and a birth date and is not known. AddressBookError.
    """
    known = search(office, PatientFile, "")
    by_uid = {_uid(one): one for one in known}
    by_contact = {_uid(one, each.name): (one, each.name) for one in known for each in one.told.contacts}
    by_words: dict[tuple[str, ...], list[Dossier[PatientFile]]] = {}
    for one in known:
        by_words.setdefault(_words(one.told.name, one.told.first_name), []).append(one)
    done = BookTaken()
    current: dict[int, Dossier[PatientFile]] = {}
    book = read_vcards(data)
    done.faults += book.faults
    for card in book.contacts:
        if card.uid in by_contact:
            one, name = by_contact[card.uid]
            one = current.get(one.id, one)
            _take(office, one, _call_told(one.told, name, card.phone), card, done, current, take=take)
            continue
        found = by_uid.get(card.uid)
        if found is None:
            alike = by_words.get(_words(card.name, card.first_name), [])
            alike = [one for one in alike if not card.born or one.told.born == card.born]
            found = alike[0] if len(alike) == 1 else None
        if found is not None:
            one = current.get(found.id, found)
            _take(office, one, _reached(one.told, card), card, done, current, take=take)
        elif make and card.born and card.first_name:
            _make(done, card, lambda card=card: add_patient(office, _patient(card)))  # type: ignore[misc]
        else:
            done.unknown.append(card.who)
    return done


def take_prescribers_book(
    office: Office, data: bytes, *, take: bool = False, make: bool = False
) -> BookTaken:
    """The same for prescribers; `make`: keep one who is not known and has a number."""
    known = search(office, PrescriberFile, "")
    by_uid = {_uid(one): one for one in known}
    by_number = {number: one for one in known for number in (one.told.rpps, one.told.number) if number}
    by_words: dict[tuple[str, ...], list[Dossier[PrescriberFile]]] = {}
    for one in known:
        by_words.setdefault(_words(one.told.name), []).append(one)
    done = BookTaken()
    current: dict[int, Dossier[PrescriberFile]] = {}
    book = read_vcards(data)
    done.faults += book.faults
    for card in book.contacts:
        found = by_uid.get(card.uid) or by_number.get(card.rpps) or by_number.get(card.number)
        alike = by_words.get(_words(card.who), [])
        if found is None and len(alike) == 1:
            found = alike[0]
        if found is not None:
            one = current.get(found.id, found)
            _take(office, one, _reached(one.told, card), card, done, current, take=take)
        elif make and (card.rpps or card.number):
            _make(done, card, lambda card=card: _keep(office, card))  # type: ignore[misc]
        else:
            done.unknown.append(card.who)
    return done


def _keep(office: Office, card: BookCard) -> None:
    told = PrescriberFile(
        card.who, card.number, card.rpps, phone=card.phone, mail=card.mail, address=card.address
    )
    add(office, told)


def _make(done: BookTaken, card: BookCard, made: Callable[[], object]) -> None:
    try:
        made()
        done.made.append(card.who)
    except (BillingError, StoreError) as error:
        done.faults.append(f"{card.who} : {error.message}")


def _patient(card: BookCard) -> PatientFile:
    return PatientFile(
        card.name,
        card.first_name,
        card.born,
        phone=card.phone,
        mail=card.mail,
        address=card.address,
    )


Reached = tuple[str, str, str, dict[str, Any]]
"""What a card says of one thing: how that is called, what the file says, what the card does, the change."""


def _reached(told: PatientFile | PrescriberFile, card: BookCard) -> list[Reached]:
    """How somebody is reached, by a card; one that says nothing of it says nothing against it."""
    found: list[Reached] = []
    for name, label in (("phone", _PHONE), ("mail", _MAIL)):
        if said := getattr(card, name):
            found.append((label, getattr(told, name), said, {name: said}))
    if card.address != Address():
        where = replace(
            card.address, door_code=told.address.door_code, floor=card.address.floor or told.address.floor
        )
        found.append((_ADDRESS, _line(told.address), _line(where), {"address": where}))
    return found


def _call_told(told: PatientFile, name: str, phone: str) -> list[Reached]:
    """The phone of somebody to call."""
    before = next(one for one in told.contacts if one.name == name)
    if not phone:
        return []
    contacts = tuple(
        ContactPerson(one.name, phone, one.tie) if one.name == name else one for one in told.contacts
    )
    return [(f"{_PHONE} de {name}", before.phone, phone, {"contacts": contacts})]


def _take(
    office: Office,
    one: Dossier[Any],
    reached: list[Reached],
    card: BookCard,
    done: BookTaken,
    current: dict[int, Dossier[Any]],
    *,
    take: bool,
) -> None:
    changes: dict[str, Any] = {}
    for label, kept, told, change_ in reached:
        if _same(kept, told):
            continue
        if kept and not take:
            done.differences.append(ContactDifference(one.told.who, label, kept, told))
        else:
            changes |= change_
    if not changes:
        done.same += all(_same(kept, told) for _, kept, told, _ in reached)
        return
    try:
        changed = replace(one.told, **changes)
        change(office, one, changed)
    except (BillingError, StoreError) as error:
        done.faults.append(f"{card.who} : {error.message}")
        return
    row = office.journal.dossiers.get(one.id)
    current[one.id] = Dossier(row, changed)
    done.completed.append(one.told.who)


def _line(told: Address) -> str:
    where = (told.street, told.postcode, told.town, told.floor)
    return " ".join(filter(None, where))


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same, a phone number written in either way."""
    plain = ["".join(search_words(said)) for said in (one, other)]
    return len({_ABROAD.sub("0", said) if said.isdecimal() else said for said in plain}) == 1


_ABROAD = re.compile(r"^(?:00)?33(?=[1-9]\d{8}$)", re.ASCII)


def _words(*texts: str) -> tuple[str, ...]:
    return tuple(sorted(search_words(*texts)))


def _uid(one: Dossier[Any], *of: str) -> str:
    """What names a card for ever, on every device of the practice, and tells nothing of whom it names."""
    told = "\0".join((one.row.uid.hex(), *of))
    return f"{hashlib.sha256(f'tournee contact {told}'.encode()).hexdigest()[:32]}@tournee"
