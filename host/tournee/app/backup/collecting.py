"""What a backup takes: the configuration, and all that it names, under names that fit any folder.

The copy of the configuration names its files as they lie in the backup: what stood outside its folder is put
into a folder of its own there, so that all of it works wherever it is restored.

Not taken: what can be had again (certificates of Vitale cards, letters of a Maildir), and what the system
keyring keeps for others than the journal (passwords of mail accounts, secrets of readers): a keyring's owner
may count on it that nothing else of it leaves by this door.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tomlkit

from tournee.app.backup.archive import Role, is_fit
from tournee.app.backup.errors import BackupError
from tournee.config import Config
from tournee.config.named_files import (
    FILES,
    FOLDER,
    IN_LIST,
    IN_OWN,
    JOURNAL,
    LIST,
    Named,
    names_in,
    read_text,
)
from tournee.config.payers import FILE_NAME as OWN_PAYERS
from tournee.french import reason
from tournee.secrets import read_any
from tournee.tables.document import SIZE_MAX

CONFIG_NAME, JOURNAL_NAME = "tournee.toml", "journal.db"
KEY_ENDING, LIST_ENDING = ".key", ".opposition"
_TABLES, _OUTSIDE = "nomenclature", "fichiers"
_NAMED_MAX = 1 << 24
"""Bytes of the longest file that the configuration names: an authorities' list is the longest."""


@dataclass(frozen=True)
class Taken:
    """A file for the backup: its name there, what it is for, and its bytes, or where they are."""

    name: str
    role: Role
    content: bytes | Path


@dataclass
class Collected:
    """The files, but for journal and key; the journal's name in the backup; `missing`: names of the
    configuration that lead to nothing.
    """

    files: list[Taken] = field(default_factory=list)
    journal: str = JOURNAL_NAME
    missing: list[Path] = field(default_factory=list)


def collect(config: Config, text: str = "") -> Collected:
    """All that goes with the journal of a configuration, whose `text` is told where it is in no file.
    BackupError, ConfigError for a file that is there and cannot be read.
    """
    return _Collector(config).collect(text)


class _Collector:
    def __init__(self, config: Config) -> None:
        self._config, self._home = config, config.path.parent
        self._found = Collected()
        self._names: dict[Path, str] = {}
        self._used = {CONFIG_NAME, OWN_PAYERS}

    def collect(self, text: str) -> Collected:
        """Look through the configuration and the texts that it names."""
        path = self._config.path
        document = read_text(path, text) if text else self._document(path)
        self._journal(document)
        for named in names_in(document, self._home, FILES):
            self._name(named, "")
        for named in names_in(document, self._home, (LIST,)):
            self._list(named)
        self._tables(document)
        self._add(Taken(CONFIG_NAME, Role.CONFIGURATION, tomlkit.dumps(document).encode()))
        own = self._home / OWN_PAYERS
        if own.exists():
            payers = self._document(own)
            for named in names_in(payers, self._home, IN_OWN):
                self._name(named, "")
            self._add(Taken(OWN_PAYERS, Role.FILE, tomlkit.dumps(payers).encode()))
        return self._found

    def _journal(self, document: tomlkit.TOMLDocument) -> None:
        path = self._config.journal
        name = self._name_of(path, JOURNAL_NAME)
        self._found.journal = name
        self._used |= {(name + KEY_ENDING).casefold(), _list_name(name).casefold()}
        for named in names_in(document, self._home, (JOURNAL,)):
            _rename(named, name, "")
        opposition = path.with_suffix(LIST_ENDING)
        if opposition.exists():
            self._add(Taken(_list_name(name), Role.FILE, opposition))

    def _name(self, named: Named, folder: str) -> None:
        """Take the file that a text names, and have the text name it as it lies in the backup; a text's own
        `folder` there.
        """
        if not named.path.exists():
            self._found.missing.append(named.path)
            return
        known = _plain(named.path) in self._names
        name = self._name_of(named.path)
        _rename(named, name, folder)
        if not known:
            self._add(Taken(name, Role.FILE, _content(named.path, _NAMED_MAX)))

    def _list(self, named: Named) -> None:
        """Take a file of insurers, and the certificates that it names."""
        if not named.path.exists():
            self._found.missing.append(named.path)
            return
        known = _plain(named.path) in self._names
        name = self._name_of(named.path)
        _rename(named, name, "")
        if known:
            return
        document = self._document(named.path)
        for one in names_in(document, named.path.resolve().parent, IN_LIST):
            self._name(one, str(Path(name).parent))
        self._add(Taken(name, Role.FILE, tomlkit.dumps(document).encode()))

    def _tables(self, document: tomlkit.TOMLDocument) -> None:
        folder = self._config.tables
        if folder is None or not folder.is_dir():
            return
        name = self._name_of(folder, _TABLES)
        for named in names_in(document, self._home, (FOLDER,)):
            _rename(named, name, "")
        for file in _files_of(folder):
            self._add(Taken(f"{name}/{file.relative_to(folder).as_posix()}", Role.FILE, file))

    def _name_of(self, path: Path, usual: str = "") -> str:
        """Its name in the backup: as it lies in the folder of the configuration, or in one of its own."""
        plain = _plain(path)
        if plain not in self._names:
            name = _within(plain, self._home) or usual or f"{_OUTSIDE}/{_clean(plain.name)}"
            stem, count = name, 1
            while name.casefold() in self._used:
                count += 1
                name = f"{_OUTSIDE}/{count}-{_clean(stem.rsplit('/', 1)[-1])}"
            self._used.add(name.casefold())
            self._names[plain] = name
        return self._names[plain]

    def _add(self, taken: Taken) -> None:
        self._found.files.append(taken)

    def _document(self, path: Path) -> tomlkit.TOMLDocument:
        text = _content(path, SIZE_MAX).decode("utf-8-sig").replace("\r\n", "\n")
        return read_text(path, text)


def _plain(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _list_name(journal: str) -> str:
    return Path(journal).with_suffix(LIST_ENDING).as_posix()


def _rename(named: Named, name: str, folder: str) -> None:
    """Have the text say the new name, from its own folder; one that is right already stays as it was told."""
    told = Path(os.path.relpath(name, folder or ".")).as_posix()
    if Path(os.path.normpath(named.told)) != Path(os.path.normpath(told)):
        named.rename(told)


def _within(path: Path, home: Path) -> str:
    try:
        name = path.relative_to(home).as_posix()
    except ValueError:
        return ""
    return name if is_fit(name) and not name.startswith(".") else ""


def _clean(name: str) -> str:
    plain = "".join(one if (one.isalnum() and one.isascii()) or one in "-_." else "-" for one in name)
    plain = plain.strip(".-")[-80:]
    return plain if is_fit(plain) else f"fichier-{plain}"


def _files_of(folder: Path) -> Iterator[Path]:
    """The files of a folder, in an order of their own; links to folders are not followed."""
    for where, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(where) / name
            if is_fit(path.relative_to(folder).as_posix()) and path.is_file():
                yield path


def _content(path: Path, most: int) -> bytes:
    try:
        return read_any(path, most)
    except OSError as error:
        raise BackupError(
            f"Le fichier {path}, que la configuration nomme, ne peut pas être lu.",
            cause=reason(error),
            next_step="vérifiez-le et ses droits, ou retirez-le de la configuration ; rien n’a été écrit",
        ) from error
