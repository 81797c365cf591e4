"""The files that a configuration names: which of its texts are names of files, and where they lie.

A text file that names others (`destinataires`, `organismes.toml`) is looked through in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tournee.config.payers import AMC, CAISSE
from tournee.config.readers import IN_KEYRING
from tournee.errors import ConfigError

Keys = tuple[str, ...]
"""Where a name of a file stands: keys of tables, `*` for any."""

JOURNAL: Keys = ("journal", "chemin")
FOLDER: Keys = ("nomenclature", "dossier")
LIST: Keys = ("route", "*", "destinataires")
FILES: tuple[Keys, ...] = (
    ("lecteur", "secret"),
    ("lecteur", "connus", "*", "secret"),
    ("retours", "certificat"),
    ("retours", "cle"),
    ("nomenclature", "editeurs", "*"),
    ("route", "*", "certificat"),
    ("route", "*", "destinataire", "*", "certificat"),
    ("route", "*", "envoi", "autorites"),
    ("route", "*", "envoi", "fichier_mot_de_passe"),
    ("route", "*", "retours", "autorites"),
    ("route", "*", "retours", "fichier_mot_de_passe"),
    ("services", "*", "autorites"),
    ("services", "*", "certificat"),
    ("services", "*", "cle"),
)
IN_LIST: tuple[Keys, ...] = (("destinataire", "*", "certificat"),)
IN_OWN: tuple[Keys, ...] = ((CAISSE, "*", "certificat"), (AMC, "*", "certificat"))


@dataclass
class Named:
    """A name of a file as a text has it: the table that holds it and its key there, `told` what stands there,
    `path` where that lies from the text's folder.
    """

    table: Any
    key: Any
    told: str
    path: Path

    def rename(self, told: str) -> None:
        """Have the text say another name."""
        self.table[self.key] = told


def read_text(path: Path, text: str) -> tomlkit.TOMLDocument:
    """A text that may be changed and written again, all else in it kept; ConfigError."""
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(f"{path} n’est pas du TOML.", cause=str(error)) from error


def names_in(document: tomlkit.TOMLDocument, home: Path, wanted: Sequence[Keys]) -> Iterator[Named]:
    """The names of files that stand at these `wanted` keys of a text whose folder is `home`."""
    for keys in wanted:
        for table, key in _found(document, keys):
            told = table[key]
            if isinstance(told, str) and told and told != IN_KEYRING:
                yield Named(table, key, str(told), home / told)


def _found(table: Any, wanted: Keys) -> Iterator[tuple[Any, Any]]:
    key, *deeper = wanted
    if isinstance(table, MutableMapping):
        keys: list[Any] = list(table) if key == "*" else [key] if key in table else []
    elif isinstance(table, list) and key == "*":
        keys = list(range(len(table)))
    else:
        return
    for one in keys:
        if deeper:
            yield from _found(table[one], tuple(deeper))
        else:
            yield table, one
