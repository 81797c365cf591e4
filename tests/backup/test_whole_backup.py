"""A practice backed up and restored: all that it needs is there, on another path, and works."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from by_hand import unpack, unseal
from journal_maker import Maker
from whole_practice import PHRASE, Practice

from tournee.app.backup import BackupError, check_backup
from tournee.config import load_config
from tournee.secrets import NoKeyring
from tournee.store import journal_key


def test_the_second_reader_finds_all_that_the_practice_needs(practice: Practice) -> None:
    practice.back_up()
    listed, files = unpack(unseal(practice.file.read_bytes(), PHRASE.encode()))
    assert {one["name"]: one["role"] for one in listed["files"]} == {
        "tournee.toml": "configuration",
        "journal.db": "journal",
        "journal.db.key": "key",
        "journal.opposition": "file",
        "organismes.toml": "file",
        "lecteur.secret": "file",
        "mdp": "file",
        "oct.pem": "file",
        "ps/cert.pem": "file",
        "listes/caisses.toml": "file",
        "listes/une.pem": "file",
        "nomenclature/table.json": "file",
        "fichiers/ps.key": "file",
        "fichiers/oct.pem": "file",
        "fichiers/deux.pem": "file",
        "fichiers/amc.pem": "file",
    }
    assert files["journal.db"].startswith(b"SQLite format 3\0")
    assert files["journal.db.key"] == (practice.outside / "data" / "mon journal.db.key").read_bytes()
    assert files["fichiers/oct.pem"] == b"oct outside"


def test_the_configuration_keeps_its_comments_and_names_files_as_they_lie_in_the_backup(
    practice: Practice,
) -> None:
    practice.back_up()
    _, files = unpack(unseal(practice.file.read_bytes(), PHRASE.encode()))
    text = files["tournee.toml"].decode()
    assert text.startswith("# Cabinet d’essai\n")
    assert 'chemin = "journal.db" # loin d’ici' in text
    assert 'certificat = "./ps/cert.pem"' in text
    assert text.count('"fichiers/ps.key"') == 2
    assert str(practice.outside) not in text
    assert 'certificat = "../fichiers/deux.pem"' in files["listes/caisses.toml"].decode()
    assert 'certificat = "fichiers/amc.pem"' in files["organismes.toml"].decode()


def test_restored_on_another_path_everything_works_without_the_old_one(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up()
    practice.home.rename(tmp_path / "gone")
    practice.outside.rename(tmp_path / "gone too")
    done = practice.restore()
    config = load_config(done.config)
    assert config.journal == done.journal == practice.elsewhere / "journal.db"
    certificates = [one.certificate for one in config.routes["direct"].insurers]
    named = [
        *certificates,
        config.return_key,
        config.routes["oct"].submission.trust,
        *config.editors.values(),
    ]
    assert [path.read_text() for path in named if path] == ["une", "deux", "amc", "key", "oct outside", "key"]
    with practice.office(done.config) as office:
        assert len(office.journal.invoices.sheets()) == 1
        Maker().invoice(office.journal, "FSE")
    assert set(done.ask_again) == {"le code de l’étiquette du lecteur", "le mot de passe de la messagerie"}


def test_what_is_restored_is_its_owners_alone(practice: Practice) -> None:
    practice.back_up()
    practice.restore()
    for path in practice.elsewhere.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE(practice.file.stat().st_mode) == 0o600


def test_a_backup_tells_what_it_is_of(practice: Practice) -> None:
    made = practice.back_up()
    told = check_backup(practice.file, PHRASE)
    assert told == made.manifest
    with practice.office() as office:
        assert (told.version, told.step) == (
            office.journal.health.schema_version,
            office.journal.db.last_step,
        )
        assert told.identity == office.journal.db.cipher.identity


def test_a_backup_while_another_program_writes_is_of_one_moment(practice: Practice) -> None:
    """The writer goes on from before the copy to after it; what is restored ends with a whole step."""
    practice.bill(300)
    going, stop = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            practice.bill()
            going.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert going.wait(30)
        with practice.office() as office:
            before = len(office.journal.invoices.sheets())
            made = practice.back_up(office, on_step=lambda step: going.clear() or going.wait(30))
            after = len(office.journal.invoices.sheets())
    finally:
        stop.set()
        writer.join()
    done = practice.restore()
    with practice.office(done.config) as office:
        assert office.journal.health.check() == ()
        assert office.journal.health.look_wholly() == ()
        assert office.journal.db.last_step == made.manifest.step
        assert before <= len(office.journal.invoices.sheets()) < after


def test_a_file_that_the_configuration_names_and_that_is_not_there_is_told(practice: Practice) -> None:
    (practice.home / "oct.pem").unlink()
    assert practice.back_up().missing == (practice.home / "oct.pem",)


@pytest.mark.parametrize("what", ["folder", "locked", "pipe"])
def test_a_named_file_that_cannot_be_read_stops_the_backup(practice: Practice, what: str) -> None:
    import os

    certificate = practice.home / "oct.pem"
    certificate.unlink()
    {"folder": certificate.mkdir, "pipe": lambda: os.mkfifo(certificate), "locked": lambda: None}[what]()
    if what == "locked":
        certificate.symlink_to("/dev/zero")
    with pytest.raises(BackupError, match="ne peut pas être lu"):
        practice.back_up()
    assert not practice.file.exists()


def test_a_backup_takes_the_place_of_a_backup_and_of_nothing_else(practice: Practice, tmp_path: Path) -> None:
    practice.back_up()
    first = practice.file.read_bytes()
    practice.bill()
    practice.back_up()
    assert practice.file.read_bytes() != first
    journal = practice.outside / "data" / "mon journal.db"
    before = journal.read_bytes()
    practice.file.unlink()
    practice.file.symlink_to(journal)
    with pytest.raises(BackupError, match="n’est pas une sauvegarde"):
        practice.back_up()
    assert journal.read_bytes() == before


def test_nothing_is_left_beside_the_journal_or_the_backup(practice: Practice, files_of) -> None:
    before = set(files_of(practice.home.parent))
    practice.back_up()
    assert set(files_of(practice.home.parent)) == {*before, practice.file.name}
    assert not list(practice.home.parent.rglob(".*"))


def test_the_key_that_is_restored_opens_the_journal_wherever_it_is_kept(practice: Practice) -> None:
    practice.back_up()
    done = practice.restore()
    assert not done.key_in_keyring
    original = journal_key(practice.outside / "data" / "mon journal.db", NoKeyring())
    assert journal_key(done.journal, NoKeyring()) == original
