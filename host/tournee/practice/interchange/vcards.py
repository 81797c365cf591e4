"""vCards (RFC 2426) of people and back. Never in one: a NIR, a door code, a note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tournee.errors import BillingError
from tournee.practice.patient_file import Address

BOOK_MAX = 8 << 20
"""Bytes of an address book: a card without a picture has a few hundred."""

CARDS_MAX = 10_000
CARD_MAX = 256 << 10
"""Characters of one card; a picture in it is not read."""

LINES_MAX = 500
TEXT_MAX = 300

_FOLD = re.compile(r"\r?\n[ \t]")
_UNWANTED = re.compile(r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|AGENT)\b", re.IGNORECASE)
_BORN_DIGITS = 8
_RPPS, _NUMBER = "x-rpps", "x-numero-facturation"


class AddressBookError(BillingError):
    """What is no address book, or too long for one."""


@dataclass(frozen=True)
class BookCard:
    """One person of an address book. `born` is AAAAMMJJ or ""; `rpps` and `number` are a prescriber's; `tie`
    is what somebody to call is, and to whom.
    """

    uid: str
    name: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    full_name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    address: Address = field(default_factory=Address, repr=False)
    born: str = field(default="", repr=False)
    rpps: str = ""
    number: str = ""
    tie: str = field(default="", repr=False)

    @property
    def who(self) -> str:
        """As the book calls them."""
        return self.full_name or f"{self.first_name} {self.name}".strip()


def as_vcards(contacts: Iterable[BookCard]) -> bytes:
    """An address book of these people, UTF-8."""
    return "".join(map(_written, contacts)).encode()


def _written(one: BookCard) -> str:
    import vobject

    card = vobject.vCard()
    card.add("uid").value = one.uid
    card.add("fn").value = one.who
    card.add("n").value = vobject.vcard.Name(family=one.name, given=one.first_name)
    told = one.address
    if any((told.street, told.postcode, told.town, told.floor)):
        card.add("adr").value = vobject.vcard.Address(
            street=told.street, city=told.town, code=told.postcode, extended=told.floor
        )
    born = f"{one.born[:4]}-{one.born[4:6]}-{one.born[6:]}" if one.born else ""
    for name, said in (
        ("tel", one.phone),
        ("email", one.mail),
        ("bday", born),
        (_RPPS, one.rpps),
        (_NUMBER, one.number),
        ("role", one.tie),
    ):
        if said:
            card.add(name).value = said
    return str(card.serialize(lineLength=75))


@dataclass
class BookRead:
    """What an address book says: its people, and why some cards could not be read."""

    contacts: list[BookCard] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_vcards(data: bytes) -> BookRead:
    """The people of an address book; AddressBookError for what is none. A card at fault stops no other; each
    is bounded before it is parsed.
    """
    if len(data) > BOOK_MAX:
        raise AddressBookError(
            f"Ce carnet d’adresses est trop long : {len(data)} octets, {BOOK_MAX} au plus.",
            next_step="exportez-le sans les photos",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    found = BookRead()
    cards = list(islice(_cards(text), CARDS_MAX + 1))
    if len(cards) > CARDS_MAX:
        raise AddressBookError(
            f"Ce carnet a plus de {CARDS_MAX} fiches.", next_step="prenez-en moins à la fois"
        )
    for rank, card in enumerate(cards, 1):
        try:
            found.contacts.append(_read(card))
        except AddressBookError as error:
            found.faults.append(f"fiche {rank} : {error.message}")
    if not found.contacts and not found.faults:
        raise AddressBookError("Ce n’est pas un carnet d’adresses.", next_step="exportez-le en vCard (.vcf)")
    return found


def _cards(text: str) -> Iterator[str]:
    """What stands inside each card; one that is cut ends where the next begins."""
    held: list[str] | None = None
    for line in text.splitlines(keepends=True):
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            if held:
                yield "".join(held)
            held = []
        elif word == "END:VCARD" and held is not None:
            yield "".join(held)
            held = None
        elif held is not None:
            held.append(line)


def _read(inside: str) -> BookCard:
    import vobject

    lines = list(_wanted(inside))
    if len(inside) > CARD_MAX or len(lines) > LINES_MAX:
        raise AddressBookError("elle est trop longue")
    text = "\r\n".join(("BEGIN:VCARD", *lines, "END:VCARD", ""))
    try:
        card = next(vobject.readComponents(text, ignoreUnreadable=True, allowQP=True))
        return _contact(card)
    except AddressBookError:
        raise
    except Exception as error:  # vobject raises whatever its parts do
        raise AddressBookError("elle ne se lit pas") from error


def _wanted(inside: str) -> Iterator[str]:
    """The lines of a card, unfolded, but for pictures and other components inside it."""
    for line in _FOLD.sub("", inside).splitlines():
        if line.strip() and not _UNWANTED.match(line) and not line.upper().startswith(("BEGIN:", "END:")):
            yield line


def _contact(card: Any) -> BookCard:
    name = _value(card, "n")
    family, given = (_text(getattr(name, part, "")) for part in ("family", "given"))
    full = _text(_value(card, "fn"))
    if not family and not full:
        raise AddressBookError("elle ne dit pas de nom")
    where = _value(card, "adr")
    parts = (_text(getattr(where, part, "")) for part in ("street", "code", "city", "extended"))
    return BookCard(
        uid=_text(_value(card, "uid")),
        name=family or full,
        first_name=given,
        full_name=full,
        phone=_text(_value(card, "tel")).removeprefix("tel:"),
        mail=_text(_value(card, "email")),
        address=Address(*parts),
        born=_born(_text(_value(card, "bday"))),
        rpps=_text(_value(card, _RPPS)),
        number=_text(_value(card, _NUMBER)),
        tie=_text(_value(card, "role")),
    )


def _value(card: Any, name: str) -> Any:
    """The first of a property, None without; where one is preferred, that one."""
    found = card.contents.get(name, [])
    preferred = [one for one in found if "PREF" in [said.upper() for said in one.params.get("TYPE", [])]]
    return (preferred or found)[0].value if found else None


def _text(said: Any) -> str:
    """A text in one line, of what may be a list of texts."""
    told = " ".join(map(str, said)) if isinstance(said, list) else str(said or "")
    told = " ".join("".join(char if char.isprintable() else " " for char in told).split())
    if len(told) > TEXT_MAX:
        raise AddressBookError(f"un texte a {len(told)} caractères, {TEXT_MAX} au plus")
    return told


def _born(said: str) -> str:
    digits = "".join(char for char in said.split("T")[0] if char.isascii() and char.isdigit())
    return digits if len(digits) == _BORN_DIGITS else ""
