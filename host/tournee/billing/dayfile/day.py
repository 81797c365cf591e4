"""The day file: what a carer wrote down, read, judged at once and refused with every mistake in its place.

The format is told by `schema.DAY_FORMAT`; TOML, or JSON with the same tables and keys.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from tournee.billing.dayfile.visits import ACTS, TRAVEL, DraftVisit, read_visit
from tournee.billing.numbers import billing_number_fault
from tournee.billing.rules.breach import Breach, Path, place_of
from tournee.billing.rules.rules import day_breaches, visit_breaches
from tournee.billing.tariffs import Profession
from tournee.billing.visit import Day, Splitter
from tournee.errors import BillingError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.tables.document import SIZE_MAX, DocumentError, TableText, parse
from tournee.tables.table import Table

DAY, VISIT = "journee", "visite"
_NO_DAY = date.min  # stands in for a missing date, so that the visits are read all the same
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
                (f"« {name} » : {count}, rien n’est facturé.", *(f"- {mistake}" for mistake in mistakes))
            ),
            next_step="corrigez le fichier puis recommencez.",
        )
        self.mistakes = mistakes


def load_day(data: bytes, name: str, *, whole: bool = True, splitter: Splitter = Splitter.OCT) -> Day:
    """Read a day file (JSON when its name ends in `.json`, else TOML).

    DayError tells every mistake at once, in the file's order: form, keys of numbers, rules that need no card.
    `whole` False: visits taken out of a day that was judged before; they are not judged as a day again.
    `splitter`: see `visit_breaches`.
    """
    document = read_document(data, name)
    breaches: list[Breach] = []
    day = _read(document.values, breaches, whole, splitter)
    if breaches or day is None:
        mistakes = [Mistake(breach.path, document.line_of(breach.path), breach.text) for breach in breaches]
        raise DayError(name, tuple(sorted(mistakes, key=lambda mistake: mistake.line)))
    return day


def read_day_file(path: FilePath) -> bytes:
    """The bytes of a day file. BillingError when it cannot be read."""
    try:
        return read_bounded(path, SIZE_MAX)
    except OSError as error:
        raise BillingError(f"Le fichier du jour {path} ne peut pas être lu.", cause=reason(error)) from None


def read_document(data: bytes, name: str) -> TableText:
    """The text of a day file, JSON when its name ends in `.json`, else TOML. BillingError."""
    try:
        return parse(data, is_json=name.lower().endswith(".json"))
    except DocumentError as error:
        raise BillingError(
            f"« {name} » ne se lit pas.",
            cause=str(error),
            next_step="le fichier est du TOML (ou du JSON si son nom finit par .json), en UTF-8.",
        ) from None


def _read(document: dict[str, Any], breaches: list[Breach], whole: bool, splitter: Splitter) -> Day | None:
    top = Table(document, lambda path, text: breaches.append(Breach(path, text)))
    head = top.table(DAY)
    if head is None:
        if not top.has(DAY):
            top.fault(DAY, "manque")
        top.tables(VISIT, required=True)
        top.finish()
        return None
    day = head.day("date", required=True)
    ps_number = head.digits("ps", 9, required=True)
    if ps_number and (fault := billing_number_fault(ps_number)):
        head.fault("ps", fault)
    profession = head.choice("profession", _PROFESSIONS, required=True)
    head.finish()
    tables = top.tables(VISIT, required=True)
    if top.has(VISIT) and not tables:
        top.fault(VISIT, "aucune visite")
    top.finish()
    drafts = [read_visit(table, day or _NO_DAY, profession, lambda: len(breaches)) for table in tables]
    if day is None or profession is None:
        return None
    for index, draft in enumerate(drafts):
        if draft is not None:
            found = visit_breaches(draft.visit, profession, splitter=splitter)
            breaches.extend(_placed(breach, index, draft) for breach in found)
    visits = tuple(draft.visit for draft in drafts if draft is not None)
    read = Day(day, ps_number, profession, visits)
    if whole and len(visits) == len(tables):
        for breach in day_breaches(read):
            index = int(breach.path[1])
            breaches.append(_placed(Breach(breach.path[2:], breach.text), index, drafts[index]))
    return read


def _placed(breach: Breach, index: int, draft: DraftVisit | None) -> Breach:
    """Put a visit's breach at its place in the file; acts that `deplacement` stands for are told there."""
    path = breach.path
    if draft is not None and len(path) > 1 and path[0] == ACTS and int(path[1]) >= draft.typed_acts:
        path = (TRAVEL,)
    return Breach((VISIT, index, *path), breach.text)
