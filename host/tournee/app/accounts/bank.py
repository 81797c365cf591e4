"""The bank's credits beside what returns announced: taken in once, proposed, accepted, undone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tournee.app.context import Office
from tournee.errors import AccountsError
from tournee.files import read_bounded
from tournee.formats.bank.line import BankLine, Skipped
from tournee.formats.bank.statement import SIZE_MAX, read_statement
from tournee.french import reason
from tournee.store import BankCredit, BankLineRow, BankLineState, VirementRow

BEFORE, AFTER = timedelta(days=10), timedelta(days=31)
"""How long before a return was taken in, and after, its money may come."""

_TO_COME = timedelta(days=7)  # a value day
_OLD_YEARS = 12
_SHORT = 3  # letters of a word that tells nothing
_COMMON = frozenset(
    {"VIREMENT", "VIR", "SEPA", "RECU", "TIERS", "PAYANT", "DE", "DU", "REF", "MOTIF", "INST"}
)


@dataclass(frozen=True)
class TakenStatement:
    """What a file brought: `new` credits, `known` ones, how many `debits` were left out (they are not ours to
    keep), and the lines that were not read.
    """

    form: str
    new: int
    known: int
    debits: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class Proposal:
    """A credit that waits and the virements that it may be. `is_sure`: it is one, of no other credit, and
    they have a word in common; else only the carer can say.
    """

    line: BankLineRow
    virements: tuple[VirementRow, ...]
    is_sure: bool


@dataclass(frozen=True)
class BankStanding:
    """Where all stands: what is proposed and what is ambiguous, credits that are like nothing announced,
    money announced that no credit is, and what was accepted, by line.
    """

    proposals: tuple[Proposal, ...]
    unmatched: tuple[BankLineRow, ...]
    missing: tuple[VirementRow, ...]
    accepted: Mapping[int, tuple[str, ...]]


def take_statement(office: Office, path: Path) -> TakenStatement:
    """Take a bank's file in: its credits, each once whatever file it came by. AccountsError for a file that
    cannot be read, or is no statement.
    """
    try:
        data = read_bounded(path, SIZE_MAX)
    except OSError as error:
        raise AccountsError(f"Le relevé {path} ne peut pas être lu.", cause=reason(error)) from None
    told = read_statement(data)
    today = office.clock().date()
    good = [one for one in told.lines if _is_of_our_time(one.day, today)]
    far = (one for one in told.lines if not _is_of_our_time(one.day, today))
    skipped = [
        *told.skipped,
        *(Skipped(0, f"son jour, {one.day:%d/%m/%Y}, est à venir ou trop ancien") for one in far),
    ]
    credits_ = [_credit(one) for one in good if one.cents > 0]
    new = office.journal.bank.take(credits_)
    debits = sum(one.cents < 0 for one in good)
    return TakenStatement(told.form, new, len(credits_) - new, debits, tuple(skipped))


def standing(office: Office) -> BankStanding:
    """Compare every credit that waits with every virement announced that none was accepted for."""
    bank = office.journal.bank
    virements, matches = bank.virements(), bank.matches()
    taken = {(one.return_id, one.number) for one in matches}
    open_ = [one for one in virements if (one.return_id, one.number) not in taken]
    lines = bank.lines(BankLineState.OPEN)
    proposals = _proposed(lines, open_)
    proposed = {one.line.id for one in proposals}
    sure = {one.virements[0].number for one in proposals if one.is_sure}
    accepted: dict[int, tuple[str, ...]] = {}
    for match in matches:
        accepted[match.line_id] = (*accepted.get(match.line_id, ()), match.number)
    return BankStanding(
        proposals=tuple(proposals),
        unmatched=tuple(one for one in lines if one.id not in proposed),
        missing=tuple(one for one in open_ if one.number not in sure),
        accepted=accepted,
    )


def accept(office: Office, line_id: int, numbers: Sequence[str] = ()) -> tuple[VirementRow, ...]:
    """Let a credit be the virements of these numbers, or the one that is proposed. StoreError as of `match`;
    AccountsError for a number that is none, and where nothing sure is proposed.
    """
    found = standing(office)
    if numbers:
        known = {one.number: one for one in office.journal.bank.virements()}
        lacking = [one for one in numbers if one not in known]
        if lacking:
            raise AccountsError(f"Aucun virement n’a le numéro {lacking[0]}.", next_step="affichez la liste.")
        chosen = tuple(known[one] for one in dict.fromkeys(numbers))
    else:
        office.journal.bank.get(line_id)
        mine = next((one for one in found.proposals if one.line.id == line_id), None)
        if mine is None or not mine.is_sure:
            raise AccountsError(
                f"Rien de sûr n’est proposé pour la ligne {line_id} du relevé.",
                next_step="dites de quel virement elle est.",
            )
        chosen = mine.virements
    office.journal.bank.match(line_id, chosen)
    return chosen


def accept_all(office: Office) -> int:
    """Accept every credit whose virement is sure; how many."""
    sure = [one for one in standing(office).proposals if one.is_sure]
    for one in sure:
        office.journal.bank.match(one.line.id, one.virements)
    return len(sure)


# --- its own ---


def _credit(one: BankLine) -> BankCredit:
    words = " ".join(sorted(_words(one.words, all_=True)))
    name = f"n {one.number} {one.day} {one.cents}" if one.number else f"w {one.day} {one.cents} {words}"
    return BankCredit(f"{one.day:%Y%m%d}", one.cents, one.words, name)


def _is_of_our_time(day: date, today: date) -> bool:
    return day <= today + _TO_COME and day.year >= today.year - _OLD_YEARS


def _proposed(lines: Sequence[BankLineRow], virements: Iterable[VirementRow]) -> list[Proposal]:
    """For each credit the virements of its amount that are near in time, those whose words are most alike."""
    by_cents: dict[int, list[VirementRow]] = {}
    for one in virements:
        by_cents.setdefault(one.cents, []).append(one)
    found: list[tuple[BankLineRow, tuple[VirementRow, ...]]] = []
    for line in lines:
        near = [one for one in by_cents.get(line.cents, ()) if _is_near(line, one)]
        if near:
            alike = {one.number: len(_words(line.words) & _words(one.label)) for one in near}
            most = max(alike.values())
            found.append((line, tuple(one for one in near if alike[one.number] == most)))
    wanted = Counter(one.number for _, virements_ in found for one in virements_)
    return [
        Proposal(
            line,
            near,
            is_sure=len(near) == 1 and wanted[near[0].number] == 1 and _share_a_word(line, near[0]),
        )
        for line, near in found
    ]


def _is_near(line: BankLineRow, virement: VirementRow) -> bool:
    told, came = (datetime.strptime(one.day, "%Y%m%d") for one in (virement, line))
    return told - BEFORE <= came <= told + AFTER


def _share_a_word(line: BankLineRow, virement: VirementRow) -> bool:
    """Whether something beside the amount speaks for it, be it one short number."""
    return bool((_words(line.words, all_=True) & _words(virement.label, all_=True)) - _COMMON)


def _words(text: str, *, all_: bool = False) -> frozenset[str]:
    """The words of a text that tell something: numbers without their zeros, names; or all of them."""
    bare = unicodedata.normalize("NFKD", text).upper()
    found = (word.lstrip("0") for word in re.findall(r"[A-Z0-9]+", bare))
    return frozenset(one for one in found if one and (all_ or (len(one) >= _SHORT and one not in _COMMON)))
