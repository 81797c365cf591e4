"""A statement as CSV: which columns hold the day, the words and the amount is told by their headings,
wherever the table begins; without headings, by what is in them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tournee.formats.bank.line import BankFileError, BankLine, Skipped, Statement
from tournee.formats.bank.values import DayReader, amount
from tournee.printable import line

ROWS_MAX, CELLS_MAX = 100_000, 60
_HEAD_ROWS = 60  # a bank writes the account, its holder and its balance above the table
_ABOVE = 8  # rows above a table without headings
_DELIMITERS = ";\t,|"
_DAYS = (
    *("dateoperation", "datedeloperation", "datedoperation", "datecomptable", "datedecomptabilisation"),
    *("datecomptabilisation", "dateop", "bookingdate", "date", "datedevaleur", "datevaleur"),
)
_AMOUNTS = ("montant", "montantoperation", "montantdeloperation", "montantdoperation", "amount", "montantnet")
_DEBITS, _CREDITS = ("debit", "debits", "depenses", "sortie"), ("credit", "credits", "recettes", "entree")
_WORDS = (
    *("libelle", "description", "detail", "motif", "communication", "information", "reference", "nature"),
    *("label", "memo", "tiers", "emetteur", "operation", "payee", "type"),
)


@dataclass(frozen=True)
class _Columns:
    """Where in a row each thing is; `amount` None: in two columns."""

    day: int
    words: tuple[int, ...]
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None


def read_csv(text: str) -> Statement:
    """The lines of a statement; BankFileError when it has no table of days and amounts."""
    *others, likely = _delimiters(text)
    for mark in (likely, *reversed(others)):
        with suppress(BankFileError):
            return _read(text, mark)
    return _read(text, likely)  # it says what is wrong


def _read(text: str, delimiter: str) -> Statement:
    rows = list(_rows(text, delimiter))
    start, columns = _table(rows)
    body = rows[start:]
    days = DayReader.of(_cell(row, columns.day) for _, row in body)
    lines: list[BankLine] = []
    skipped: list[Skipped] = []
    for number, row in body:
        day, cents = days.read(_cell(row, columns.day)), _amount(row, columns)
        if day is not None and cents:
            words = " ".join(filter(None, (_cell(row, at) for at in columns.words)))
            lines.append(BankLine(day, cents, line(words)))
        elif _cell(row, columns.day) or cents:
            skipped.append(Skipped(number, _why_not(row, columns) if day else "son jour ne se lit pas"))
    if not lines:
        raise BankFileError("Aucune ligne de ce relevé ne se lit.")
    return Statement("CSV", tuple(lines), tuple(skipped))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with their line numbers."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            if len(row) > CELLS_MAX or reader.line_num > ROWS_MAX:
                raise BankFileError(f"Ce relevé a plus de {CELLS_MAX} colonnes ou de {ROWS_MAX} lignes.")
            if any(cell.strip() for cell in row):
                yield reader.line_num, [_bare(cell) for cell in row]
    except csv.Error as error:
        raise BankFileError("Ce fichier n’est pas un relevé en CSV.", cause=_CSV_CAUSE) from error


_CSV_CAUSE = "une case y est trop longue, ou des guillemets n’y sont pas fermés"


def _delimiters(text: str) -> list[str]:
    """What may part the cells, the likeliest last: what comes as often in most of the first lines."""
    first = [one for one in text[:20_000].splitlines() if one.strip()][:_HEAD_ROWS]

    def weight(mark: str) -> tuple[int, int]:
        counts = Counter(one.count(mark) for one in first)
        counts.pop(0, None)
        times, lines = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return (lines, times)

    found = sorted((mark for mark in _DELIMITERS if weight(mark) > (0, 0)), key=weight)
    return found or [_DELIMITERS[0]]


def _bare(cell: str) -> str:
    """A cell as it is read: a spreadsheet's `="…"` is its text."""
    told = cell.strip()
    return told[2:-1] if told.startswith('="') and told.endswith('"') else told


def _table(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, _Columns]:
    for at, (_, row) in enumerate(rows[:_HEAD_ROWS]):
        columns = _by_headings([_plain(cell) for cell in row])
        if columns is not None:
            return at + 1, columns
    return _by_content(rows)


def _by_headings(heads: list[str]) -> _Columns | None:
    day = next((heads.index(name) for name in _DAYS if name in heads), None)
    debit, credit = _first(heads, _DEBITS), _first(heads, _CREDITS)
    whole = _first(heads, _AMOUNTS)
    if day is None or (whole is None and credit is None):
        return None
    words = tuple(
        at
        for at, head in enumerate(heads)
        if at not in (day, debit, credit, whole) and head.startswith(_WORDS) and "date" not in head
    )
    if whole is not None and credit is None:
        return _Columns(day, words, whole)
    return _Columns(day, words, None, debit, credit)


def _first(heads: list[str], names: Sequence[str]) -> int | None:
    """The first column of one of these headings, that may go on: `Débit euros`, `Montant (EUR)`."""
    for at, head in enumerate(heads):
        bare = re.sub(r"(eneuros?|euros?|eur)$", "", head)
        if bare in names or (bare.startswith("montant") and bare.removeprefix("montant") in names):
            return at
    return None


def _by_content(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, _Columns]:
    """Columns of a table without headings: days, one of amounts or two that fill each other's blanks, words.

    What stands above it (an account, its balance) is passed over.
    """
    for start in range(min(_ABOVE, len(rows))):
        columns = _found([row for _, row in rows[start:]])
        if columns is not None:
            return start, columns
    raise BankFileError(
        "On ne sait pas quelles colonnes de ce relevé disent le jour, le libellé et le montant.",
        cause="il lui manque sa ligne de titres, ou ce n’est pas un relevé de compte",
        next_step="exportez-le de nouveau avec ses titres, ou écrivez-les en première ligne : "
        "Date ; Libellé ; Montant",
    )


def _found(body: Sequence[list[str]]) -> _Columns | None:
    width = min((len(row) for row in body), default=0)
    days = DayReader()
    dated = [at for at in range(width) if all(days.read(row[at]) for row in body)]
    figured = [
        at
        for at in range(width)
        if at not in dated
        and all(not row[at] or amount(row[at]) is not None for row in body)
        and any(row[at] for row in body)
    ]
    words = tuple(at for at in range(width) if at not in dated and at not in figured)
    if dated and words and len(figured) == 1:
        return _Columns(dated[0], words, figured[0])
    if (
        dated
        and words
        and len(figured) == 2
        and all(bool(row[figured[0]]) != bool(row[figured[1]]) for row in body)
    ):
        return _Columns(dated[0], words, None, figured[0], figured[1])
    return None


def _amount(row: list[str], columns: _Columns) -> int | None:
    if columns.amount is not None:
        return amount(_cell(row, columns.amount))
    credit, debit = (
        0 if at is None or not _cell(row, at) else amount(_cell(row, at))
        for at in (columns.credit, columns.debit)
    )
    if credit is None or debit is None or (credit and debit) or credit < 0:
        return None
    return credit - abs(debit) if debit else credit


def _why_not(row: list[str], columns: _Columns) -> str:
    """Why an amount was not read, in French."""
    if (
        columns.amount is None
        and columns.credit is not None
        and (amount(_cell(row, columns.credit)) or 0) < 0
    ):
        return (
            "un moins dans la colonne du crédit : virement repris par la banque, ou erreur ; à voir avec elle"
        )
    return "son montant ne se lit pas"


def _cell(row: list[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _plain(text: str) -> str:
    """A heading as it is compared: letters alone, without accents."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z]", "", bare)
