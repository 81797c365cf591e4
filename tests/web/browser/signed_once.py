"""What the journal says after a day: whole, no visit with two invoices, no number given twice."""

from __future__ import annotations

import email
import sqlite3
from contextlib import closing

from practice_desk import PracticeDesk

from tournee.store import SheetState

UNSIGNED = (SheetState.MADE, SheetState.SEALED, SheetState.ABANDONED)


def signed_once(desk: PracticeDesk) -> int:
    """How many visits are signed. AssertionError when one is twice, or the journal is not whole."""
    with closing(sqlite3.connect(desk.directory / "journal.db")) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        made = journal.execute("SELECT visit, number FROM invoice ORDER BY id").fetchall()
        standing = journal.execute(
            "SELECT visit, count(DISTINCT invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id"
            f" WHERE state NOT IN ({', '.join('?' * len(UNSIGNED))}) GROUP BY visit",
            [state.value for state in UNSIGNED],
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


def lots_signed(desk: PracticeDesk) -> int:
    """How many lots the reader has closed. AssertionError when a number came twice, or one is not closed."""
    with closing(sqlite3.connect(desk.directory / "journal.db")) as journal:
        told = journal.execute("SELECT ps, number, crf, sevens_sealed FROM lot").fetchall()
    assert len({lot[:3] for lot in told}) == len(told)
    assert all(sevens for _, _, _, sevens in told)
    return len(told)


def left_once(desk: PracticeDesk) -> list[str]:
    """Subjects of the messages that left. AssertionError when a file left twice, or one has not."""
    with closing(sqlite3.connect(desk.directory / "journal.db")) as journal:
        told = journal.execute("SELECT file, subject FROM message").fetchall()
    left = [
        email.message_from_bytes(one.read_bytes())["subject"] for one in (desk.directory / "sent").iterdir()
    ]
    assert sorted(left) == sorted(subject for _, subject in told)
    assert len({file for file, _ in told}) == len(told)
    return left
