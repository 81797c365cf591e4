"""The directory of insurers on line: who is asked where, dated TOML under a signature of its editor's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from tournee.errors import ServiceError
from tournee.services.insurers.table import DIRECTORY_MAX, DIRECTORY_OLD_DAYS, DIRECTORY_ROWS_MAX

_NUMBER = re.compile(r"\d{10}", re.ASCII)
_ADDRESS = re.compile(
    r"(?:https://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?)?(?:/[A-Za-z0-9._~-]{1,60}){1,8}", re.ASCII
)
_INDICATOR = re.compile(r"\d\d", re.ASCII)
_KEYS = {"numero", "nom", "idb", "clc", "indicateur", "gestion", "routage", "hote"}
_HEAD = {"version", "date", "editeur", "organisme"}
_TEXT_MAX = 80


class DirectoryError(ServiceError):
    """A directory of insurers that is none, or is not believed."""


@dataclass(frozen=True)
class ListedInsurer:
    """An insurer of the directory: where each question goes ("": not asked), how third party is billed."""

    number: str
    name: str
    idb: str = ""
    clc: str = ""
    indicator: str = ""
    management: str = ""
    routing: str = ""
    host: str = ""


@dataclass(frozen=True)
class InsurerDirectory:
    """All insurers by number, of a version and a day, by whom."""

    version: int
    day: date
    editor: str
    insurers: Mapping[str, ListedInsurer] = field(repr=False)

    def age(self, today: date) -> int:
        """Days since it was made."""
        return max((today - self.day).days, 0)

    def is_old(self, today: date) -> bool:
        """Whether its age is an alert."""
        return self.age(today) > DIRECTORY_OLD_DAYS

    def said(self, today: date) -> str:
        """`annuaire du 15/11/2026 (version 3, 1 jour)`."""
        days = self.age(today)
        return (
            f"annuaire du {self.day:%d/%m/%Y} (version {self.version}, {days} jour{'s' if days > 1 else ''})"
        )


def read_directory(data: bytes, today: date) -> InsurerDirectory:
    """A directory whose signature was checked; DirectoryError for one that is none, or of a day to come."""
    if len(data) > DIRECTORY_MAX:
        _refuse(f"{len(data)} octets, {DIRECTORY_MAX} au plus")
    try:
        told = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _wrong("ce n’est pas du TOML") from error
    version, day, editor, rows = (told.get(key) for key in ("version", "date", "editeur", "organisme"))
    if set(told) - _HEAD or type(version) is not int or type(day) is not date or type(editor) is not str:
        _refuse("version, date et editeur sont attendus en tête")
    if day > today:
        _refuse(f"il est du {day:%d/%m/%Y}, un jour à venir")
    if not isinstance(rows, list) or len(rows) > DIRECTORY_ROWS_MAX:
        _refuse("les tables [[organisme]] manquent, ou sont trop nombreuses")
    insurers: dict[str, ListedInsurer] = {}
    for rank, row in enumerate(rows, 1):
        one = _insurer(row, rank)
        if one.number in insurers:
            _refuse(f"organisme {rank} : le numéro {one.number} y est deux fois")
        insurers[one.number] = one
    return InsurerDirectory(version, day, editor[:_TEXT_MAX], insurers)


def _insurer(row: Any, rank: int) -> ListedInsurer:
    if not isinstance(row, dict) or set(row) - _KEYS or not all(isinstance(one, str) for one in row.values()):
        _refuse(f"organisme {rank} : des textes sont attendus, sous {', '.join(sorted(_KEYS))}")
    one = ListedInsurer(
        number=row.get("numero", ""),
        name=row.get("nom", ""),
        idb=row.get("idb", ""),
        clc=row.get("clc", ""),
        indicator=row.get("indicateur", ""),
        management=row.get("gestion", ""),
        routing=row.get("routage", ""),
        host=row.get("hote", ""),
    )
    checks = (
        ("numero", _NUMBER.fullmatch(one.number)),
        ("nom", 0 < len(one.name) <= _TEXT_MAX and one.name.isprintable()),
        ("idb", not one.idb or _ADDRESS.fullmatch(one.idb)),
        ("clc", not one.clc or _ADDRESS.fullmatch(one.clc)),
        ("indicateur", not one.indicator or _INDICATOR.fullmatch(one.indicator)),
        ("gestion", one.management in ("", "separee", "unique")),
        ("routage", len(one.routing) <= len("OC")),
        ("hote", len(one.host) <= len("001")),
    )
    for key, is_right in checks:
        if not is_right:
            _refuse(f"organisme {rank} : {key} est faux")
    return one


def _refuse(why: str) -> NoReturn:
    raise _wrong(why)


def _wrong(why: str) -> DirectoryError:
    return DirectoryError(
        "L’annuaire des mutuelles ne se lit pas.",
        cause=why,
        next_step="demandez une copie entière à qui l’a donné ; l’annuaire d’avant reste",
    )
