"""Opening a journal: new, foreign, damaged, older, newer, busy."""

import contextlib
import os
import shutil
import sqlite3
import stat
from datetime import datetime, timedelta

import pytest
from journal_maker import NOW

from tournee.errors import StoreError
from tournee.store import Cipher, Journal
from tournee.store.engines.sqlite import CHECK_EVERY
from tournee.store.integrity.host_note import Host
from tournee.store.opening import SCHEMA, translate

KEY = bytes(range(32))
LATEST = len(list(SCHEMA.glob("*.sql")))


@pytest.fixture
def closed(journal, make, path):
    """A closed journal with a sent invoice."""
    make.invoice(journal)
    make.sent_file(journal)
    journal.close()
    return path


@pytest.fixture
def next_schema(tmp_path):
    """The migrations, and one more."""
    folder = tmp_path / "schema"
    shutil.copytree(SCHEMA, folder)
    (folder / f"{LATEST + 1:04}.sql").write_text(
        "-- a column; with a semicolon in a comment\n"
        "ALTER TABLE lot ADD COLUMN note TEXT NOT NULL DEFAULT '';\n"
        "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;\n"
    )
    return folder


def pragma(path, name):
    with sqlite3.connect(path) as raw:
        return raw.execute(f"PRAGMA {name}").fetchone()[0]


def refused(path, match, now=NOW):
    """Opening is refused and leaves every byte as it was."""
    before = path.read_bytes()
    with pytest.raises(StoreError, match=match):
        Journal(path, Cipher(KEY), lambda: now, station=0)
    assert path.read_bytes() == before
    assert not path.with_name(path.name + "-wal").exists()


def test_a_new_journal_belongs_to_its_owner_alone(journal, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("journal.db-wal").stat().st_mode) == 0o600


def test_a_new_journal_makes_its_folder(tmp_path):
    Journal(tmp_path / "a" / "b" / "journal.db", Cipher(KEY), datetime.now, station=0).close()
    assert (tmp_path / "a" / "b" / "journal.db").exists()


def test_a_journal_says_what_it_is_and_its_version(closed):
    assert pragma(closed, "application_id") == 0x544F5552
    assert pragma(closed, "user_version") == LATEST
    assert pragma(closed, "journal_mode") == "wal"


def test_every_commit_is_on_the_disk(journal):
    assert journal.db.rows("PRAGMA synchronous") == [{"synchronous": 2}]


def test_a_journal_opened_again_is_as_it_was(journal, make, open_journal):
    make.invoice(journal)
    make.sent_file(journal)
    before = (journal.overview()[::-1], journal.history.find())
    journal.close()
    again = open_journal()
    assert (again.overview()[::-1], again.history.find()) == before


@pytest.mark.parametrize("content", [b"ceci n'est pas un journal", bytes(5000), b"SQLite format 2\x00" * 300])
def test_a_file_that_is_no_database_is_refused(path, content):
    path.write_bytes(content)
    refused(path, "n’est pas un journal de Tournée")


def test_the_database_of_another_program_is_refused(path):
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE bookmarks (id INTEGER PRIMARY KEY, url TEXT)")
    raw.close()
    refused(path, "n’est pas un journal de Tournée")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(StoreError, match="ne peut pas être ouvert"):
        Journal(tmp_path, Cipher(KEY), lambda: None, station=0)


def test_a_newer_journal_is_refused(closed):
    with sqlite3.connect(closed) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    refused(closed, "version plus récente")


@pytest.mark.parametrize("cut", [100, 4096, 0.5])
def test_a_journal_cut_short_is_refused(closed, cut):
    data = closed.read_bytes()
    closed.write_bytes(data[: int(len(data) * cut) if isinstance(cut, float) else cut])
    refused(closed, "endommagé|ne peut pas être lu")


@pytest.fixture
def overwritten(closed):
    """The same journal, a page of it overwritten on the disk that opening does not read: sheets' bytes."""
    with sqlite3.connect(closed) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sheet_bytes'").fetchone()[0]
    raw.close()
    data = bytearray(closed.read_bytes())
    data[(page - 1) * 4096 : (page - 1) * 4096 + 64] = b"\xff" * 64
    closed.write_bytes(bytes(data))
    return closed


