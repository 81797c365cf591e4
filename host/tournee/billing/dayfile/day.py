"""The day file: what a carer wrote down, read, judged at once and refused with every mistake in its place.

The format is told by `schema.DAY_FORMAT`; TOML, or JSON with the same tables and keys.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from tournee.billing.breach import Breach, Path, Remark, place_of, told
from tournee.billing.calendar import BILLABLE_MONTHS
from tournee.billing.dayfile.replacement import TABLE as REPLACEMENT
from tournee.billing.dayfile.replacement import read_replacement
from tournee.billing.dayfile.visits import DraftVisit, read_visit
from tournee.billing.judging import Verdict, facts_before, judge
from tournee.billing.kept.known import Gathered, Known, Nothing, Past
from tournee.billing.nomenclature.table import Nomenclature, Profession
from tournee.billing.numbers import billing_number_fault
from tournee.billing.rules.case import Carer, carer_of, months_before
from tournee.billing.visit import Day, Splitter, Visit
from tournee.errors import BillingError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.tables.document import SIZE_MAX, DocumentError, TableText, parse
from tournee.tables.table import Table

DAY, VISIT = "journee", "visite"
_NO_HOUR = 24 * 60  # minutes
_NO_DAY = date.min  # stands in for a missing date, so that the visits are read all the same
_PROFESSIONS: dict[str, Profession] = {"IF": "IF", "MK": "MK"}


@dataclass(frozen=True)
class Mistake:
    """One mistake of a day file: its keys, its line (0: not known, as in JSON), text and rule."""

    path: Path
    line: int
    text: str
    rule: str = "saisie"

    def __str__(self) -> str:
        place = place_of(self.path)
        return f"{f'ligne {self.line}, ' if self.line else ''}{place} : {self.text}{told(self.rule)}"


class DayError(BillingError):
    """A day file that cannot be billed; `mistakes` holds them all."""

    def __init__(self, name: str, mistakes: tuple[Mistake, ...]) -> None:
        count = f"{len(mistakes)} erreur{'s' if len(mistakes) > 1 else ''}"
        told = [f"- {mistake}" for mistake in mistakes[:_TOLD_MAX]]
        if len(mistakes) > _TOLD_MAX:
            told.append(f"- et {len(mistakes) - _TOLD_MAX} de plus")
        super().__init__(
            "\n".join((f"« {name} » : {count}, rien n’est facturé.", *told)),
            next_step="corrigez le fichier puis recommencez.",
        )
        self.mistakes = mistakes


VISITS_MAX = 2_000
"""Visits of one file; a carer makes some thirty a day."""

_TOLD_MAX = 100  # mistakes shown of a file; all of them are kept
_MISTAKES_MAX = 1_000  # of form, behind which no visit is read any more


@dataclass(frozen=True)
class ReadVisit:
    """One visit of a file: `draft` is None when its form is wrong, which `mistakes` tells."""

    rank: int  # from 0
    draft: DraftVisit | None


@dataclass(frozen=True)
class ReadDay:
    """A day file whose form was read; `mistakes` are those of its form, each at its place."""

    name: str
    day: date
    carer: Carer
    visits: tuple[ReadVisit, ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class JudgedOne:
    """A visit of a day file, judged: where what is said of it stands in the file."""

    rank: int
    judgement: Verdict
    mistakes: tuple[Mistake, ...]
    remarks: tuple[Remark, ...]


Complete = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Given a `[[visite]]` as it is written, gives it with what else is known of its patient."""


