"""Days and amounts as banks write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

CENTS_MAX = 10**11
"""A thousand million euros: what is more is no amount of a practice."""

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)

_TIME = r"(?:[ T]\d{1,2}[:h]\d{2}.{0,20})?"
_LOCAL = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){_TIME}")
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}.{0,30})?")
_AMOUNT = re.compile(r"(?P<before>[+-]?)(?P<number>\d[\d ,.']*)(?P<after>[+-]?)")
_CENTURY, _SHORT_YEAR = 2000, 2
_DECIMALS = 2
_AMOUNT_CHARS = 40


def amount(text: str) -> int | None:
    """Cents of an amount: `1 234,56`, `1.234,56`, `-14.90`, `12,00-`, `(12,00)`, `+3 €`; None for no amount.

    Of two marks the last is the decimal one; one alone is, unless three digits follow it.
    """
    told = text[: _AMOUNT_CHARS + 1].replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-")
    if len(told) > _AMOUNT_CHARS:
        return None
    told = re.sub(r"(?i)\s*(€|eur(os?)?)\s*", "", told).strip().replace("- ", "-").replace("+ ", "+")
    if told.startswith("(") and told.endswith(")"):
        told = f"-{told[1:-1]}"
    found = _AMOUNT.fullmatch(told)
    if found is None or (found["before"] and found["after"]):
        return None
    cents = _cents(found["number"].strip())
    if cents is None or cents > CENTS_MAX:
        return None
    return -cents if "-" in (found["before"], found["after"]) else cents


def _cents(number: str) -> int | None:
    if not re.fullmatch(r"[0-9 ,.']+", number):
        return None
    whole, mark, decimals = number, "", ""
    at = max(number.rfind(","), number.rfind("."))
    if at >= 0:
        whole, mark, decimals = number[:at], number[at], number[at + 1 :]
        if mark in whole or (len(decimals) == 3 and not re.search("[,.]", whole)):
            whole, decimals = number, ""  # it parts thousands
        if len(decimals) > _DECIMALS or (at == len(number) - 1):
            return None
    parts = re.split(r"[ ,.']", whole)
    if len(parts) > 1 and (not 1 <= len(parts[0]) <= 3 or any(len(part) != 3 for part in parts[1:])):
        return None
    return int("".join(parts)) * 100 + int((decimals or "0").ljust(_DECIMALS, "0"))


@dataclass(frozen=True)
class DayReader:
    """Reads a file's days; `month_first` as some banks abroad write them."""

    month_first: bool = False

    @staticmethod
    def of(texts: Iterable[str]) -> DayReader:
        """The one that reads all of these: the day first, unless one cannot be so and all can be else."""
        found = [text for text in texts if _LOCAL.fullmatch(text.strip())]
        plain, other = DayReader(), DayReader(month_first=True)
        if any(plain.read(text) is None for text in found) and all(other.read(text) for text in found):
            return other
        return plain

    def read(self, text: str) -> date | None:
        """A day of the calendar within what a practice may have lived; None for anything else."""
        told = text.strip()[:_AMOUNT_CHARS]
        local, iso = _LOCAL.fullmatch(told), _ISO.fullmatch(told) or _PLAIN.fullmatch(told)
        if iso:
            year, month, day = map(int, iso.groups())
        elif local:
            day, month, year = map(int, local.groups())
            year += _CENTURY if len(local[3]) == _SHORT_YEAR else 0
            if self.month_first:
                day, month = month, day
        else:
            return None
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        return found if FIRST_DAY <= found <= LAST_DAY else None
