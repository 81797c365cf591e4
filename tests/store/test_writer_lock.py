"""Processes that write: one at a time, in the order they asked, none for ever."""

import os
import subprocess
import sys

import pytest
from journal_maker import KEY, NOW, add_visits

from tournee.errors import StoreError
from tournee.store import Cipher, Journal
from tournee.store.writer_lock import WriterLock

WRITERS, DAYS = 6, 40


@pytest.fixture
def held(path):
    """Another process holds the lock; gives what lets go of it."""
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with WriterLock(path, 1.0):
            os.write(ready[1], b".")
            os.read(done[0], 1)
        os._exit(0)
    os.read(ready[0], 1)

    def release():
        os.write(done[1], b".")
        os.waitpid(child, 0)

    return release


def test_who_waits_too_long_is_told_and_may_try_again(path, held):
    lock = WriterLock(path, 0.05)
    with pytest.raises(StoreError, match="occupé par un autre programme"), lock:
        pass
    held()
    with lock:
        pass


def test_a_killed_process_holds_nothing(path):
    child = os.fork()
    if child == 0:
        WriterLock(path, 1.0).__enter__()
        os._exit(9)
    os.waitpid(child, 0)
    with WriterLock(path, 0.05):
        pass


def test_a_turn_that_came_too_late_is_let_go_of(path, held):
    """Who gave up waiting holds nothing afterwards, although the kernel still gave it its turn."""
    lock = WriterLock(path, 0.05)
    with pytest.raises(StoreError, match="occupé"), lock:
        pass
    held()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with WriterLock(path, 5.0):
                status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    lock.close()


def test_writers_of_one_journal_come_in_turn(journal, make, path):
    """Six processes write fast: none is refused, and all are well on when the first is done."""
    gate, opened = os.pipe()
    here, ready = os.pipe()
    children = []
    for rank in range(WRITERS):
        child = os.fork()
        if child == 0:
            os.close(opened)
            status = 1
            try:
                with Journal(path, Cipher(KEY), lambda: NOW, station=0) as own:
                    os.write(ready, b".")
                    os.read(gate, 1)  # until it is opened: all at once, each with its journal open
                    for count in range(DAYS):
                        own.visits.add_day(f"{rank} {count}", make.ps, "20260302", [b"%d" % rank])
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    os.close(ready)  # a child that ends early counts as there, its status tells
    seen = b""
    while len(seen) < WRITERS and (piece := os.read(here, WRITERS)):
        seen += piece
    os.close(opened)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * WRITERS
    order = [int(visit.payload) for visit in journal.visits.find()]
    assert len(order) == WRITERS * DAYS
    first_done = min(max(at for at, one in enumerate(order) if one == rank) for rank in range(WRITERS))
    # a process that finds no processor cannot ask: a quarter, not a half, holds on a busy machine
    assert min(order[: first_done + 1].count(rank) for rank in range(WRITERS)) >= DAYS // 4


def test_a_second_office_of_this_process_lets_no_other_process_take_the_wal_away(path):
    """On POSIX, who closes a file ends all locks of its process on it: SQLite's, which keep the WAL."""
    Journal(path, Cipher(KEY), lambda: NOW, station=0).close()
    wal = path.with_name("journal.db-wal")
    look = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT * FROM lot'); c.close()"
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as first:
        with Journal(path, Cipher(KEY), lambda: NOW, station=0):
            subprocess.run([sys.executable, "-c", look], check=True)
            assert wal.exists()
        add_visits(first, b"kept")
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as again:
        assert len(again.visits.find()) == 1
