"""The nomenclature: a table of 300 rows read and judged whole, an act looked for, a day's price; each against
its limit. Processor time: other work weighs on nobody's figure.
"""

from __future__ import annotations

import pkgutil
import statistics
import time
from collections.abc import Callable
from datetime import date
from itertools import cycle

from measure import row

LOADED, FOUND, PRICED = 0.015, 0.020, 0.001
"""Limits, in seconds: of a table read, of a search, of a day's table asked for and one act priced by it."""

DAY = date(2026, 11, 16)
TYPED = [
    ("IF", "pansement lourd"),
    ("IF", "prélèvement"),
    ("IF", "AMI 1,5"),
    ("IF", "pensement"),
    ("IF", "séance"),
    ("MK", "genou"),
    ("MK", "PTG"),
    ("MK", "8,12"),
    ("MK", "rééducation de l’épaule opérée"),
    ("MK", "zzzz"),
]


def run() -> None:
    """Median processor times, in this process."""
    nomenclature()


def nomenclature() -> None:
    """Reading the table that comes with Tournée, the searches of `TYPED` in turn, the price of an act."""
    from tournee.billing.nomenclature.reading import read
    from tournee.billing.nomenclature.search import search
    from tournee.billing.nomenclature.tables import Tables

    data = pkgutil.get_data("tournee.billing.nomenclature", "ngap.json") or b""
    table = read(data)
    row(f"table of {len(table.rows.acts)} acts read", _spent(lambda: read(data), 25), "limit", LOADED)
    typed = cycle(TYPED)

    def one() -> None:
        who, words = next(typed)
        search(table, words, who, DAY)  # type: ignore[arg-type]

    row("acts searched", _spent(one, 200), "limit", FOUND)
    tables = Tables()

    def price() -> None:
        today = tables.for_day(DAY)
        (act,) = today.cotations("MK", "RIC", DAY, 812)
        today.worth(act, DAY, "metro")

    row("an act priced on its day", _spent(price, 200), "limit", PRICED)


def _spent(action: Callable[[], object], rounds: int) -> float:
    """Median seconds of processor time of `action`."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        spent.append(time.process_time() - start)
    return statistics.median(spent)
