"""The opposition list in force: how it stands, and each card held against it as it is read (OCT-LOI-2)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tournee.app.context import Office
from tournee.errors import OppositionError
from tournee.opposition.held import OppositionList, list_in_force
from tournee.store import FileRow, IncrementRow, IncrementState

if TYPE_CHECKING:  # alerts ask how the list stands: what no card is read for loads no reader
    from tournee.formats.zones import Group
    from tournee.reader import KnownCertificate, Reader, VitaleCard

_log = logging.getLogger(__name__)

STALE_DAYS = 8
"""Age in days from which the list is said to be old: increments come daily."""


class OpposedCardError(OppositionError):
    """The card in the reader is on the opposition list: nothing can be secured with it."""

    def __init__(self, serial: str, number: int) -> None:
        super().__init__(
            f"La carte Vitale {serial} est en opposition (liste {number:06}) : aucune facture n’est faite "
            "avec elle.",
            cause="carte déclarée perdue, volée ou remplacée",
            next_step="demandez au patient sa carte en vigueur ; sinon, facturez la visite en mode dégradé "
            "(identité saisie), dont le paiement n’est pas garanti",
        )
        self.serial = serial


@dataclass(frozen=True)
class ListState:
    """The list in force: its number, date, how many serials, age in days; increments that wait; whether the
    OCT told of a later list; the request made last. `number` 0: none was ever received.
    """

    number: int
    date: date | None
    count: int
    age: int | None
    size: int
    waiting: tuple[IncrementRow, ...]
    latest: int
    request: FileRow | None

    @property
    def doubt(self) -> str:
        """Why an unlisted card may be opposed all the same, in French; empty when the list is new."""
        if self.age is None:
            return "aucune liste d’opposition : les cartes ne sont pas vérifiées"
        if self.age >= STALE_DAYS:
            return f"la liste d’opposition a {self.age} jours"
        return ""

    @property
    def behind(self) -> bool:
        """Whether increments of a later list are known."""
        return self.latest > self.number


@dataclass(frozen=True)
class Checked:
    """What the list in force says of a serial."""

    serial: str
    opposed: bool
    number: int


@dataclass(frozen=True)
class Loaded:
    """What the reader now holds: the list's number, how many serials of it in how many bytes, the share of
    other cards that it suspects.
    """

    number: int
    count: int
    size: int
    false_positives: float


def list_path(office: Office) -> Path:
    """Where the list is held: beside the journal, under its name."""
    return office.journal.db.file.with_suffix(".opposition")


def open_list(office: Office) -> OppositionList | None:
    """The list in force, None when none was received. DamagedListError: then no card can be checked."""
    return list_in_force(list_path(office))


def list_state(office: Office) -> ListState:
    """What is in force, and what is known beyond it (OCT-LOI-2). DamagedListError."""
    latest, waiting = latest_heard_of(office), office.journal.opposition.increments(IncrementState.WAITING)
    held, request = open_list(office), office.journal.opposition.last_request()
    if held is None:
        return ListState(0, None, 0, None, 0, waiting, latest, request)
    with held:
        facts = held.facts
    day = datetime.strptime(facts.date, "%y%m%d").date()
    age = (office.clock().date() - day).days
    return ListState(facts.number, day, facts.count, age, facts.size, waiting, latest, request)


def doubt_is_news(office: Office, doubt: str) -> bool:
    """Whether a doubt is to be told: once a day, for it lasts until a list comes."""
    mark, told = list_path(office).with_suffix(".doute"), f"{office.clock():%Y-%m-%d} {doubt}\n"
    try:
        if mark.read_text("utf-8") == told:
            return False
        mark.write_text(told, "utf-8")
    except FileNotFoundError:
        mark.write_text(told, "utf-8")
    except (OSError, UnicodeDecodeError):
        pass  # told once too often
    return True


def check_serial(office: Office, serial: str) -> Checked:
    """Whether the list in force has this serial. OppositionError when there is no list, or no such serial."""
    held = open_list(office)
    if held is None:
        raise _no_list()
    with held:
        return Checked(serial, held.holds(serial), held.facts.number)


def refuse_opposed(office: Office, serial: str) -> None:
    """Refuse a card that is on the list in force. OpposedCardError, DamagedListError.

    Without a list no card is refused: there is nothing to hold it against.
    """
    refuse_on_list(list_path(office), serial)


def refuse_on_list(path: Path, serial: str) -> None:
    """Refuse a card that is on the list held in this file, if there is one. As `refuse_opposed`."""
    held = list_in_force(path)
    if held is not None:
        with held:
            if held.holds(serial):
                raise OpposedCardError(serial, held.facts.number)


def read_unless_opposed(office: Office, reader: Reader) -> VitaleCard:
    """Read the Vitale card. One that the reader suspects is looked up in the list, and cleared when it is not
    there; one that is listed, by whichever of the two, is refused. OpposedCardError, OppositionError,
    ReaderError.
    """
    from tournee.billing.zones.card import serial_from_groups

    def known(groups: tuple[Group, ...]) -> bytes | None:
        return None if office.certificates is None else office.certificates.find(serial_from_groups(groups))

    return read_unless_on_list(list_path(office), reader, known)


def read_unless_on_list(
    path: Path | None, reader: Reader, known: KnownCertificate = lambda groups: None
) -> VitaleCard:
    """`read_unless_opposed` with the list held in this file, None when there is none, and the certificates
    `known`.
    """
    from tournee.billing.zones.card import serial_from_groups
    from tournee.reader import CardSuspected

    try:
        card = reader.read_vitale(known)
    except CardSuspected as suspected:
        _log.info("the reader suspects the Vitale card: looked up in the list")
        serial = reader.suspected_serial()
        held = None if path is None else list_in_force(path)
        if held is None:
            raise OppositionError(
                f"La carte Vitale {serial} est peut-être en opposition, et rien ne permet de le vérifier.",
                cause="le lecteur la reconnaît dans son filtre, cet ordinateur n’a pas de liste",
                next_step="demandez la liste, ou facturez en mode dégradé",
                remedy="request-list",
            ) from suspected
        with held:
            if held.holds(serial):
                raise OpposedCardError(serial, held.facts.number) from suspected
        reader.clear_card(serial)
        card = reader.read_vitale(known)
    if path is not None:
        refuse_on_list(path, serial_from_groups(card.groups))
    return card


def load_reader(office: Office, reader: Reader, since: int | None = None) -> Loaded:
    """Put the list in force into the reader's filter: all of it, or what was added after list `since`.

    OppositionError when the reader has no filter, when there is no list, when the filter would suspect too
    many cards: then what is in force in the reader stays as it was.
    """
    from tournee.opposition.compact import capacity, make_filter, too_many

    state, held = reader.filter_state(), open_list(office)
    if state is None:
        raise OppositionError("Ce lecteur n’a pas de place pour une liste d’opposition.")
    if held is None:
        raise _no_list()
    with held:
        number = held.facts.number
        if since is not None:
            serials = [serial for serial in added_since(office, since) if held.holds(serial)]
        elif held.facts.count > capacity(state.size):
            raise too_many(held.facts.count, state.size)
        else:
            serials = list(held.serials())
    made = make_filter(serials, state.size)
    reader.load_filter(made.data, hashes=made.hashes, number=number)
    return Loaded(number, made.count, state.size, made.false_positives)


def added_since(office: Office, since: int) -> list[str]:
    """Serials that the increments applied after list `since` added, each once."""
    from tournee.returns.dloi import read_dloi

    found: dict[str, None] = {}
    for row in office.journal.opposition.increments(IncrementState.APPLIED):
        if row.after > since:
            content = office.journal.returns.get(row.return_id).content
            found.update(dict.fromkeys(read_dloi(content).increments[row.rank].additions))
    return list(found)


def number_in_force(office: Office) -> int:
    """Number of the list in force, 0 without one. DamagedListError."""
    held = open_list(office)
    if held is None:
        return 0
    with held:
        return held.facts.number


def latest_heard_of(office: Office) -> int:
    """The highest list number that an increment told of, 0 when there is none."""
    return max((one.after for one in office.journal.opposition.increments()), default=0)


def _no_list() -> OppositionError:
    return OppositionError(
        "Aucune liste d’opposition n’a été reçue.", next_step="demandez-la", remedy="request-list"
    )
