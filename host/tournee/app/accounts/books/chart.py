"""The chart of accounts and the journals, off `chart.toml`: one data table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tournee.tables.document import packaged


@dataclass(frozen=True)
class ChartAccount:
    """An account: its number and what it is called. `carries_over`: its balance opens the next year."""

    number: str
    label: str

    @property
    def carries_over(self) -> bool:
        """Accounts of classes 1 to 5 do; those of 6 and 7 are a year's own."""
        return self.number[:1] in "12345"


@cache
def account_of(key: str) -> ChartAccount:
    """The account that takes what `key` names."""
    row = _chart()["account"][key]
    return ChartAccount(row["number"], row["label"])


@cache
def journal_label(code: str) -> str:
    """What a journal is called."""
    label: str = _chart()["journal"][code]["label"]
    return label


@cache
def _chart() -> dict[str, Any]:
    return packaged("tournee.app.accounts.books", "chart")
