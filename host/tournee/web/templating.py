"""The templates: every value escaped, amounts, days and names as a carer reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from tournee.french import euros
from tournee.web.words import plainly

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_SHORT = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)
_NO_BREAK = "\N{NO-BREAK SPACE}"
_NEVER_BROKEN = re.compile(r"(?<![\s<>]) (?=[?!:;%»])|(?<=«) ")


def amount(cents: int) -> str:
    """`15,50 €`, which is never broken."""
    return euros(cents).replace(" ", "\N{NARROW NO-BREAK SPACE}") + f"{_NO_BREAK}€"


def long_day(day: date, *, year: bool = False) -> str:
    """`mardi 10 novembre`; the first is `1er`."""
    rank = "1er" if day.day == 1 else str(day.day)
    return f"{DAYS[day.weekday()]} {rank} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def plain_day(day: date, *, year: bool = False) -> str:
    """`10 novembre`."""
    return long_day(day, year=year).split(" ", 1)[1]


def day_number(day: date) -> str:
    """`mardi 10`, of a day near this one."""
    return " ".join(long_day(day).split(" ")[:2])


def short_day(day: date) -> str:
    """`10 nov.`"""
    return f"{day.day} {_SHORT[day.month - 1]}"


def month_name(day: date) -> str:
    """`novembre`."""
    return MONTHS[day.month - 1]


def month(day: date) -> str:
    """`novembre 2026`."""
    return f"{month_name(day)} {day.year}"


def hour(moment: datetime | int | None) -> str:
    """`08:50`, of a time or of a minute of the day; "" for none."""
    if moment is None:
        return ""
    if isinstance(moment, int):
        return f"{moment // 60:02}:{moment % 60:02}"
    return f"{moment:%H:%M}"


def counted(number: int, one: str, many: str) -> str:
    """`1 visite`, `3 visites`; French counts 0 as one."""
    return f"{number}{_NO_BREAK}{one if number < 2 else many}"


def capital(text: str) -> str:
    """The first letter tall, the others as they are."""
    return text[:1].upper() + text[1:]


class NoBreak(Extension):
    """In a template's own words the space before `?` or `:`, and within « », does not end a line."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """As Jinja2 has it: once, when a template is compiled."""
        for token in stream:
            ours = token.type in ("data", "string")
            words = _NEVER_BROKEN.sub(_NO_BREAK, token.value) if ours else token.value
            yield Token(token.lineno, token.type, words)


@cache
def templates() -> Environment:
    """The templates of this page."""
    made = Environment(
        loader=PackageLoader("tournee.web"),
        autoescape=True,
        extensions=[NoBreak],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "amount": amount,
        "capital": capital,
        "day_number": day_number,
        "hour": hour,
        "long_day": long_day,
        "month": month,
        "month_name": month_name,
        "plain_day": plain_day,
        "plainly": plainly,
        "short_day": short_day,
    }
    made.globals |= {"counted": counted}
    return made
