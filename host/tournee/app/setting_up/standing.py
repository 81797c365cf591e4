"""How a practice stands on this device: reader, backup, numbers, where its invoices go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tournee.app.alerts.kept import BACKUP_DAYS
from tournee.app.context import Office
from tournee.config import Config
from tournee.config.readers import BLUETOOTH, ReaderChoice
from tournee.exchange.route import Route
from tournee.store import SheetState
from tournee.store.numbering.ranges import Kind

NOWHERE = ".invalid"
"""The end of an address that leads nowhere: of a route that is still to be chosen (RFC 2606)."""


@dataclass(frozen=True)
class BackupStanding:
    """The last backup: when, None when there was none; its age in days; whether it lacks something, and
    whether it is time for one.
    """

    at: datetime | None
    days: int
    is_behind: bool
    is_due: bool


@dataclass(frozen=True)
class NumbersStanding:
    """The numbers of this device: its station, None before the first; the range of its invoices."""

    station: int | None
    first: int
    last: int
    stations: int


@dataclass(frozen=True)
class RouteStanding:
    """A route as the carer sees it: `is_set` once it leads somewhere."""

    name: str
    address: str
    is_active: bool
    is_direct: bool
    is_clear: bool
    is_set: bool
    recipients: int


@dataclass(frozen=True)
class PracticeStanding:
    """All of it; `reader` is the name or port of the reader in use, "" for none, `link` how it is reached."""

    reader: str
    link: str
    has_secret: bool
    backup: BackupStanding
    numbers: NumbersStanding
    routes: tuple[RouteStanding, ...]
    waiting: int

    @property
    def active(self) -> RouteStanding:
        """The route in force."""
        return next(one for one in self.routes if one.is_active)


def standing_of(office: Office, config: Config) -> PracticeStanding:
    """How the practice of this configuration stands."""
    return PracticeStanding(
        reader=reader_name(config.reader),
        link=link_words(config.reader.port),
        has_secret=bool(config.reader.secret or any(one.secret for one in config.reader.known)),
        backup=backup_standing(office),
        numbers=_numbers(office),
        routes=tuple(_route(one, config.active) for one in config.routes.values()),
        waiting=office.journal.invoices.count_sheets(SheetState.CERTIFIED),
    )


def reader_name(choice: ReaderChoice) -> str:
    """The name of the reader in use, else its port."""
    known = next((one for one in choice.known if one.port == choice.port), None)
    return (known.name if known else "") or choice.port.rpartition("/")[2].removeprefix("page:")


def link_words(port: str) -> str:
    """How a port reaches the reader, in French."""
    if not port:
        return ""
    if port.startswith(BLUETOOTH):
        return "Bluetooth"
    if port.startswith("page:"):
        return "le navigateur"
    if port.startswith("pcsc:"):
        return "lecteur de bureau"
    return "réseau" if port.startswith("socket:") else "câble"


def backup_standing(office: Office) -> BackupStanding:
    """The last backup."""
    last = office.journal.backups.last()
    since = datetime.fromisoformat(last.at)
    today: date = office.clock().date()
    days = max((today - since.date()).days, 0)
    return BackupStanding(
        None if last.never else since, days, last.is_behind, last.is_behind and days >= BACKUP_DAYS
    )


def _numbers(office: Office) -> NumbersStanding:
    held = office.journal.numbers.standing()
    of_invoices = [one.range for one in held.ranges if one.range.kind is Kind.INVOICE]
    last = of_invoices[-1] if of_invoices else None
    others = {one.station for one in office.journal.doubts.waiting() if one.station is not None}
    return NumbersStanding(
        held.station if held.station is not None else held.asked,
        last.first if last else 0,
        last.last if last else 0,
        len(others),
    )


def _route(route: Route, active: str) -> RouteStanding:
    return RouteStanding(
        route.name,
        route.address,
        route.name == active,
        route.is_direct,
        route.is_clear,
        route.is_direct or not route.address.endswith(NOWHERE),
        len(route.insurers),
    )
