"""What names a patient is nowhere readable in the journal's files, and opens only where it was written."""

import sqlite3

import pytest

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, Journal

SECRETS = {
    "NIR": b"2550699999001",
    "name": b"LEFEVRE",
    "visit": b"visit 0",
    "message": b"message 2026",
    "return": b"NOEMIE LEFEVRE",
    "label": b"DROITS FERMES",
}


@pytest.fixture
def lived(journal, make):
    """A journal where every kind of row was written, still open: part of it is in the WAL."""
    make.invoice(journal, "FSE", "DRE")
    make.sent_file(journal)
    received = journal.returns.take(b"NOEMIE LEFEVRE 2550699999001", "imap")
    effect = Effect(
        Target.INVOICE,
        Outcome.REJECTED,
        invoice="000000001",
        share="AMO",
        code="R01",
        label="DROITS FERMES LEFEVRE",
    )
    journal.returns.settle(received, "RSP", "LEFEVRE rejeté", [effect], b"content LEFEVRE 2550699999001")
    journal.returns.quarantine(journal.returns.take(b"ART LEFEVRE", "imap"), "illisible : LEFEVRE")
    return journal


def raw_bytes(path):
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def test_neither_nir_nor_name_nor_content_is_in_any_file_of_the_journal(lived, path):
    files = raw_bytes(path)
    assert {"journal.db", "journal.db-wal"} <= set(files)
    lived.close()
    files |= {f"closed {name}": data for name, data in raw_bytes(path).items()}
    found = [
        (file, what) for file, data in files.items() for what, secret in SECRETS.items() if secret in data
    ]
    assert found == []


def test_the_same_value_is_sealed_differently_each_time(path, lived):
    lived.close()
    rows = sqlite3.connect(path).execute("SELECT nir_sealed FROM sheet").fetchall()
    assert len({bytes(row[0]) for row in rows}) == len(rows) == 2


def test_a_sealed_value_moved_to_another_row_does_not_open(path, lived, open_journal):
    lived.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE sheet SET nir_sealed = (SELECT nir_sealed FROM sheet WHERE id = 1) WHERE id = 2")
    journal = open_journal()
    assert journal.invoices.sheet(1).nir == "2550699999001"
    with pytest.raises(StoreError, match=r"sheet\.nir\.2"):
        journal.invoices.sheet(2)


def test_a_sealed_value_moved_to_another_column_does_not_open(path, lived, open_journal):
    lived.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE sheet SET patient_sealed = nir_sealed WHERE id = 1")
    with pytest.raises(StoreError, match=r"sheet\.patient\.1"):
        open_journal().invoices.sheet(1)


def test_another_key_is_refused_before_anything_is_read_or_written(path, lived):
    lived.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="La clé ne correspond pas"):
        Journal(path, Cipher(bytes(32)), lambda: None)
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused(size):
    with pytest.raises(StoreError, match="32 octets"):
        Cipher(bytes(size))


def test_a_value_cut_short_does_not_open():
    cipher = Cipher(bytes(32))
    sealed = cipher.encrypt(b"text", "table.column.1")
    assert cipher.decrypt(sealed, "table.column.1") == b"text"
    for end in range(len(sealed)):
        with pytest.raises(StoreError):
            cipher.decrypt(sealed[:end], "table.column.1")


def test_any_changed_byte_of_a_value_is_seen():
    cipher = Cipher(bytes(32))
    sealed = cipher.encrypt(b"text", "table.column.1")
    for at in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        with pytest.raises(StoreError):
            cipher.decrypt(bytes(damaged), "table.column.1")


def test_no_repr_names_a_patient(journal, make, lived):
    invoice = journal.invoices.get(1)
    given = (*make.sheets("FSE")(1), make.file()(1), make.message()(1))
    rows = (
        invoice,
        *journal.visits.find(),
        *journal.lots.find(),
        *journal.files.find(),
        *journal.messages.find(),
    )
    shown = repr((given, rows, journal.overview()))
    assert "Sheet" in shown and "OverviewRow" in shown
    assert not [name for name, secret in SECRETS.items() if name != "label" and secret.decode() in shown]
