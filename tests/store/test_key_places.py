"""Where the journal's key lives."""

import os
import stat
import subprocess
import sys

import pytest
from journal_maker import NOW
from keyring.backends import fail, null
from keyring.errors import KeyringLocked
from memory_keyring import MemoryKeyring

from tournee.errors import StoreError
from tournee.store import Cipher, Journal, journal_key
from tournee.store.opening import SCHEMA


class LockedKeyring(MemoryKeyring):
    """A keyring that its owner has not opened."""

    def get_password(self, service, username):
        raise KeyringLocked("locked")

    def set_password(self, service, username, password):
        raise KeyringLocked("locked")


@pytest.fixture
def key_file(path):
    return path.with_name("journal.db.key")


def test_a_keyring_keeps_the_key_and_no_file_is_made(path, key_file):
    ring = MemoryKeyring()
    key = journal_key(path, ring)
    assert len(key) == 32
    assert journal_key(path, ring) == key
    assert set(ring.kept.values()) == {key.hex()}
    assert not key_file.exists()


@pytest.mark.parametrize("ring", [null.Keyring(), fail.Keyring()], ids=["null", "fail"])
def test_without_a_keyring_the_key_is_in_a_file_of_its_owner_alone(path, key_file, ring):
    key = journal_key(path, ring)
    assert journal_key(path, ring) == key
    assert key_file.read_text() == key.hex() + "\n"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    names = {file.name for file in path.parent.iterdir()}
    assert names == {"journal.db.key", "journal.db.lock", "journal.db.new"}


def test_the_mode_of_the_key_file_does_not_depend_on_the_umask(path, key_file):
    before = os.umask(0)
    try:
        journal_key(path, null.Keyring())
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o700 | 0o001])
def test_a_key_file_with_wider_rights_is_refused(path, key_file, mode):
    journal_key(path, null.Keyring())
    key_file.chmod(mode)
    with pytest.raises(StoreError, match=r"lisible par d’autres.*\n.*chmod 600"):
        journal_key(path, null.Keyring())


def test_a_locked_keyring_falls_back_to_the_file_for_a_new_journal(path, key_file):
    key = journal_key(path, LockedKeyring())
    assert key_file.read_text().strip() == key.hex()


@pytest.mark.parametrize(
    "ring", [null.Keyring(), LockedKeyring(), MemoryKeyring()], ids=["none", "locked", "empty"]
)
def test_no_key_is_ever_made_for_a_journal_that_exists(path, key_file, ring):
    path.write_bytes(b"a journal")
    with pytest.raises(StoreError, match="est introuvable"):
        journal_key(path, ring)
    assert not key_file.exists()


@pytest.mark.parametrize("content", [b"", b"00" * 31, b"zz" * 32, b"\xff" * 64])
def test_a_damaged_key_file_is_refused_and_kept(path, key_file, content):
    journal_key(path, null.Keyring())
    key_file.write_bytes(content)
    with pytest.raises(StoreError):
        journal_key(path, null.Keyring())
    assert key_file.read_bytes() == content


@pytest.mark.parametrize("ring", [null.Keyring(), MemoryKeyring()], ids=["file", "keyring"])
@pytest.mark.parametrize("left", [None, b""], ids=["missing", "empty"])
def test_no_journal_is_begun_beside_the_key_of_one_that_is_gone(path, ring, left):
    with Journal(path, Cipher(journal_key(path, ring)), lambda: NOW):
        pass
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    with pytest.raises(StoreError, match=r"manque ou est vide, alors que sa clé est là(.|\n)*sauvegarde"):
        journal_key(path, ring)


@pytest.mark.parametrize("left", [None, b""], ids=["no journal", "an empty one"])
def test_a_first_start_cut_short_after_its_key_goes_on(path, left):
    key = journal_key(path, null.Keyring())
    if left is not None:
        path.write_bytes(left)
    assert journal_key(path, null.Keyring()) == key
    with Journal(path, Cipher(key), lambda: NOW) as journal:
        assert journal.visits.find() == ()
    assert not path.with_name("journal.db.new").exists()


