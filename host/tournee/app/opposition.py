"""The opposition list in force: how it stands, and each card held against it as it is read (OCT-LOI-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tournee.app.office import Office
from tournee.errors import OppositionError
from tournee.opposition.held import OppositionList, list_in_force
from tournee.store import IncrementRow, IncrementState


class OpposedCardError(OppositionError):
    """The card in the reader is on the opposition list: nothing can be secured with it."""

    def __init__(self, serial: str, number: int) -> None:
        super().__init__(
            f"La carte Vitale {serial} est en opposition (liste {number:06}) : aucune facture n'est faite "
            "avec elle.",
            cause="carte déclarée perdue, volée ou remplacée",
            next_step="demandez au patient sa carte en vigueur ; sinon, facturez la visite en mode dégradé "
            "(identité saisie), dont le paiement n'est pas garanti",
        )
        self.serial = serial


@dataclass(frozen=True)
class ListState:
    """The list in force: its number, date, how many serials, age in days; increments that wait; whether the
    OCT told of a later list. `number` 0: none was ever received.
    """

    number: int
    date: date | None
    count: int
    age: int | None
    size: int
    waiting: tuple[IncrementRow, ...]
    latest: int

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


def list_path(office: Office) -> Path:
    """Where the list is held: beside the journal, under its name."""
    return office.journal.path.with_suffix(".opposition")


def open_list(office: Office) -> OppositionList | None:
    """The list in force, None when none was received. DamagedListError: then no card can be checked."""
    return list_in_force(list_path(office))


def list_state(office: Office) -> ListState:
    """What is in force, and what is known beyond it (OCT-LOI-2). DamagedListError."""
    latest, waiting = latest_heard_of(office), office.journal.increments(IncrementState.WAITING)
    held = open_list(office)
    if held is None:
        return ListState(0, None, 0, None, 0, waiting, latest)
    with held:
        facts = held.facts
    day = datetime.strptime(facts.date, "%y%m%d").date()
    age = (office.clock().date() - day).days
    return ListState(facts.number, day, facts.count, age, facts.size, waiting, latest)


def check_serial(office: Office, serial: str) -> Checked:
    """Whether the list in force has this serial. OppositionError when there is no list, or no such serial."""
    held = open_list(office)
    if held is None:
        raise OppositionError(
            "Aucune liste d'opposition n'a été reçue.", next_step="demandez-la : tournee opposition request"
        )
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


def number_in_force(office: Office) -> int:
    """Number of the list in force, 0 without one. DamagedListError."""
    held = open_list(office)
    if held is None:
        return 0
    with held:
        return held.facts.number


def latest_heard_of(office: Office) -> int:
    """The highest list number that an increment told of, 0 when there is none."""
    return max((one.draft.after for one in office.journal.increments()), default=0)
