"""An editor's mapping made plain: what a day file or a configuration may hold, and nothing else, within
bounds that are looked at before anything is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

from tournee.tables.document import DEPTH_MAX, SIZE_MAX, VALUES_MAX

Where = tuple[str | int, ...]
_KEY_MAX = 80


class NotPlainError(ValueError):
    """A mapping holds what no file could: `path` says where, `text` what, in French."""

    def __init__(self, path: Where, text: str) -> None:
        super().__init__(text)
        self.path, self.text = path, text


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same in dictionaries and lists of texts, numbers, days, times and truths. NotPlainError.

    Values None are left out. A day is written AAAA-MM-JJ, a time HH:MM.
    """
    if not isinstance(values, Mapping):
        raise NotPlainError((), "une table (un dictionnaire) est attendue")
    made: dict[str, Any] = _Plain().of(values, ())
    return made


def json_text(values: dict[str, Any]) -> bytes:
    """What is plain, as a day file in JSON. NotPlainError when it is longer than any."""
    data = json.dumps(values).encode()  # ASCII: a lone surrogate stays an escape, which the reader refuses
    if len(data) > SIZE_MAX:
        raise NotPlainError((), f"ces visites font {len(data)} octets, {SIZE_MAX} au plus")
    return data


class _Plain:
    def __init__(self) -> None:
        self._left = VALUES_MAX
        self._room = SIZE_MAX

    def of(self, value: Any, path: Where) -> Any:
        self._left -= 1
        if self._left < 0:
            raise NotPlainError(path, f"plus de {VALUES_MAX} valeurs")
        if len(path) > DEPTH_MAX:
            raise NotPlainError(path[:4], f"plus de {DEPTH_MAX} niveaux l’un dans l’autre")
        if isinstance(value, Mapping):
            return self._table(value, path)
        if isinstance(value, list | tuple):
            return [self.of(one, (*path, rank)) for rank, one in enumerate(value)]
        return self._one(value, path)

    def _table(self, values: Mapping[Any, Any], path: Where) -> dict[str, Any]:
        made = {}
        for key, value in values.items():
            if not isinstance(key, str) or len(key) > _KEY_MAX:
                raise NotPlainError(path, f"une clé est un texte d’au plus {_KEY_MAX} caractères")
            if value is not None:
                made[str(key)] = self.of(value, (*path, key))
        return made

    def _one(self, value: Any, path: Where) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            self._room -= len(value)
            if self._room < 0:
                raise NotPlainError(path, f"plus de {SIZE_MAX} caractères en tout")
            return str.__str__(value)
        if isinstance(value, int):
            if abs(value) >= 10**18:
                raise NotPlainError(path, "un nombre est trop grand")
            return int(value)
        if isinstance(value, float | Decimal):
            return _number(value, path)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, time):
            return f"{value:%H:%M}"
        kind = type(value).__name__[:_KEY_MAX]
        raise NotPlainError(path, f"un texte, un nombre, une date ou une table est attendu, pas « {kind} »")


def _number(value: float | Decimal, path: Where) -> float:
    number = float(value)
    if not isfinite(number) or (isinstance(value, Decimal) and Decimal(repr(number)) != value):
        raise NotPlainError(path, "un nombre d’au plus deux décimales est attendu")
    return number
