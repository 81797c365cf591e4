"""A journal carried into PostgreSQL and back: the same rows and bytes, whole or not at all, and one of it."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import psycopg
import pytest
from journal_maker import KEY, NOW

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, DossierDraft, Journal
from tournee.store.engines import moving
from tournee.store.engines.moving import move
from tournee.store.engines.postgresql_link import PracticeLink


def opened(place):
    return Journal(place, Cipher(KEY), lambda: NOW, station=0)


def moved(source, target):
    return move(str(source), str(target), Cipher(KEY), lambda: NOW)


@pytest.fixture
def lived(path, make):
    """A journal with a sent file, a return, and a dossier that became a later one."""
    with opened(path) as journal:
        make.invoice(journal, "FSE", "DRE")
        make.sent_file(journal)
        received = journal.returns.take(b"return", "imap")
        paid = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", share="AMO", asked=600, paid=600)
        journal.returns.settle(received, "RSP", "résumé", [paid])
        first, later = (journal.dossiers.add("patient", DossierDraft(b"%d" % rank)) for rank in (1, 2))
        journal.dossiers.merge(first, later, DossierDraft(b"both"), "the same person")
    return path


def rows_of(path):
    """Every row of a file, but for what is kept over its rows, and that it takes other numbers."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
            for (table,) in tables
            if table not in ("last_step", "row_tag", "counter")
        }


def answers(journal):
    return journal.overview(), journal.totals(), journal.returns.find(), journal.messages.find()


