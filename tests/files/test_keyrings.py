"""Keyrings that are there, locked, broken or not installed; files of secrets."""

import subprocess
import sys

import pytest
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from tournee.config import keep_password, password_source
from tournee.errors import ConfigError, StoreError
from tournee.secrets import SECRET_MAX, Keyring, NoKeyring, read_secret, write_secret


class Ring:
    """A keyring in memory; `error` is what it raises instead."""

    priority = 1

    def __init__(self, error=None):
        self.kept, self.error = {}, error

    def _told(self):
        if self.error:
            raise self.error

    def get_password(self, service, name):
        self._told()
        return self.kept.get((service, name))

    def set_password(self, service, name, text):
        self._told()
        self.kept[service, name] = text

    def delete_password(self, service, name):
        self._told()
        del self.kept[service, name]


def test_what_is_kept_is_found_until_it_is_dropped():
    ring = Keyring(Ring())
    assert ring.keep("one", "text")
    assert (ring.find("one"), ring.trouble) == ("text", "")
    ring.drop("one")
    assert (ring.find("one"), ring.trouble) == (None, "")


@pytest.mark.parametrize("backend", [null.Keyring(), fail.Keyring(), NoKeyring()])
def test_no_keyring_keeps_nothing_and_says_so(backend):
    ring = Keyring(backend)
    assert not ring.keep("one", "text")
    assert ring.trouble == "ce système n’a pas de trousseau utilisable"


@pytest.mark.parametrize("error", [KeyringLocked("locked"), RuntimeError("no bus"), OSError(5, "dead")])
def test_a_keyring_that_fails_keeps_nothing_and_says_so(error):
    ring = Keyring(Ring(error))
    assert (ring.keep("one", "text"), ring.find("one")) == (False, None)
    assert "fermé ou refuse" in ring.trouble
    ring.drop("one")


def test_a_keyring_that_does_not_give_back_what_it_took_is_not_trusted():
    backend = Ring()
    backend.set_password = lambda *_: None
    assert not Keyring(backend).keep("one", "text")


WITHOUT = """
import sys
from pathlib import Path
sys.modules["keyring"] = None
from tournee.store import journal_key
from tournee.config import keep_password, password_source
from tournee.errors import ConfigError
path = Path(sys.argv[1]) / "journal.db"
assert journal_key(path) == journal_key(path)
for ask in (lambda: keep_password("a@b", "x"), password_source("a", "b", None)):
    try:
        ask()
    except ConfigError as error:
        print(error.cause, "/", error.next_step)
"""


def test_where_keyring_is_not_installed_the_journals_key_is_in_a_file_and_passwords_ask_for_one(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT, tmp_path], capture_output=True, text=True, check=False
    )
    assert (
        told.stdout.splitlines()
        == [
            "ce système n’a pas de trousseau utilisable / "
            "gardez-le dans un fichier lisible de vous seul : fichier_mot_de_passe"
        ]
        * 2
    ), told.stderr
    assert (tmp_path / "journal.db.key").exists()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "secret"


def test_a_secret_is_read_as_it_was_written(path):
    write_secret(path, "é\n", "le secret", StoreError)
    assert read_secret(path, "le secret", StoreError) == "é\n"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"\xff", "ce n’est pas un texte"),
        (bytes(SECRET_MAX + 1), "il est trop grand"),
        (None, "il n’existe pas"),
    ],
)
def test_a_secret_that_cannot_be_read_says_why(path, content, cause):
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(StoreError, match="est illisible") as refusal:
        read_secret(path, "le secret", StoreError, "faites ceci")
    assert (refusal.value.cause, refusal.value.next_step) == (cause, "faites ceci")


def test_a_secret_that_cannot_be_written_says_why(tmp_path):
    with pytest.raises(ConfigError, match="le secret") as refusal:
        write_secret(tmp_path / "absent" / "secret", "x", "le secret", ConfigError)
    assert refusal.value.cause == "il n’existe pas"


def test_a_password_that_is_not_kept_is_empty(monkeypatch):
    import keyring

    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    ring = Ring()
    assert password_source("cabinet", "localhost", None)() == ""
    keep_password("cabinet@localhost", "sésame")
    assert password_source("cabinet", "localhost", None)() == "sésame"
    assert list(ring.kept) == [("tournee-messagerie", "cabinet@localhost")]
