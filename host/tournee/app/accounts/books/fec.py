"""The fichier des écritures comptables (FEC) of a year: article A47 A-1 of the livre des procédures fiscales.

18 columns, tab or `|` between them, days AAAAMMJJ, comma decimals, ISO 8859-15, lines ended by CR LF, entries
numbered from 1 without a gap, in the order of their days; a year opens with what the years before left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tournee.app.accounts.books.chart import ChartAccount, account_of, journal_label
from tournee.app.accounts.books.entries import entries
from tournee.app.accounts.books.posting import BookEntry, Posting
from tournee.app.context import Office
from tournee.errors import AccountsError
from tournee.printable import line

COLUMNS = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum"),
    *("CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet"),
    *("ValidDate", "Montantdevise", "Idevise"),
)
TAB, PIPE = "\t", "|"
_SIREN_DIGITS = 9
_OPENING = "À nouveaux"


@dataclass(frozen=True)
class Fec:
    """A file: its name, its bytes, how many entries it has and what they add up to, in cents."""

    name: str
    content: bytes
    entries: int
    total: int


def fec(office: Office, siren: str, closing: date, *, ps: str = "", separator: str = TAB) -> Fec:
    """The file of the year that ends on `closing`, of one professional. AccountsError for a SIREN that is
    none, a year that has no entry, and a journal of several professionals when none is named.
    """
    if not is_siren(siren):
        raise AccountsError(
            f"« {line(siren, 20)} » n’est pas un numéro SIREN.", cause="il a neuf chiffres, dont une clé"
        )
    known = office.journal.visits.professionals()
    if not ps and len(known) > 1:
        raise AccountsError(
            f"Ce journal est à plusieurs professionnels : {', '.join(known)}.",
            next_step="dites de qui sont les comptes.",
            remedy="say-whose",
        )
    first = _after_a_year_before(closing)
    start, end = f"{first:%Y%m%d}", f"{closing:%Y%m%d}"
    told = entries(office, ps)
    own = [one for one in told if start <= one.day <= end]
    opening = _opening([one for one in told if one.day < start], start)
    whole = [*([opening] if opening else []), *own]
    if not whole:
        raise AccountsError(f"Il n’y a aucune écriture du {first:%d/%m/%Y} au {closing:%d/%m/%Y}.")
    rows = [COLUMNS, *(row for number, one in enumerate(whole, 1) for row in _rows(one, number))]
    text = "".join(separator.join(_cell(cell, separator) for cell in row) + "\r\n" for row in rows)
    total = sum(posting.debit for one in whole for posting in one.postings)
    name = f"{siren}FEC{end}.txt"
    return Fec(name, text.encode("iso-8859-15", "replace"), len(whole), total)


def is_siren(text: str) -> bool:
    """Whether a text is a SIREN: nine digits, the last one their key (Luhn)."""
    if len(text) != _SIREN_DIGITS or not (text.isascii() and text.isdigit()):
        return False
    doubled = (int(one) * (2 if rank % 2 else 1) for rank, one in enumerate(text))
    return sum(one // 10 + one % 10 for one in doubled) % 10 == 0


def _after_a_year_before(closing: date) -> date:
    """The first day of the year that ends then."""
    try:
        return closing.replace(year=closing.year - 1) + timedelta(days=1)
    except ValueError:  # 29 February
        return date(closing.year - 1, 3, 1)


def _opening(before: Sequence[BookEntry], day: str) -> BookEntry | None:
    """What is carried over: each account of a balance sheet with its auxiliary; the owner's has the rest."""
    balances: dict[tuple[str, str], int] = {}
    kept: dict[tuple[str, str], Posting] = {}
    for posting in (posting for one in before for posting in one.postings):
        if posting.account.carries_over:
            key = (posting.account.number, posting.auxiliary)
            balances[key] = balances.get(key, 0) + posting.debit - posting.credit
            kept[key] = posting
    moves = [
        Posting(kept[key].account, max(cents, 0), max(-cents, 0), *_whose(kept[key]))
        for key, cents in sorted(balances.items())
        if cents
    ]
    rest = sum(one.debit - one.credit for one in moves)
    if rest:
        moves.append(Posting(account_of("owner"), max(-rest, 0), max(rest, 0)))
    return BookEntry("AN", day, "AN", day, _OPENING, tuple(moves), day) if moves else None


def _whose(posting: Posting) -> tuple[str, str]:
    return posting.auxiliary, posting.auxiliary_label


def _rows(one: BookEntry, number: int) -> Iterator[tuple[str, ...]]:
    for posting in one.postings:
        account: ChartAccount = posting.account
        yield (
            *(one.journal, journal_label(one.journal), str(number), one.day),
            *(account.number, account.label, posting.auxiliary, posting.auxiliary_label),
            *(one.voucher, one.voucher_day, one.label, amount(posting.debit), amount(posting.credit)),
            *("", "", max(one.noted, one.day), "", ""),
        )


def amount(cents: int) -> str:
    """Cents as an amount with a comma, no blank within."""
    return f"{cents // 100},{cents % 100:02}"


def _cell(text: str, separator: str) -> str:
    """A cell that holds no separator, no line end and no letter beyond the charset's."""
    return line(text).replace(separator, " ").replace("’", "'")


def balance(told: Iterable[BookEntry]) -> dict[str, int]:
    """What each account comes to, debit less credit, by its number."""
    found: dict[str, int] = {}
    for posting in (posting for one in told for posting in one.postings):
        found[posting.account.number] = found.get(posting.account.number, 0) + posting.debit - posting.credit
    return found
