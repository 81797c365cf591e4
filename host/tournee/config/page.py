"""The table `[page]`: after how long the page locks by itself, and how long the code porteur is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tournee.config.table import ConfigTable

LOCK_MINUTES, LOCK_MINUTES_MAX = 5, 60
CODE_HOURS, CODE_HOURS_MAX = 4, 12


@dataclass(frozen=True)
class PageChoice:
    """Minutes without a touch before the page locks; hours that the code porteur is kept at most."""

    lock_minutes: int = LOCK_MINUTES
    code_hours: int = CODE_HOURS

    @property
    def code_kept(self) -> timedelta:
        """How long a code porteur is kept."""
        return timedelta(hours=self.code_hours)


def read_page(table: ConfigTable) -> PageChoice:
    """The table `[page]`; ConfigError with the key at fault."""
    choice = PageChoice(
        _within(table, "verrou_minutes", LOCK_MINUTES, LOCK_MINUTES_MAX),
        _within(table, "code_heures", CODE_HOURS, CODE_HOURS_MAX),
    )
    table.finish()
    return choice


def _within(table: ConfigTable, key: str, usual: int, most: int) -> int:
    number = table.whole(key, usual)
    if not 1 <= number <= most:
        table.wrong(key, f"un nombre de 1 à {most} est attendu, pas {number}")
    return number
