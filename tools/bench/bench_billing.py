"""The nomenclature: a table of 300 rows read and judged whole, an act looked for, a day's price, and a visit
judged with its patient's year in the journal; each against its limit. Processor time: other work weighs on
nobody's figure.
"""

from __future__ import annotations

import pkgutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

from measure import row

LOADED, FOUND, PRICED, JUDGED = 0.015, 0.020, 0.001, 0.003
"""Limits, in seconds: of a table read, of a search, of a day's table asked for and one act priced by it, of a
visit judged.
"""

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
    visits()


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


def visits() -> None:
    """A visit of each profession judged, its patient's year in a journal: a nurse's every day of it, a
    physiotherapist's three times a week.
    """
    from tournee.app.visits.past import JournalPast, visit_facts
    from tournee.billing.judging import judge
    from tournee.billing.kept.judged import write_judged
    from tournee.billing.kept.known import Nothing
    from tournee.billing.nomenclature.table import packaged
    from tournee.billing.rules.case import carer_of
    from tournee.billing.visit import Act, Passage, Prescription, Travel, Visit
    from tournee.store import Cipher, Journal, VisitDraft

    dependent = (Act("BSB"), Act("AMX", act="Injection d’insuline")), Travel("IFI", kilometres=12)
    back = (Act("RAM", 809),), None
    years = (("756000121", "IF", 1, dependent), ("697000230", "MK", 7 / 3, back))
    for number, profession, every, (acts, travel) in years:
        carer = carer_of(number, profession)  # type: ignore[arg-type]

        def visit_on(day: date, acts: tuple[Act, ...] = acts, travel: Travel | None = travel) -> Visit:
            passage = Passage(day, 8 * 60, acts, travel)
            prescribed = Prescription(day - timedelta(days=day.toordinal() % 90), rpps="10100001071")
            return Visit(day, "2550699999001", "62", (passage,), prescribed)

        with tempfile.TemporaryDirectory() as folder:
            clock = datetime(2026, 11, 16, 19, tzinfo=UTC)
            path = Path(folder) / "journal.db"
            with Journal(path, Cipher(bytes(range(32))), lambda now=clock: now) as journal:  # type: ignore[misc]
                for back_in_time in range(int(365 / every), 0, -1):
                    day = DAY - timedelta(days=int(back_in_time * every))
                    done = judge(visit_on(day), carer, Nothing(), packaged()).visit
                    draft = VisitDraft(write_judged(done), visit_facts(done))
                    journal.visits.add_day(f"{back_in_time}", number, f"{day:%Y%m%d}", [draft])
                today = visit_on(DAY)
                spent = _spent(lambda: judge(today, carer, JournalPast(journal), packaged()), 200)  # noqa: B023
        row(f"a visit judged, {profession}, its year behind it", spent, "limit", JUDGED)


def _spent(action: Callable[[], object], rounds: int) -> float:
    """Median seconds of processor time of `action`."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        spent.append(time.process_time() - start)
    return statistics.median(spent)
