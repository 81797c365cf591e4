"""What the journal says after a day: whole, no visit with two invoices, no number given twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from practice_desk import PracticeDesk

from tournee.store import SheetState


def signed_once(desk: PracticeDesk) -> int:
    """How many visits are signed. AssertionError when one is twice, or the journal is not whole."""
    with closing(sqlite3.connect(desk.directory / "journal.db")) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        made = journal.execute("SELECT visit, number FROM invoice ORDER BY id").fetchall()
        standing = journal.execute(
            "SELECT visit, count(DISTINCT invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id"
            " WHERE state = ? GROUP BY visit",
            (SheetState.CERTIFIED.value,),
        ).fetchall()
    numbers = [number for _, number in made]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert [visit for visit, count in standing if count != 1] == []
    return len(standing)


def signatures(desk: PracticeDesk) -> int:
    """How many the professional's card has made."""
    card = desk.board.cards["ps"]
    assert card is not None
    return card.signatures
