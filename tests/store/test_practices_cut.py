"""A PostgreSQL that is busy, cut, restarted or full: a typed error, nothing half done, and it goes on."""

import threading
from contextlib import contextmanager

import psycopg
import pytest
from journal_maker import KEY, NOW
from postgresql_server import OWNER

from tournee.errors import StoreError
from tournee.store import Cipher, Journal


@pytest.fixture
def told():
    """What is to be done at a step, by its name."""
    return {}


@pytest.fixture
def journal(practice_url, told):
    def step(name):
        told.get(name, lambda: None)()

    with Journal(practice_url, Cipher(KEY), lambda: NOW, step, station=0, busy_seconds=0.2) as journal:
        yield journal


@pytest.fixture
def owner(postgresql):
    with psycopg.connect(postgresql.conninfo(OWNER), autocommit=True) as connection:
        yield connection


def practice_of(url):
    return int(url.rpartition("=")[2])


@contextmanager
def held(owner, practice):
    """Another program writes in this practice."""
    with owner.transaction():
        owner.execute("SELECT 1 FROM practice WHERE practice = %s FOR UPDATE", [practice])
        yield


def cut(owner, practice):
    """The administrator ends the practice's connections."""
    gone = owner.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
        [f"tournee {practice}"],
    )
    assert gone.fetchall() == [(True,)]


def test_a_practice_in_which_another_writes_is_busy_and_read(journal, owner, practice_url, make):
    make.day(journal)
    with held(owner, practice_of(practice_url)):
        with pytest.raises(StoreError, match="occupé"):
            make.invoice(journal)
        assert len(journal.visits.find()) == 1
    assert make.invoice(journal) == 1


def test_another_practice_is_not_waited_for(journal, postgresql, owner, practice_url, make):
    with held(owner, practice_of(practice_url)):
        other = postgresql.practice(practice_of(practice_url) + 1_000_000)
        with Journal(other, Cipher(KEY), lambda: NOW, station=0, busy_seconds=0.2) as free:
            assert make.invoice(free) == 1


def test_a_connection_cut_in_a_step_leaves_nothing_of_it_and_the_next_one_goes_on(
    journal, told, owner, practice_url, make
):
    make.day(journal)
    told["make_invoice.before"] = lambda: cut(owner, practice_of(practice_url))
    with pytest.raises(StoreError, match="ne répond pas, ou plus"):
        make.invoice(journal)
    told.clear()
    assert journal.overview() == ()
    assert make.invoice(journal) == 1
    assert [row.number for row in journal.overview()] == ["000000001"]


def test_a_connection_cut_between_two_steps_is_told_once(journal, owner, practice_url, make):
    make.day(journal)
    cut(owner, practice_of(practice_url))
    with pytest.raises(StoreError, match="ne répond pas, ou plus"):
        make.invoice(journal)
    assert make.invoice(journal) == 1


def test_a_connection_cut_while_several_things_are_read_goes_on_in_no_other(
    journal, owner, practice_url, make
):
    make.day(journal)
    with pytest.raises(StoreError, match="ne répond pas, ou plus"), journal.db.reading():
        cut(owner, practice_of(practice_url))
        with pytest.raises(StoreError, match="ne répond pas, ou plus"):
            journal.visits.find()
        journal.visits.find()
    assert len(journal.visits.find()) == 1


def test_a_step_whose_connection_was_cut_writes_nothing_by_another_one(journal, owner, practice_url, make):
    with pytest.raises(StoreError, match="ne répond pas, ou plus"), journal.db.step("several"):
        cut(owner, practice_of(practice_url))
        with pytest.raises(psycopg.OperationalError):
            journal.db.set_counter("", "first", 1)
        journal.db.set_counter("", "second", 2)
    assert journal.db.counter("", "second") == 0


def test_a_server_that_was_restarted_is_found_again(journal, postgresql, make):
    make.invoice(journal)
    postgresql.stop()
    with pytest.raises(StoreError, match="ne répond pas, ou plus"):
        journal.overview()
    with pytest.raises(StoreError, match="ne répond pas, ou plus"):
        make.invoice(journal)
    postgresql.start()
    assert [row.number for row in journal.overview()] == ["000000001"]


def test_a_server_whose_disk_is_full_refuses_the_whole_step(journal, owner, practice_url, make):
    make.day(journal)
    owner.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"
    )
    owner.execute(
        "CREATE TRIGGER full_disk BEFORE INSERT ON sheet FOR EACH ROW"
        f" WHEN (new.practice = {practice_of(practice_url)}) EXECUTE FUNCTION full_disk()"
    )
    try:
        with pytest.raises(StoreError, match="le disque de la base est plein"):
            make.invoice(journal)
        assert journal.overview() == ()
    finally:
        owner.execute("DROP FUNCTION full_disk CASCADE")
    assert make.invoice(journal) == 1


def test_a_journal_is_of_the_thread_that_opened_it(journal):
    caught = []

    def ask():
        try:
            journal.visits.find()
        except StoreError as error:
            caught.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    assert "thread" in caught[0]


def test_a_closed_journal_says_so(practice_url):
    journal = Journal(practice_url, Cipher(KEY), lambda: NOW)
    journal.close()
    with pytest.raises(StoreError, match="est fermé"):
        journal.visits.find()