def test_a_first_start_cut_short_just_before_its_end_leaves_no_mark_for_ever(path):
    with Journal(path, Cipher(journal_key(path, null.Keyring())), lambda: NOW):
        pass
    path.with_name("journal.db.new").touch()
    journal_key(path, null.Keyring())
    assert not path.with_name("journal.db.new").exists()


def test_eight_processes_that_start_at_once_make_one_journal_with_one_key(path):
    """A journal of a folder that is not there yet; each writes a day into it."""
    path = path.parent / "new" / "journal.db"
    read, gate = os.pipe()
    children = []
    for rank in range(8):
        child = os.fork()
        if child == 0:
            os.close(gate)
            os.read(read, 1)  # until the gate is closed: all at once
            status = 1
            try:
                with Journal(path, Cipher(journal_key(path, null.Keyring())), lambda: NOW) as journal:
                    journal.visits.add_day(str(rank), "756000014", "20260302", [b"visit"])
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    os.close(read)
    os.close(gate)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    with Journal(path, Cipher(journal_key(path, null.Keyring())), lambda: NOW) as journal:
        assert len(journal.visits.find()) == 8


def test_two_new_journals_have_two_keys(tmp_path):
    keys = {journal_key(tmp_path / name, null.Keyring()) for name in ("one.db", "two.db")}
    assert len(keys) == 2


def test_a_draft_that_a_cut_left_behind_is_in_nobodys_way(path, key_file):
    key_file.with_name(f"{key_file.name}.{os.getpid()}").touch()
    key = journal_key(path, null.Keyring())
    assert key_file.read_text() == key.hex() + "\n"


def test_the_keyring_is_not_loaded_where_a_key_file_stands(path):
    journal_key(path, null.Keyring())
    program = (
        "import sys; from tournee.store import journal_key; journal_key(sys.argv[1]); print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    loaded = told.stdout.split()
    assert "tournee.secrets" in loaded
    assert "keyring" not in loaded


def opened(path, ring):
    """The journal at `path`, made or opened with the key that `ring` has for it."""
    return Journal(path, Cipher(journal_key(path, ring)), lambda: NOW)


def test_a_journal_that_was_moved_and_renamed_finds_its_key_in_the_keyring(path, tmp_path):
    ring = MemoryKeyring()
    opened(path, ring).close()
    moved = tmp_path / "elsewhere" / "other.db"
    moved.parent.mkdir()
    path.rename(moved)
    opened(moved, ring).close()


def test_an_entry_by_path_of_before_is_found_and_then_kept_by_the_journals_id(path, tmp_path):
    ring = MemoryKeyring()
    opened(path, ring).close()
    by_path = ("tournee", f"journal {path.resolve()}")
    ring.kept = {by_path: ring.kept[by_path]}
    opened(path, ring).close()
    del ring.kept[by_path]
    opened(path.rename(tmp_path / "moved.db"), ring).close()


def test_another_journal_at_the_place_of_one_that_was_moved_keeps_its_own_key(path, tmp_path):
    ring = MemoryKeyring()
    opened(path, ring).close()
    other = tmp_path / "other.db"
    opened(other, ring).close()
    moved = path.rename(tmp_path / "moved.db")
    other.rename(path)
    opened(path, ring).close()
    opened(moved, ring).close()


def test_a_journal_of_a_version_without_id_has_one_once_it_is_brought_forward(path, tmp_path):
    ring = MemoryKeyring()
    schema = tmp_path / "schema"
    schema.mkdir()
    for script in sorted(SCHEMA.glob("*.sql"))[:9]:
        (schema / script.name).write_bytes(script.read_bytes())
    Journal(path, Cipher(journal_key(path, ring)), lambda: NOW, schema=schema).close()
    opened(path, ring).close()
    opened(path.rename(tmp_path / "moved.db"), ring).close()
