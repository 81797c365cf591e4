"""A journal with a fixed clock and key, and a day's life in it."""

import inspect
import itertools
from pathlib import Path

import pytest
from journal_maker import KEY, NOW, Maker

from tournee.store import Cipher, Journal

ON_BOTH = (
    *("test_corrections", "test_crashes", "test_invoice_journal", "test_lot_journal"),
    *("test_message_journal", "test_owing", "test_patient_payments", "test_payment_anomalies"),
    *("test_remaking", "test_replies", "test_return_journal", "test_tracing"),
)
"""Modules whose tests run on PostgreSQL too, but for those that look at the file."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a module's tests on each engine."""
    on_both = metafunc.module.__name__.rsplit(".", 1)[-1] in ON_BOTH
    told = inspect.signature(metafunc.function).parameters
    if on_both and "engine" in metafunc.fixturenames and "path" not in told:
        metafunc.parametrize("engine", ["sqlite", "postgresql"])


@pytest.fixture(scope="session")
def make() -> Maker:
    return Maker()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def engine() -> str:
    """What the journal stands on: SQLite, where a module does not say that it runs on both."""
    return "sqlite"


@pytest.fixture
def place(engine: str, path: Path, request: pytest.FixtureRequest) -> Path | str:
    """Where the journal of the test is."""
    return path if engine == "sqlite" else str(request.getfixturevalue("practice_url"))


@pytest.fixture
def open_journal(place: Path | str):
    """Opens the journal of the test, as often as asked; all are closed at the end."""
    opened: list[Journal] = []

    def opener(on_step=None, now=NOW, **options) -> Journal:
        journal = Journal(place, Cipher(KEY), lambda: now, on_step, **{"station": 0, **options})
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
