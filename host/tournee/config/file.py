"""The configuration file: journal, reader, routes. TOML in the carer's words, each mistake by its place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tournee.config.readers import ReaderChoice, read_reader
from tournee.config.routes import read_route
from tournee.config.table import Table
from tournee.errors import ConfigError
from tournee.exchange.route import Route
from tournee.store import STATIONS

_NO_STATION = -1


@dataclass(frozen=True)
class Config:
    """What the configuration file says; paths are absolute. `routes` by name, `active` names one of them;
    `station` tells this host from others that send from the same address (`OCT-MSG-4`).
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

    @property
    def route(self) -> Route:
        """The active route (`OCT-MODE-2`)."""
        return self.routes[self.active]


def load_config(path: Path) -> Config:
    """Read and check the configuration file; ConfigError with the table and key at fault."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(
            f"Le fichier de configuration {path} ne peut pas être lu.",
            cause=str(error.strerror or error),
            next_step="indiquez-le par --config, ou créez-le (modèle : tournee config)",
        ) from error
    except UnicodeDecodeError as error:
        raise _no_toml(path, error) from error
    return parse_config(text, path)


def parse_config(text: str, path: Path) -> Config:
    """Check the text of a configuration file that stands, or is to stand, at `path`; ConfigError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, error) from error
    home = path.resolve().parent
    root = Table(values, "")
    journal, reader, sending = (
        root.table("journal", optional=True),
        root.table("lecteur", optional=True),
        root.table("envoi"),
    )
    returns, routes = root.table("retours", optional=True), root.table("route")
    zone = sending.get("fuseau", str, "Europe/Paris")
    station = sending.get("poste", int, _NO_STATION)
    if not _NO_STATION <= station < STATIONS:
        raise sending.wrong("poste", f"un nombre de 0 à {STATIONS - 1} est attendu, pas {station}")
    try:
        zone_info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise sending.wrong("fuseau", f"« {zone} » n'est pas un fuseau horaire") from None
    config = Config(
        path=path.resolve(),
        journal=home / journal.get("chemin", str, "journal.db"),
        reader=read_reader(reader, home),
        routes={name: read_route(name, routes.table(name), home) for name in routes.values},
        active=sending.get("route", str),
        zone=zone_info,
        return_certificate=returns.path("certificat", home),
        return_key=returns.path("cle", home),
        station=None if station == _NO_STATION else station,
    )
    for table in (root, journal, sending, returns, routes):
        table.finish()
    if config.active not in config.routes:
        raise sending.wrong("route", f"aucune table [route.{config.active}]")
    return config


def model() -> str:
    """A commented model of the configuration file."""
    from importlib.resources import files

    return files("tournee.config").joinpath("model.toml").read_text("utf-8")


def _no_toml(path: Path, error: ValueError) -> ConfigError:
    return ConfigError(f"Le fichier de configuration {path} n'est pas du TOML.", cause=str(error))