def read_day(data: bytes, name: str, complete: Complete | None = None) -> ReadDay:
    """Read a day file (JSON when its name ends in `.json`, else TOML), each visit `complete`d before; its
    form alone is looked at.

    DayError when it says neither its day, its carer nor its profession: no visit of it can then be judged.
    """
    document = read_document(data, name)
    found: list[Breach] = []
    values, written = document.values, document.values.get(VISIT)
    if complete is not None and isinstance(written, list) and len(written) <= VISITS_MAX:
        values = values | {VISIT: [complete(one) if isinstance(one, dict) else one for one in written]}
    top = Table(values, lambda path, text: found.append(Breach(path, text)))
    head = top.table(DAY)
    if head is None and not top.has(DAY):
        top.fault(DAY, "manque")
    day, carer = _head(head) if head is not None else (None, None)
    told = top.table(REPLACEMENT)
    replacement = read_replacement(told, carer.number if carer else "") if told is not None else None
    if replacement is not None and carer is not None and carer.number != replacement.replaced:
        carer = carer_of(replacement.replaced, carer.profession)  # she gave her own number
    tables = top.tables(VISIT, required=True)
    if top.has(VISIT) and not tables:
        top.fault(VISIT, "aucune visite")
    top.finish()
    count = len(document.values[VISIT]) if tables else 0
    if count > VISITS_MAX:
        top.fault(VISIT, f"{count} visites, {VISITS_MAX} au plus dans un fichier")
        count = 0
    by_rank = {table.path[-1]: table for table in tables}
    visits = []
    for rank in range(count):
        if len(found) > _MISTAKES_MAX:
            top.fault(VISIT, f"trop d’erreurs : les visites après la {rank}e n’ont pas été lues")
            break
        table = by_rank.get(rank)  # None: it is no table, which is a mistake already
        known = None if table is None else read_visit(table, day or _NO_DAY, lambda: len(found), replacement)
        visits.append(ReadVisit(rank, known))
    mistakes = _mistakes(found, document)
    if day is None or carer is None:
        raise DayError(name, mistakes)
    return ReadDay(name, day, carer, tuple(visits), mistakes)


def _mistakes(found: Sequence[Breach], document: TableText) -> tuple[Mistake, ...]:
    told = [Mistake(one.path, document.line_of(one.path), one.text, one.rule) for one in found]
    return tuple(sorted(told, key=lambda mistake: mistake.line))


def _head(head: Table) -> tuple[date | None, Carer | None]:
    day = head.day("date", required=True)
    number = head.digits("ps", 9, required=True)
    fault = billing_number_fault(number) if number else ""
    if fault:
        head.fault("ps", fault)
    profession = head.choice("profession", _PROFESSIONS, required=True)
    department = head.text("departement", longest=3)
    head.finish()
    if not number or fault or profession is None:
        return day, None
    carer = carer_of(number, profession)
    return day, replace(carer, department=department) if department else carer


def judge_day(
    read: ReadDay,
    document: TableText,
    table: Nomenclature,
    *,
    past: Past | None = None,
    splitter: Splitter = Splitter.OCT,
    today: date | None = None,
) -> tuple[JudgedOne, ...]:
    """Judge every visit whose form was right, among the others of the file and those that `past` knows.

    `today`: a visit of a day after it, or one too old, is refused; None: the day is not looked at.
    """
    return judge_days([(read, document)], table, past=past, splitter=splitter, today=today)[0]


def judge_days(
    files: Sequence[tuple[ReadDay, TableText]],
    table: Nomenclature,
    *,
    past: Past | None = None,
    splitter: Splitter = Splitter.OCT,
    today: date | None = None,
) -> list[tuple[JudgedOne, ...]]:
    """Judge the visits of files together, as `judge_day` those of one.

    Of two that collide the later in the day is refused, whatever their order in a file and that of the files.
    """
    visits = [(at, one) for at, (read, _) in enumerate(files) for one in read.visits if one.draft is not None]
    order = sorted(visits, key=lambda entry: (_when(entry[1]), entry[0], entry[1].rank))
    facts = [known_before(files[at][0], one, table) for at, one in order]
    around = Gathered(past or Nothing())
    for place, known in enumerate(facts):
        around.put(place, known, earlier=False)
    judged: list[dict[int, JudgedOne]] = [{} for _ in files]
    for place, (at, one) in enumerate(order):
        read, document = files[at]
        around.drop(place)
        judged[at][one.rank] = judge_one(read, one, document, table, around, splitter=splitter, today=today)
        around.put(place, facts[place], earlier=True)
    return [tuple(found[rank] for rank in sorted(found)) for found in judged]