def test_a_journal_that_went_there_and_back_has_the_same_rows_byte_for_byte(
    lived, practice_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(moving, "_VALUES_AT_ONCE", 20)  # few rows at once: what refers to a later one waits
    before = rows_of(lived)
    with opened(lived) as journal:
        told = answers(journal)
    there = moved(lived, practice_url)
    with opened(practice_url) as journal:
        assert answers(journal) == told
    back = tmp_path / "back.db"
    assert moved(practice_url, back).rows == there.rows
    assert rows_of(back) == before
    with opened(back) as journal:
        assert answers(journal) == told
        assert journal.health.look_wholly() == ()


def test_a_moved_journal_takes_other_numbers_and_is_nowhere_else(lived, practice_url, make):
    with opened(lived) as journal:
        before = {one.range for one in journal.numbers.standing().ranges}
    aside = moved(lived, practice_url).aside
    assert not lived.exists()
    assert aside.exists()
    with opened(practice_url) as journal:
        journal.visits.add_day("another", make.ps, "20260302", [b"visit"])
        make.invoice(journal, "FSE")
        after = {one.range for one in journal.numbers.standing().ranges}
    assert len(after) == len(before) + 2


def test_a_practice_whose_journal_was_moved_away_is_refused(lived, practice_url, tmp_path):
    moved(lived, practice_url)
    moved(practice_url, tmp_path / "back.db")
    with pytest.raises(StoreError, match="déplacé hors de la base"):
        opened(practice_url)
    with pytest.raises(StoreError, match="déplacé hors de la base"):
        moved(practice_url, tmp_path / "again.db")
    assert not (tmp_path / "again.db").exists()


def test_nothing_is_put_over_a_journal_that_is_there(lived, practice_url, tmp_path, make):
    with opened(practice_url) as journal:
        make.day(journal)
    with pytest.raises(StoreError, match="a déjà un journal"):
        moved(lived, practice_url)
    with pytest.raises(StoreError, match="Il y a déjà un fichier"):
        moved(practice_url, lived)
    assert lived.exists()


def test_what_does_not_arrive_as_it_left_is_not_moved(lived, practice_url, postgresql, monkeypatch):
    whole = moving._bounded
    monkeypatch.setattr(
        moving, "_bounded", lambda rows, columns: (some[:-1] for some in whole(rows, columns))
    )
    with pytest.raises(StoreError, match="n’est pas ce qui est parti"):
        moved(lived, practice_url)
    monkeypatch.undo()
    assert lived.exists()
    moved(lived, practice_url)


def test_the_command_moves_a_journal_with_its_key_beside_it(lived, practice_url):
    lived.with_name("journal.db.key").write_text(KEY.hex())
    lived.with_name("journal.db.key").chmod(0o600)
    command = [sys.executable, "-m", "tournee.cli", "store", "move", str(lived), practice_url, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"]["sheet"] == 2
    with opened(practice_url) as journal:
        assert len(journal.overview()) == 1


def test_who_had_the_practice_open_writes_and_reads_no_more_once_its_journal_left(
    lived, practice_url, postgresql, tmp_path, make
):
    moved(lived, practice_url)
    with opened(practice_url) as journal:
        moved(practice_url, tmp_path / "back.db")
        for _ in range(2):
            with pytest.raises(StoreError, match="déplacé hors de la base"):
                make.day(journal)
            with pytest.raises(StoreError, match="déplacé hors de la base"), journal.db.reading():
                pass
        journal.db._engine.connection.raw.close()  # cut, so made anew
        for _ in range(2):
            with pytest.raises(StoreError, match="déplacé hors de la base"):
                journal.db.rows("SELECT id FROM visit")


@pytest.fixture
def answerless(monkeypatch):
    """A base whose answer to the next keeping does not come: `kept` says whether it kept."""
    whole = PracticeLink.end

    def lose(kept):
        def end(link, how=""):
            if how:
                monkeypatch.setattr(PracticeLink, "end", whole)
                whole(link, how if kept else "ROLLBACK")
                raise psycopg.OperationalError("lost")
            whole(link, how)

        monkeypatch.setattr(PracticeLink, "end", end)

    return lose


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
def test_a_journal_is_in_one_place_though_the_answer_of_the_base_did_not_come(
    lived, practice_url, tmp_path, answerless, kept
):
    before, back = rows_of(lived), tmp_path / "back.db"
    for source, target in ((lived, practice_url), (practice_url, back)):
        answerless(kept)
        if not kept:
            with pytest.raises(StoreError):
                moved(source, target)
            opened(source).close()
            assert not back.exists()
        assert moved(source, target).rows["visit"]
    assert rows_of(back) == before
    assert not lived.exists()
    assert [one for one in tmp_path.iterdir() if ".coming" in one.name] == []


def test_a_base_that_cannot_be_asked_leaves_the_file_and_says_how_to_end(
    lived, practice_url, tmp_path, answerless, monkeypatch
):
    whole, back = moving.PostgresqlEngine, tmp_path / "back.db"
    moved(lived, practice_url)
    answerless(True)
    asked = []

    def once(*told, **more):
        if asked:
            raise StoreError("La base ne répond pas.")
        asked.append(told)
        return whole(*told, **more)

    with monkeypatch.context() as patched:
        patched.setattr(moving, "PostgresqlEngine", once)
        with pytest.raises(StoreError, match="redonnez la même commande"):
            moved(practice_url, back)
    assert not back.exists()
    with pytest.raises(StoreError, match="redonnez la même commande"):
        opened(practice_url)
    assert moved(practice_url, back).rows["visit"]
    with opened(back) as journal:
        assert len(journal.overview()) == 1
        assert journal.health.look_wholly() == ()


def test_a_move_that_is_killed_before_the_base_keeps_it_leaves_no_second_journal(
    lived, practice_url, answerless, monkeypatch
):
    def unasked(*told):
        raise StoreError("killed")

    answerless(False)
    with monkeypatch.context() as patched:
        patched.setattr(moving, "_arrived", unasked)
        with pytest.raises(StoreError, match="killed"):
            moved(lived, practice_url)
    aside = lived.with_name("journal.db.moved")
    with pytest.raises(StoreError, match=r"renommez le fichier en journal\.db"):
        moved(lived, practice_url)
    aside.rename(lived)
    assert moved(lived, practice_url).rows["visit"]


def test_a_file_set_aside_before_is_not_written_over(lived, practice_url):
    aside = lived.with_name("journal.db.moved")
    aside.write_bytes(b"older")
    with pytest.raises(StoreError, match=r"Il y a déjà un fichier .*\.moved"):
        moved(lived, practice_url)
    assert aside.read_bytes() == b"older"
    opened(lived).close()


def test_another_key_carries_nothing(lived, practice_url, tmp_path):
    moved(lived, practice_url)
    back = tmp_path / "back.db"
    with pytest.raises(StoreError, match="La clé ne correspond pas"):
        move(practice_url, str(back), Cipher(bytes(32)), lambda: NOW)
    assert not back.exists()
    opened(practice_url).close()
