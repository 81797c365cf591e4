"""An entry of the accounts: lines that balance."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.accounts.books.chart import ChartAccount, account_of


@dataclass(frozen=True)
class Posting:
    """A line: an account, whom it is of (an auxiliary's number and label, "" for none), cents above 0 on one
    side.
    """

    account: ChartAccount
    debit: int
    credit: int
    auxiliary: str = ""
    auxiliary_label: str = ""


@dataclass(frozen=True)
class BookEntry:
    """What happened on `day`, told by `voucher` of `voucher_day` (days AAAAMMJJ), noted on `noted`."""

    journal: str
    day: str
    voucher: str
    voucher_day: str
    label: str
    postings: tuple[Posting, ...]
    noted: str


@dataclass(frozen=True)
class Side:
    """An account with its auxiliary, to be debited or credited."""

    key: str
    auxiliary: str = ""
    auxiliary_label: str = ""


def entry(
    journal: str,
    day: str,
    voucher: str,
    label: str,
    *moves: tuple[Side, int],
    voucher_day: str = "",
    noted: str = "",
) -> BookEntry | None:
    """An entry of these moves, cents above 0 to the debit, below 0 to the credit; None when nothing moves."""
    postings = tuple(
        Posting(account_of(side.key), max(cents, 0), max(-cents, 0), side.auxiliary, side.auxiliary_label)
        for side, cents in moves
        if cents
    )
    assert sum(one.debit - one.credit for one in postings) == 0
    return (
        BookEntry(journal, day, voucher, voucher_day or day, label, postings, noted or day)
        if postings
        else None
    )