def test_a_journal_with_a_page_overwritten_is_refused_within_a_week(overwritten):
    refused(overwritten, "est endommagé", NOW + CHECK_EVERY)


def test_an_overwritten_page_is_an_error_where_it_is_read_and_from_then_on(overwritten, open_journal):
    journal = open_journal()
    with pytest.raises(StoreError, match="endommagé"):
        journal.invoices.sheet(1)
    journal.close()
    refused(overwritten, "est endommagé")


def test_a_check_finds_an_overwritten_page(overwritten, open_journal):
    assert open_journal().health.check() != ()


def test_a_good_journal_is_checked_once_a_week_and_when_asked(closed, open_journal):
    def checked():
        with sqlite3.connect(closed) as raw:
            return raw.execute("SELECT checked FROM journal").fetchone()[0]

    assert checked() == "2026-03-02"
    open_journal(now=NOW + CHECK_EVERY - timedelta(days=1)).close()
    assert checked() == "2026-03-02"
    open_journal(now=NOW + CHECK_EVERY).close()
    assert checked() == "2026-03-09"
    with contextlib.closing(open_journal(now=NOW + CHECK_EVERY + timedelta(days=1))) as journal:
        assert journal.health.check() == ()
    assert checked() == "2026-03-10"


def test_a_journal_whose_process_was_killed_is_checked_when_it_is_opened_next(closed, make, open_journal):
    """Its WAL was left behind, nobody has it open: a damaged page is found although no check is due."""
    with sqlite3.connect(closed) as raw:  # of a table that the last process does not write
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'former_lot'").fetchone()[0]
    raw.close()
    child = os.fork()
    if child == 0:
        killed = Journal(closed, Cipher(KEY), lambda: NOW, station=0)
        make.invoice(killed)
        os._exit(9)
    os.waitpid(child, 0)
    assert closed.with_name("journal.db-wal").stat().st_size
    with closed.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 64)
    with pytest.raises(StoreError, match="est endommagé"):
        open_journal()


