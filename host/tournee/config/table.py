"""A table of the configuration: the first mistake in it is raised, with its line and place."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, Self, TypeVar

from tournee.errors import ConfigError
from tournee.tables.document import TableText
from tournee.tables.positions import Place
from tournee.tables.table import Table

_C = TypeVar("_C", bound=StrEnum)
_NAME_MAX = 1024
_SHOWN = 60
_PART_MAX = 255  # bytes of a name, on every file system in use


class ConfigTable(Table):
    """One table of a configuration file; a text may be empty there. ConfigError for every mistake."""

    blank = True
    longest = _NAME_MAX

    @classmethod
    def root(cls, document: TableText) -> Self:
        """The table of a whole file."""

        def raised(path: Place, why: str) -> NoReturn:
            words: list[str] = []
            for part in path:
                if isinstance(part, int):
                    words[-1] += f" n° {part + 1}"
                else:
                    words.append(part[:_SHOWN])
            line = document.line_of(path)
            *above, key = words
            table = f"[{'.'.join(above)}] " if above else ""
            raise ConfigError(
                f"Configuration, {f'ligne {line}, ' if line else ''}{table}{key} : {why}.",
                next_step="corrigez le fichier de configuration",
            )

        return cls(document.values, raised)

    def wrong(self, key: str, why: str) -> NoReturn:
        """Raise what is wrong with a key."""
        self.fault(key, why)
        raise AssertionError  # a fault is raised

    def section(self, key: str, *, required: bool = False) -> Self:
        """The table under a key, empty where it may be absent."""
        found = self.table(key, required=required)
        return type(self)({}, self._note, (*self.path, key)) if found is None else found

    def text(self, key: str, *, required: bool = False, longest: int = 0, default: str = "") -> str:
        """A text without control characters; `default` when absent."""
        if key not in self.values and not required:
            self._known.append(key)
            return default
        found = super().text(key, required=required, longest=longest)
        if any(unicodedata.category(one) == "Cc" for one in found):
            self.fault(key, "un caractère de ce texte ne s’écrit pas")
        return found

    def one_of(self, key: str, kind: type[_C], default: _C | None = None) -> _C:
        """A key whose value is one of the words of `kind`."""
        word = self.text(key, required=default is None, default=str(default))
        try:
            return kind(word)
        except ValueError:
            self.wrong(key, f"« {word[:_SHOWN]} » n’est pas l’un de : {', '.join(kind)}")

    def file(self, key: str, home: Path, *, required: bool = False) -> Path | None:
        """The file or folder that a key names, from `home`; None when the key is absent or empty."""
        text = self.text(key, required=required)
        if any(len(part.encode()) > _PART_MAX for part in Path(text).parts):
            self.fault(key, f"un nom de fichier a plus de {_PART_MAX} caractères")
        return home / text if text else None
