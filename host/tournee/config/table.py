"""A table of a TOML file, read key by key: what is wrong is told by its place, in the carer's words."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from tournee.errors import ConfigError

_T = TypeVar("_T")
_C = TypeVar("_C", bound=StrEnum)
_WORDS: dict[type, str] = {
    str: "un texte",
    int: "un nombre entier",
    bool: "true ou false",
    list: "une liste",
    dict: "une table",
}


class Table:
    """One table of the file: typed look-ups, and a complaint about every key that nothing asked for.

    `place` is its name in the file, empty for the file's root.
    """

    def __init__(self, values: dict[str, object], place: str) -> None:
        self.values = values
        self.place = place
        self.asked: set[str] = set()

    def get(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """The value of a key, of one kind; `default` when it is absent, ConfigError when it must be there."""
        self.asked.add(key)
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(key, "cette clé manque")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(key, f"{_WORDS[kind]} est attendu, pas {value!r}")
        return value

    def table(self, key: str, *, optional: bool = False) -> Table:
        """The table under a key; an absent one is empty when `optional`."""
        values: dict[str, object] = self.get(key, dict, {} if optional else None)
        return Table(values, f"{self.place}.{key}" if self.place else key)

    def choice(self, key: str, kind: type[_C], default: _C | None = None) -> _C:
        """A key whose value is one of the words of `kind`."""
        word = self.get(key, str, None if default is None else str(default))
        try:
            return kind(word)
        except ValueError:
            raise self.wrong(key, f"« {word} » n'est pas l'un de : {', '.join(kind)}") from None

    def path(self, key: str, home: Path) -> Path | None:
        """The file that a key names, from `home`; None when the key is absent or empty."""
        text = self.get(key, str, "")
        return home / text if text else None

    def tables(self, key: str) -> list[Table]:
        """The tables of an array of tables `[[key]]`, each known by its rank."""
        made = []
        for rank, values in enumerate(self.get(key, list, []), 1):
            if not isinstance(values, dict):
                raise self.wrong(key, f"une table est attendue au rang {rank}, pas {values!r}")
            made.append(Table(values, f"{self.place}.{key} n° {rank}" if self.place else f"{key} n° {rank}"))
        return made

    def wrong(self, key: str, why: str) -> ConfigError:
        """What is wrong with a key, to be raised."""
        place = f"[{self.place}] " if self.place else ""
        return ConfigError(
            f"Configuration, {place}{key} : {why}.", next_step="corrigez le fichier de configuration"
        )

    def finish(self) -> None:
        """Complain about the first key that nothing asked for; called once everything was."""
        for key in self.values:
            if key not in self.asked:
                raise self.wrong(key, f"clé inconnue ; clés possibles : {', '.join(sorted(self.asked))}")
