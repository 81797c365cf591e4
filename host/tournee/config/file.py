"""The configuration file: journal, reader, routes. TOML in the carer's words, each mistake by its place."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tournee.config.http import HttpChoice, read_http
from tournee.config.page import PageChoice, read_page
from tournee.config.payers import OwnPayer, read_own, with_own
from tournee.config.practice_server import JoinedPractice, ServedByUs, read_joined, read_served
from tournee.config.readers import ReaderChoice, read_reader
from tournee.config.routes import read_route
from tournee.config.services import NO_SERVICES, Services, read_services
from tournee.config.table import ConfigTable
from tournee.errors import ConfigError
from tournee.exchange.route import Route
from tournee.french import reason
from tournee.placing import finish
from tournee.store import STATIONS
from tournee.tables.document import DocumentError, TableText, load, parse

if TYPE_CHECKING:
    from tournee.billing.replacement import Replacement

_REPLACEMENT = "remplacement"
_NO_STATION = -1
_MONTHS_MAX = 120
_ZONE_SHOWN = 40
NAME = "tournee.toml"
FILE = "Le fichier de configuration"
NEXT = "indiquez où il est, ou créez-le d’après le modèle"
_log = logging.getLogger(__name__)


class ConfigFileError(ConfigError):
    """The configuration file cannot be read, or is no TOML."""

    remedy = "configuration"


@dataclass(frozen=True)
class Config:
    """What the configuration file says; paths are absolute. `routes` by name, `active` names one of them;
    `station` tells this host from others that send from the same address (`OCT-MSG-4`). `tables` is the
    folder of the nomenclature's tables, `editors` the public keys of those who sign them. `payers` are the
    caisses and AMC that the carer added. A care of more than `billable_months`
    is refused; 0: of more than is usual. `replacements`: who cares in the place of whom; `page`: when the
    page locks. `joined` is the practice's server that sends and fetches for this host, `serving` what this
    host serves; `services` are those around the invoice that are asked; `http`: where programs ask.
    """

    path: Path
    journal: Path
    reader: ReaderChoice
    routes: dict[str, Route]
    active: str
    zone: ZoneInfo
    return_certificate: Path | None
    return_key: Path | None
    station: int | None = None
    tables: Path | None = None
    payers: tuple[OwnPayer, ...] = ()
    editors: Mapping[str, Path] = field(default_factory=dict)
    billable_months: int = 0
    replacements: tuple[Replacement, ...] = ()
    page: PageChoice = field(default_factory=PageChoice)
    joined: JoinedPractice | None = None
    serving: ServedByUs | None = None
    services: Services = NO_SERVICES
    http: HttpChoice = field(default_factory=HttpChoice)

    @property
    def served(self) -> ServedByUs:
        """The practice's server that this is; ConfigError when it is none."""
        if self.serving is None:
            raise ConfigError(
                "Cette configuration n’est pas celle d’un serveur de cabinet.",
                next_step="ajoutez-y une table [serveur] avec nom_public",
            )
        return self.serving

    @property
    def route(self) -> Route:
        """The active route (`OCT-MODE-2`)."""
        return self.routes[self.active]


def load_config(path: Path, *, own_mail: bool = False) -> Config:
    """Read and check the configuration file; ConfigError with the table and key at fault. `own_mail`: a route
    needs no servers, another program may carry its mail.

    A restored backup whose last moves a cut prevented is put in place first.
    """
    _finish(path)
    config = _config(load(path, FILE, ConfigFileError, NEXT), path, own_mail=own_mail)
    _log.info("configuration read: %d routes", len(config.routes))
    return config


def _finish(path: Path) -> None:
    try:
        finish(path.resolve().parent)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigFileError(
            "Une sauvegarde est à moitié restaurée, et la suite n’a pas pu se faire.",
            cause=reason(error) if isinstance(error, OSError) else "le plan de la restauration est abîmé",
            next_step="vérifiez le dossier, ses droits et la place libre, puis recommencez",
        ) from error


