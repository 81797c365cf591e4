"""A journal with a fixed clock and key, and a day's life in it."""

import itertools
from pathlib import Path

import pytest
from journal_maker import KEY, NOW, Maker

from tournee.store import Cipher, Journal


@pytest.fixture(scope="session")
def make() -> Maker:
    return Maker()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def open_journal(path: Path):
    """Opens the journal of the test, as often as asked; all are closed at the end."""
    opened: list[Journal] = []

    def opener(on_step=None, now=NOW, **options) -> Journal:
        journal = Journal(path, Cipher(KEY), lambda: now, on_step, **{"station": 0, **options})
        opened.append(journal)
        return journal

    yield opener
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(open_journal) -> Journal:
    return open_journal()


@pytest.fixture
def settle(journal):
    """Takes one return in and settles it with these effects."""
    rank = itertools.count(1)

    def settler(*effects, content=b""):
        received = journal.returns.take(b"return %d" % next(rank), "imap")
        return journal.returns.settle(received, "ARL", "summary", effects, content).effects

    return settler


@pytest.fixture
def sent(journal, make):
    """One invoice with FSE (lot 001) and DRE (lot 002), sent in file 000001."""
    make.invoice(journal, "FSE", "DRE")
    return make.sent_file(journal)
