"""The day file: what a carer wrote down, read, judged at once and refused with every mistake in its place.

The format is told by `day_format.DAY_FORMAT`; TOML, or JSON with the same tables and keys.
"""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tournee.billing.breach import Breach, Path, place_of
from tournee.billing.day_tables import Table
from tournee.billing.day_visits import ACTS, TRAVEL, DraftVisit, read_visit
from tournee.billing.numbers import billing_number_fault
from tournee.billing.rules import day_breaches, visit_breaches
from tournee.billing.tariffs import Profession
from tournee.billing.toml_places import lines_of
from tournee.billing.visit import Day
from tournee.errors import BillingError

DAY, VISIT = "journee", "visite"
_PROFESSIONS: dict[str, Profession] = {"IF": "IF", "MK": "MK"}


@dataclass(frozen=True)
class Mistake:
    """One mistake of a day file: its keys, its line (0 when it is not known, as in JSON), its text."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        place = place_of(self.path)
        return f"{f'ligne {self.line}, ' if self.line else ''}{place} : {self.text}"


class DayError(BillingError):
    """A day file that cannot be billed; `mistakes` holds them all."""

    def __init__(self, name: str, mistakes: tuple[Mistake, ...]) -> None:
        count = f"{len(mistakes)} erreur{'s' if len(mistakes) > 1 else ''}"
        super().__init__(
            "\n".join(
                (f"« {name} » : {count}, rien n'est facturé.", *(f"- {mistake}" for mistake in mistakes))
            ),
            next_step="Corriger le fichier puis recommencer.",
        )
        self.mistakes = mistakes


def load_day(data: bytes, name: str) -> Day:
    """Read a day file (JSON when its name ends in `.json`, else TOML).

    DayError tells every mistake at once, in the file's order: form, keys of numbers, rules that need no card.
    """
    document, line_of = _parse(data, name)
    breaches: list[Breach] = []
    day = _read(document, breaches)
    if breaches or day is None:
        mistakes = [Mistake(breach.path, line_of(breach.path), breach.text) for breach in breaches]
        raise DayError(name, tuple(sorted(mistakes, key=lambda mistake: mistake.line)))
    return day


def _read(document: dict[str, Any], breaches: list[Breach]) -> Day | None:
    top = Table(document, (), breaches)
    head = top.table(DAY)
    if head is None:
        if not top.has(DAY):
            top.fault(DAY, "manque")
        return None
    day = head.day("date", required=True)
    ps_number = head.digits("ps", 9, required=True)
    if ps_number and (fault := billing_number_fault(ps_number)):
        head.fault("ps", fault)
    profession = head.choice("profession", _PROFESSIONS, required=True)
    head.finish()
    tables = top.tables(VISIT, required=True)
    top.finish()
    if day is None or profession is None:
        return None
    drafts = [read_visit(table, profession, day) for table in tables]
    for index, draft in enumerate(drafts):
        if draft is not None:
            breaches.extend(
                _placed(breach, index, draft) for breach in visit_breaches(draft.visit, profession)
            )
    visits = tuple(draft.visit for draft in drafts if draft is not None)
    whole = Day(day, ps_number, profession, visits)
    if len(visits) == len(tables):
        for breach in day_breaches(whole):
            index = int(breach.path[1])
            breaches.append(_placed(Breach(breach.path[2:], breach.text), index, drafts[index]))
    return whole


def _placed(breach: Breach, index: int, draft: DraftVisit | None) -> Breach:
    """Put a visit's breach at its place in the file; acts that `deplacement` stands for are told there."""
    path = breach.path
    if draft is not None and len(path) > 1 and path[0] == ACTS and int(path[1]) >= draft.typed_acts:
        path = (TRAVEL,)
    return Breach((VISIT, index, *path), breach.text)


def _parse(data: bytes, name: str) -> tuple[dict[str, Any], Callable[[Path], int]]:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        document = _json(text) if name.lower().endswith(".json") else tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise BillingError(
            f"« {name} » ne se lit pas.",
            cause=str(error),
            next_step="Le fichier est du TOML (ou du JSON si son nom finit par .json), en UTF-8.",
        ) from error
    lines = {} if name.lower().endswith(".json") else lines_of(text)

    def line_of(path: Path) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in lines:
                return lines[path[:length]]
        return 0

    return document, line_of


def _json(text: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"clé répétée : {', '.join(twice)}")
        return table

    def refused(word: str) -> Any:
        raise ValueError(f"nombre interdit : {word}")

    document = json.loads(text, parse_float=Decimal, parse_constant=refused, object_pairs_hook=unique)
    if not isinstance(document, dict):
        raise ValueError("le fichier n'est pas une table")
    return document