def parse_config(text: str, path: Path, *, own_mail: bool = False) -> Config:
    """Check the text of a configuration file that stands, or is to stand, at `path`; as `load_config`."""
    try:
        return _config(parse(text.encode()), path, own_mail=own_mail)
    except DocumentError as error:
        raise ConfigError(f"{FILE} {path} n’est pas du TOML.", cause=str(error)) from None


def config_of(values: dict[str, Any], home: Path) -> Config:
    """Check a configuration that is in no file: its tables as the file has them, paths taken from `home`.
    Another program may carry the mail of its routes. ConfigError.
    """
    _finish(home / NAME)
    return _config(TableText(values, ""), home / NAME, own_mail=True)


def _config(document: TableText, path: Path, *, own_mail: bool = False) -> Config:
    home = path.resolve().parent
    root = ConfigTable.root(document)
    journal, reader, sending = (
        root.section("journal"),
        root.section("lecteur"),
        root.section("envoi", required=True),
    )
    returns, routes = root.section("retours"), root.section("route", required=True)
    acts, care = root.section("nomenclature"), root.section("facturation")
    joined = read_joined(root.section("cabinet"), home)
    editors = acts.section("editeurs")
    payers = read_own(home)
    station = sending.whole("poste", _NO_STATION)
    if not _NO_STATION <= station < STATIONS:
        sending.wrong("poste", f"un nombre de 0 à {STATIONS - 1} est attendu, pas {station}")
    months = care.whole("delai_mois", 0)
    if care.has("delai_mois") and not 1 <= months <= _MONTHS_MAX:
        care.wrong("delai_mois", f"un nombre de 1 à {_MONTHS_MAX} est attendu, pas {months}")
    config = Config(
        path=path.resolve(),
        journal=journal.file("chemin", home) or home / "journal.db",
        reader=read_reader(reader, home),
        routes={
            name: with_own(
                read_route(name, routes.section(name, required=True), home, joined, own_mail=own_mail),
                payers,
            )
            for name in routes.values
        },
        active=sending.text("route", required=True),
        zone=_zone(sending),
        return_certificate=returns.file("certificat", home),
        return_key=returns.file("cle", home),
        station=None if station == _NO_STATION else station,
        payers=payers,
        billable_months=months,
        tables=acts.file("dossier", home) or home / "nomenclature",
        replacements=_replacements(root),
        page=read_page(root.section("page")),
        joined=joined,
        serving=read_served(root.section("serveur"), home),
        services=read_services(root.section("services"), home),
        http=read_http(root.section("http"), home),
        editors={name: file for name in editors.values if (file := editors.file(name, home, required=True))},
    )
    for table in (root, journal, sending, returns, routes, acts, care, editors):
        table.finish()
    if config.active not in config.routes:
        sending.wrong("route", f"aucune table [route.{config.active}]")
    return config


def _replacements(root: ConfigTable) -> tuple[Replacement, ...]:
    """`[remplacement]`, or several `[[remplacement]]`."""
    if not root.has(_REPLACEMENT):
        return ()
    from tournee.billing.dayfile.replacement import TABLE, read_replacement  # for who replaces only

    several = isinstance(root.values[TABLE], list)
    tables = root.tables(TABLE) if several else [root.section(TABLE)]
    return tuple(one for table in tables if (one := read_replacement(table)) is not None)


def model() -> str:
    """A commented model of the configuration file."""
    from importlib.resources import files

    return files("tournee.config").joinpath("model.toml").read_text("utf-8")


def first_text() -> str:
    """The configuration of a practice that begins: no reader yet, and a route that leads nowhere."""
    from importlib.resources import files

    return files("tournee.config").joinpath("first.toml").read_text("utf-8")


def _zone(sending: ConfigTable) -> ZoneInfo:
    """The time zone; a name that the system takes for a folder, or for too long, is none."""
    name = sending.text("fuseau", default="Europe/Paris")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sending.wrong("fuseau", f"« {name[:_ZONE_SHOWN]} » n’est pas un fuseau horaire")
