"""What a plan is told by: weekdays, hours, acts, travel, any key of the day file, in one word or two."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any

import click

from tournee.cli.options.filters import DayOption
from tournee.tables.document import DocumentError, parse

_DAYS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
_ALL = ("tous", "tous-les-jours")
_HOUR = re.compile(r"(\d{1,2})(?:[h:](\d{2})?)?$")
_ACT = re.compile(r"([A-Za-z]{2,4})(?:[ ]?(\d+(?:[.,]\d{1,2})?))?$")
_TRAVEL = re.compile(r"([A-Za-z]{2,4})?(?:[ :+]*(\d{1,4})(?:[ ]?km)?)?(?:[ ](plaine|montagne|pied))?$")
_HOURS, _MINUTES, _MONTHS = 24, 60, 12
_DAY_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})$")


class _Word(click.ParamType):  # type: ignore[type-arg]
    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the help names it."""
        return self.name.upper()


class NearDay(DayOption):
    """A day, without its year the one nearest to today: `2/11`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it."""
        found = _DAY_MONTH.match(value) if isinstance(value, str) else None
        if found is None:
            return super().convert(value, param, ctx)
        today = date.today()
        told = (f"{found[1]}/{found[2]}/{today.year + years}" for years in (-1, 0, 1))
        days = [super(NearDay, self).convert(one, param, ctx) for one in told if _is_day(one)]
        if not days:
            return super().convert(value, param, ctx)
        return min(days, key=lambda day: abs(day - today))


def _is_day(said: str) -> bool:
    day, month, year = map(int, said.split("/"))
    return 1 <= month <= _MONTHS and 1 <= day <= monthrange(year, month)[1]


class Weekdays(_Word):
    """Days of the week: `lun,jeu`, `lun-sam`, `tous`."""

    name = "jours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[int]:
        """Read days, Monday is 0."""
        if value.lower() in _ALL:
            return frozenset(range(7))
        found: set[int] = set()
        for part in value.lower().split(","):
            first, _, last = part.strip().partition("-")
            start, end = self._day(first), self._day(last or first)
            if start is None or end is None:
                raise click.BadParameter(
                    f"« {value} » : des jours comme lun,jeu ou lun-sam, ou tous", ctx, param
                )
            found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
        return frozenset(found)

    def _day(self, word: str) -> int | None:
        short = word.strip()[:3]
        return _DAYS.index(short) if short in _DAYS else None


class Hour(_Word):
    """An hour of the day: `8h50`, `08:50`, `8h`."""

    name = "heure"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it as a minute of the day."""
        found = _HOUR.match(value.strip().lower())
        if found:
            hour, minute = int(found[1]), int(found[2] or 0)
            if hour < _HOURS and minute < _MINUTES:
                return hour * _MINUTES + minute
        raise click.BadParameter(f"« {value} » n’est pas une heure ; écrivez 8h50", ctx, param)


class ActWord(_Word):
    """An act: its letter and coefficient (`AMI 1,5`), a forfait (`BSB`), or its name."""

    name = "acte"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """Read it as the day file writes it."""
        said = " ".join(value.split())
        if not said:
            raise click.BadParameter("un acte est à dire", ctx, param)
        found = _ACT.match(said)
        if not found or (found[2] is None and not said.isupper()):
            return {"acte": said}
        if found[2] is None:
            return {"code": said}
        return {"code": found[1].upper(), "coefficient": float(found[2].replace(",", "."))}


class TravelWord(_Word):
    """How the carer comes: `IFA`, `IFI 18` with the kilometres there and back, `IFA 18 montagne`."""

    name = "deplacement"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """Read it as the day file writes it."""
        found = _TRAVEL.match(" ".join(value.split()))
        if not found or not (found[1] or found[2]):
            raise click.BadParameter(f"« {value} » : écrivez IFA, ou IFA 18 avec les kilomètres", ctx, param)
        told: dict[str, Any] = {}
        if found[1]:
            told["indemnite"] = found[1].upper()
        if found[2]:
            told["kilometres"] = int(found[2])
        if found[3]:
            told["terrain"] = found[3]
        return told


SAME_TRAVEL = {"comme": "avant"}
"""What `TravelOrSame` gives for the travel of the last visit."""


class TravelOrSame(TravelWord):
    """The same, or `même`: as the last time."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """Read it as the day file writes it, or as `SAME_TRAVEL`."""
        if value.strip().lower() in ("même", "meme"):
            return SAME_TRAVEL
        return super().convert(value, param, ctx)


class KeyWord(_Word):
    """A key of the day file and what it says: `contrat=99`, `ald=non`, `bilan=11/03/2026`, `foyer=`."""

    name = "clé=valeur"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """Read the key (its parts by dots) and its value; None when it says nothing."""
        key, sign, said = (part.strip() for part in value.partition("="))
        if not sign or not _KEY.match(key):
            raise click.BadParameter(f"« {value} » : écrivez clé=valeur, comme contrat=99", ctx, param)
        last = key.rpartition(".")[2]
        if not said:
            return key, None
        if said[0] in _TOML:
            try:
                return key, parse(f"x = {said}".encode(), is_json=False).values["x"]
            except DocumentError as error:
                raise click.BadParameter(f"« {value} » : {error}", ctx, param) from None
        if last in _NUMBERS and _NUMBER.match(said):
            number = float(said.replace(",", "."))
            return key, int(number) if number.is_integer() else number
        if last in _LISTS:
            return key, said.split(",")
        if key not in _TEXTS and said.lower() in _FLAGS:
            return key, _FLAGS[said.lower()]
        day = _DAY.match(said)
        return key, f"{day[3]}-{day[2]:>02}-{day[1]:>02}" if day else said


_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*$")
_TOML = "\"'[{"
_NUMBERS = (
    "kilometres",
    "quantite",
    "groupe",
    "seances",
    "faites",
    "duree_mois",
    "coefficient",
    "honoraires",
)
_NUMBER = re.compile(r"\d{1,6}([.,]\d{1,2})?$")
_LISTS = ("documents",)
_FLAGS = {"oui": True, "true": True, "non": False, "false": False}
_TEXTS = ("tiers_payant",)  # where « non » is a word of its own
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})$")


def said_keys(said: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """Keys and values as the day file has them, a table for those with dots."""
    told: dict[str, Any] = {}
    for key, value in said:
        *heads, last = key.split(".")
        inner = told
        for head in heads:
            inner = inner.setdefault(head, {})
            if not isinstance(inner, dict):
                raise click.BadParameter(f"« {key} » : {head} est dit autrement aussi")
        inner[last] = value
    return told
