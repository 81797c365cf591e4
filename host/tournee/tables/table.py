"""One table of a document: typed values by their keys; what is wrong is told with its place.

Who reads says what becomes of a mistake: each is kept and none stops the reading (a day file), or the first
is raised (a configuration).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Self

from tournee.model.amounts import hundredths
from tournee.printable import MARK, printable
from tournee.tables.document import words_for
from tournee.tables.positions import Place

NUMBER_MAX = 10**12
"""Beyond any whole number of a file of ours."""

Note = Callable[[Place, str], None]
"""Told each mistake: its place, and what is wrong, in French."""

_DIGITS = "0123456789"
_FIRST_YEAR, _LAST_YEAR = 1890, 2199  # no one alive, no paper of today is beyond
_UNKNOWN_MAX = 20  # keys told one by one that a table should not have
_KEY_MAX = 80  # what is longer is like no key of ours


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.strip().lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_FRENCH_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_HOUR = re.compile(r"([01]?\d|2[0-3])\s?[:hH]\s?([0-5]\d)?(?::\d\d)?", re.ASCII)
_FRENCH_NUMBER = re.compile(r"\d{1,7},\d{1,2}", re.ASCII)


class Table:
    """Notes what is wrong, and answers as if the key were absent.

    `blank` tells whether a text may be empty, `longest` how many characters it may have.
    """

    blank = False
    longest = 80

    def __init__(self, values: dict[str, Any], note: Note, path: Place = ()) -> None:
        self.values = values
        self.path = path
        self._note = note
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Tell whether the key is there, right or wrong."""
        return key in self.values

    def fault(self, key: str, text: str) -> None:
        """Note a mistake at a key of this table."""
        self._note((*self.path, key), text)

    def finish(self) -> None:
        """Note the keys that nobody asked for."""
        unknown = [key for key in self.values if key not in self._known]
        for key in unknown[:_UNKNOWN_MAX]:
            near = get_close_matches(key[:_KEY_MAX], self._known, n=1)
            hint = f" ; peut-être {near[0]}" if near else f" ; attendues : {', '.join(self._known)}"
            self.fault(key, f"clé inconnue{hint}")
        if more := len(unknown[_UNKNOWN_MAX:]):
            self.fault(unknown[_UNKNOWN_MAX], f"clé inconnue, et {more - 1} de plus")

    def text(self, key: str, *, required: bool = False, longest: int = 0) -> str:
        """A text; empty when absent."""
        value = self._get(key, required)
        if value is None:
            return ""
        if not isinstance(value, str) or not (value.strip() or self.blank):
            self.fault(key, "un texte entre guillemets est attendu")
            return ""
        if MARK in printable(value):
            self.fault(key, "un caractère qui ne s’imprime pas")
            return ""
        longest = longest or self.longest
        if len(value) > longest:
            self.fault(key, f"{len(value)} caractères, {longest} au plus")
            return ""
        return value.strip()

    def digits(self, key: str, count: int, *, required: bool = False) -> str:
        """A number that identifies, exactly `count` digits between quotes; empty when absent."""
        value = self._get(key, required)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) != count or value.strip(_DIGITS):
            self.fault(key, f"{count} chiffres entre guillemets sont attendus")
            return ""
        return value

    def whole(self, key: str, default: int = 0, *, required: bool = False) -> int:
        """A whole number."""
        value = self._get(key, required)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= NUMBER_MAX:
            self.fault(key, "un nombre entier est attendu")
            return default
        return value

    def decimal(self, key: str) -> int | None:
        """A number with at most two decimals, in hundredths; between quotes, with a comma too: "1,5"."""
        value = self._get(key, False)
        if value is None:
            return None
        if isinstance(value, str) and _FRENCH_NUMBER.fullmatch(value):
            value = Decimal(value.replace(",", "."))
        scaled = (
            hundredths(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
        )
        if scaled is None:
            self.fault(key, "un nombre d’au plus deux décimales est attendu")
        return scaled

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._get(key, False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(key, "true ou false est attendu")
            return default
        return value

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date: 2026-11-16, or the same between quotes, or "16/11/2026"."""
        value = self._get(key, required)
        if value is None:
            return None
        if isinstance(value, str):
            if french := _FRENCH_DAY.fullmatch(value):
                value = f"{french[3]}-{french[2]}-{french[1]}"
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fault(key, "une date AAAA-MM-JJ est attendue")
            return None
        if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            self.fault(key, f"une date de {_FIRST_YEAR} à {_LAST_YEAR} est attendue")
            return None
        return value

    def minute(self, key: str) -> int | None:
        """A time of the day, in minutes from midnight: "08:15", "8h15", or without quotes 08:15:00."""
        value = self._get(key, False)
        if value is None:
            return None
        if isinstance(value, time):
            return value.hour * 60 + value.minute
        found = _HOUR.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            self.fault(key, 'une heure entre guillemets est attendue, comme "08:15"')
            return None
        return int(found[1]) * 60 + int(found[2] or 0)

    def choice(
        self, key: str, choices: Mapping[str, Any], *, required: bool = False, default: Any = None
    ) -> Any:
        """One of the words of `choices`, accents and case aside; answers what the word stands for."""
        value = self._get(key, required)
        if value is None:
            return default
        found = [word for word in choices if isinstance(value, str) and _plain(word) == _plain(value)]
        if not found:
            words = " ou ".join(f"« {word} »" for word in choices)
            self.fault(key, f"{words_for(value)} au lieu de {words}")
            return default
        return choices[found[0]]

    def table(self, key: str, *, required: bool = False) -> Self | None:
        """A table inside this one."""
        value = self._get(key, required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(key, "une table est attendue")
            return None
        return type(self)(value, self._note, (*self.path, key))

    def tables(self, key: str, *, required: bool = False) -> list[Self]:
        """An array of tables; elements that are none are noted and left out."""
        value = self._get(key, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, "une liste de tables est attendue")
            return []
        found = []
        for index, element in enumerate(value):
            path = (*self.path, key, index)
            if isinstance(element, dict):
                found.append(type(self)(element, self._note, path))
            else:
                self._note(path, "une table est attendue")
        return found

    def texts(self, key: str) -> list[str]:
        """An array of texts, empty when absent."""
        value = self._get(key, False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(key, "une liste de textes est attendue")
            return []
        return value

    def words(self, key: str, choices: tuple[str, ...]) -> frozenset[str] | None:
        """An array of some of these words, None when absent."""
        value = self._get(key, False)
        if value is None:
            return None
        if not isinstance(value, list) or not value or any(word not in choices for word in value):
            self.fault(key, f"une liste de {' et '.join(choices)} est attendue")
            return None
        return frozenset(value)

    def _get(self, key: str, required: bool) -> Any:
        self._known.append(key)
        value = self.values.get(key)
        if value is None and required:
            self.fault(key, "manque")
        return value
