"""A journal changed by another program, or put back to an older state, says so until that is accepted."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest
from journal_maker import KEY, NOW, Maker

from tournee.store import Cipher, Journal

ALTERED = "modifié par un autre programme"
OLDER = "copie plus ancienne"


@pytest.fixture
def told(path: Path):
    """What the journal says of itself when it is opened, and closed again."""

    def asked() -> list[str]:
        with Journal(path, Cipher(KEY), lambda: NOW, station=0) as journal:
            return [one.text for one in journal.health.alterations]

    return asked


@pytest.fixture
def closed(open_journal, make: Maker, path: Path) -> Path:
    """A journal with one invoice of two sheets, sent and paid in part."""
    journal = open_journal()
    make.invoice(journal, "FSE", "DRE")
    make.sent_file(journal)
    journal.close()
    return path


def other_program(path: Path, *statements: str) -> None:
    raw = sqlite3.connect(path)
    with raw:
        for statement in statements:
            raw.execute(statement)
    raw.close()


@pytest.mark.parametrize(
    ("statement", "thing"),
    [
        ("UPDATE sheet SET amo = amo + 1 WHERE id = 1", "feuille n° 1 diffère"),
        ("UPDATE sheet SET state = 'paid' WHERE id = 2", "feuille n° 2 diffère"),
        ("UPDATE sheet SET lot = NULL WHERE id = 1", "feuille n° 1 diffère"),
        (
            "UPDATE sheet SET nir_sealed = (SELECT nir_sealed FROM sheet WHERE id = 2) WHERE id = 1",
            "feuille n° 1 diffère",
        ),
        ("UPDATE visit SET state = 'open'", "visite n° 1 diffère"),
        ("UPDATE invoice SET made = '2020-01-01'", "facture n° 1 diffère"),
        ("UPDATE lot SET date = '20200101' WHERE id = 1", "lot n° 1 diffère"),
        ("UPDATE file SET route = 'autre'", "fichier n° 1 diffère"),
        ("UPDATE message SET compostage = '2020'", "message n° 1 diffère"),
        ("UPDATE counter SET value = value - 1", "numéro donné diffère"),
        ("UPDATE history SET at = '2020-01-01' WHERE id = 1", "historique n° 1 diffère"),
        ("DELETE FROM history WHERE id = 1", "historique n° 1 manque"),
        (
            "INSERT INTO history SELECT id + 100, at, subject, subject_id, state, detail_sealed FROM history",
            "historique n° 101 est en trop, n° 102 est en trop, n° 103 est en trop et ",
        ),
        ("DELETE FROM sealed_chunk WHERE id = 1", "contenu gardé n° 1 manque"),
        ("DELETE FROM last_step", "ses sommes"),
        ("UPDATE last_step SET kept_sealed = zeroblob(60)", "ses sommes"),
    ],
)
def test_row_that_another_program_changed_is_told_by_its_kind_and_number(
    closed: Path, told, statement, thing
) -> None:
    assert told() == []
    other_program(closed, statement)
    for _ in range(2):  # and again, at every opening
        (text,) = told()
        assert (ALTERED in text, f"({thing}" in text) == (True, True)


def test_two_rows_that_changed_places_are_told(closed: Path, told) -> None:
    other_program(closed, "UPDATE sheet SET kind = CASE kind WHEN 'FSE' THEN 'x' ELSE 'y' END")
    other_program(closed, "UPDATE sheet SET kind = CASE kind WHEN 'x' THEN 'DRE' ELSE 'FSE' END")
    assert len(told()) == 1


def test_what_was_changed_and_changed_back_is_nothing(closed: Path, told) -> None:
    other_program(closed, "UPDATE sheet SET amo = amo + 1")
    other_program(closed, "UPDATE sheet SET amo = amo - 1")
    assert told() == []


def test_change_that_hides_its_time_is_told_all_the_same(closed: Path, told) -> None:
    assert told() == []
    before = closed.stat()
    other_program(closed, "UPDATE sheet SET amo = amo + 1 WHERE id = 2")
    os.utime(closed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "(feuille n° 2 diffère)" in told()[0]


def test_amounts_that_changed_places_are_told_of_both_rows(closed: Path, told) -> None:
    other_program(closed, "UPDATE sheet SET amo = 1234 - amo, amc = 4321 - amc")
    assert "(feuille n° 1 diffère, n° 2 diffère)" in told()[0]


@pytest.mark.parametrize(
    "definition",
    [
        "CREATE TRIGGER paid AFTER UPDATE ON sheet BEGIN UPDATE sheet SET amo = 1 WHERE id = new.id; END",
        "CREATE INDEX none ON sheet (id) WHERE id < 0",
        "CREATE VIEW more AS SELECT * FROM sheet",
        "DROP INDEX invoice_number",
        "ALTER TABLE lot ADD COLUMN more TEXT",
    ],
)
def test_what_sqlite_is_told_to_do_is_guarded_too(closed: Path, told, definition: str) -> None:
    """A trigger of another hand would change rows in our own steps, and pass for ours."""
    other_program(closed, definition)
    assert any("(forme des tables, index et déclencheurs)" in text for text in told())


def test_row_put_back_with_its_tag_is_told_by_its_table(closed: Path, open_journal, told) -> None:
    """Who has an older copy of row and tag puts both back: the sum, which is sealed, does not hold."""
    raw = sqlite3.connect(closed)
    old = raw.execute("SELECT state FROM sheet WHERE id = 1").fetchone()
    tags = raw.execute("SELECT of, row, tag FROM row_tag").fetchall()
    raw.close()
    journal = open_journal()
    with journal.db.step("test"):
        journal.db.write("UPDATE sheet SET state = 'acknowledged' WHERE id = 1")
    journal.close()
    assert told() == []
    raw = sqlite3.connect(closed)
    with raw:
        raw.execute("UPDATE sheet SET state = ? WHERE id = 1", old)
        raw.executemany("INSERT OR REPLACE INTO row_tag VALUES (?, ?, ?)", tags)
    raw.close()
    assert "(feuille)" in told()[0]


def test_tags_alone_tell_nothing(closed: Path, told) -> None:
    other_program(closed, "DELETE FROM row_tag")
    assert told() == []
    other_program(closed, "UPDATE sheet SET amo = 1 WHERE id = 1")
    assert "feuille" in told()[0]


def test_every_row_has_its_tag_after_a_life_and_none_that_is_gone(closed: Path) -> None:
    with Journal(closed, Cipher(KEY), lambda: NOW, station=0) as journal:
        sums = journal.db._engine._last_step._sums
        kept = {(row["of"], row["row"]): row["tag"] for row in journal.db.rows("SELECT * FROM row_tag")}
        rows = {(zlib.crc32(table.encode()), key): tag for (table, key), tag in sums.rows()}
    assert kept == rows


def test_older_copy_put_in_place_is_told_whatever_is_done_with_it(
    closed: Path, open_journal, make: Maker, told, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    shutil.copy(closed, kept)
    for _ in range(3):
        journal = open_journal()
        make.invoice(journal)
        journal.close()
    assert told() == []
    shutil.copy(kept, closed)
    assert OLDER in told()[0]
    for _ in range(8):
        journal = open_journal()
        make.invoice(journal)
        journal.close()
        assert [OLDER in one for one in told()] == [True]


@pytest.mark.parametrize("harm", ["altered", "older"])
def test_what_is_accepted_is_told_no_more_and_the_next_harm_is(
    closed: Path, open_journal, make: Maker, told, tmp_path: Path, harm: str
) -> None:
    kept = tmp_path / "kept"
    shutil.copy(closed, kept)
    if harm == "altered":
        other_program(closed, "UPDATE sheet SET amo = amo + 1")
    else:
        journal = open_journal()
        make.invoice(journal)
        journal.close()
        shutil.copy(kept, closed)
    assert len(told()) == 1
    journal = open_journal()
    journal.health.accept()
    journal.close()
    assert told() == []
    other_program(closed, "UPDATE sheet SET amo = amo + 1")
    assert ALTERED in told()[0]
    shutil.copy(kept, closed)
    assert OLDER in told()[0]


def test_process_that_is_killed_leaves_nothing_to_tell(open_journal, make: Maker, path: Path, told) -> None:
    """At no step: before its commit, after it, before the note beside the journal."""

    class Killed(BaseException):
        pass

    open_journal().close()
    for at in range(1, 40):
        left = at

        def kill(step: str) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Killed

        journal = open_journal(kill)
        try:
            make.invoice(journal)
        except Killed:
            pass
        else:
            break
        finally:
            journal.db._connection.close()  # as the system closes it: nothing is noted
            journal.db._engine._lock.close()
        assert told() == []
    assert at > 3


def test_two_processes_that_write_by_turns_tell_nothing(open_journal, make: Maker, path: Path, told) -> None:
    one, other = open_journal(), open_journal()
    for rank in range(1, 5):
        make.invoice(one if rank % 2 else other)
        assert told() == []
    one.close()
    other.close()
    assert told() == []


@pytest.mark.parametrize("left", [b"", b"x", b"1 - 0000", b"\xff" * 40, b"9" * 600])
def test_note_that_is_no_note_is_made_anew(closed: Path, told, left: bytes) -> None:
    note = closed.with_name("journal.db.head")
    good = note.read_bytes()
    note.write_bytes(left)
    assert told() == []
    assert note.read_bytes().split()[0] == good.split()[0]
    assert note.stat().st_mode & 0o777 == 0o600


def test_note_of_another_number_needs_the_journals_key(closed: Path, told) -> None:
    note = closed.with_name("journal.db.head")
    step, looks, mark = note.read_text().split()
    note.write_text(f"{int(step) + 5} {looks} {mark}\n")
    assert told() == []