def test_a_journal_opened_by_a_link_has_its_own_files_beside_itself(closed, tmp_path):
    """So that those who open it by the link and those who do not wait for each other, and know its marks."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "link.db"
    link.symlink_to(closed)
    with Journal(link, Cipher(KEY), lambda: NOW, station=0) as journal:
        journal.visits.add_day("by the link", "756000014", "20260302", [b"visit"])
        assert closed.with_name("journal.db.lock").exists()
        assert [file.name for file in folder.iterdir()] == ["link.db"]


def test_a_power_cut_in_the_middle_of_a_checkpoint_loses_nothing(journal, make, path, tmp_path):
    """The first page already tells of pages that only the WAL has: a disk that was full, or no power."""
    make.invoice(journal)
    make.sent_file(journal)
    told = journal.overview()
    wal = path.with_name("journal.db-wal").read_bytes()
    journal.db.rows("PRAGMA wal_checkpoint(FULL)")
    copy = tmp_path / "cut.db"
    for pages in (1, 2, len(path.read_bytes()) // 4096 - 1):
        copy.write_bytes(path.read_bytes()[: pages * 4096])
        copy.with_name("cut.db-wal").write_bytes(wal)
        with Journal(copy, Cipher(KEY), lambda: NOW, station=0) as reopened:
            assert reopened.overview() == told
            assert reopened.health.check() == ()


def test_a_power_cut_in_the_middle_of_a_write_loses_only_what_was_not_committed(
    journal, make, path, tmp_path
):
    make.day(journal, 3)
    for _ in range(3):
        make.invoice(journal)
    numbers = [row.number for row in journal.overview()[::-1]]
    database, wal = path.read_bytes(), path.with_name("journal.db-wal").read_bytes()
    seen = set()
    for cut in range(0, len(wal) + 1, len(wal) // 23):
        copy = tmp_path / f"cut at {cut}.db"
        copy.write_bytes(database)
        copy.with_name(f"{copy.name}-wal").write_bytes(wal[:cut])
        alone = Host(None)  # the same journal each time, as the cut left it: no copy beside another
        with Journal(copy, Cipher(KEY), journal.db._clock, station=0, host=alone) as reopened:
            found = [row.number for row in reopened.overview()[::-1]]
            assert found == numbers[: len(found)]
            seen.add(len(found))
            pending = [visit.id for visit in reopened.visits.find() if visit.invoice_id is None]
            for visit in pending:
                reopened.invoices.make(visit, make.ps, make.sheets("FSE"))
            assert [row.number for row in reopened.overview()[::-1]] == [
                f"{n:09}" for n in range(1, len(pending) + len(found) + 1)
            ]
    assert seen == {0, 1, 2, 3}


def test_a_journal_is_brought_forward_and_keeps_all_it_had(closed, next_schema, open_journal, make):
    journal = open_journal(schema=next_schema)
    assert journal.db.version == LATEST + 1
    assert [row.number for row in journal.overview()[::-1]] == ["000000001"]
    assert journal.db.rows("SELECT note FROM lot")[0]["note"] == ""


def test_a_migration_cut_short_leaves_the_journal_at_its_version(closed, next_schema, open_journal):
    def stop(step):
        if step == "open.before":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_journal(stop, schema=next_schema)
    assert pragma(closed, "user_version") == LATEST
    assert open_journal(schema=next_schema).overview()[0].number == "000000001"


def test_a_migration_that_fails_is_a_clear_error_and_changes_nothing(closed, next_schema, open_journal):
    (next_schema / f"{LATEST + 2:04}.sql").write_text("ALTER TABLE missing ADD COLUMN x TEXT;\n")
    with pytest.raises(StoreError, match="no such table"):
        open_journal(schema=next_schema)
    assert pragma(closed, "user_version") == LATEST


def test_a_journal_busy_in_another_process_is_a_clear_error(journal, make, open_journal, path):
    make.day(journal)
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:

        def hold(step):
            if step == "make_invoice.before":
                os.write(ready[1], b".")
                os.read(done[0], 1)

        other = Journal(path, Cipher(KEY), journal.db._clock, hold, station=0)
        other.invoices.make(1, make.ps, make.sheets("FSE"))
        os._exit(0)
    os.read(ready[0], 1)
    waiting = open_journal(busy_seconds=0.01)
    with pytest.raises(StoreError, match="occupé par un autre programme"):
        waiting.invoices.make(1, make.ps, make.sheets("FSE"))
    assert waiting.visits.find()[0].invoice_id is None  # reading goes on meanwhile
    os.write(done[1], b".")
    os.waitpid(child, 0)
    assert waiting.invoices.make(1, make.ps, make.sheets("FSE")) == 1


def test_two_processes_never_give_the_same_number(journal, make, path):
    journal.visits.add_day("many", make.ps, "20260302", [b"visit"] * 40)
    visits = [visit.id for visit in journal.visits.find()]
    children = []
    for half in (visits[::2], visits[1::2]):
        child = os.fork()
        if child == 0:
            other = Journal(path, Cipher(KEY), journal.db._clock, station=0)
            for visit in half:
                other.invoices.make(visit, make.ps, make.sheets("FSE"))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert sorted(row.number for row in journal.overview()[::-1]) == [
        f"{number:09}" for number in range(1, 41)
    ]


def test_a_damaged_page_is_a_clear_error_where_bytes_are_read_later(closed, open_journal):
    """A row's bytes are read when asked for: damage is told then too, in the carer's words."""
    with sqlite3.connect(closed) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sealed_chunk'").fetchone()[0]
    raw.close()
    row = open_journal().messages.find()[0]
    with closed.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 64)
    other = open_journal()
    with pytest.raises(StoreError, match="endommagé"):
        other.messages.find()
    assert row.subject


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_FULL, "le disque est plein"),
        (sqlite3.SQLITE_IOERR | 3 << 8, "le disque refuse"),
        (sqlite3.SQLITE_READONLY, "protégé en écriture"),
        (sqlite3.SQLITE_CORRUPT, "endommagé"),
    ],
)
def test_what_the_disk_refuses_is_told_by_its_kind_without_english(code, said):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    assert said in str(translate(error))
    assert "I/O" not in str(translate(error))
