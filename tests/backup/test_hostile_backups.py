"""Backups that a stranger made, passphrase and all: none leads out of the folder, none changes anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from by_hand import FAST, pack, seal, unpack, unseal
from whole_practice import PHRASE, Practice

from tournee.app.backup import BackupError, check_backup

CONFIG = ("tournee.toml", "configuration", b"[envoi]\n")
KEY = ("journal.db.key", "key", b"00" * 32 + b"\n")
JOURNAL = ("journal.db", "journal", b"SQLite format 3\0")
WHOLE = [CONFIG, KEY, JOURNAL]


@pytest.fixture
def refused(practice: Practice, files_of) -> Callable[[bytes], str]:
    """Tries to restore this content, and says how it was refused; all is as it was."""

    def refuse(content: bytes) -> str:
        practice.file.write_bytes(seal(content, PHRASE.encode(), **FAST))
        before = files_of(practice.home.parent)
        with pytest.raises(BackupError) as error:
            practice.restore()
        assert files_of(practice.home.parent) == before
        assert not practice.elsewhere.exists()
        return str(error.value)

    return refuse


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "a/../../out",
        "/etc/passwd",
        "//x",
        "a//b",
        "./a",
        "a/.",
        "..",
        ".",
        "",
        "a\\..\\..\\b",
        "C:\\x",
        "C:x",
        "a\0b",
        "a\nb",
        "a\x1b[2Jb",
        "a\u009bb",
        "con",
        "aux.txt",
        "x/lpt1",
        "end.",
        "end ",
        "x" * 121,
        "/".join("abcdefghi"),
        "é" * 100,
    ],
    ids=ascii,
)
def test_a_name_that_leads_out_or_fits_not_everywhere_is_refused(refused, name: str) -> None:
    assert "mène hors du dossier" in refused(pack([*WHOLE, (name, "file", b"x")]))


@pytest.mark.parametrize("role", range(3))
def test_journal_key_and_configuration_have_such_names_neither(refused, role: int) -> None:
    files = [
        (("../" + name) if rank == role else name, kind, data)
        for rank, (name, kind, data) in enumerate(WHOLE)
    ]
    assert "mène hors du dossier" in refused(pack(files))


@pytest.mark.parametrize(
    "more",
    [
        [("journal.db", "file", b"")],
        [("JOURNAL.DB", "file", b"")],
        [("journal.db/x", "file", b"")],
        [("a", "file", b""), ("a/b", "file", b"")],
        [("a/b/c", "file", b""), ("A/B", "file", b"")],
    ],
    ids=str,
)
def test_two_files_of_one_name_are_refused(refused, more) -> None:
    assert "le même nom" in refused(pack([*WHOLE, *more]))


@pytest.mark.parametrize("lack", range(3))
def test_without_a_journal_a_key_or_a_configuration_it_is_none(refused, lack: int) -> None:
    assert "il y faut" in refused(pack([one for rank, one in enumerate(WHOLE) if rank != lack]))
    assert "il y faut" in refused(pack([*WHOLE, ("second", WHOLE[lack][1], b"")]))


@pytest.mark.parametrize(
    "told",
    [
        {"format": "1"},
        {"made": "\ud800"},
        {"format": None},
        {"made": 3},
        {"made": "x" * 600},
        {"journal": []},
        {"journal": {"identity": "", "version": -1, "step": 0}},
        {"journal": {"identity": "", "version": 1.5, "step": 0}},
        {"journal": {"identity": "", "version": True, "step": 0}},
        {"journal": {"identity": "", "version": 1, "step": 0, "more": 0}},
        {"files": 3},
        {"files": ["x"]},
        {"files": [{"name": "x", "role": "folder", "size": 0}]},
        {"files": [{"name": "x", "role": [], "size": 0}]},
        {"files": [{"name": "x", "role": "file", "size": -1}]},
        {"files": [{"name": "x", "role": "file", "size": "0"}]},
        {"files": [{"name": "x", "role": "file", "size": 1 << 60}]},
        {"files": [{"name": ["x"], "role": "file", "size": 0}]},
        {"files": [{"name": "x", "role": "link", "size": 0, "to": "/etc/passwd"}]},
        {"more": 1},
    ],
    ids=str,
)
def test_a_list_of_another_form_is_refused(refused, told) -> None:
    assert "sa liste de fichiers ne se lit pas" in refused(pack(WHOLE, **told))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "moins d’octets"),
        (b"\0\0\0", "moins d’octets"),
        (b"\xff\xff\xff\xff", "démesurée"),
        (b"\0\0\1\0{}", "moins d’octets"),
        (b"\0\0\0\2{}", "ne se lit pas"),
        (b"\0\0\0\2[]", "ne se lit pas"),
        (b"\0\0\0\2\xff\xfe", "ne se lit pas"),
        (b"\0\0\x40\0" + b"[" * 0x4000, "ne se lit pas"),
        (pack(WHOLE) + b"more", "plus d’octets"),
        (pack(WHOLE)[:-1], "moins d’octets"),
    ],
    ids=lambda one: ascii(one)[:30],
)
def test_bytes_that_are_not_those_of_the_list_are_refused(refused, content: bytes, why: str) -> None:
    assert why in refused(content)


def test_too_many_files_are_refused(refused) -> None:
    assert "trop de fichiers" in refused(pack([*WHOLE, *((f"f{rank}", "file", b"") for rank in range(5000))]))


def test_a_list_of_a_later_tournee_is_called_newer(refused) -> None:
    assert "plus récent (contenu 2)" in refused(pack(WHOLE, format=2, unknown={}))


def test_a_journal_of_a_later_tournee_is_called_newer(refused) -> None:
    journal = {"identity": "00", "version": 9999, "step": 1}
    assert "plus récent (journal de version 9999)" in refused(pack(WHOLE, journal=journal))


@pytest.fixture
def forged(practice: Practice) -> Callable[..., bytes]:
    """A true backup with files of it changed: what a stranger makes who knows the passphrase."""
    practice.back_up()
    listed, files = unpack(unseal(practice.file.read_bytes(), PHRASE.encode()))

    def forge(**changed: bytes) -> bytes:
        names = {name.replace("_", "."): data for name, data in changed.items()}
        told = [
            (one["name"], one["role"], names.get(one["name"], files[one["name"]])) for one in listed["files"]
        ]
        return pack(told, journal=listed["journal"])

    return forge


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"journal_db_key": b"11" * 32 + b"\n"}, "illisible"),
        ({"journal_db_key": b"no key"}, "n’est pas une clé"),
        ({"journal_db_key": b"\xff" * 64}, "illisible"),
        ({"journal_db": b""}, "n’est pas un journal"),
        ({"journal_db": b"SQLite format 3\0" + bytes(4080)}, "n’est pas un journal"),
        ({"tournee_toml": b"\xff\xfe"}, "n’est pas un texte"),
        ({"tournee_toml": b"[envoi"}, "n’est pas du TOML"),
        ({"tournee_toml": b"[journal]\nchemin = '/etc/passwd'\n"}, "Configuration"),
        ({"organismes_toml": b"x = 1"}, "organismes.toml"),
    ],
    ids=lambda one: ascii(one)[:40],
)
def test_files_that_do_not_fit_each_other_are_refused(refused, forged, changed, why: str) -> None:
    assert why in refused(forged(**changed))


def test_a_configuration_with_a_journal_elsewhere_is_refused(practice: Practice, refused, forged) -> None:
    _, files = unpack(unseal(practice.file.read_bytes(), PHRASE.encode()))
    text = files["tournee.toml"].replace(b'"journal.db"', b'"/tmp/other.db"')
    assert "un autre journal" in refused(forged(tournee_toml=text))


def test_pages_of_the_journal_that_were_damaged_are_noticed(practice: Practice, refused, forged) -> None:
    _, files = unpack(unseal(practice.file.read_bytes(), PHRASE.encode()))
    journal = bytearray(files["journal.db"])
    journal[4096 * 3 : 4096 * 4] = bytes(4096)
    assert "endommagé" in refused(forged(journal_db=bytes(journal)))


@pytest.mark.parametrize("what", ["folder", "pipe", "device", "missing", "nul"])
def test_what_is_no_file_is_not_waited_for(practice: Practice, what: str, tmp_path: Path) -> None:
    import os

    path = tmp_path / "odd"
    match what:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "nul":
            path = Path("a\0b")
    for act in (lambda: practice.restore(file=path), lambda: check_backup(path, PHRASE)):
        with pytest.raises(BackupError):
            act()