def in_day(read: ReadDay, ranks: Container[int]) -> list[int]:
    """These visits in the order of their day, in which the later of two that collide is refused."""
    there = [one for one in read.visits if one.rank in ranks and one.draft is not None]
    return [one.rank for one in sorted(there, key=lambda one: (_when(one), one.rank))]


def _when(one: ReadVisit) -> tuple[date, int, str, int, str]:
    """When a visit was, as far as it tells; those without hour come last, by patient, then by their road and
    what was done: never by their order in the file.
    """
    if one.draft is None:
        raise ValueError(one.rank)
    visit = one.draft.visit
    first = min(visit.passages, key=lambda one: (one.day, _NO_HOUR if one.minute is None else one.minute))
    driven = sum(one.travel.kilometres for one in visit.passages if one.travel is not None)
    minute = _NO_HOUR if first.minute is None else first.minute
    return first.day, minute, visit.nir, driven, repr(visit.passages)


def known_before(read: ReadDay, one: ReadVisit, table: Nomenclature) -> tuple[Known, ...]:
    """What a visit of the file tells the others before it is judged itself; nothing when it did not read."""
    return facts_before(one.draft.visit, read.carer, table, where_in(read, one)) if one.draft else ()


def where_in(read: ReadDay, one: ReadVisit) -> str:
    """Which visit it is, for people."""
    return f"la visite {one.rank + 1} de « {read.name} »"


def judge_one(
    read: ReadDay,
    one: ReadVisit,
    document: TableText,
    table: Nomenclature,
    around: Past,
    *,
    splitter: Splitter = Splitter.OCT,
    today: date | None = None,
    months: int = 0,
) -> JudgedOne:
    """Judge one visit, whose form was right, among all that is `around` it. As `judge_day`; one of more than
    `months` (0: of more than is usual) is too old.
    """
    draft, path = one.draft, (VISIT, one.rank)
    if draft is None:
        raise ValueError(one.rank)
    found = judge(draft.visit, read.carer, around, table, splitter=splitter)
    breaches = [*out_of_time(draft.visit, today, months or BILLABLE_MONTHS), *found.breaches]
    placed = [replace(told, path=(*path, *draft.place_of(told.path))) for told in breaches]
    remarks = tuple(replace(told, path=(*path, *draft.place_of(told.path))) for told in found.remarks)
    return JudgedOne(one.rank, found, _mistakes(placed, document), remarks)


def out_of_time(visit: Visit, today: date | None, months: int) -> Iterator[Breach]:
    """A visit of a day to come; one of more than so many months, too old to be paid. None: no day is."""
    if today is None:
        return
    first, last = visit.days
    last = max(last, visit.day)
    if last > today:
        days = (last - today).days
        yield Breach(
            ("passages", 0, "date"),
            f"la visite est datée du {last:%d/%m/%Y}, dans {days} jour{'s' if days > 1 else ''} : "
            "corriger la date, ou attendre ce jour",
            "jour",
        )
    elif first < months_before(today, months):
        yield Breach(
            ("passages", 0, "date"),
            f"hors délai : un soin du {first:%d/%m/%Y} a plus de {months} mois, délai au-delà "
            "duquel la caisse ne devrait plus le payer (à vérifier auprès d’elle) : corriger la date, ou "
            "l’adresser à la caisse par un autre moyen",
            "délai",
        )


def load_day(
    data: bytes,
    name: str,
    table: Nomenclature,
    *,
    past: Past | None = None,
    splitter: Splitter = Splitter.OCT,
    today: date | None = None,
) -> Day:
    """Read and judge a day file whole; DayError tells every mistake at once, in the file's order."""
    read = read_day(data, name)
    judged = judge_day(read, read_document(data, name), table, past=past, splitter=splitter, today=today)
    mistakes = [*read.mistakes, *(mistake for one in judged for mistake in one.mistakes)]
    if mistakes:
        raise DayError(name, tuple(sorted(mistakes, key=lambda mistake: mistake.line)))
    visits = tuple(one.judgement.visit for one in judged)
    return Day(read.day, read.carer.number, read.carer.profession, visits)


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
